/**
 * DARTS: Liu, Simonyan and Yang, "DARTS: differentiable architecture search" (ICLR 2019). p is the
 * softmax of alpha on each edge, and a student takes the path that counts most. First order: alpha
 * learns with the weights as they stand; second order: with weights a step further.
 */
import type { OneShotDefinition } from './method.ts';
import { DARTS_STEPS, dartsSteps, pullSoftmax, softmaxShares, strongest } from './shares.ts';

export const darts: OneShotDefinition = {
  title: 'DARTS',
  source: 'Liu et al. 2019',
  fidelity: 'faithful',
  summary: 'What a path counts is a softmax on its edge, learned with the weights by their common slopes.',
  defaults: { ...DARTS_STEPS, order: 1 },
  ranges: { order: { least: 1, most: 2, isWhole: true } },
  create: ({ levels }, options) => ({
    steps: dartsSteps(options),
    hypergradient: { kind: options['order'] === 2 ? 'unrolled' : 'first' },
    draw: (alpha, _rng, _phase, kept) => {
      const p = softmaxShares(levels, alpha, kept);
      return [{ p, pull: (dp) => pullSoftmax(levels, p, dp) }];
    },
    shares: (alpha, kept) => softmaxShares(levels, alpha, kept),
    derive: (alpha, kept) => strongest(levels, alpha, kept),
  }),
};
