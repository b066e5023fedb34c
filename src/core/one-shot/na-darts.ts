/**
 * NA-DARTS: Wang, Cao, Li and Kitani, "Neighborhood-aware neural architecture search" (BMVC 2021,
 * arXiv 2105.06369). Alpha learns by the mean loss over students near its own, so that it ends
 * where neighbours are good, too. No code is public: how neighbours are drawn is ours. [R]
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | p | softmax of alpha on each edge | `[paths]` |
 * | delta | how far a neighbour goes towards one path of one edge | |
 * | p' | on that edge (1 - delta) p + delta onehot, elsewhere p | `[paths]` |
 */
import type { Rng } from '../math/rng.ts';
import type { Drawn, OneShotDefinition } from './method.ts';
import { byEdge } from './method.ts';
import { DARTS_STEPS, dartsSteps, joined, oneOf, pullSoftmax, softmaxShares, strongest } from './shares.ts';

export const naDarts: OneShotDefinition = {
  title: 'NA-DARTS',
  source: 'Wang et al. 2021',
  fidelity: 'reconstruction',
  summary: 'DARTS by the mean loss of several copies, each with one edge moved towards one of its paths.',
  defaults: { ...DARTS_STEPS, copies: 3, delta: 0.5 },
  ranges: { copies: { least: 1, most: 64, isWhole: true }, delta: { least: 0, most: 1 } },
  create: ({ levels }, { copies = NaN, delta = NaN, ...options }) => ({
    steps: dartsSteps(options),
    draw: (alpha, rng, _phase, kept) => {
      const p = softmaxShares(levels, alpha, kept);
      return Array.from({ length: copies }, () => neighbour(levels, { p, kept, delta }, rng));
    },
    shares: (alpha, kept) => softmaxShares(levels, alpha, kept),
    derive: (alpha, kept) => strongest(levels, alpha, kept),
  }),
};

interface Around {
  readonly p: Float64Array;
  readonly kept: readonly boolean[];
  readonly delta: number;
}

/** Edge and path are drawn evenly. What is moved does not hang on alpha: the slope comes through
 * the rest. */
function neighbour(levels: readonly number[], { p, kept, delta }: Around, rng: Rng): Drawn {
  const chosen = rng.int(Math.max(1, levels.length));
  const marks = byEdge(levels, Float64Array.from(kept, Number));
  const moved = joined(
    byEdge(levels, p).map((edge, at) => {
      if (at !== chosen) return edge;
      const towards = oneOf(marks[at] ?? edge, rng);
      return edge.map((share, level) => (1 - delta) * share + delta * (towards[level] ?? 0));
    }),
  );
  const scale = (dp: Float64Array): Float64Array =>
    joined(byEdge(levels, dp).map((edge, at) => (at === chosen ? edge.map((slope) => (1 - delta) * slope) : edge)));
  return { p: moved, pull: (dp) => pullSoftmax(levels, p, scale(dp)) };
}
