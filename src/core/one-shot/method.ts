/**
 * What tells one-shot searches apart: how the paths of a supernet are drawn, how what they count is
 * learned, and which student comes of it. A method is pure; the trainer owns the network.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | alpha | what is learned of the paths | `[paths]`: edge after edge, a value a level |
 * | p | how much each path counts in one pass; 0: not at all | `[paths]` |
 * | dp, dalpha | slopes of a loss by them | `[paths]` |
 */
import type { Rng } from '../math/rng.ts';

/** Paths as one pass counts them. */
export interface Drawn {
  readonly p: Float64Array;
  /** The slope by alpha, of the slope by p. */
  readonly pull: (dp: Float64Array) => Float64Array;
}

/** Adam's step over alpha (Kingma and Ba 2015), with decay as a part of the slope. */
export interface MixingSteps {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly firstMoment: number;
  readonly secondMoment: number;
}

export interface OneShotMethod {
  readonly steps: MixingSteps;
  /** A pass for each: slopes are their mean. `weights` are trained on half of the training images,
   * `mixing` on the other. */
  readonly draw: (alpha: Float64Array, rng: Rng, phase: 'weights' | 'mixing') => readonly Drawn[];
  /** A level of each edge, by its index. */
  readonly derive: (alpha: Float64Array) => readonly number[];
}

export interface OneShotDefinition {
  readonly title: string;
  /** Whose it is. */
  readonly source: string;
  readonly defaults: Readonly<Record<string, number>>;
  /** `levels`: of each edge, how many paths it has. */
  readonly create: (levels: readonly number[], options: Readonly<Record<string, number>>) => OneShotMethod;
}

/** Alpha, or any other value a path, edge by edge. */
export function byEdge(levels: readonly number[], values: Float64Array): readonly Float64Array[] {
  let start = 0;
  return levels.map((count) => values.subarray(start, (start += count)));
}

/** Before anything is learned all paths are alike, but for a little chance: `[paths]`. */
export function startMixing(levels: readonly number[], rng: Rng): Float64Array {
  const paths = levels.reduce((sum, count) => sum + count, 0);
  return Float64Array.from({ length: paths }, () => START_DEVIATION * rng.normal());
}

/** As in the code of Liu et al. 2019. */
const START_DEVIATION = 1e-3;
