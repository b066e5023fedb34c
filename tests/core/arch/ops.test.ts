import { describe, expect, it } from 'vitest';
import type { Op, Shape } from '../../../src/core/arch/graph.ts';
import { opSpec, sizeOf, testing } from '../../../src/core/arch/ops.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';

const { OPS } = testing;

/** Shape, trainable weights and MACs of one op, all worked out by hand. */
const BY_HAND: readonly (readonly [Op, readonly Shape[], Shape, number, number])[] = [
  [{ op: 'input' }, [[5, 5, 1]], [5, 5, 1], 0, 0],
  // SAME: ceil(5/2) = 3; 3*3 taps, 2 channels in, 4 out
  [{ op: 'conv2d', filters: 4, kernel: 3, stride: 2, bias: false }, [[5, 5, 2]], [3, 3, 4], 72, 9 * 72],
  [{ op: 'conv2d', filters: 4, kernel: 1, stride: 1, bias: true }, [[5, 4, 2]], [5, 4, 4], 12, 20 * 8],
  [{ op: 'depthwiseConv2d', kernel: 5, stride: 2, bias: false }, [[7, 6, 3]], [4, 3, 3], 75, 12 * 75],
  [{ op: 'depthwiseConv2d', kernel: 3, stride: 1, bias: true }, [[7, 6, 3]], [7, 6, 3], 30, 42 * 27],
  [{ op: 'batchNorm' }, [[7, 6, 3]], [7, 6, 3], 6, 0],
  [{ op: 'layerNorm' }, [[4, 6]], [4, 6], 12, 0],
  [{ op: 'activation', kind: 'gelu' }, [[4, 6]], [4, 6], 0, 0],
  [
    { op: 'add' },
    [
      [4, 6],
      [4, 6],
    ],
    [4, 6],
    0,
    0,
  ],
  // ceil(5/1), ceil(7/3); 1*3 taps, 2 channels in, 4 out
  [{ op: 'conv2d', filters: 4, kernel: [1, 3], stride: [1, 3], bias: false }, [[5, 7, 2]], [5, 3, 4], 24, 15 * 24],
  [{ op: 'depthwiseConv2d', kernel: [5, 2], stride: [2, 1], bias: true }, [[7, 6, 3]], [4, 6, 3], 33, 24 * 30],
  [{ op: 'maxPool', size: [3, 1], stride: [2, 1] }, [[7, 6, 3]], [4, 6, 3], 0, 0],
  [
    { op: 'multiply' },
    [
      [4, 6],
      [4, 6],
    ],
    [4, 6],
    0,
    0,
  ],
  [{ op: 'scale' }, [[7, 6, 3], [3]], [7, 6, 3], 0, 0],
  [{ op: 'layerScale' }, [[7, 6, 3]], [7, 6, 3], 3, 0],
  [{ op: 'channels', from: 1, count: 2 }, [[7, 6, 3]], [7, 6, 2], 0, 0],
  [
    { op: 'concat' },
    [
      [7, 6, 3],
      [7, 6, 1],
      [7, 6, 2],
    ],
    [7, 6, 6],
    0,
    0,
  ],
  [{ op: 'channelShuffle', groups: 3 }, [[7, 6, 12]], [7, 6, 12], 0, 0],
  [{ op: 'dense', units: 5, bias: true }, [[8]], [5], 45, 40],
  [{ op: 'dense', units: 5, bias: false }, [[3, 8]], [3, 5], 40, 3 * 40],
  [{ op: 'globalAveragePool' }, [[7, 6, 3]], [3], 0, 0],
  [{ op: 'averagePool', size: 2, stride: 2 }, [[7, 6, 3]], [4, 3, 3], 0, 0],
  [{ op: 'maxPool', size: 3, stride: 1 }, [[7, 6, 3]], [7, 6, 3], 0, 0],
  [{ op: 'tokens' }, [[7, 6, 3]], [42, 3], 0, 0],
  [{ op: 'positionEmbedding' }, [[42, 3]], [42, 3], 126, 0],
  [{ op: 'transpose' }, [[42, 3]], [3, 42], 0, 0],
  // t = 5, c = 8: projections 5*(3*8*8 + 8*8), scores 5*5*8, mixing 5*5*8
  [{ op: 'attention', heads: 2 }, [[5, 8]], [5, 8], 4 * 64 + 4 * 8, 5 * 256 + 400],
  // 3 by 2 places: offsets of -2 to 2 rows and -1 to 1 columns, 5*3 for each head
  [{ op: 'attention', heads: 2, grid: [3, 2] }, [[6, 8]], [6, 8], 4 * 64 + 4 * 8 + 2 * 15, 6 * 256 + 2 * 36 * 8],
  [{ op: 'meanTokens' }, [[42, 3]], [3], 0, 0],
  [{ op: 'lastToken' }, [[42, 3]], [3], 0, 0],
  [
    { op: 'concat' },
    [
      [9, 3],
      [9, 4],
    ],
    [9, 7],
    0,
    0,
  ],
  [{ op: 'concat' }, [[3], [4]], [7], 0, 0],
  [{ op: 'embed', channel: 1, bytes: 2, values: 300, units: 8 }, [[50, 1, 3]], [50, 8], 2400, 0],
  // t = 7, c = 5, u = 4: of three gates 5*4 and 4*4 weights and two biases of 4
  [{ op: 'gru', units: 4 }, [[7, 5]], [7, 4], 3 * (20 + 16 + 8), 7 * 3 * (20 + 16)],
];

describe('OPS', () => {
  it.each(BY_HAND)(
    'gives %o over %j the shape, weights and MACs counted by hand',
    (op, inputs, shape, params, macs) => {
      const spec = opSpec(op);
      expect(spec.infer(op, inputs)).toEqual(shape);
      const trainable = spec.weights(op, inputs).filter((weight) => weight.trainable);
      expect(trainable.reduce((sum, weight) => sum + sizeOf(weight.shape), 0)).toBe(params);
      expect(spec.macs(op, inputs, shape)).toBe(macs);
    },
  );

  it('has a hand-counted case for every op, so that none is left unchecked', () => {
    expect(new Set(BY_HAND.map(([op]) => op.op))).toEqual(new Set(Object.keys(OPS)));
  });

  it('keeps running statistics out of the trainable weights but stores them', () => {
    const weights = OPS.batchNorm.weights({ op: 'batchNorm' }, [[7, 6, 3]]);
    expect(weights.map(({ name, trainable }) => [name, trainable])).toEqual([
      ['gamma', true],
      ['beta', true],
      ['mean', false],
      ['variance', false],
    ]);
  });

  it('decays kernels only, never norms, biases, scales or embeddings', () => {
    const decayed = BY_HAND.flatMap(([op, inputs]) => opSpec(op).weights(op, inputs)).filter((weight) => weight.decay);
    expect(new Set(decayed.map((weight) => weight.name))).toEqual(
      new Set(['kernel', 'qkvKernel', 'outKernel', 'recurrent']),
    );
  });

  const MISFITS: readonly (readonly [string, Op, readonly Shape[]])[] = [
    ['a convolution over tokens', { op: 'conv2d', filters: 4, kernel: 3, stride: 1, bias: true }, [[4, 6]]],
    ['a convolution with 2.5 filters', { op: 'conv2d', filters: 2.5, kernel: 3, stride: 1, bias: true }, [[4, 6, 1]]],
    ['a stride of 0', { op: 'depthwiseConv2d', kernel: 3, stride: 0, bias: true }, [[4, 6, 1]]],
    ['a dense layer over a map', { op: 'dense', units: 4, bias: true }, [[4, 6, 1]]],
    ['an addition of two shapes', { op: 'add' }, [[4, 6], [6]]],
    ['an addition of one value', { op: 'add' }, [[4, 6]]],
    ['a gate of another width', { op: 'scale' }, [[4, 6, 3], [4]]],
    ['heads that do not divide the channels', { op: 'attention', heads: 3 }, [[4, 8]]],
    ['a grid of fewer places than tokens', { op: 'attention', heads: 2, grid: [2, 2] }, [[5, 8]]],
    ['a grid without height', { op: 'attention', heads: 2, grid: [0, 5] }, [[5, 8]]],
    ['channels past the last', { op: 'channels', from: 2, count: 2 }, [[4, 6, 3]]],
    ['channels before the first', { op: 'channels', from: -1, count: 2 }, [[4, 6, 3]]],
    ['no channels at all', { op: 'channels', from: 0, count: 0 }, [[4, 6, 3]]],
    ['one map joined to none', { op: 'concat' }, [[4, 6, 3]]],
    [
      'maps of two heights side by side',
      { op: 'concat' },
      [
        [4, 6, 3],
        [5, 6, 3],
      ],
    ],
    [
      'tokens of two counts side by side',
      { op: 'concat' },
      [
        [4, 6],
        [5, 6],
      ],
    ],
    ['a kernel without columns', { op: 'conv2d', filters: 4, kernel: [3, 0], stride: 1, bias: true }, [[4, 6, 1]]],
    ['a product of two shapes', { op: 'multiply' }, [[4, 6], [6]]],
    ['a product of three', { op: 'multiply' }, [[6], [6], [6]]],
    ['an embedding of a map', { op: 'embed', channel: 0, bytes: 1, values: 9, units: 2 }, [[4, 6, 1]]],
    ['an embedding past the last byte', { op: 'embed', channel: 2, bytes: 2, values: 9, units: 2 }, [[4, 1, 3]]],
    ['more values than a byte has', { op: 'embed', channel: 0, bytes: 1, values: 257, units: 2 }, [[4, 1, 3]]],
    ['a recurrent unit over a vector', { op: 'gru', units: 4 }, [[6]]],
    ['a recurrent unit without units', { op: 'gru', units: 0 }, [[6, 3]]],
    ['the last token of a map', { op: 'lastToken' }, [[6, 3, 2]]],
    ['groups that do not divide the channels', { op: 'channelShuffle', groups: 2 }, [[4, 6, 3]]],
    ['no input', { op: 'batchNorm' }, []],
    ['an empty image', { op: 'input' }, [[28, 0, 1]]],
  ];

  it.each(MISFITS)('refuses %s, naming the layer and the shapes', (_what, op, inputs) => {
    const attempt = () => opSpec(op).infer(op, inputs, 'stage9.odd');
    expect(attempt).toThrow(WorkbenchError);
    expect(attempt).toThrow('stage9.odd');
    expect(attempt).toThrow(inputs[0] ? `[${inputs[0].join(',')}]` : 'no input');
  });
});
