/**
 * Uniform path dropout: the sampling of Wu et al., "Neural architecture search for speech emotion
 * recognition" (ICASSP 2022, arXiv 2203.16928), as far as its abstract tells. Weights are trained
 * with some paths of each edge left out, whatever alpha says, so that all are trained alike. Alpha
 * learns as in DARTS, with all paths. [R]: our choice.
 */
import type { Rng } from '../math/rng.ts';
import type { OneShotDefinition } from './method.ts';
import { byEdge } from './method.ts';
import { DARTS_STEPS, dartsSteps, evenly, joined, oneOf, pullSoftmax, softmaxShares, strongest } from './shares.ts';

export const pathDropout: OneShotDefinition = {
  title: 'Uniform path dropout',
  source: 'Wu et al. 2022',
  fidelity: 'reconstruction',
  summary: 'Weights are trained with paths left out by chance, all alike; what they count is learned with all.',
  /** `dropout`: chance of a path to be left out; `warmup`: share of the epochs before alpha
   * learns. [R] */
  defaults: { ...DARTS_STEPS, dropout: 0.5, warmup: 0.2 },
  ranges: { dropout: { least: 0, most: 1 }, warmup: { least: 0, most: 0.9 } },
  create: ({ levels }, { dropout = NaN, warmup = NaN, ...options }) => ({
    steps: dartsSteps(options),
    warmup,
    draw: (alpha, rng, phase, kept) => {
      if (phase === 'weights') {
        const p = evenly(levels, someOf(levels, kept, dropout, rng));
        return [{ p, pull: (dp) => new Float64Array(dp.length) }];
      }
      const p = softmaxShares(levels, alpha, kept);
      return [{ p, pull: (dp) => pullSoftmax(levels, p, dp) }];
    },
    shares: (alpha, kept) => softmaxShares(levels, alpha, kept),
    derive: (alpha, kept) => strongest(levels, alpha, kept),
  }),
};

/** 1 for each kept path with chance 1 - q, and for one of them where an edge would have none.
 * `[paths]` */
const someOf = (levels: readonly number[], kept: readonly boolean[], q: number, rng: Rng): Float64Array =>
  joined(
    byEdge(levels, Float64Array.from(kept, Number)).map((edge) => {
      const drawn = edge.map((isKept) => (rng.uniform() < q ? 0 : isKept));
      return drawn.includes(1) ? drawn : oneOf(edge, rng);
    }),
  );
