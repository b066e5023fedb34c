/**
 * Bayesian optimisation in arch2vec's space (Yan et al. 2020, section 3.3): DNGO on the embeddings
 * of what was told, then the untried student of the largest expected improvement.
 *
 * What is learned is the reward that AKD's policy is paid: the value where it is the only
 * objective. Of the authors' program this leaves out its target of perfect accuracy, which stands
 * for the best so far there, and its deviation, which is a variance.
 */
import { createRng, split } from '../../math/rng.ts';
import { logExpectedImprovement } from '../../math/normal.ts';
import { createStandardiser, toOutput } from '../../surrogate/standardise.ts';
import { rewardOf } from '../akd/reward.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Chosen, Turn } from '../baseline.ts';
import { FIRST_SOURCES } from '../initial.ts';
import { byChance } from '../random.ts';
import type { Need, Strategy, StrategyOptions } from '../strategy.ts';
import { ARCH2VEC } from './constants.ts';
import { fitDngo } from './dngo.ts';
import type { Dngo } from './dngo.ts';
import { checkEncoding, createFeatures, listMembers } from './features.ts';
import type { Features, Listed } from './features.ts';

export interface BoState extends BaselineState {
  readonly features: Features;
  readonly listed: Listed;
}

const STREAM = 0x61327662;

const SOURCE = 'network';

export const ENCODING_DEFAULTS = { ...BASELINE_DEFAULTS, encoding: 'arch2vec' } as const;

export const needsOfEncoding = ({ encoding }: StrategyOptions): readonly Need[] =>
  encoding === 'arch2vec' ? ['embedding'] : [];

/** Trials before the first fit. */
const initialSize = (budget: number): number => Math.min(ARCH2VEC.initial, Math.ceil(ARCH2VEC.initialShare * budget));

interface Fitted {
  readonly dngo: Dngo;
  /** The best reward so far, as the network has it. */
  readonly best: number;
}

function fit({ ledger, catalogue, input, features }: BoState): Fitted | undefined {
  const told = ledger.trials.flatMap((trial) => {
    const reward = rewardOf(catalogue.problem, trial);
    return reward === undefined ? [] : [{ reward, row: features.of(trial.candidate) }];
  });
  if (told.length < 2) return undefined;
  const scale = createStandardiser(told.map(({ reward }) => reward));
  const outputs = told.map(({ reward }) => toOutput(scale, reward));
  const rows = new Float64Array(told.length * features.length);
  told.forEach(({ row }, place) => rows.set(row, place * features.length));
  const rng = createRng(split(split(input.seed, STREAM), ledger.trials.length));
  const dngo = fitDngo(rows, outputs, features.length, rng);
  return dngo && { dngo, best: Math.max(...outputs) };
}

/** Log expected improvements of all that is listed, `[members]`. */
function gainsOf({ dngo, best }: Fitted, { listed, features }: BoState, asked: ReadonlySet<string>): Float64Array {
  return Float64Array.from(listed.members, ({ key }, place) => {
    if (asked.has(key)) return -Infinity;
    const { mean, deviation } = dngo(listed.rows, place * features.length);
    return logExpectedImprovement(mean, deviation, best);
  });
}

function mostGain({ listed: { members } }: BoState, gains: Float64Array, { asked }: Turn): Chosen | undefined {
  let best = -1;
  members.forEach(({ key }, place) => {
    if (!asked.has(key) && (best < 0 || gains[place]! > gains[best]!)) best = place;
  });
  const member = members[best];
  return member && { member, why: { source: SOURCE } };
}

export const arch2vecBo: Strategy<BoState> = {
  id: 'arch2vec-bo',
  title: 'arch2vec (Bayesian optimisation)',
  version: 1,
  fidelity: 'partial',
  summary:
    'Expected improvement by a small network in a space of cells that was learned without any result (Yan et al. ' +
    '2020); needs the family of cells, or one-hot levels as the control.',
  defaults: ENCODING_DEFAULTS,
  needsWith: needsOfEncoding,
  checkOptions: checkEncoding,
  sources: {
    ...FIRST_SOURCES,
    [SOURCE]: { title: 'Network', sentence: 'It has the largest expected improvement by the network.' },
  },
  init(input) {
    checkEncoding(input);
    const start = startBaseline(input);
    const features = createFeatures(input);
    return { ...start, features, listed: listMembers(start.catalogue, features) };
  },
  fold: foldBaseline,
  ask(state, count) {
    const first = initialSize(state.input.problem.budget);
    // The best of one fit are asked for together.
    let gains: Float64Array | undefined;
    return askInTurn(state, count, (_, turn) => {
      if (turn.position < first) return byChance(state, turn, { source: 'initial' });
      if (gains === undefined) {
        const fitted = fit(state);
        if (fitted === undefined) {
          const fallback = 'there are too few results to learn from';
          return byChance(state, turn, { source: 'random', fallback });
        }
        gains = gainsOf(fitted, state, turn.asked);
      }
      const chosen = mostGain(state, gains, turn);
      const fallback = 'every student that was listed is asked already';
      return chosen ?? byChance(state, turn, { source: 'random', fallback });
    });
  },
};

export const testing = { fit, gainsOf, initialSize };
