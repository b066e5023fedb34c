/** What methods share of what paths count: a softmax of alpha on each edge, as in DARTS, or equal
 * parts. */
import type { Rng } from '../math/rng.ts';
import type { MixingSteps } from './method.ts';
import { byEdge } from './method.ts';

/**
 * Of the paths' Adam. Decay and moments are those of Liu et al. 2019, and so of the others' codes.
 * Their steps of 3e-4 are for 390 an epoch; the set that comes with the program has 78, in fewer
 * epochs. Ten times as large, alpha goes as far as theirs. [R]
 */
export const DARTS_STEPS = { learningRate: 3e-3, weightDecay: 1e-3 } as const;

export const dartsSteps = ({
  learningRate = NaN,
  weightDecay = NaN,
}: Readonly<Record<string, number>>): MixingSteps => ({
  ...{ learningRate, weightDecay, firstMoment: 0.5, secondMoment: 0.999 },
});

/** p of each edge, over the paths that are kept; the others count 0. */
export const softmaxShares = (levels: readonly number[], alpha: Float64Array, kept: readonly boolean[]): Float64Array =>
  joined(byEdge(levels, inPlay(alpha, kept)).map(softmax));

/** Of each edge the kept path with the largest value, the first of equal ones. */
export const strongest = (
  levels: readonly number[],
  values: Float64Array,
  kept: readonly boolean[],
): readonly number[] => byEdge(levels, inPlay(values, kept)).map((edge) => edge.indexOf(Math.max(...edge)));

/** dalpha_k = p_k (dp_k - sum_j p_j dp_j), edge by edge. */
export function pullSoftmax(levels: readonly number[], p: Float64Array, dp: Float64Array): Float64Array {
  const slopes = byEdge(levels, dp);
  return joined(
    byEdge(levels, p).map((shares, edge) => {
      const mean = shares.reduce((sum, share, k) => sum + share * (slopes[edge]?.[k] ?? 0), 0);
      return shares.map((share, k) => share * ((slopes[edge]?.[k] ?? 0) - mean));
    }),
  );
}

/** Of paths marked with 1, the others with 0: equal parts of 1 on each edge. */
export const evenly = (levels: readonly number[], marked: Float64Array): Float64Array =>
  joined(
    byEdge(levels, marked).map((edge) => {
      const count = edge.reduce((sum, mark) => sum + mark, 0);
      return edge.map((mark) => mark / count);
    }),
  );

/** Of an edge's marks one by chance alone. */
export function oneOf(marks: Float64Array, rng: Rng): Float64Array {
  const able = [...marks.keys()].filter((level) => marks[level] === 1);
  const chosen = able[rng.int(Math.max(1, able.length))];
  return marks.map((_, level) => Number(level === chosen));
}

export const joined = (edges: readonly Float64Array[]): Float64Array =>
  Float64Array.from(edges.flatMap((edge) => [...edge]));

const inPlay = (values: Float64Array, kept: readonly boolean[]): Float64Array =>
  values.map((value, path) => (kept[path] === false ? -Infinity : value));

function softmax(values: Float64Array): Float64Array {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
