/**
 * RC-DARTS: Jin and others, "RC-DARTS: resource constrained differentiable architecture search"
 * (arXiv 1912.12814). DARTS whose expected student is moved back within the limits after each
 * epoch, and whose derived student always is within them. No code is public: rule and settings of
 * the projection are ours. [R]
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | p | softmax of alpha on each edge | `[paths]` |
 * | phi | (base + sum of p cost) / limit, of each resource: the expected student's | |
 * | u | what phi may be: 1, and more in the first half of the search | |
 * | mu | weight of max(0, phi - u)^2 beside half of the squared move of alpha | |
 */
import { darts } from './darts.ts';
import { resourcesOf, swapWithin } from './limits.ts';
import type { Resource } from './limits.ts';
import type { MixingSpace, OneShotDefinition } from './method.ts';
import { allKept } from './method.ts';
import { DARTS_STEPS, evenly, pullSoftmax, softmaxShares } from './shares.ts';

const RULE = Object.freeze({
  /** Times that mu doubles, and steps for each, where phi does not come down to u before. */
  rounds: 30,
  steps: 100,
  /** A step that moves alpha by less, in all, is the last of its round. */
  least: 1e-9,
  /** So much below u is aimed at: a penalty alone only comes near. */
  margin: 1e-3,
});

export const rcDarts: OneShotDefinition = {
  title: 'RC-DARTS',
  source: 'Jin et al. 2019',
  fidelity: 'reconstruction',
  summary: 'DARTS whose expected student is brought back within the limits, and whose derived one always is.',
  /** `penalty`: mu, of the projection at its start. `projection` 0: the penalty joins the loss, and
   * nothing else keeps to the limits. */
  defaults: { ...DARTS_STEPS, projection: 1, penalty: 10 },
  ranges: { projection: { least: 0, most: 1, isWhole: true } },
  create: (space, { projection, penalty = NaN, ...options }) => {
    const method = darts.create(space, { ...options, order: 1 });
    const resources = resourcesOf(space);
    if (resources.length === 0) return method;
    const over = excessOver(space, resources);
    if (projection === 0) {
      const bounds = resources.map(() => 1);
      return { ...method, slope: (alpha) => scaled(over(alpha, bounds).slope, penalty) };
    }
    const first = evenly(space.levels, Float64Array.from(allKept(space), Number));
    const starts = resources.map((resource) => phiOf(resource, first));
    return {
      ...method,
      project: (alpha, progress) => {
        const annealed = starts.map((start) => Math.max(1, start + (1 - start) * Math.min(1, 2 * progress)));
        return project(alpha, (at, margin) => over(at, annealed, margin), penalty);
      },
      derive: (alpha, kept) => swapWithin(space.levels, resources, alpha, method.derive(alpha, kept)),
    };
  },
};

const phiOf = ({ limit, base, costs }: Resource, p: Float64Array): number =>
  p.reduce((sum, share, path) => sum + share * (costs[path] ?? 0), base) / limit;

const scaled = (values: Float64Array, factor: number): Float64Array => values.map((value) => factor * value);

/** The sum of max(0, phi - u)^2, with its slope and a bound of its curvature by alpha. */
interface Excess {
  readonly value: number;
  readonly slope: Float64Array;
  readonly curvature: number;
}

const excessOver =
  (space: MixingSpace, resources: readonly Resource[]) =>
  (alpha: Float64Array, bounds: readonly number[], margin = 0): Excess => {
    const p = softmaxShares(space.levels, alpha, allKept(space));
    let [value, curvature] = [0, 0];
    const slope = new Float64Array(alpha.length);
    for (const [index, resource] of resources.entries()) {
      const excess = phiOf(resource, p) - (bounds[index] ?? 1) * (1 - margin);
      if (!(excess > 0)) continue;
      const phiSlope = scaled(pullSoftmax(space.levels, p, resource.costs), 1 / resource.limit);
      value += excess ** 2;
      phiSlope.forEach((one, path) => (slope[path] = (slope[path] ?? 0) + 2 * excess * one));
      curvature += 2 * phiSlope.reduce((sum, one) => sum + one ** 2, 0);
    }
    return { value, slope, curvature };
  };

/**
 * Gradient steps on half of |alpha - start|^2 + mu excess, mu doubling until there is none. A start
 * without any is left as it is.
 */
function project(
  start: Float64Array,
  over: (alpha: Float64Array, margin: number) => Excess,
  penalty: number,
): Float64Array {
  let alpha = start;
  for (let round = 0; round < RULE.rounds && over(alpha, 0).value > 0; round += 1) {
    const mu = penalty * 2 ** round;
    for (let step = 0; step < RULE.steps; step += 1) {
      const { slope, curvature } = over(alpha, RULE.margin);
      const rate = 1 / (1 + mu * curvature);
      const moves = alpha.map((value, path) => rate * (value - (start[path] ?? 0) + mu * (slope[path] ?? 0)));
      alpha = alpha.map((value, path) => value - (moves[path] ?? 0));
      if (moves.reduce((sum, move) => sum + Math.abs(move), 0) < RULE.least) break;
    }
  }
  return alpha;
}
