/**
 * DrNAS: Chen, Wang, Cheng, Tang and Hsieh, "DrNAS: Dirichlet neural architecture search" (ICLR
 * 2021). p of each edge is drawn of a Dirichlet distribution whose concentration is learned.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | beta | concentration, ELU(alpha) + 1: at alpha = 0 all p are alike | `[paths]` |
 * | g | of Gamma(beta); p is g over its edge's sum | `[paths]` |
 */
import { drawGamma } from '../math/gamma-draw.ts';
import type { Rng } from '../math/rng.ts';
import type { Drawn, OneShotDefinition, SearchStage } from './method.ts';
import { DARTS_STEPS, dartsSteps, pullSoftmax, softmaxShares, strongest } from './shares.ts';

export const drNas: OneShotDefinition = {
  title: 'DrNAS',
  source: 'Chen et al. 2021',
  fidelity: 'faithful',
  summary: 'What paths count is drawn of a Dirichlet distribution that is learned, first with few channels.',
  /** `regularisation`: of alpha towards 0. `stages`: 2, the first with one of `firstPart` channels
   * and all paths, the second with one of `secondPart` and the `keep` strongest paths of each edge;
   * or 1, with one of `firstPart` and all. `warmup`: share of a stage's epochs before alpha learns:
   * the paper's 10 of 50. */
  defaults: {
    ...{ learningRate: DARTS_STEPS.learningRate, regularisation: 1e-3, warmup: 0.2 },
    ...{ stages: 2, firstPart: 4, secondPart: 2, keep: 3 },
  },
  ranges: {
    warmup: { least: 0, most: 0.9 },
    stages: { least: 1, most: 2, isWhole: true },
    firstPart: { least: 1, most: 64, isWhole: true },
    secondPart: { least: 1, most: 64, isWhole: true },
    keep: { least: 1, most: 1000, isWhole: true },
  },
  create: ({ levels }, { learningRate = NaN, regularisation = NaN, warmup = NaN, ...progressive }) => {
    const shares = (alpha: Float64Array, kept: readonly boolean[]): Float64Array =>
      softmaxShares(levels, alpha.map(betaOf).map(Math.log), kept);
    return {
      steps: dartsSteps({ learningRate, weightDecay: 0 }),
      warmup,
      stages: stagesOf(Math.max(...levels), progressive),
      draw: (alpha, rng, _phase, kept) => [drawDirichlet(levels, alpha, rng, kept)],
      slope: (alpha) => alpha.map((value) => regularisation * value),
      shares,
      derive: (alpha, kept) => strongest(levels, alpha, kept),
    };
  },
};

const betaOf = (alpha: number): number => (alpha > 0 ? alpha + 1 : Math.exp(alpha));

/** dbeta / dalpha */
const betaSlope = (alpha: number): number => (alpha > 0 ? 1 : Math.exp(alpha));

/** Slopes go through the draw with its chance held fixed. */
function drawDirichlet(levels: readonly number[], alpha: Float64Array, rng: Rng, kept: readonly boolean[]): Drawn {
  const gammas = Array.from(alpha, (value) => drawGamma(betaOf(value), rng));
  const p = softmaxShares(
    levels,
    Float64Array.from(gammas, ({ log }) => log),
    kept,
  );
  return {
    p,
    pull: (dp) =>
      pullSoftmax(levels, p, dp).map((slope, path) => {
        return slope === 0 ? 0 : slope * (gammas[path]?.slope ?? 0) * betaSlope(alpha[path] ?? 0);
      }),
  };
}

/** Each stage has half of the epochs. */
function stagesOf(most: number, options: Readonly<Record<string, number>>): readonly SearchStage[] {
  const { stages = NaN, firstPart = NaN, secondPart = NaN, keep = NaN } = options;
  if (stages === 1) return [{ share: 1, part: firstPart, keep: most }];
  return [
    { share: 0.5, part: firstPart, keep: most },
    { share: 0.5, part: secondPart, keep: Math.min(most, keep) },
  ];
}
