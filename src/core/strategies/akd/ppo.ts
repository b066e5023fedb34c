/**
 * Proximal policy optimisation (Schulman et al. 2017) of the policy's parameters by Adam (Kingma
 * and Ba 2015).
 *
 * | symbol | meaning                                                                     | shape |
 * | N      | episodes of a batch                                                         |       |
 * | A      | an episode's advantage                                                      |       |
 * | ρ      | a choice's probability now over what it was when the student was proposed   |       |
 * | ε, β   | clip, weight of the entropy H                                               |       |
 *
 * loss = −1/N Σ_episodes Σ_choices [min(ρ A, clip(ρ, 1 − ε, 1 + ε) A) + β H]
 */
import { startLearner } from '../../math/adam.ts';
import type { Learner } from '../../math/adam.ts';
import { createRng } from '../../math/rng.ts';
import { AKD } from './constants.ts';
import { readChoices } from './policy.ts';
import type { Choice } from './decisions.ts';
import type { Policy } from './policy.ts';

export interface Episode {
  readonly choices: readonly Choice[];
  /** Log probabilities of the choices when they were made, `[T]`. */
  readonly before: readonly number[];
  readonly advantage: number;
}

/** Nothing learned yet: small weights of chance. */
export function startPolicyLearner({ length }: Policy, seed: number): Learner {
  const rng = createRng(seed);
  return startLearner(new Float64Array(length).map(() => AKD.initial * (2 * rng.uniform() - 1)));
}

/** Log probabilities of the choices under θ, `[T]`. */
export const logProbabilities = (policy: Policy, theta: Float64Array, choices: readonly Choice[]): readonly number[] =>
  readChoices(policy, theta, choices).logChances.map((logs, t) => logs[choices[t]!.token - choices[t]!.first]!);

/** The loss of a batch; adds its gradient by θ to `gradient` `[n]`. */
function ppoLoss(policy: Policy, theta: Float64Array, episodes: readonly Episode[], gradient: Float64Array): number {
  let loss = 0;
  for (const { choices, before, advantage } of episodes) {
    const reading = readChoices(policy, theta, choices);
    const slopes = reading.logChances.map((logs, t) => {
      const own = choices[t]!.token - choices[t]!.first;
      const ratio = Math.exp(logs[own]! - before[t]!);
      const clipped = Math.min(1 + AKD.clip, Math.max(1 - AKD.clip, ratio));
      const entropy = -logs.reduce((sum, log) => sum + Math.exp(log) * log, 0);
      loss -= (Math.min(ratio * advantage, clipped * advantage) + AKD.entropy * entropy) / episodes.length;
      const pull = ratio * advantage <= clipped * advantage ? ratio * advantage : 0;
      return logs.map((log, c) => {
        const chance = Math.exp(log);
        const byEntropy = -AKD.entropy * chance * (log + entropy);
        return -(pull * ((c === own ? 1 : 0) - chance) + byEntropy) / episodes.length;
      });
    });
    reading.backward(slopes, gradient);
  }
  return loss;
}

/** After some passes over a batch. */
export function learnBatch(policy: Policy, learner: Learner, episodes: readonly Episode[]): Learner {
  let next = learner;
  for (let epoch = 0; epoch < AKD.epochs; epoch++) {
    const gradient = new Float64Array(policy.length);
    ppoLoss(policy, next.theta, episodes, gradient);
    next = adamStep(next, gradient);
  }
  return next;
}

/** Bias-corrected, as in the paper's algorithm 1. */
function adamStep({ theta, mean, square, steps }: Learner, gradient: Float64Array): Learner {
  const { beta1, beta2, learningRate, epsilon } = AKD;
  const t = steps + 1;
  const nextMean = mean.map((m, i) => beta1 * m + (1 - beta1) * gradient[i]!);
  const nextSquare = square.map((v, i) => beta2 * v + (1 - beta2) * gradient[i]! ** 2);
  const [meanShare, squareShare] = [1 - beta1 ** t, 1 - beta2 ** t];
  const nextTheta = theta.map((value, i) => {
    return value - (learningRate * (nextMean[i]! / meanShare)) / (Math.sqrt(nextSquare[i]! / squareShare) + epsilon);
  });
  return { theta: nextTheta, mean: nextMean, square: nextSquare, steps: t };
}

export const testing = { ppoLoss, adamStep };
