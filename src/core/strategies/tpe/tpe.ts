/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011; Watanabe 2023),
 * with several objectives as Ozaki, Tanigaki, Watanabe, Nomura and Onishi 2022 (MOTPE) have it.
 *
 * 1. results are split into good ones and the rest          split.ts
 * 2. a density of each over the union of families           parzen.ts
 * 3. of candidates drawn from the good density, the one that is likelier there than in the other by
 *    the largest factor
 *
 * Trials still running and those that gave no result belong to the rest.
 */
import { createRng, split } from '../../math/rng.ts';
import { baseline } from '../baseline.ts';
import type { BaselineState, Turn } from '../baseline.ts';
import type { Member } from '../catalogue.ts';
import { byChance } from '../random.ts';
import { admitNew } from '../repair.ts';
import type { Strategy } from '../strategy.ts';
import { TPE } from './constants.ts';
import { createDensity } from './parzen.ts';
import { splitTrials } from './split.ts';

const STREAM = 0x74706531;

/** `[n]`, oldest first: the newest weigh 1, the others less in equal steps. */
function ageWeights(n: number): readonly number[] {
  const old = Math.max(0, n - TPE.fullWeight);
  const ramp = (i: number): number => (old > 1 ? 1 / n + ((1 - 1 / n) * i) / (old - 1) : 1 / n);
  return Array.from({ length: n }, (_, i) => (i < old ? ramp(i) : 1));
}

/** The likeliest good one of the candidates drawn; `undefined` when none is new and within the
 * limits. */
function propose({ catalogue, input, ledger }: BaselineState, { position, asked, chosen }: Turn): Member | undefined {
  const { good, rest } = splitTrials(catalogue.problem, ledger);
  const running = [...rest, ...chosen.map(({ member }) => member.candidate)];
  const families = catalogue.families.filter(({ members }) => members.length > 0).map(({ family }) => family);
  const goodDensity = createDensity(
    families,
    good,
    good.map(() => 1),
  );
  const otherDensity = createDensity(families, running, ageWeights(running.length));
  const rng = createRng(split(split(input.seed, STREAM), position));
  let best: Member | undefined;
  let most = -Infinity;
  for (let attempt = 0, found = 0; attempt < TPE.attempts && found < TPE.candidates; attempt++) {
    const member = admitNew(catalogue, goodDensity.sample(rng), asked, rng);
    if (!member) continue;
    found++;
    const ratio = goodDensity.logDensity(member.candidate) - otherDensity.logDensity(member.candidate);
    if (ratio > most) [best, most] = [member, ratio];
  }
  return best;
}

export const tpe: Strategy<BaselineState> = {
  id: 'tpe',
  title: 'TPE',
  version: 1,
  fidelity: 'partial',
  summary:
    'Draws from a density of the best students and takes what is rarest among the others (Bergstra et al. ' +
    '2011, Ozaki et al. 2022), with the defaults of Optuna.',
  ...baseline(
    (state, turn) => {
      const results = state.ledger.trials.filter((trial) => trial.state === 'told').length;
      const isInitial = results < TPE.startup;
      const drawn = isInitial ? undefined : propose(state, turn);
      if (drawn) return { member: drawn, why: { source: 'density' } };
      const fallback = 'nothing drawn from the density of the best is new and within the limits';
      return byChance(state, turn, isInitial ? { source: 'initial' } : { source: 'random', fallback });
    },
    { density: { title: 'Density', sentence: 'It was drawn where the best students so far are dense.' } },
  ),
};

export const testing = { ageWeights };
