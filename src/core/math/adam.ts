/** Adam (Kingma and Ba 2015, algorithm 1). */

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** θ with the moving averages of the gradient and of its square, `[n]` each. */
export interface Learner {
  readonly theta: Float64Array;
  readonly mean: Float64Array;
  readonly square: Float64Array;
  readonly steps: number;
}

export const startLearner = (theta: Float64Array): Learner => ({
  ...{ theta, mean: new Float64Array(theta.length), square: new Float64Array(theta.length) },
  steps: 0,
});

/** The same averages and θ, moved in place: whoever keeps the learner of before copies it first. */
export function adamStep(
  { theta, mean, square, steps }: Learner,
  gradient: Float64Array,
  { beta1, beta2, learningRate, epsilon }: AdamSettings,
): Learner {
  const step = steps + 1;
  const [meanShare, squareShare] = [1 - beta1 ** step, 1 - beta2 ** step];
  for (let j = 0; j < theta.length; j++) {
    const slope = gradient[j]!;
    mean[j] = beta1 * mean[j]! + (1 - beta1) * slope;
    square[j] = beta2 * square[j]! + (1 - beta2) * slope * slope;
    theta[j]! -= (learningRate * (mean[j]! / meanShare)) / (Math.sqrt(square[j]! / squareShare) + epsilon);
  }
  return { theta, mean, square, steps: step };
}

export const copyLearner = ({ theta, mean, square, steps }: Learner): Learner => ({
  ...{ theta: theta.slice(), mean: mean.slice(), square: square.slice() },
  steps,
});
