/** The settings of arch2vec's searches, in one place: those of the authors' program for
 * NAS-Bench-201 (Yan et al. 2020), or a choice of this project [R]. */

export const ARCH2VEC = Object.freeze({
  /** Students by chance before the first fit; a small budget gives a share of itself to them. */
  initial: 16,
  /** [R] */
  initialShare: 1 / 3,

  /** Units of the one layer of tanh; results of a step, passes over all of them. */
  units: 128,
  batch: 10,
  passes: 100,
  /** Steps of one fit at most: from 200 results on there are fewer passes, so that an ask stays
   * short. [R] */
  steps: 2_000,
  /** Noise variance as a share of the signal's, of which the likeliest is taken. [R] */
  ratios: [1e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10],
  /** One deviation of the signal, before there is a result: outputs have about 1. [R] */
  priorScale: 1,

  /** Units of the policy's LSTM; students of an episode. */
  policyUnits: 128,
  episode: 16,
  /** Share of the past in the rewards' moving average. [R] */
  baseline: 0.9,

  /** Adam (Kingma and Ba 2015), of both networks. */
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});
