/** Exported networks in ONNX Runtime against our own forward pass: every family, every op alone,
 * both precisions. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { beforeAll, describe, expect, it } from 'vitest';
import { studentFamily, familyNamesFor } from '../../../src/core/arch/families/registry.ts';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';
import type { GraphBuilder, Value } from '../../../src/core/arch/graph-builder.ts';
import type { ActivationKind, ArchitectureGraph, OpName } from '../../../src/core/arch/graph.ts';
import { testing as opsTesting } from '../../../src/core/arch/ops.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { randomMember } from '../../../src/core/space/lattice.ts';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { permuted, samePads } from '../../../src/compute/export/layout.ts';
import { onnxModel } from '../../../src/compute/export/onnx.ts';
import { openOnnx } from '../../../src/compute/export/onnxruntime.ts';
import { onnxLogits, ownLogits, testing as verifyTesting } from '../../../src/compute/export/verify.ts';
import type { ExportPrecision } from '../../../src/compute/tasks/export/task.ts';
import { randomNetwork, randomPixels } from '../support/random-network.ts';

const { BOUNDS } = verifyTesting;
const { OPS } = opsTesting;

beforeAll(async () => void (await loadBackend()));

/** Largest difference of a logit over a few images, and the largest logit. */
async function difference(graph: ArchitectureGraph, precision: ExportPrecision = 'fp32', seed = 1) {
  const network = randomNetwork(graph, seed);
  const pixels = randomPixels(graph, 5);
  const ours = ownLogits(network, pixels);
  const theirs = await onnxLogits(onnxModel(network, { precision }), graph.inputShape, pixels);
  expect(theirs).toHaveLength(ours.length);
  const gaps = ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN)));
  return { gap: Math.max(...gaps), largest: Math.max(1, ...ours.map(Math.abs)) };
}

const SHAPES = [
  [28, 28, 1],
  [32, 32, 3],
  [8, 8, 3],
] as const;

describe.each(familyNamesFor({}))('%s', (name) => {
  it.each(SHAPES)('computes the same as its ONNX file at %ix%ix%i', async (...shape) => {
    const family = studentFamily(name, { inputShape: shape, classes: 10 });
    const { gap } = await difference(family.build(family.reference));
    expect(gap).toBeLessThan(BOUNDS.fp32.limit);
  });

  it('computes the same whatever its configuration, on images that no stride divides', async () => {
    const family = studentFamily(name, { inputShape: [15, 15, 1], classes: 3 });
    const chance = createRng(11);
    for (let member = 0; member < 4; member++) {
      const { gap } = await difference(family.build(randomMember(family, () => chance.uniform())), 'fp32', member);
      expect(gap).toBeLessThan(BOUNDS.fp32.limit);
    }
  });

  it('keeps to its bound in half precision, and is not exact', async () => {
    const family = studentFamily(name, { inputShape: [28, 28, 1], classes: 10 });
    const { gap, largest } = await difference(family.build(family.reference), 'fp16');
    expect(gap).toBeLessThan(BOUNDS.fp16.limit * largest);
    // Were it as close as single precision, nothing would have been rounded.
    expect(gap).toBeGreaterThan(1e-6);
  });
});

const mean = (g: GraphBuilder, value: Value): Value =>
  value.shape.length === 3 ? g.globalAveragePool('mean', value) : value;
const conv = (g: GraphBuilder, channels: number): Value =>
  g.conv2d('mix', g.input, { filters: channels, kernel: 1, stride: 1, bias: true });
const tokens = (g: GraphBuilder, channels = 6): Value => g.tokens('tokens', conv(g, channels));
/** A token's place must count, or a wrong order would go unseen. */
const placed = (g: GraphBuilder, value: Value): Value =>
  g.meanTokens('mean', g.activation('bend', g.positionEmbedding('place', value), 'gelu'));

/** Every op in a network as small as can be; a map of 7 x 5 tells rows from columns. */
const BODIES: Readonly<Record<OpName, (g: GraphBuilder) => Value>> = {
  input: (g) => mean(g, g.input),
  conv2d: (g) =>
    mean(g, g.activation('a', g.conv2d('x', g.input, { filters: 4, kernel: 3, stride: 2, bias: true }), 'relu')),
  depthwiseConv2d: (g) =>
    mean(g, g.activation('a', g.depthwiseConv2d('x', conv(g, 4), { kernel: 5, stride: 2, bias: true }), 'relu')),
  batchNorm: (g) => mean(g, g.activation('a', g.batchNorm('x', conv(g, 4)), 'relu')),
  layerNorm: (g) => placed(g, g.layerNorm('x', tokens(g))),
  activation: (g) => mean(g, g.activation('x', conv(g, 4), 'relu')),
  add: (g) => mean(g, g.activation('a', g.add('x', g.input, conv(g, 2), g.batchNorm('n', g.input)), 'relu')),
  multiply: (g) => mean(g, g.multiply('x', conv(g, 2), g.input)),
  scale: (g) => mean(g, g.scale('x', conv(g, 4), g.activation('a', g.globalAveragePool('p', gate(g, 4)), 'sigmoid'))),
  layerScale: (g) => mean(g, g.activation('a', g.layerScale('x', conv(g, 4)), 'relu')),
  channels: (g) => mean(g, g.activation('a', g.channels('x', conv(g, 6), { from: 1, count: 3 }), 'relu')),
  concat: (g) => mean(g, g.activation('a', g.concat('x', conv(g, 3), g.input), 'relu')),
  channelShuffle: (g) =>
    mean(g, g.channels('c', g.channelShuffle('x', conv(g, 6), { groups: 3 }), { from: 1, count: 3 })),
  dense: (g) => g.dense('x', g.globalAveragePool('p', g.input), { units: 4, bias: false }),
  globalAveragePool: (g) => g.globalAveragePool('x', g.input),
  averagePool: (g) => mean(g, g.activation('a', g.averagePool('x', conv(g, 3), { size: 3, stride: 2 }), 'relu')),
  maxPool: (g) => mean(g, g.maxPool('x', conv(g, 3), { size: 2, stride: 2 })),
  tokens: (g) => placed(g, g.tokens('x', g.input)),
  positionEmbedding: (g) => placed(g, tokens(g)),
  transpose: (g) =>
    g.meanTokens('mean', g.activation('a', g.positionEmbedding('place', g.transpose('x', tokens(g))), 'gelu')),
  attention: (g) => placed(g, g.attention('x', tokens(g), { heads: 3 })),
  meanTokens: (g) => g.meanTokens('x', tokens(g)),
  lastToken: (g) => g.lastToken('x', tokens(g)),
  embed: (g) => placed(g, g.embed('x', g.input, { channel: 0, bytes: 1, values: 9, units: 4 })),
  gru: (g) => placed(g, g.gru('x', tokens(g), { units: 7 })),
};

function gate(g: GraphBuilder, channels: number): Value {
  return g.conv2d('gate', g.input, { filters: channels, kernel: 1, stride: 1, bias: true });
}

function alone(body: (g: GraphBuilder) => Value, shape = [7, 5, 2]): ArchitectureGraph {
  const g = graphBuilder('alone', shape, 3);
  return g.finish(body(g));
}
const ACTIVATIONS: readonly ActivationKind[] = [
  'relu',
  'relu6',
  'gelu',
  'swish',
  'hardSwish',
  'sigmoid',
  'hardSigmoid',
  'tanh',
];

describe('every op alone', () => {
  it.each(Object.keys(OPS) as OpName[])('%s', async (name) => {
    const graph = alone(BODIES[name], name === 'embed' ? [7, 1, 2] : [7, 5, 2]);
    expect(graph.layers.some(({ layer }) => layer.op === name)).toBe(true);
    expect((await difference(graph)).gap).toBeLessThan(2e-6);
  });

  it.each(ACTIVATIONS)('activation %s, also beyond its bends', async (kind) => {
    // Norms with factors up to 1.5 of sums of squares: values from about -8 to 8 pass the bends at
    // -3, 3 and 6.
    const graph = alone((g) => {
      const wide = g.layerScale('wide', g.conv2d('mix', g.input, { filters: 40, kernel: 3, stride: 1, bias: true }));
      return mean(g, g.activation('x', g.add('twice', wide, wide, wide), kind));
    });
    expect((await difference(graph)).gap).toBeLessThan(4e-6);
  });

  const VARIANTS: Readonly<Record<string, (g: GraphBuilder) => Value>> = {
    'a layer norm over the channels of a map': (g) => mean(g, g.activation('a', g.layerNorm('x', conv(g, 6)), 'gelu')),
    'a batch norm over tokens': (g) => placed(g, g.batchNorm('x', tokens(g))),
    'a batch norm over a vector': (g) => g.batchNorm('x', g.globalAveragePool('p', g.input)),
    'a factor over tokens': (g) => placed(g, g.layerScale('x', tokens(g))),
    'channels of tokens': (g) => placed(g, g.channels('x', tokens(g), { from: 2, count: 3 })),
    'a dense layer over tokens': (g) => placed(g, g.dense('x', tokens(g), { units: 5, bias: true })),
    'attention that knows the offset of two places': (g) =>
      placed(g, g.attention('x', tokens(g), { heads: 2, grid: [7, 5] })),
    'rows and columns that differ': (g) => {
      const wide = g.conv2d('x', g.input, { filters: 3, kernel: [1, 3], stride: [2, 1], bias: true });
      const deep = g.depthwiseConv2d('y', wide, { kernel: [3, 2], stride: [1, 2], bias: true });
      const most = g.maxPool('m', deep, { size: [2, 1], stride: [1, 1] });
      return mean(g, g.averagePool('p', most, { size: [1, 3], stride: [1, 2] }));
    },
    'tokens side by side': (g) => placed(g, g.concat('x', tokens(g), g.gru('g', g.tokens('u', g.input), { units: 3 }))),
    'vectors side by side': (g) => g.concat('x', g.globalAveragePool('p', g.input), g.lastToken('l', tokens(g))),
    'a stride beyond the kernel': (g) =>
      mean(g, g.conv2d('x', g.input, { filters: 3, kernel: 1, stride: 3, bias: false })),
  };
  it.each(Object.entries(VARIANTS))('%s', async (_what, body) => {
    expect((await difference(alone(body))).gap).toBeLessThan(2e-6);
  });
});

describe('samePads', () => {
  it("gives TensorFlow's SAME its odd pixel at the end", () => {
    // 28 -> 14 at stride 2: 13 * 2 + 3 - 28 = 1; at 5: (14 - 1) * 2 + 5 - 28 = 3.
    expect(samePads(28, 3, 2)).toEqual([0, 1]);
    expect(samePads(28, 5, 2)).toEqual([1, 2]);
    expect(samePads(7, 3, 2)).toEqual([1, 1]);
    expect(samePads(7, 1, 3)).toEqual([0, 0]);
  });
});

describe('permuted', () => {
  it('moves each value to the place that its axes name', () => {
    const { dims, values } = permuted(Float32Array.of(0, 1, 2, 10, 11, 12), [2, 3], [1, 0]);
    expect(dims).toEqual([3, 2]);
    expect([...values]).toEqual([0, 10, 1, 11, 2, 12]);
  });
});

describe('the file', () => {
  const graph = studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 }).build(
    studentFamily('resnet', { inputShape: [28, 28, 1], classes: 10 }).reference,
  );

  it('says its versions, its producer and what it is', () => {
    const options = { producerVersion: '1.2.3', metadata: { family: 'resnet', params: '21706' } };
    const fields = topFields(onnxModel(randomNetwork(graph), options));
    expect(fields.get(1)).toEqual([9]);
    expect(fields.get(2)).toEqual(['TRADE workbench']);
    expect(fields.get(3)).toEqual(['1.2.3']);
    expect(fields.get(14)).toEqual(['\n\u0006family\u0012\u0006resnet', '\n\u0006params\u0012\u000521706']);
    // OperatorSetIdProto: field 2, varint 20.
    expect(fields.get(8)).toEqual(['\u0010\u0014']);
  });

  it('is about half as long in half precision', () => {
    const network = randomNetwork(graph);
    const [full, half] = [onnxModel(network).length, onnxModel(network, { precision: 'fp16' }).length];
    expect(half / full).toBeLessThan(0.65);
  });

  it('is refused, not read, when it is cut short', async () => {
    const bytes = onnxModel(randomNetwork(graph));
    await expect(openOnnx(bytes.subarray(0, bytes.length / 2), [1, 28, 28], 1)).rejects.toMatchObject({
      code: 'export.failed',
    });
  });

  it('cannot hold in half precision what is beyond 65,504', () => {
    const network = randomNetwork(graph);
    const weights = new Map(network.weights).set(
      'classifier/kernel',
      new Float32Array(network.weights.get('classifier/kernel')?.length ?? 0).fill(7e4),
    );
    expect(() => onnxModel({ ...network, weights }, { precision: 'fp16' })).toThrow(
      /"classifier\/kernel" holds 70000.*fp32/,
    );
  });
});

/** Values of a message's top level: varints as numbers, the rest as text. */
function topFields(bytes: Uint8Array): ReadonlyMap<number, readonly (number | string)[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (number | string)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value = type === 0 ? Number(reader.int64()) : Buffer.from(reader.bytes()).toString('latin1');
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}
