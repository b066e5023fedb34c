/** Outputs of an ONNX file beside its answers, as layers that losses on features compare students
 * with: what they are taken for, what they give, and what is said where there are none. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset, pixelsIn } from '../../src/compute/data/dataset.ts';
import { ELEMENT_TYPES } from '../../src/compute/export/encode-onnx.ts';
import type { OnnxGraph } from '../../src/compute/export/encode-onnx.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { importOnnx } from '../../src/compute/teachers/onnx/import.ts';
import { layersIn } from '../../src/compute/teachers/onnx/layers.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import { openTeacher, targetsFingerprint, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import { train } from '../../src/compute/training/trainer.ts';
import type { TeacherArray } from '../../src/core/distill/teacher-arrays.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { OnnxCard, OnnxLayer } from '../../src/core/records/teacher-card.ts';
import { COLOUR, colourNetwork, writeColourDataset } from './support/colour-dataset.ts';
import type { ColourNetwork } from './support/colour-dataset.ts';
import { retyped } from './support/external-weights.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-layers-'));
const data = writeColourDataset(join(folder, 'colours'));
const dataset = loadDataset(data);
const free = (): Promise<void> => Promise.resolve();
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

async function imported(network: ColourNetwork, change = (bytes: Uint8Array) => bytes) {
  number += 1;
  const [file, directory] = [join(folder, `${number}.onnx`), join(folder, `teacher-${number}`)];
  writeFileSync(file, change(colourNetwork(network)));
  const order = { dataset: { directory: data }, name: 'theirs', title: 'Theirs', date: '2026-01-02' };
  // Several outputs may have as many numbers as there are classes.
  const source = { kind: 'onnx', file, said: { output: 'answers' } } as const;
  const stage = () => (): void => undefined;
  return { directory, ...(await importOnnx({ ...order, source }, dataset, directory, free, stage)) };
}

const node = (
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxGraph['nodes'][0]['attributes'] = {},
) => ({
  ...{ type, name: output, inputs, outputs: [output], attributes },
});
const pool = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
const longs = (name: string, values: readonly number[]) => ({
  ...{ name, dims: [values.length], type: 'int64' as const },
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/** Means of 2 x 2 pixels as a map of either order and as tokens behind their own mean; of 4 x 4 as
 * a map and as a vector. Means of all are as many as the answers, and no layer. */
const withLayers = (batch: number | string = 'n', only?: readonly string[]): ColourNetwork => ({
  batch,
  change: (graph) => ({
    ...graph,
    nodes: [
      ...graph.nodes,
      node('AveragePool', ['pixels'], 'half', pool),
      node('AveragePool', ['half'], 'quarter', pool),
      node('Flatten', ['quarter'], 'columns'),
      node('Transpose', ['half'], 'last', { perm: { ints: [0, 2, 3, 1] } }),
      node('Reshape', ['last', 'rows'], 'places'),
      node('ReduceMean', ['places', 'one'], 'whole', { keepdims: { int: 1 } }),
      node('Concat', ['whole', 'places'], 'tokens', { axis: { int: 1 } }),
    ],
    initializers: [...graph.initializers, longs('rows', [0, 16, 3]), longs('one', [1])],
    outputs: [
      ...graph.outputs,
      ...[
        { name: 'half', dims: [batch, 3, 4, 4] },
        { name: 'last', dims: [batch, 4, 4, 3] },
        { name: 'tokens', dims: [batch, 17, 3] },
        { name: 'quarter', dims: [batch, 3, 2, 2] },
        { name: 'means', dims: [batch, 3, 1, 1] },
        { name: 'columns', dims: [batch, 12] },
      ].filter(({ name }) => only?.includes(name) ?? true),
    ],
  }),
});

const half = { height: 4, width: 4, channels: 3 };
const LAYERS: readonly OnnxLayer[] = [
  { form: 'map', output: 'half', order: 'nchw', ...half },
  { form: 'map', output: 'last', order: 'nhwc', ...half },
  { form: 'tokens', output: 'tokens', skipped: 1, ...half },
  { form: 'map', output: 'quarter', order: 'nchw', height: 2, width: 2, channels: 3 },
  { form: 'vector', output: 'columns', length: 12 },
];

/** Of an image's pixels, from 0 to 1, the means of cells of `side`, `[8 / side][8 / side][3]`. */
function meansOf(image: number, side: number): readonly number[] {
  const pixels = pixelsIn(dataset.split('train'), image, image + 1);
  const cells = COLOUR.side / side;
  return Array.from({ length: cells * cells * 3 }, (_, index) => {
    const [channel, column, row] = [index % 3, Math.floor(index / 3) % cells, Math.floor(index / 3 / cells)];
    let sum = 0;
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        sum += pixels[((row * side + y) * COLOUR.side + column * side + x) * 3 + channel] ?? NaN;
      }
    }
    return sum / side ** 2 / 255;
  });
}

const mapArray = (layerId: string, side: number): TeacherArray => ({
  ...{ name: layerId, shape: [side, side, 3], form: { kind: 'map', layerId, size: [side, side] } },
});

describe('an ONNX file with further outputs', () => {
  it('shows maps, tokens and vectors as layers, and says so', async () => {
    const { card, notes } = await imported(withLayers());
    expect(card.layers).toEqual(LAYERS);
    expect(card.accuracy.validation).toBe(1);
    expect(notes.join(' ')).toContain('compare students with its half 4 x 4 x 3, last 4 x 4 x 3');
  });

  // Seven at a time: the last batch is filled up with empty images.
  it.each(['n', 7])('gives of each layer what it is, in batches of %s', async (batch) => {
    const { directory } = await imported(withLayers(batch));
    const teacher = await openTeacher({ directory }, dataset);
    const showing = { split: 'train', count: 40, shift: 0 } as const;
    for (const [layers, side] of [
      // A level is one of several outputs of one size: the last.
      [['tokens'], 2],
      [['quarter'], 4],
    ] as const) {
      const arrays = layers.map((layer) => mapArray(layer, COLOUR.side / side));
      const given = await teacher.answers(showing, arrays, free, () => undefined);
      const wanted = Array.from({ length: 40 }, (_, image) => meansOf(image, side)).flat();
      for (const layer of layers) {
        const found = given.get(layer) ?? new Float32Array();
        expect(found).toHaveLength(wanted.length);
        wanted.forEach((value, place) => expect(found[place]).toBeCloseTo(value, 5));
      }
    }
    const vector = { name: 'columns', shape: [12], form: { kind: 'vector', layerId: 'columns' } } as const;
    const flat = (await teacher.answers(showing, [vector], free, () => undefined)).get('columns') ?? [];
    Array.from({ length: 40 }, (_, image) => meansOf(image, 4))
      .flat()
      .forEach((value, place) => {
        expect(flat[12 * Math.floor(place / 12) + 4 * (place % 3) + Math.floor((place % 12) / 3)]).toBeCloseTo(
          value,
          5,
        );
      });
    await teacher.dispose();
  });

  it.each([
    ['half', 'nchw'],
    ['last', 'nhwc'],
  ])('reads the map "%s" in its own order of axes', async (name) => {
    const { directory } = await imported(withLayers('n', [name]));
    const teacher = await openTeacher({ directory }, dataset);
    const showing = { split: 'train', count: 5, shift: 0 } as const;
    const found = (await teacher.answers(showing, [mapArray(name, 4)], free, () => undefined)).get(name) ?? [];
    Array.from({ length: 5 }, (_, image) => meansOf(image, 2))
      .flat()
      .forEach((value, place) => {
        expect(found[place]).toBeCloseTo(value, 5);
      });
    await teacher.dispose();
  });

  it('may give what is no layer: its choice as a whole number, and more than a card has room for', async () => {
    const many = Array.from({ length: 80 }, (_, index) => `copy${index}`);
    const { card, directory } = await imported(
      {
        change: (graph) => ({
          ...graph,
          nodes: [
            ...graph.nodes,
            node('ArgMax', ['answers'], 'choice', { axis: { int: 1 }, keepdims: { int: 1 } }),
            ...many.map((name) => node('AveragePool', ['pixels'], name, pool)),
          ],
          outputs: [
            ...graph.outputs,
            { name: 'choice', dims: ['n', 1] },
            ...many.map((name) => ({ name, dims: ['n', 3, 4, 4] })),
          ],
        }),
      },
      (bytes) => retyped(bytes, 'choice', ELEMENT_TYPES.int64),
    );
    expect(card.layers?.map(({ output }) => output)).toEqual(many.slice(0, 64));
    expect(readTeacherCard(directory)).toEqual(card);
  });

  it('may give what is of no example: the same for any number of them', async () => {
    const constant = (graph: OnnxGraph) => ({
      ...graph,
      nodes: [
        ...graph.nodes,
        node('Concat', ['bias', 'bias'], 'same', { axis: { int: 0 } }),
        node('Unsqueeze', ['same', 'zero'], 'fixed'),
      ],
      initializers: [...graph.initializers, longs('zero', [0])],
      outputs: [...graph.outputs, { name: 'fixed', dims: [1, 6] }],
    });
    // Four outputs, of which three are classes: as many numbers as the constant has.
    const fixed = await imported({ change: constant });
    expect([fixed.card.accuracy.validation, fixed.card.layers]).toEqual([1, undefined]);
  });

  const requestOf = (directory: string, loss: 'at' | 'fitnet' | 'crd') => ({
    ...{ teacher: { directory }, dataset, count: COLOUR.train, augmentation: TINY_RECIPE.augmentation },
    ...{ distillation: DISTILLATION_DEFAULTS[loss], student: student(), cacheDir: join(folder, 'cache') },
  });
  const student = () => tinyConvolutional(8, 3);

  it.each(['at', 'fitnet', 'crd'] as const)('teaches by %s', async (loss) => {
    const { directory } = await imported(withLayers());
    const targets = await teacherTargets(requestOf(directory, loss), free, () => undefined);
    expect(targets.layers?.levels.map(({ layerId }) => layerId)).toEqual(['tokens', 'quarter']);
    const recipe = { ...TINY_RECIPE, epochs: 2, distillation: DISTILLATION_DEFAULTS[loss] };
    const { task, dispose } = await tinyTask(data, student(), recipe);
    const { evaluation } = await train({ ...task, teacher: targets }, { yieldToEvents: free });
    expect(evaluation.loss).toBeGreaterThan(0);
    expect(Number.isFinite(evaluation.loss)).toBe(true);
    dispose();
    disposeTargets(targets);
  });

  it('is another network where its card names other layers, and refused where they are not so', async () => {
    const { directory, card } = await imported(withLayers());
    const request = requestOf(directory, 'at');
    const known = targetsFingerprint(request);
    const write = (layers: OnnxCard['layers']): void =>
      writeFileSync(join(directory, 'teacher.json'), JSON.stringify({ ...card, layers }));
    // Read in another order, the same outputs say something else.
    write(card.layers?.map((layer) => (layer.output === 'quarter' ? { ...layer, order: 'nhwc' } : layer) as OnnxLayer));
    expect(targetsFingerprint(request)).not.toBe(known);
    write([{ ...LAYERS[3], height: 4, width: 1 } as OnnxLayer]);
    await expect(teacherTargets(request, free, () => undefined)).rejects.toThrow(
      'output "quarter" gives [3, 2, 2] for an example, and its card says [3, 4, 1]',
    );
  });

  it.each([
    ['crd', ['half'], 'shows no vectors beside its answers'],
    ['at', ['columns'], 'shows no feature maps beside its answers'],
    ['fitnet', [], 'its layers are not known'],
  ] as const)('is refused for %s where it has no such layer', async (loss, only, words) => {
    const { directory, card } = await imported(withLayers('n', only));
    expect(card.layers?.map(({ output }) => output)).toEqual(only.length > 0 ? only : undefined);
    await expect(teacherTargets(requestOf(directory, loss), free, () => undefined)).rejects.toThrow(words);
    expect(existsSync(join(directory, 'teacher.json'))).toBe(true);
    expect(readFileSync(join(directory, 'teacher.json'), 'utf8').includes('"layers"')).toBe(only.length > 0);
  });
});

describe('outputs are taken for', () => {
  const taken = (
    shape: readonly number[],
    size: readonly [number, number] = [224, 224],
    layout: 'nchw' | 'nhwc' = 'nchw',
  ) => {
    const given = new Map([
      ['answers', { values: new Float32Array(1000), shape: [1, 1000] }],
      ['x', { values: new Float32Array(), shape: [1, ...shape] }],
    ]);
    const [layer] = layersIn(given, 1, { layout, size, output: 'answers' });
    if (layer === undefined) return undefined;
    const { output: _, ...rest } = layer;
    return rest;
  };
  // Sizes as torchvision's and timm's networks give them.
  it.each([
    ['a map of ResNet', [256, 56, 56], { form: 'map', order: 'nchw', height: 56, width: 56, channels: 256 }],
    ['a map of Swin, channels last', [7, 7, 768], { form: 'map', order: 'nhwc', height: 7, width: 7, channels: 768 }],
    ['tokens of ViT', [197, 384], { form: 'tokens', skipped: 1, height: 14, width: 14, channels: 384 }],
    ['tokens of DeiT, distilled', [198, 384], { form: 'tokens', skipped: 2, height: 14, width: 14, channels: 384 }],
    ['tokens with registers', [261, 384], { form: 'tokens', skipped: 5, height: 16, width: 16, channels: 384 }],
    ['tokens alone', [196, 384], { form: 'tokens', skipped: 0, height: 14, width: 14, channels: 384 }],
    ['a pooled vector', [512, 1, 1], { form: 'vector', length: 512 }],
    ['a vector', [512], { form: 'vector', length: 512 }],
    ['attention between tokens: nothing', [12, 197, 197, 2], undefined],
    ['rows that are no grid: nothing', [48, 7], undefined],
    ['one number: nothing', [1], undefined],
    ['other answers: nothing', [1000], undefined],
    // As VGG's at 448 pixels: a card that says so could not be read again.
    ['more numbers than a card may say: nothing', [100_352], undefined],
    ['what has no numbers: nothing', [0, 4, 4], undefined],
  ])('%s', (_, shape, wanted) => {
    expect(taken(shape)).toEqual(wanted);
  });

  it('a map of a longer input, rounded up on the way', () => {
    expect(taken([64, 3, 13], [40, 200])).toMatchObject({ form: 'map', height: 3, width: 13 });
    expect(taken([3, 13, 32], [40, 200])).toMatchObject({ form: 'map', order: 'nhwc', height: 3, width: 13 });
    expect(taken([13, 3, 64], [40, 200])).toBeUndefined();
  });

  it('what the order of its input says where sizes do not', () => {
    expect(taken([8, 8, 8], [224, 224], 'nhwc')).toMatchObject({ order: 'nhwc' });
    expect(taken([8, 8, 8])).toMatchObject({ order: 'nchw' });
  });
});
