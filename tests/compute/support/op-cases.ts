/** For every op of the architecture graph the calls that its kernel is compared by: a new op
 * without one does not compile. */
import type { ActivationKind, OpName, Shape, Sides } from '../../../src/core/arch/graph.ts';
import type { OpOf } from '../../../src/core/arch/ops.ts';

export interface OpCase<K extends OpName> {
  readonly op: OpOf<K>;
  /** Of each input, without the batch. */
  readonly inputs: readonly Shape[];
}

type Attributes<K extends OpName> = Omit<OpOf<K>, 'op'>;

const ACTIVATIONS: Readonly<Record<ActivationKind, true>> = {
  ...{
    relu: true,
    relu6: true,
    gelu: true,
    swish: true,
    hardSwish: true,
    sigmoid: true,
    hardSigmoid: true,
    tanh: true,
  },
};
/** `[kernel or size, stride, height, width]`: strides that divide the map and do not, filters that
 * skip places, rows and columns that differ. */
const WINDOWS: readonly (readonly [kernel: Sides, stride: Sides, height: number, width: number])[] = [
  [3, 1, 5, 6],
  [3, 2, 6, 5],
  [1, 1, 4, 4],
  [1, 2, 5, 6],
  [2, 2, 4, 5],
  [5, 2, 7, 8],
  [4, 4, 8, 8],
  [7, 1, 7, 7],
  [[1, 3], 1, 5, 6],
  [[5, 2], [2, 1], 7, 8],
  [[2, 3], [1, 3], 4, 9],
];

const MAP = [4, 5, 6];
const TOKENS = [6, 4];

export const OP_CASES: { readonly [K in OpName]: readonly OpCase<K>[] } = {
  input: [{ op: { op: 'input' }, inputs: [MAP] }],
  conv2d: WINDOWS.flatMap(([kernel, stride, height, width], index) => {
    const attributes: Attributes<'conv2d'> = { filters: 5, kernel, stride, bias: index % 2 === 0 };
    return [1, 3].map((channels) => ({ op: { op: 'conv2d', ...attributes }, inputs: [[height, width, channels]] }));
  }),
  depthwiseConv2d: WINDOWS.map(([kernel, stride, height, width], index) => ({
    op: { op: 'depthwiseConv2d', kernel, stride, bias: index % 2 === 0 },
    inputs: [[height, width, 3]],
  })),
  batchNorm: [MAP, TOKENS, [6]].map((shape) => ({ op: { op: 'batchNorm' }, inputs: [shape] })),
  layerNorm: [MAP, TOKENS, [6]].map((shape) => ({ op: { op: 'layerNorm' }, inputs: [shape] })),
  // Sound: the keys are the kinds.
  activation: (Object.keys(ACTIVATIONS) as ActivationKind[]).flatMap((kind) =>
    [MAP, TOKENS].map((shape) => ({ op: { op: 'activation', kind }, inputs: [shape] })),
  ),
  add: [
    { op: { op: 'add' }, inputs: [MAP, MAP] },
    { op: { op: 'add' }, inputs: [TOKENS, TOKENS, TOKENS] },
  ],
  multiply: [MAP, TOKENS].map((shape) => ({ op: { op: 'multiply' }, inputs: [shape, shape] })),
  scale: [{ op: { op: 'scale' }, inputs: [MAP, [6]] }],
  layerScale: [MAP, TOKENS].map((shape) => ({ op: { op: 'layerScale' }, inputs: [shape] })),
  channels: [
    { op: { op: 'channels', from: 0, count: 3 }, inputs: [MAP] },
    { op: { op: 'channels', from: 2, count: 4 }, inputs: [MAP] },
  ],
  concat: [
    { op: { op: 'concat' }, inputs: [MAP, [4, 5, 2], MAP] },
    { op: { op: 'concat' }, inputs: [TOKENS, [6, 3]] },
    { op: { op: 'concat' }, inputs: [[4], [3]] },
  ],
  channelShuffle: [2, 3].map((groups) => ({ op: { op: 'channelShuffle', groups }, inputs: [MAP] })),
  dense: [[6], TOKENS].flatMap((shape) =>
    [true, false].map((bias) => ({ op: { op: 'dense', units: 5, bias }, inputs: [shape] })),
  ),
  globalAveragePool: [{ op: { op: 'globalAveragePool' }, inputs: [MAP] }],
  averagePool: WINDOWS.map(([size, stride, height, width]) => ({
    op: { op: 'averagePool', size, stride },
    inputs: [[height, width, 3]],
  })),
  maxPool: WINDOWS.map(([size, stride, height, width]) => ({
    op: { op: 'maxPool', size, stride },
    inputs: [[height, width, 3]],
  })),
  tokens: [{ op: { op: 'tokens' }, inputs: [MAP] }],
  positionEmbedding: [{ op: { op: 'positionEmbedding' }, inputs: [TOKENS] }],
  transpose: [{ op: { op: 'transpose' }, inputs: [TOKENS] }],
  attention: [
    { op: { op: 'attention', heads: 2 }, inputs: [TOKENS] },
    { op: { op: 'attention', heads: 2, grid: [2, 3] }, inputs: [TOKENS] },
  ],
  meanTokens: [{ op: { op: 'meanTokens' }, inputs: [TOKENS] }],
  lastToken: [{ op: { op: 'lastToken' }, inputs: [TOKENS] }],
  embed: [
    { op: { op: 'embed', channel: 1, bytes: 1, values: 4, units: 3 }, inputs: [[7, 1, 3]] },
    { op: { op: 'embed', channel: 1, bytes: 2, values: 700, units: 2 }, inputs: [[7, 1, 3]] },
  ],
  gru: [
    { op: { op: 'gru', units: 5 }, inputs: [TOKENS] },
    { op: { op: 'gru', units: 1 }, inputs: [[1, 3]] },
  ],
};
