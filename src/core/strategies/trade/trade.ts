/**
 * TRADE: trust-region Bayesian optimisation over several student families with a fixed teacher
 * (arXiv 2206.13130, of which the abstract is public; what goes past it is reconstructed from
 * published parts, see docs/trade.md and docs/decisions.md).
 *
 * 1. a small initial design over families and costs            init.ts
 * 2. one Gaussian process over all families                    ../../surrogate, learn.ts
 * 3. expected hypervolume improvement with known costs         ../../acquisition, score.ts
 * 4. candidates of all families, and the trust region that     candidates.ts, regions.ts
 *    restricts them
 * 5. one argmax over all of them: it is the allocation         propose.ts
 *    and a starved family's own arm where it promises nothing  family-arm.ts
 * 6. trials still running count at their posterior mean        learn.ts
 * 7. where earlier runs are named, their mean as a feature      transfer.ts
 * 8. where it trains by legs, what those tell                  legs.ts, promote.ts
 */
import { invalid } from '../../errors.ts';
import type { Why } from '../../records/proposal.ts';
import { createRng, split } from '../../math/rng.ts';
import { appendPending } from '../../surrogate/gp.ts';
import type { Member } from '../catalogue.ts';
import { askedEvent, askedKeys, remaining, withData } from '../ledger.ts';
import { drawMember } from '../random.ts';
import { LEG_OPTIONS, SHORT_TRAININGS, STOP_RULE } from '../strategy.ts';
import type { AskedEvent, Strategy, StrategyOptions } from '../strategy.ts';
import { TRADE, TRADE_SOURCES } from './constants.ts';
import { createContext } from './context.ts';
import { initialDesign } from './init.ts';
import { followSearch } from './follow.ts';
import { forecastLatency } from './latency.ts';
import { learn } from './learn.ts';
import { askByLegs } from './promote.ts';
import { propose } from './propose.ts';
import type { Chosen } from './propose.ts';
import { foldEvent, startState } from './state.ts';
import type { TradeState } from './state.ts';

const STREAM = 0x74726164;
/** Positions of further draws: past those of any budget, so that no draw of one trial is the first
 * of another. */
const DRAW_STRIDE = 1_000_000;

/** Parts that can be switched off, for an ablation or to have a plainer strategy (`gp-ehvi`). */
const PARTS = {
  regions: true,
  familyArm: true,
  mainEffects: true,
  costFeatures: true,
  [SHORT_TRAININGS]: false,
  [STOP_RULE]: false,
};

/** Parts that earlier versions had. */
const RETIRED = ['credit', 'amplitudeDoubt'];

type Identity = Pick<Strategy<TradeState>, 'id' | 'title' | 'fidelity' | 'summary'>;

/** TRADE under a name, some of its parts `fixed` and the others its options. */
function tradeStrategy(identity: Identity, fixed: StrategyOptions): Strategy<TradeState> {
  const free = Object.entries(PARTS).filter(([part]) => fixed[part] === undefined);
  const defaults = { references: true, ...Object.fromEntries(free) };
  const strategy: Strategy<TradeState> = {
    ...{ ...identity, version: 7, accepts: ['prior'], defaults, retired: RETIRED, sources: TRADE_SOURCES },
    shows: fixed['regions'] === false ? ['predictions'] : ['predictions', 'regions'],

    checkOptions: ({ epochs, options }) => void (epochs === undefined && assertWhole(options)),
    init(input) {
      const options = { ...defaults, ...input.options, ...fixed };
      const context = createContext(input, options);
      const { catalogue, prior, legs } = context;
      return startState(
        context,
        initialDesign(catalogue, input.seed, options, prior?.front, legs?.short !== undefined),
      );
    },

    fold: foldEvent,
    ask: (state, count) => (state.context.legs ? askByLegs(state, state.context.legs, count, ask) : ask(state, count)),
  };
  return { ...strategy, explain: (input, log) => followSearch(strategy, input, log) };
}

/** Where training goes by seconds, no epoch is known at which it could rest. */
function assertWhole(options: StrategyOptions): void {
  const name = LEG_OPTIONS.find((one) => options[one] === true);
  if (name === undefined) return;
  throw invalid(`strategy.options.${name}`, 'it goes by epochs: let the recipe count epochs, or leave it out.');
}

export const trade = tradeStrategy(
  {
    ...{ id: 'trade', title: 'TRADE', fidelity: 'reconstruction' },
    summary:
      'Trust-region Bayesian optimisation over student families: one surrogate for all, exact costs, expected ' +
      'hypervolume improvement, within a region around the front that narrows and widens.',
  },
  {},
);

/** The same without the region: what a region has to be better than. None was shown to be so on all
 * tasks (docs/benchmarks.md). */
export const gpEhvi = tradeStrategy(
  {
    ...{ id: 'gp-ehvi', title: 'Global process', fidelity: 'partial' },
    summary:
      'One Gaussian process over all student families and the argmax of expected hypervolume improvement, costs ' +
      "exact: TRADE's surrogate without its trust region.",
  },
  { regions: false },
);

/** TRADE-M: the region lies around a single student of the front, as in CASMOPOLITAN (Wan et al.
 * 2021). */
export const tradeM = tradeStrategy(
  {
    ...{ id: 'trade-m', title: 'TRADE-M', fidelity: 'partial' },
    summary: 'TRADE with its trust region around one student of the front instead of around all of it.',
  },
  { regions: true, oneRegion: true, familyArm: false },
);

function ask(state: TradeState, count: number): AskedEvent {
  const { context, design, ledger } = state;
  const asked = askedKeys(ledger);
  const wanted = Math.min(count, remaining(ledger, context.input.problem));
  const chosen: Chosen[] = [];
  const take = (choice: Chosen | undefined): boolean => {
    if (!choice) return false;
    asked.add(choice.member.key);
    chosen.push(choice);
    return true;
  };
  for (const initial of design) if (chosen.length < wanted && !asked.has(initial.member.key)) take(initial);
  if (chosen.length === wanted) return askedEvent(ledger, context.input.seed, chosen);
  if (withData(ledger).length === 0) {
    const blind = (): Chosen | undefined => drawBlind(state, ledger.trials.length + chosen.length, asked);
    while (chosen.length < wanted && take(blind()));
    return askedEvent(ledger, context.input.seed, chosen);
  }
  return proposeBatch(state, wanted, chosen, asked, take);
}

/**
 * Without any result there is nothing to learn from: draw by chance, and say so. Where students
 * were too slow, the draw is the one of several that is most likely to be quick enough.
 */
function drawBlind({ context, ledger }: TradeState, position: number, asked: ReadonlySet<string>): Chosen | undefined {
  const { logFeasible } = forecastLatency(context, ledger);
  const taken = new Set(asked);
  let member: Member | undefined;
  for (let draw = 0; draw < TRADE.blindDraws; draw++) {
    const drawn = drawMember(context.catalogue, context.input.seed, position + draw * DRAW_STRIDE, taken);
    if (!drawn) break;
    taken.add(drawn.key);
    if (!member || logFeasible(drawn) > logFeasible(member)) member = drawn;
    if (logFeasible(member) === 0) break;
  }
  const running = ledger.trials.some(({ state }) => state === 'pending');
  const fallback = running ? 'no trial has given a result yet' : 'every trial so far has failed';
  const why: Why = { source: 'random', fallback };
  return member && { member, why };
}

/** Greedy: each pick counts as told at its posterior mean for the next. */
function proposeBatch(
  state: TradeState,
  wanted: number,
  chosen: readonly Chosen[],
  asked: ReadonlySet<string>,
  take: (choice: Chosen | undefined) => boolean,
): AskedEvent {
  const { context, ledger } = state;
  const { seed } = context.input;
  const learned = learn(context, ledger);
  const picked: Member[] = [];
  let gp = learned.conditioned;
  for (const { member } of chosen) {
    gp = appendPending(gp, context.pointOf(member));
    picked.push(member);
  }
  while (chosen.length < wanted) {
    const position = ledger.trials.length + chosen.length;
    const choice = propose(
      state,
      learned,
      gp,
      picked,
      asked,
      position,
      createRng(split(split(seed, STREAM), position)),
    );
    if (!take(choice) || !choice) break;
    picked.push(choice.member);
    if (chosen.length < wanted) gp = appendPending(gp, context.pointOf(choice.member));
  }
  return askedEvent(ledger, seed, chosen, learned.fitted);
}
