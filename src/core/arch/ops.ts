/**
 * One record per op of the architecture graph: its shape rule, its weights and its
 * multiply-accumulates.
 *
 * MAC conventions (batch 1, one count per multiply-accumulate of a matrix product):
 * - conv2d       out.h * out.w * kh * kw * in * filters; taps that fall on SAME's padding count too
 * - depthwise    out.h * out.w * kh * kw * channels
 * - dense        tokens * in * units (tokens = 1 for a vector)
 * - attention    4 * t * c * c (query, key, value and output projections) + 2 * t * t * c (both
 *                matmuls, all heads)
 * - gru          t * (c * 3u + u * 3u): the products of input and state with three gates' kernels;
 *                their products value by value count as gates do
 * - all others   0: norms, activations, biases, additions, gates, channel moves, pools and
 *                embeddings multiply no matrices
 *
 * A gru is Cho et al. 2014 with the reset gate behind the recurrent product, as cuDNN, PyTorch
 * and ONNX (`linear_before_reset = 1`) have it: z and r are sigmoids of W x + a + R h + b, the new
 * state is z h + (1 - z) tanh(W x + a + r (R h + b)). Columns are z, r and the new state's in turn.
 */
import { WorkbenchError } from '../errors.ts';
import type { Op, OpName, Shape, Sides, WeightSpec } from './graph.ts';

export type OpOf<K extends OpName> = Extract<Op, { readonly op: K }>;

/** `inputs` are the shapes of a layer's inputs in order; the op `input` is given the graph's own
 * input shape. */
export interface OpSpec<O extends Op> {
  /** Output shape. `where` names the layer in messages. Throws `graph.invalid` when the op does not
   * fit its inputs. */
  readonly infer: (op: O, inputs: readonly Shape[], where?: string) => Shape;
  /** Its tensors, in the order in which they are stored. `inputs` must have passed `infer`. */
  readonly weights: (op: O, inputs: readonly Shape[]) => readonly WeightSpec[];
  readonly macs: (op: O, inputs: readonly Shape[], out: Shape) => number;
  /** Numbers held while it computes, beside inputs and output (absent: none). */
  readonly workspace?: (op: O, inputs: readonly Shape[]) => number;
}

/** What a record of `OPS` leaves out. */
const NEITHER = { weights: () => [], macs: () => 0 };

type OpRecord<O extends Op> = Omit<OpSpec<O>, keyof typeof NEITHER> & Partial<OpSpec<O>>;

const OPS = {
  input: {
    infer: (op, inputs, where) => {
      const shape = single(op, inputs, where);
      const sound = (shape.length === 3 || shape.length === 1) && shape.every(isCount);
      return sound ? shape : misfit(op, inputs, where, 'needs a shape of positive whole numbers, [h,w,c] or [c]');
    },
  },
  conv2d: {
    infer: (op, inputs, where) => {
      const { filters } = op;
      counts(op, inputs, where, { filters });
      return [...strideMap(op, inputs, where, 'kernel', op.kernel).slice(0, 2), filters];
    },
    weights: (op, inputs) => [
      kernel('kernel', [...sidesOf(op.kernel), channelsOf(inputs), op.filters], 'heNormal'),
      ...(op.bias ? [bias('bias', op.filters)] : []),
    ],
    macs: (op, inputs, out) => positionsOf(out) * tapsOf(op.kernel) * channelsOf(inputs) * op.filters,
  },
  depthwiseConv2d: {
    infer: (op, inputs, where) => strideMap(op, inputs, where, 'kernel', op.kernel),
    weights: (op, inputs) => [
      kernel('kernel', [...sidesOf(op.kernel), channelsOf(inputs), 1], 'heNormal'),
      ...(op.bias ? [bias('bias', channelsOf(inputs))] : []),
    ],
    macs: (op, inputs, out) => positionsOf(out) * tapsOf(op.kernel) * channelsOf(inputs),
  },
  batchNorm: {
    infer: single,
    weights: (_op, inputs) => [
      ...affine(channelsOf(inputs)),
      { name: 'mean', shape: [channelsOf(inputs)], init: 'zeros', trainable: false, decay: false },
      { name: 'variance', shape: [channelsOf(inputs)], init: 'ones', trainable: false, decay: false },
    ],
  },
  layerNorm: {
    infer: single,
    weights: (_op, inputs) => affine(channelsOf(inputs)),
  },
  activation: { infer: single },
  add: {
    infer: (op, inputs, where) => {
      const [first] = inputs;
      const same = first !== undefined && inputs.length >= 2 && inputs.every((shape) => equalShapes(shape, first));
      return same ? first : misfit(op, inputs, where, 'needs two or more inputs of one shape');
    },
  },
  multiply: {
    infer: (op, inputs, where) => {
      const [left, right] = inputs;
      const fits = inputs.length === 2 && left !== undefined && right !== undefined && equalShapes(left, right);
      return fits ? left : misfit(op, inputs, where, 'needs two inputs of one shape');
    },
  },
  scale: {
    infer: (op, inputs, where) => {
      const [features, gate] = inputs;
      const fits =
        inputs.length === 2 && features?.length === 3 && gate?.length === 1 && features[2] === gate[0] && features;
      return fits || misfit(op, inputs, where, 'needs a map [h,w,c] and a gate [c]');
    },
  },
  layerScale: {
    infer: single,
    weights: (_op, inputs) => [undecayed('gamma', [channelsOf(inputs)], 'millionth')],
  },
  channels: {
    infer: (op, inputs, where) => {
      const shape = single(op, inputs, where);
      counts(op, inputs, where, { count: op.count });
      const fits = Number.isSafeInteger(op.from) && op.from >= 0 && op.from + op.count <= channelsOf(inputs);
      if (!fits) misfit(op, inputs, where, `has no ${op.count} channels from ${op.from} on`);
      return [...shape.slice(0, -1), op.count];
    },
  },
  concat: {
    infer: (op, inputs, where) => {
      const [first] = inputs;
      const fits =
        inputs.length >= 2 &&
        first !== undefined &&
        inputs.every((shape) => shape.length > 0 && equalShapes(shape.slice(0, -1), first.slice(0, -1)));
      if (!fits)
        misfit(op, inputs, where, 'needs two or more maps of one height and width, tokens of one count, or vectors');
      return [...first.slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
    },
  },
  channelShuffle: {
    infer: (op, inputs, where) => {
      const shape = map(op, inputs, where);
      counts(op, inputs, where, { groups: op.groups });
      if (shape[2] % op.groups !== 0)
        misfit(op, inputs, where, `cannot split ${shape[2]} channels into ${op.groups} groups`);
      return shape;
    },
  },
  dense: {
    infer: (op, inputs, where) => {
      const shape = single(op, inputs, where);
      counts(op, inputs, where, { units: op.units });
      if (shape.length > 2) misfit(op, inputs, where, 'needs tokens [t,c] or a vector [c]');
      return [...shape.slice(0, -1), op.units];
    },
    weights: (op, inputs) => [
      kernel('kernel', [channelsOf(inputs), op.units], 'glorotUniform'),
      ...(op.bias ? [bias('bias', op.units)] : []),
    ],
    macs: (op, inputs, out) => positionsOf(out) * channelsOf(inputs) * op.units,
  },
  globalAveragePool: {
    infer: (op, inputs, where) => [map(op, inputs, where)[2]],
  },
  averagePool: { infer: inferPool },
  maxPool: { infer: inferPool },
  tokens: {
    infer: (op, inputs, where) => {
      const [height, width, channels] = map(op, inputs, where);
      return [height * width, channels];
    },
  },
  positionEmbedding: {
    infer: tokens,
    weights: (_op, inputs) => [undecayed('embedding', inputs[0] ?? [], 'truncatedNormal02')],
  },
  transpose: {
    infer: (op, inputs, where) => {
      const [count, channels] = tokens(op, inputs, where);
      return [channels, count];
    },
  },
  attention: {
    infer: (op, inputs, where) => {
      const shape = tokens(op, inputs, where);
      counts(op, inputs, where, { heads: op.heads });
      if (shape[1] % op.heads !== 0)
        misfit(op, inputs, where, `cannot split ${shape[1]} channels into ${op.heads} heads`);
      if (op.grid !== undefined) {
        const [height, width] = op.grid;
        counts(op, inputs, where, { 'grid height': height, 'grid width': width });
        if (height * width !== shape[0])
          misfit(op, inputs, where, `a grid of ${height}x${width} places needs as many tokens`);
      }
      return shape;
    },
    weights: (op, inputs) => {
      const channels = channelsOf(inputs);
      return [
        kernel('qkvKernel', [channels, 3 * channels], 'glorotUniform'),
        bias('qkvBias', 3 * channels),
        kernel('outKernel', [channels, channels], 'glorotUniform'),
        bias('outBias', channels),
        ...(op.grid === undefined ? [] : [relativeBias(op.grid, op.heads)]),
      ];
    },
    macs: (_op, _inputs, out) => {
      const [count = 0, channels = 0] = out;
      return 4 * count * channels * channels + 2 * count * count * channels;
    },
    /** Queries, keys and values, and of every head the scores and their biases. */
    workspace: (op, inputs) => {
      const [count = 0, channels = 0] = inputs[0] ?? [];
      return 3 * count * channels + (op.grid === undefined ? 1 : 2) * op.heads * count * count;
    },
  },
  meanTokens: {
    infer: (op, inputs, where) => [tokens(op, inputs, where)[1]],
  },
  lastToken: {
    infer: (op, inputs, where) => [tokens(op, inputs, where)[1]],
  },
  embed: {
    infer: (op, inputs, where) => {
      const { channel, bytes, values, units } = op;
      const [steps, width, channels] = map(op, inputs, where);
      counts(op, inputs, where, { bytes, values, units });
      const fits = width === 1 && Number.isSafeInteger(channel) && channel >= 0 && channel + bytes <= channels;
      if (!fits) misfit(op, inputs, where, `needs steps [t,1,c] with ${bytes} of their bytes from ${channel} on`);
      if (values > 256 ** bytes) misfit(op, inputs, where, `${bytes} of bytes do not tell ${values} values apart`);
      return [steps, units];
    },
    weights: (op) => [undecayed('table', [op.values, op.units], 'truncatedNormal02')],
  },
  gru: {
    infer: (op, inputs, where) => {
      counts(op, inputs, where, { units: op.units });
      return [tokens(op, inputs, where)[0], op.units];
    },
    weights: ({ units }, inputs) => [
      kernel('kernel', [channelsOf(inputs), 3 * units], 'glorotUniform'),
      kernel('recurrent', [units, 3 * units], 'glorotUniform'),
      bias('bias', 3 * units),
      bias('recurrentBias', 3 * units),
    ],
    macs: ({ units }, inputs, out) => positionsOf(out) * 3 * units * (channelsOf(inputs) + units),
    /** The gates' inputs of every step, and of one its products with the state. */
    workspace: ({ units }, inputs) => 3 * units * ((inputs[0]?.[0] ?? 0) + 1),
  },
} as const satisfies { readonly [K in OpName]: OpRecord<OpOf<K>> };

/** The record of an op whose name is not known at compile time. */
export function opSpec(op: Op): OpSpec<Op> {
  // Sound: OPS[op.op] takes exactly the variant of `op` it is looked up by; TypeScript cannot
  // correlate the two.
  return { ...NEITHER, ...OPS[op.op] } as unknown as OpSpec<Op>;
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

export function equalShapes(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** `[rows, columns]` of what may be said in one number. */
export const sidesOf = (sides: Sides): readonly [number, number] =>
  typeof sides === 'number' ? [sides, sides] : sides;

const tapsOf = (kernelSides: Sides): number => sizeOf(sidesOf(kernelSides));

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function misfit(op: Op, inputs: readonly Shape[], where: string | undefined, problem: string): never {
  const shapes = inputs.length === 0 ? 'no input' : inputs.map(shapeText).join(', ');
  throw new WorkbenchError('graph.invalid', `Layer "${where ?? op.op}" (${op.op}) over ${shapes}: ${problem}.`);
}

function single(op: Op, inputs: readonly Shape[], where?: string): Shape {
  const [shape] = inputs;
  return shape !== undefined && shape.length > 0 && inputs.length === 1
    ? shape
    : misfit(op, inputs, where, 'needs exactly one input');
}

function map(op: Op, inputs: readonly Shape[], where: string | undefined): readonly [number, number, number] {
  const [height, width, channels] = single(op, inputs, where);
  return inputs[0]?.length === 3 && height !== undefined && width !== undefined && channels !== undefined
    ? [height, width, channels]
    : misfit(op, inputs, where, 'needs a map [h,w,c]');
}

function tokens(op: Op, inputs: readonly Shape[], where?: string): readonly [number, number] {
  const [count, channels] = single(op, inputs, where);
  return inputs[0]?.length === 2 && count !== undefined && channels !== undefined
    ? [count, channels]
    : misfit(op, inputs, where, 'needs tokens [t,c]');
}

function counts(
  op: Op,
  inputs: readonly Shape[],
  where: string | undefined,
  attributes: Readonly<Record<string, number>>,
): void {
  const values = Object.values(attributes);
  const wrong = values.findIndex((value) => !isCount(value));
  if (wrong < 0) return;
  const name = Object.keys(attributes)[wrong];
  misfit(op, inputs, where, `${name} must be a positive whole number, not ${values[wrong]}`);
}

function inferPool(op: OpOf<'averagePool'> | OpOf<'maxPool'>, inputs: readonly Shape[], where?: string): Shape {
  return strideMap(op, inputs, where, 'size', op.size);
}

/** A map with as many channels, its sides over the stride as SAME padding has them. */
function strideMap(
  op: Extract<Op, { readonly stride: Sides }>,
  inputs: readonly Shape[],
  where: string | undefined,
  name: 'kernel' | 'size',
  window: Sides,
): Shape {
  const [height, width, channels] = map(op, inputs, where);
  for (const [what, sides] of [[name, window] as const, ['stride', op.stride] as const]) {
    const [rows, columns] = sidesOf(sides);
    counts(op, inputs, where, rows === columns ? { [what]: rows } : { [what]: rows, [`${what} width`]: columns });
  }
  const [down, across] = sidesOf(op.stride);
  return [Math.ceil(height / down), Math.ceil(width / across), channels];
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function channelsOf(inputs: readonly Shape[]): number {
  return inputs[0]?.at(-1) ?? 0;
}

/** Places that share one kernel: pixels of a map, tokens, or 1. */
function positionsOf(shape: Shape): number {
  return sizeOf(shape.slice(0, -1));
}

function kernel(name: string, shape: readonly number[], init: WeightSpec['init']): WeightSpec {
  return { name, shape, init, trainable: true, decay: true };
}

function undecayed(name: string, shape: readonly number[], init: WeightSpec['init']): WeightSpec {
  return { name, shape, init, trainable: true, decay: false };
}

const bias = (name: string, length: number): WeightSpec => undecayed(name, [length], 'zeros');

/** One row for each offset (rows, columns) of a query from a key, -(h-1) to h-1 and -(w-1) to w-1:
 * `[offsets, heads]`. */
function relativeBias([height, width]: readonly [number, number], heads: number): WeightSpec {
  return undecayed('relativeBias', [(2 * height - 1) * (2 * width - 1), heads], 'truncatedNormal02');
}

function affine(channels: number): readonly WeightSpec[] {
  return [undecayed('gamma', [channels], 'ones'), bias('beta', channels)];
}

export const testing = { OPS };
