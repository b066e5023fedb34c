/**
 * What tells one-shot searches apart: how the paths of a supernet are drawn, how what they count is
 * learned, and which student comes of it. A method is pure; the trainer owns the network.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | alpha | what is learned of the paths | `[paths]`: edge after edge, a value a level |
 * | p | how much each path counts in one pass; 0: not at all | `[paths]` |
 * | kept | whether a path is still in play | `[paths]` |
 * | dp, dalpha | slopes of a loss by them | `[paths]` |
 */
import { emptyPaths, pathCosts, pathCounts } from '../arch/supernet.ts';
import type { PathCosts, Supernet } from '../arch/supernet.ts';
import type { Rng } from '../math/rng.ts';
import type { Fidelity } from '../strategies/strategy.ts';

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

/** What is mixed. */
export interface MixingSpace {
  /** Paths of each edge, `[edges]`. */
  readonly levels: readonly number[];
  /** Whether a path gives nothing, `[paths]`. */
  readonly isEmpty: readonly boolean[];
  /** Of whole students, by the paths that they take. */
  readonly costs: () => PathCosts;
  /** None of a student may be passed; a cost without a limit is Infinity. */
  readonly limits: { readonly params: number; readonly macs: number };
}

export const mixingSpace = (
  supernet: Pick<Supernet, 'graph' | 'edges'>,
  {
    params = Infinity,
    macs = Infinity,
  }: { readonly params?: number | undefined; readonly macs?: number | undefined } = {},
): MixingSpace => ({
  levels: pathCounts(supernet.edges),
  isEmpty: emptyPaths(supernet.edges),
  costs: () => pathCosts(supernet),
  limits: { params, macs },
});

/** All paths of all edges, `[paths]`. */
export const allKept = ({ levels }: Pick<MixingSpace, 'levels'>): readonly boolean[] =>
  levels.flatMap((count) => Array<boolean>(count).fill(true));

/**
 * What the slope by alpha is of. `first`: weights as they stand. `unrolled`: weights a step further
 * (Liu et al. 2019, equation 7). `implicit`: weights after `steps` steps, by so many `terms` of a
 * Neumann series (Zhang et al. 2021).
 */
export type Hypergradient =
  | { readonly kind: 'first' }
  | { readonly kind: 'unrolled' }
  | { readonly kind: 'implicit'; readonly steps: number; readonly terms: number };

/** A stretch of the search with a network of its own. */
export interface SearchStage {
  /** Of the search's epochs; those of all stages are 1. */
  readonly share: number;
  /** Of so many channels one goes through paths; 1: all do. */
  readonly part: number;
  /** Paths that each edge has in play: the strongest of the stage before. */
  readonly keep: number;
}

export interface OneShotMethod {
  readonly steps: MixingSteps;
  /** Share of a stage's epochs in which weights alone are trained; absent: none. */
  readonly warmup?: number;
  /** Absent: one, of all channels and paths. */
  readonly stages?: readonly SearchStage[];
  /** Absent: `first`. */
  readonly hypergradient?: Hypergradient;
  /** A pass for each: slopes are their mean. `weights` are trained on half of the training images,
   * `mixing` on the other. A path that is not kept counts 0. */
  readonly draw: (
    alpha: Float64Array,
    rng: Rng,
    phase: 'weights' | 'mixing',
    kept: readonly boolean[],
  ) => readonly Drawn[];
  /** A slope of alpha's own, beside the loss's; absent: none. */
  readonly slope?: (alpha: Float64Array) => Float64Array;
  /** After an epoch, alpha moved to where its students stay within their limits. `progress`: share
   * of the search that is done. */
  readonly project?: (alpha: Float64Array, progress: number) => Float64Array;
  /** In place of slopes: of so many students drawn evenly, the one of the least loss over the half
   * that mixing learns from is what alpha then says. */
  readonly picks?: number;
  /** How much each path counts on average, `[paths]`; of an edge they are 1 together. */
  readonly shares: (alpha: Float64Array, kept: readonly boolean[]) => Float64Array;
  /** A level of each edge, by its index. */
  readonly derive: (alpha: Float64Array, kept: readonly boolean[]) => readonly number[];
}

/** A network for each: one, of all channels and paths, where the method says nothing. */
export const stagesOf = ({ stages }: Pick<OneShotMethod, 'stages'>): readonly SearchStage[] =>
  stages ?? [{ share: 1, part: 1, keep: Infinity }];

/** What an option may be. */
export interface OptionRange {
  readonly least: number;
  readonly most: number;
  /** No fractions. */
  readonly isWhole?: boolean;
}

export interface OneShotDefinition {
  readonly title: string;
  /** Whose it is. */
  readonly source: string;
  readonly fidelity: Fidelity;
  /** One sentence on what it is. */
  readonly summary: string;
  readonly defaults: Readonly<Record<string, number>>;
  /** Of options; absent: any number from 0 on. */
  readonly ranges?: Readonly<Record<string, OptionRange>>;
  readonly create: (space: MixingSpace, options: Readonly<Record<string, number>>) => OneShotMethod;
}

/** Alpha, or any other value a path, edge by edge. */
export function byEdge<V extends { subarray(from: number, to: number): V }>(
  levels: readonly number[],
  values: V,
): readonly V[] {
  let start = 0;
  return levels.map((count) => values.subarray(start, (start += count)));
}

/** Paths with a share, one an edge at least; `undefined` where a log says what cannot be. */
export function keptBy(shares: readonly number[], levels: readonly number[]): readonly boolean[] | undefined {
  const marks = Float64Array.from(shares, (share) => Number(share > 0));
  const edges = byEdge(levels, marks);
  const isWhole = marks.length === levels.reduce((sum, count) => sum + count, 0);
  return isWhole && edges.every((edge) => edge.includes(1)) ? Array.from(marks, (mark) => mark === 1) : undefined;
}

/** Before anything is learned all paths are alike, but for a little chance: `[paths]`. */
export function startMixing(levels: readonly number[], rng: Rng): Float64Array {
  const paths = levels.reduce((sum, count) => sum + count, 0);
  return Float64Array.from({ length: paths }, () => START_DEVIATION * rng.normal());
}

/** As in the code of Liu et al. 2019. */
const START_DEVIATION = 1e-3;
