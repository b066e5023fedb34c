/**
 * One mapping per op of the architecture graph: the ONNX nodes that compute what its kernel
 * (`kernels.ts`) computes.
 *
 * Maps are `[batch, c, h, w]` here (NCHW, what deployers expect), tokens `[batch, t, c]` and
 * vectors `[batch, c]` as in the trainer.
 *
 * | ours | ONNX |
 * | --- | --- |
 * | kernels HWIO, depthwise `[kh,kw,c,1]` | OIHW, `[c,1,kh,kw]` with c groups |
 * | TensorFlow's SAME | explicit pads: the odd pixel goes to the bottom and right |
 * | averages over SAME's padding count real pixels only | `count_include_pad = 0` |
 * | tokens: rows of pixels, channels last | Transpose to `[batch, h, w, c]`, then Reshape |
 */
import type { ActivationKind, OpName, Shape, Sides } from '../../core/arch/graph.ts';
import type { OpOf } from '../../core/arch/ops.ts';
import { sidesOf } from '../../core/arch/ops.ts';
import { NORM_EPSILON } from '../backend/norms.ts';
import { relativeRows } from '../model/kernels.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import { ELEMENT_TYPES } from './encode-onnx.ts';
import type { OnnxAttribute } from './encode-onnx.ts';
import type { OnnxBuilder } from './onnx-builder.ts';
import { permuted, samePads } from './layout.ts';

export interface OnnxOperand {
  readonly name: string;
  /** Of the architecture graph: `[h,w,c]`, `[t,c]` or `[c]`. */
  readonly shape: Shape;
}

/** What a mapping may read and add for one layer. */
export interface OnnxLayer {
  readonly id: string;
  readonly inputs: readonly OnnxOperand[];
  readonly out: Shape;
  readonly normalisation: Normalisation;
  readonly builder: OnnxBuilder;
  /** Adds a node. Without `part` it is the layer's last, whose output is the layer's. Gives the
   * output's name. */
  readonly node: (
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    part?: string,
  ) => string;
  /** Values of a weight of this layer by its short name, in the trainer's order. */
  readonly values: (name: string) => Float32Array;
  readonly shapeOf: (name: string) => readonly number[];
  /** A weight as it is, or in other dimensions and order. */
  readonly weight: (
    name: string,
    arranged?: { readonly dims: readonly number[]; readonly values: Float32Array },
  ) => string;
}

export type OnnxMapping<K extends OpName> = (op: OpOf<K>, layer: OnnxLayer) => string;
export type OnnxMappings = { readonly [K in OpName]: OnnxMapping<K> };

export const ONNX = {
  /** Pixels from 0 to 1 become what the network was trained on. */
  input: (_op, layer) => {
    const { mean, deviation } = layer.normalisation;
    const centred = layer.node('Sub', ['input', perChannel(layer, 'mean', mean)], {}, 'centred');
    return layer.node('Div', [centred, perChannel(layer, 'deviation', deviation)]);
  },
  conv2d: (op, layer) => {
    const kernel = layer.weight('kernel', reordered(layer, 'kernel', [3, 2, 0, 1]));
    const inputs = [x(layer), kernel, ...(op.bias ? [layer.weight('bias')] : [])];
    return layer.node('Conv', inputs, window(layer, op.kernel, op.stride));
  },
  depthwiseConv2d: (op, layer) => {
    const kernel = layer.weight('kernel', reordered(layer, 'kernel', [2, 3, 0, 1]));
    const inputs = [x(layer), kernel, ...(op.bias ? [layer.weight('bias')] : [])];
    return layer.node('Conv', inputs, { ...window(layer, op.kernel, op.stride), group: { int: channelsOf(layer) } });
  },
  /** A node of its own, so that the graph reads as it was designed; runtimes fold it into the
   * convolution before it. */
  batchNorm: (_op, layer) => {
    if (layer.out.length === 2) return normalisedTokens(layer);
    const inputs = [x(layer), ...['gamma', 'beta', 'mean', 'variance'].map((name) => layer.weight(name))];
    return layer.node('BatchNormalization', inputs, { epsilon: { float: NORM_EPSILON } });
  },
  layerNorm: (_op, layer) => {
    const weights = [layer.weight('gamma'), layer.weight('beta')];
    const attributes = { axis: { int: -1 }, epsilon: { float: NORM_EPSILON } };
    if (layer.out.length < 3) return layer.node('LayerNormalization', [x(layer), ...weights], attributes);
    const last = layer.node('Transpose', [x(layer)], { perm: { ints: [0, 2, 3, 1] } }, 'channels-last');
    const normed = layer.node('LayerNormalization', [last, ...weights], attributes, 'norm');
    return layer.node('Transpose', [normed], { perm: { ints: [0, 3, 1, 2] } });
  },
  activation: (op, layer) => ACTIVATIONS[op.kind](layer),
  add: (_op, layer) => {
    const names = layer.inputs.map(({ name }) => name);
    return names.length === 2 ? layer.node('Add', names) : layer.node('Sum', names);
  },
  multiply: (_op, layer) =>
    layer.node(
      'Mul',
      layer.inputs.map(({ name }) => name),
    ),
  scale: (_op, layer) => {
    const [features = '', gate = ''] = layer.inputs.map(({ name }) => name);
    const spread = layer.node('Unsqueeze', [gate, layer.builder.integers([2, 3])], {}, 'spread');
    return layer.node('Mul', [features, spread]);
  },
  layerScale: (_op, layer) => {
    // A map's channels come second: the factor of each spans its rows and columns.
    const arranged = { dims: [channelsOf(layer), 1, 1], values: layer.values('gamma') };
    const gamma = layer.out.length === 3 ? layer.weight('gamma', arranged) : layer.weight('gamma');
    return layer.node('Mul', [x(layer), gamma]);
  },
  channels: (op, layer) => {
    const [from, to, axis] = [op.from, op.from + op.count, channelAxis(layer)].map((value) =>
      layer.builder.integers([value]),
    ) as [string, string, string]; // as many as values
    return layer.node('Slice', [x(layer), from, to, axis]);
  },
  concat: (_op, layer) => {
    const names = layer.inputs.map(({ name }) => name);
    return layer.node('Concat', names, { axis: { int: channelAxis(layer) } });
  },
  channelShuffle: (op, layer) => {
    const [height = 0, width = 0, channels = 0] = layer.out;
    const shape = (lengths: readonly number[]): string => layer.builder.integers([0, ...lengths, height, width]);
    const groups = layer.node('Reshape', [x(layer), shape([op.groups, channels / op.groups])], {}, 'groups');
    const shuffled = layer.node('Transpose', [groups], { perm: { ints: [0, 2, 1, 3, 4] } }, 'shuffled');
    return layer.node('Reshape', [shuffled, shape([channels])]);
  },
  dense: (op, layer) => {
    const inputs = [x(layer), layer.weight('kernel')];
    const bias = op.bias ? layer.weight('bias') : undefined;
    if (layer.out.length === 1) return layer.node('Gemm', bias === undefined ? inputs : [...inputs, bias]);
    return bias === undefined
      ? layer.node('MatMul', inputs)
      : layer.node('Add', [layer.node('MatMul', inputs, {}, 'product'), bias]);
  },
  globalAveragePool: (_op, layer) => {
    const pooled = layer.node('GlobalAveragePool', [x(layer)], {}, 'pool');
    return layer.node('Flatten', [pooled], { axis: { int: 1 } });
  },
  averagePool: (op, layer) => {
    return layer.node('AveragePool', [x(layer)], {
      ...window(layer, op.size, op.stride),
      count_include_pad: { int: 0 },
    });
  },
  maxPool: (op, layer) => layer.node('MaxPool', [x(layer)], window(layer, op.size, op.stride)),
  tokens: (_op, layer) => {
    const last = layer.node('Transpose', [x(layer)], { perm: { ints: [0, 2, 3, 1] } }, 'channels-last');
    return layer.node('Reshape', [last, layer.builder.integers([0, ...layer.out])]);
  },
  positionEmbedding: (_op, layer) => layer.node('Add', [x(layer), layer.weight('embedding')]),
  transpose: (_op, layer) => layer.node('Transpose', [x(layer)], { perm: { ints: [0, 2, 1] } }),
  attention: (op, layer) => attention(layer, op),
  meanTokens: (_op, layer) => {
    return layer.node('ReduceMean', [x(layer), layer.builder.integers([1])], { keepdims: { int: 0 } });
  },
  lastToken: (_op, layer) => {
    const last = (layer.inputs[0]?.shape[0] ?? 1) - 1;
    return layer.node('Gather', [x(layer), layer.builder.place(last)], { axis: { int: 1 } });
  },
  embed,
  gru,
} as const satisfies OnnxMappings;

const ACTIVATIONS = {
  relu: (layer) => layer.node('Relu', [x(layer)]),
  relu6: (layer) => layer.node('Clip', [x(layer), layer.builder.scalar(0), layer.builder.scalar(6)]),
  /** Exact, by the error function. */
  gelu: (layer) => layer.node('Gelu', [x(layer)], { approximate: { text: 'none' } }),
  swish: (layer) => layer.node('Mul', [x(layer), layer.node('Sigmoid', [x(layer)], {}, 'sigmoid')]),
  sigmoid: (layer) => layer.node('Sigmoid', [x(layer)]),
  hardSigmoid: (layer) => layer.node('HardSigmoid', [x(layer)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  hardSwish: (layer) => layer.node('HardSwish', [x(layer)]),
  tanh: (layer) => layer.node('Tanh', [x(layer)]),
} as const satisfies Record<ActivationKind, (layer: OnnxLayer) => string>;

/** BatchNormalization wants channels second; over tokens it is a scale and an offset, folded in
 * double precision. */
function normalisedTokens(layer: OnnxLayer): string {
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map(layer.values) as [
    // Sound: as many as names.
    ...[Float32Array, Float32Array, Float32Array, Float32Array],
  ];
  const factor = Array.from(gamma, (value, index) => value / Math.sqrt((variance[index] ?? 0) + NORM_EPSILON));
  const offset = Array.from(beta, (value, index) => value - (mean[index] ?? 0) * (factor[index] ?? 0));
  const weight = (name: string, values: readonly number[]): string =>
    layer.builder.weight(`${layer.id}/${name}`, [values.length], Float32Array.from(values));
  const scaled = layer.node('Mul', [x(layer), weight('factor', factor)], {}, 'scaled');
  return layer.node('Add', [scaled, weight('offset', offset)]);
}

/** softmax(Q K^T / sqrt(d)) V; columns of the joint kernel are queries, keys and values in turn,
 * each head after head. */
function attention(layer: OnnxLayer, { heads, grid }: OpOf<'attention'>): string {
  const { builder, node } = layer;
  const [tokens = 0, channels = 0] = layer.out;
  const width = channels / heads;
  const product = node('MatMul', [x(layer), layer.weight('qkvKernel')], {}, 'qkv-product');
  const joint = node('Add', [product, layer.weight('qkvBias')], {}, 'qkv');
  const parts = ['queries', 'keys', 'values'].map((part) => `${layer.id}/${part}`);
  builder.node('Split', `${layer.id}/split`, [joint], parts, { axis: { int: -1 }, num_outputs: { int: 3 } });
  const split = (part: number, name: string, perm: readonly number[]): string => {
    const shape = builder.integers([0, tokens, heads, width]);
    const apart = node('Reshape', [parts[part] ?? '', shape], {}, `${name}-heads`);
    return node('Transpose', [apart], { perm: { ints: perm } }, `${name}-by-head`);
  };
  const query = split(0, 'queries', [0, 2, 1, 3]);
  const key = split(1, 'keys', [0, 2, 3, 1]);
  const value = split(2, 'values', [0, 2, 1, 3]);
  const scaled = node('Mul', [query, builder.scalar(1 / Math.sqrt(width))], {}, 'scaled-queries');
  const products = node('MatMul', [scaled, key], {}, 'products');
  const scores = grid ? node('Add', [products, relativeBias(layer, grid)], {}, 'scores') : products;
  const shares = node('Softmax', [scores], { axis: { int: -1 } }, 'softmax');
  const mixed = node('MatMul', [shares, value], {}, 'mixed');
  const together = node('Transpose', [mixed], { perm: { ints: [0, 2, 1, 3] } }, 'mixed-by-token');
  const flat = node('Reshape', [together, builder.integers([0, tokens, channels])], {}, 'mixed-tokens');
  const out = node('MatMul', [flat, layer.weight('outKernel')], {}, 'out-product');
  return node('Add', [out, layer.weight('outBias')]);
}

/** The bias of every pair of places of a grid, `[heads, t, t]`, as the kernel reads it. */
function relativeBias(layer: OnnxLayer, [height, width]: readonly [number, number]): string {
  const count = height * width;
  const places = (): Int32Array => relativeRows(height, width);
  const rows = layer.builder.places(`offsets-${height}x${width}`, [count, count], places);
  const pairs = layer.node('Gather', [layer.weight('relativeBias'), rows], { axis: { int: 0 } }, 'bias-of-pairs');
  return layer.node('Transpose', [pairs], { perm: { ints: [2, 0, 1] } }, 'bias-by-head');
}

/** Steps `[batch, bytes, t, 1]`: their numbers are rounded as the kernel rounds them. */
function embed({ channel, bytes }: OpOf<'embed'>, layer: OnnxLayer): string {
  const { builder, node, out } = layer;
  const byte = (place: number, part: string): string => {
    const one = node('Gather', [x(layer), builder.place(place)], { axis: { int: 1 } }, part);
    const flat = node('Reshape', [one, builder.integers([0, out[0] ?? 0])], {}, `${part}-by-step`);
    return node('Round', [flat], {}, `${part}-rounded`);
  };
  const low = byte(channel + bytes - 1, 'low');
  const number =
    bytes === 1
      ? low
      : node(
          'Add',
          [node('Mul', [byte(channel, 'high'), builder.scalar(256)], {}, 'high-times-256'), low],
          {},
          'number',
        );
  const row = node('Cast', [number], { to: { int: ELEMENT_TYPES.int32 } }, 'row');
  return node('Gather', [layer.weight('table'), row], { axis: { int: 0 } });
}

/** ONNX has the steps first, and gates as rows in our order: z, r and the new state. */
function gru({ units }: OpOf<'gru'>, layer: OnnxLayer): string {
  const { builder, node } = layer;
  const turned = (name: string): string => {
    const { dims, values } = permuted(layer.values(name), layer.shapeOf(name), [1, 0]);
    return layer.weight(name, { dims: [1, ...dims], values });
  };
  const biases = Float32Array.from([...layer.values('bias'), ...layer.values('recurrentBias')]);
  const bias = builder.weight(`${layer.id}/biases`, [1, 6 * units], biases);
  const steps = node('Transpose', [x(layer)], { perm: { ints: [1, 0, 2] } }, 'by-step');
  const attributes = { hidden_size: { int: units }, linear_before_reset: { int: 1 } };
  const states = node('GRU', [steps, turned('kernel'), turned('recurrent'), bias], attributes, 'states');
  const oneWay = node('Squeeze', [states, builder.integers([1])], {}, 'one-way');
  return node('Transpose', [oneWay], { perm: { ints: [1, 0, 2] } });
}

function x({ id, inputs }: OnnxLayer): string {
  const [first] = inputs;
  if (first === undefined) throw new Error(`Layer "${id}" has no input`);
  return first.name;
}

function channelsOf({ inputs }: OnnxLayer): number {
  return inputs[0]?.shape.at(-1) ?? 0;
}

/** One number for all channels, or one each. */
function perChannel({ id, out, builder }: OnnxLayer, name: string, values: number | readonly number[]): string {
  if (typeof values === 'number') return builder.scalar(values);
  const dims = out.length === 3 ? [values.length, 1, 1] : [values.length];
  return builder.weight(`${id}/${name}`, dims, Float32Array.from(values));
}

/** In the exported graph, the batch counted. */
function channelAxis({ out }: OnnxLayer): number {
  return out.length === 3 ? 1 : out.length;
}

function reordered(layer: OnnxLayer, name: string, order: readonly number[]) {
  return permuted(layer.values(name), layer.shapeOf(name), order);
}

function window({ inputs }: OnnxLayer, size: Sides, stride: Sides): Readonly<Record<string, OnnxAttribute>> {
  const [height = 0, width = 0] = inputs[0]?.shape ?? [];
  const [sizes, strides] = [sidesOf(size), sidesOf(stride)];
  const [top, bottom] = samePads(height, sizes[0], strides[0]);
  const [left, right] = samePads(width, sizes[1], strides[1]);
  return {
    kernel_shape: { ints: [...sizes] },
    strides: { ints: [...strides] },
    pads: { ints: [top, left, bottom, right] },
  };
}
