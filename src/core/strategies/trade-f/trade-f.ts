/**
 * TRADE-F: one Gaussian process and one TuRBO region a family, joint Thompson draws over all
 * regions (Eriksson et al. 2019; with several objectives by hypervolume, after MORBO, Daulton et
 * al. 2022). No family learns from another: it is kept to measure what TRADE's one surrogate is
 * worth. Pending trials are not conditioned on; chance keeps draws apart.
 */
import { createCells, hypervolumeGain } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { createRng, split } from '../../math/rng.ts';
import type { Rng } from '../../math/rng.ts';
import { activeDimensions } from '../../space/lattice.ts';
import { encode } from '../../surrogate/encoding.ts';
import { toValue } from '../../surrogate/standardise.ts';
import { baseline } from '../baseline.ts';
import type { BaselineState, Chosen, Turn } from '../baseline.ts';
import type { FamilyCatalogue, Member } from '../catalogue.ts';
import { drawByCost, spreadMetric } from '../initial.ts';
import { objectiveCosts, outcomeOf, referenceOutcome, valueAt, withData, withOutcomes } from '../ledger.ts';
import { byChance } from '../random.ts';
import type { Strategy } from '../strategy.ts';
import { change } from '../trade/candidates.ts';
import { TRADE_SOURCES } from '../trade/constants.ts';
import { fitFamily } from '../trade/learn.ts';
import { contributions } from '../trade/regions.ts';
import { TRADE_F } from './constants.ts';
import { followEpisodes } from './episode.ts';
import type { Episode, FamilyPlan } from './episode.ts';
import { drawJointly } from './thompson.ts';

const STREAM = 0x7472_6466;

/** A candidate with the outcome that a draw gives it. */
interface Drawn {
  readonly member: Member;
  readonly outcome: Outcome;
}

function planFamilies({ catalogue, input }: BaselineState): ReadonlyMap<string, FamilyPlan> {
  const families = catalogue.families.filter(({ members }) => members.length > 0);
  const share = Math.floor((TRADE_F.initialShare * input.problem.budget) / Math.max(1, families.length));
  return new Map(
    families.map(({ family, members }) => {
      const dimensions = Math.max(1, family.dimensions.length);
      const wanted = Math.min(TRADE_F.initialPerDimension * dimensions, share, members.length);
      return [family.name, { dimensions, initial: Math.max(2, wanted) }];
    }),
  );
}

function pick(state: BaselineState, turn: Turn): Chosen | undefined {
  const { catalogue, input, ledger } = state;
  const { problem } = input;
  const plans = planFamilies(state);
  const told = withData(ledger);
  const placed = withOutcomes(problem, told);
  const reference = referenceOutcome(catalogue, placed);
  const episodes = followEpisodes(plans, told, (trial) => outcomeOf(problem, trial), reference);
  const rng = createRng(split(split(input.seed, STREAM), turn.position));

  const first = drawFirst(state, turn, plans, episodes, rng);
  if (first) return { member: first, why: { source: 'initial' } };
  const cells = createCells(
    placed.map(({ outcome }) => outcome),
    reference,
  );
  const drawn = catalogue.families.flatMap((family) => {
    const episode = episodes.get(family.family.name);
    return episode && episode.results.length > 0 ? drawInRegion(state, turn, family, episode, reference, rng) : [];
  });
  let best: { drawn: Drawn; gain: number } | undefined;
  for (const one of drawn) {
    const gain = hypervolumeGain(cells, one.outcome);
    const wins = !best || gain > best.gain || (gain === best.gain && one.outcome.value > best.drawn.outcome.value);
    if (wins) best = { drawn: one, gain };
  }
  if (best) return { member: best.drawn.member, why: { source: 'region' } };
  return byChance(state, turn, { source: 'random', fallback: 'no region has a candidate left' });
}

/**
 * While some region is not filled: the family with the fewest in it, spread over cost. What runs
 * counts as in, and so does what failed: a family that cannot be trained does not get the whole
 * budget.
 */
function drawFirst(
  { catalogue, input, ledger }: BaselineState,
  { asked, chosen }: Turn,
  plans: ReadonlyMap<string, FamilyPlan>,
  episodes: ReadonlyMap<string, Episode>,
  rng: Rng,
): Member | undefined {
  const others = [...ledger.trials.filter((trial) => trial.value === undefined), ...chosen.map(({ member }) => member)];
  const filled = (name: string): number =>
    (episodes.get(name)?.results.length ?? 0) + others.filter(({ candidate }) => candidate.family === name).length;
  const open = catalogue.families
    .filter(({ family: { name } }) => filled(name) < (plans.get(name)?.initial ?? 0))
    .sort((a, b) => filled(a.family.name) - filled(b.family.name));
  const metric = spreadMetric(input.problem, catalogue.costMetrics);
  for (const { members } of open) {
    const member = drawByCost(members, metric, rng, asked);
    if (member) return member;
  }
  return undefined;
}

/** Candidates of the family's box with one joint draw of their outcomes. */
function drawInRegion(
  { catalogue, input }: BaselineState,
  { asked }: Turn,
  catalogued: FamilyCatalogue,
  { side, results }: Episode,
  reference: Outcome,
  rng: Rng,
): readonly Drawn[] {
  const { problem } = input;
  const { family } = catalogued;
  const { encoding, scale, gp } = fitFamily(catalogued, catalogue.costMetrics, false, results, TRADE_F.evaluations);

  const centre = centreOf(problem, results, reference).candidate.config;
  const lengths = boxWeights(family.dimensions.length, gp.terms.ordinals[0]!, encoding.families[0]!.ordinals);
  const found = new Map<string, Member>();
  for (let draw = 0; draw < 2 * TRADE_F.candidates && found.size < TRADE_F.candidates; draw++) {
    const dimensions = rng.shuffle(activeDimensions(family, centre));
    const chance = Math.min(1, TRADE_F.perturbed / Math.max(1, dimensions.length));
    const changed = dimensions.filter((_, i) => i === 0 || rng.uniform() < chance);
    const kept = withinHamming(changed, side);
    const reach = (dimension: (typeof dimensions)[number]): number =>
      Math.max(
        1,
        Math.round((side / 2) * lengths[family.dimensions.indexOf(dimension)]! * (dimension.levels.length - 1)),
      );
    const config = change(family, centre, kept, reach, rng);
    const member = config && catalogue.admit({ family: family.name, config });
    if (member && !asked.has(member.key)) found.set(member.key, member);
  }
  const candidates = [...found.values()];
  if (candidates.length === 0) return [];
  const outputs = drawJointly(
    gp,
    candidates.map((member) => encode(encoding, member)),
    rng,
  );
  return candidates.map((member, i) => {
    const value = valueAt(problem, toValue(scale, outputs[i]!), member.costs);
    return { member, outcome: { value, costs: objectiveCosts(problem, member.costs) } };
  });
}

/** As many categories as the box's side lets differ: all of them at TuRBO's widest, one at
 * least. */
function withinHamming<D extends { readonly type: string }>(changed: readonly D[], side: number): readonly D[] {
  const most = Math.max(1, Math.round((changed.length * side) / TRADE_F.widest));
  let different = 0;
  return changed.filter(({ type }) => type !== 'categorical' || ++different <= most);
}

/** The largest contribution to the region's own front, else its best value. */
function centreOf(problem: BaselineState['input']['problem'], results: Episode['results'], reference: Outcome) {
  const placed = results.flatMap((trial, index) => {
    const outcome = outcomeOf(problem, trial);
    return outcome ? [{ trial: index, outcome }] : [];
  });
  const leader = contributions(placed, reference)[0];
  const best = results.reduce((high, trial) => (trial.value > high.value ? trial : high));
  return (leader && results[leader.trial]) ?? best;
}

/** Length scales by dimension over their geometric mean: the box is longer where the objective
 * changes slowly. */
function boxWeights(
  dimensions: number,
  inverseLengths: Float64Array,
  columns: readonly { readonly dimension: number }[],
): readonly number[] {
  const logs = Array.from(inverseLengths, (inverse) => -Math.log(inverse));
  const mean = logs.reduce((sum, log) => sum + log, 0) / Math.max(1, logs.length);
  const weights = Array.from({ length: dimensions }, () => 1);
  columns.forEach(({ dimension }, i) => (weights[dimension] = Math.exp(logs[i]! - mean)));
  return weights;
}

export const tradeF: Strategy<BaselineState> = {
  id: 'trade-f',
  title: 'TRADE-F',
  version: 1,
  fidelity: 'partial',
  summary:
    'A trust region and a Gaussian process of its own for each family, Thompson draws over all (TuRBO-m). No sharing.',
  ...baseline(pick, { region: TRADE_SOURCES.region }),
};
