/** What networks of stages are put together from. */
import type { Configuration, Dimension } from '../../../space/space.ts';
import { normalisedConvolution } from '../../blocks.ts';
import type { ActivationKind, Shape } from '../../graph.ts';
import type { GraphBuilder, Value } from '../../graph-builder.ts';
import { numberLevel } from '../student-family.ts';
import { mostOf, upTo } from './levels.ts';

/** Layers between two values. */
export interface Part {
  /** Names of the dimensions that its params and MACs hang on. */
  readonly reads: readonly string[];
  /** Absent: always there. Else where that dimension's level is `least` or more. */
  readonly from?: { readonly dimension: string; readonly least: number };
  readonly build: (g: GraphBuilder, x: Value, config: Configuration) => Value;
}

export interface Stage {
  /** Names of the dimensions that no other stage's costs hang on. */
  readonly owns: readonly string[];
  readonly parts: readonly Part[];
}

/** A shape between two parts, and what was counted from there, by part and levels. */
export interface Place {
  readonly shape: Shape;
  readonly steps: Map<number, Step>;
}

export interface Step {
  readonly params: number;
  readonly macs: number;
  readonly next: Place;
}

/** From a place through parts that follow each other. */
export type Walk = (from: Place, parts: readonly NumberedPart[], config: Configuration) => Step;

export interface NumberedPart extends Part {
  readonly number: number;
  /** The dimensions that it reads. */
  readonly levels: readonly Pick<Dimension, 'name' | 'levels'>[];
}

/** One part a block, as many as the depth may have. */
export const blocksOf = (depth: Dimension, part: (block: number) => Omit<Part, 'from'>): readonly Part[] =>
  upTo(mostOf(depth)).map((block) => ({ ...part(block), from: { dimension: depth.name, least: block } }));

/** A stem as wide as the level of `width`. */
export const stemOf = (
  strides: readonly number[],
  width: string,
  activation: ActivationKind | ((config: Configuration) => ActivationKind),
): Part => ({
  reads: [width],
  build: (g, x, config) =>
    stridedConvolutions(g, 'stem', x, {
      filters: numberLevel(config, width),
      strides,
      activation: typeof activation === 'string' ? activation : activation(config),
    }),
});

/** A 1x1 convolution, `head` times as wide as the last stage. */
export const headOf = (activation: ActivationKind): Part => ({
  reads: ['head'],
  build: (g, x, config) => {
    const filters = (x.shape[2] ?? 0) * numberLevel(config, 'head');
    return normalisedConvolution(g, 'head', x, { filters, kernel: 1, stride: 1, activation });
  },
});

export const pooled: Part = { reads: [], build: (g, x) => g.globalAveragePool('pool', x) };

interface StridedConvolutions {
  readonly filters: number;
  readonly strides: readonly number[];
  readonly activation: ActivationKind;
}

/** One after the other. The first of several is 5x5, so that a stride of 4 leaves out no pixel. */
export function stridedConvolutions(g: GraphBuilder, id: string, x: Value, options: StridedConvolutions): Value {
  const { filters, strides, activation } = options;
  return strides.reduce((y, stride, index) => {
    const kernel = strides.length > 1 && stride > 2 ? 5 : 3;
    return normalisedConvolution(g, index === 0 ? id : `${id}.${index + 1}`, y, {
      filters,
      kernel,
      stride,
      activation,
    });
  }, x);
}
