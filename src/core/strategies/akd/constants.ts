/** The settings of the AKD baseline, in one place. [R]: a choice of this project; the paper leaves
 * the controller's settings open. */

export const AKD = Object.freeze({
  /** Units of the LSTM and length of a token's embedding. [R] */
  units: 64,
  /** Weights start uniform within this of 0 (Zoph and Le 2017). */
  initial: 0.08,

  /** Exponent of a cost in the reward where the problem names none: MnasNet's soft setting (Tan et
   * al. 2019). */
  costExponent: -0.07,

  /** Results that one update learns from, and passes over them. [R] */
  batch: 8,
  epochs: 3,
  /** Clipping of the probability ratio (Schulman et al. 2017). */
  clip: 0.2,
  /** Weight of the entropy, beside advantages in deviations of the rewards. [R] */
  entropy: 1e-2,
  /** Share of the past in the rewards' moving average (Zoph et al. 2018). */
  baseline: 0.95,

  /** Adam (Kingma and Ba 2015), learning rate of Zoph et al. 2018 times ten. [R] */
  learningRate: 3.5e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,

  /** Samples for one proposal: a new, legal one within the limits is wanted. [R] */
  attempts: 100,
});
