/** Somebody's ONNX file as a teacher: what is guessed of it, what it teaches, what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costOf } from '../../src/core/arch/cost.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { SaidOfTeacher } from '../../src/core/records/teacher-card.ts';
import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '../../src/core/math/rng.ts';
import { gatherImages, openImages, viewOf } from '../../src/compute/data/augment.ts';
import type { View } from '../../src/compute/data/augment.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { onnxModel } from '../../src/compute/export/onnx.ts';
import { readWeights } from '../../src/compute/files/checkpoint.ts';
import { layoutOf } from '../../src/compute/model/parameters.ts';
import { readKnownGraph, readTeacherCard } from '../../src/compute/teachers/card.ts';
import { importOnnx } from '../../src/compute/teachers/onnx/import.ts';
import { createPixelReader } from '../../src/compute/teachers/onnx/pixels.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import { evaluateTeacher, openTeacher, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import type { TargetsRequest } from '../../src/compute/teachers/teacher.ts';
import { LOGITS } from '../../src/core/distill/teacher-arrays.ts';
import { COLOUR, colourNetwork, writeColourDataset } from './support/colour-dataset.ts';
import type { ColourNetwork } from './support/colour-dataset.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { writeTinyTeacher } from './support/tiny-teacher.ts';
import { TINY_RECIPE, tinyConvolutional } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-teacher-'));
const colours = writeColourDataset(join(folder, 'colours'));
const free = (): Promise<void> => Promise.resolve();
const quiet = (): (() => void) => () => undefined;
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

async function imported(bytes: Uint8Array, said: SaidOfTeacher = {}, data = colours) {
  number += 1;
  const [file, directory] = [join(folder, `model-${number}.onnx`), join(folder, `teacher-${number}`)];
  writeFileSync(file, bytes);
  const source = { kind: 'onnx', file, said } as const;
  const order = { source, dataset: { directory: data }, name: 'theirs', title: 'Theirs', date: '2026-01-02' };
  return { directory, ...(await importOnnx(order, loadDataset(data), directory, free, quiet)) };
}

describe('an ONNX file', () => {
  // Its right answers are known: all of them, where it is shown images as it was made for.
  it.each<readonly [string, ColourNetwork, Readonly<Record<string, unknown>>]>([
    ['of pixels from 0 to 1', {}, { layout: 'nchw', scale: '0-1', mean: 'none', order: 'rgb', classes: 'in order' }],
    ['of pixels to 255, channels last', { layout: 'nhwc', white: 255 }, { layout: 'nhwc', scale: '0-255' }],
    ['of blue, green and red', { order: [2, 1, 0] }, { order: 'bgr', scale: '0-1' }],
    ['of another size', { side: 12 }, { scale: '0-1' }],
    ['of a fixed batch', { batch: 7 }, { scale: '0-1' }],
    ['with probabilities', { softmax: true }, { scale: '0-1' }],
    ['with classes in another order', { places: [2, 0, 1] }, { scale: '0-1', classes: 'matched' }],
  ])('%s is read so', async (_, network, guess) => {
    const { card, directory } = await imported(colourNetwork(network));
    expect(card.guesses[0]).toMatchObject({ ...guess, accuracy: 1, images: COLOUR.val });
    expect(card.accuracy).toEqual({ validation: 1, test: 1 });
    expect(card.params).toBe(12);
    expect(card.reading.gives).toBe(network.softmax ? 'probabilities' : 'logits');
    expect(readTeacherCard(directory)).toEqual(card);
    expect(card.guesses.length).toBeGreaterThan(5);
    const teacher = await openTeacher({ directory }, loadDataset(colours));
    expect((await evaluateTeacher(teacher, loadDataset(colours), 'test', free)).accuracy).toBe(1);
    await teacher.dispose();
  });

  it('is not guessed at where it is said how it is read', async () => {
    const said = { layout: 'nchw', scale: '0-1', mean: [0], deviation: [1], order: 'rgb' } as const;
    const { card } = await imported(colourNetwork(), { ...said, classes: ['red', 'green', 'neither'] });
    expect(card.guesses).toHaveLength(1);
    expect(card.accuracy.validation).toBe(1);
    // Of a network of six outputs three are meant.
    const picked = await imported(colourNetwork({ places: [5, 3, 1] }), { classes: ['5', '3', '1'] });
    expect(picked.card.reading.places).toEqual([5, 3, 1]);
    expect(picked.card.accuracy.validation).toBe(1);
  });

  it('tells what it takes and gives, and what is uncommon in how it is run', async () => {
    const told = await imported(colourNetwork({ batch: 7, softmax: true }));
    expect(told.inputs).toEqual(['"pixels" float32 [7, 3, 8, 8]']);
    expect(told.outputs).toEqual(['"answers" float32 [7, 3]']);
    expect(told.notes).toEqual([
      expect.stringContaining('It gives probabilities'),
      expect.stringContaining('exactly 7 images at a time'),
    ]);
    expect((await imported(colourNetwork())).notes).toEqual([]);
  });

  it('in half precision is fed halves', async () => {
    const bytes = Buffer.from(
      colourNetwork({ change: (graph) => ({ ...graph, nodes: [CAST, ...renamed(graph.nodes)] }) }),
    );
    // The element type of its input: float becomes float16.
    const at = bytes.indexOf(Buffer.from('\x0a\x06pixels\x12', 'latin1')) + 9;
    const type = bytes.indexOf(Buffer.from([0x08, 0x01]), at) + 1;
    bytes.writeUInt8(10, type);
    const { card, notes } = await imported(bytes);
    expect(notes).toEqual([expect.stringContaining('half precision (fp16)')]);
    expect(card.reading.type).toBe('float16');
    expect(card.accuracy.validation).toBe(1);
  });
});

const CAST = { type: 'Cast', name: 'cast', inputs: ['pixels'], outputs: ['single'], attributes: { to: { int: 1 } } };
const renamed = <T extends { readonly inputs: readonly string[] }>(nodes: readonly T[]): readonly T[] =>
  nodes.map((one) => ({ ...one, inputs: one.inputs.map((name) => (name === 'pixels' ? 'single' : name)) }));

describe('what is no teacher', () => {
  type Refused = readonly [what: string, make: () => Uint8Array, words: string, said: SaidOfTeacher];
  const refused: readonly Refused[] = [
    ['a text', () => Buffer.from('no network'), 'is no ONNX file', {}],
    ['half a file', () => colourNetwork().subarray(0, 200), 'is no ONNX file', {}],
    [
      'a network of unknown operators',
      () =>
        colourNetwork({
          change: (graph) => ({ ...graph, nodes: graph.nodes.map((one) => ({ ...one, type: 'Trade' })) }),
        }),
      'ONNX Runtime cannot run it',
      {},
    ],
    ['one of other classes', () => colourNetwork({ places: [0, 1, 3] }), 'classes: the teacher gives 4 numbers', {}],
    ['one of no numbers', () => colourNetwork({ weight: NaN }), 'which is no number', {}],
    ['one of two outputs', () => colourNetwork({ change: twice }), 'say which has the answers', {}],
    [
      'an output that is not there',
      () => colourNetwork(),
      'output: the network has no output "logits"',
      { output: 'logits' },
    ],
    ['classes that are not there', () => colourNetwork(), 'classes: they lack "red"', { classes: ['a', 'b', 'c'] }],
    ['a deviation of 0', () => colourNetwork(), 'deviation: every number', { deviation: [0] }],
  ];
  it.each<Refused>(refused)('%s is refused in words, and nothing is left', async (_, make, words, said) => {
    await expect(imported(make(), said)).rejects.toThrow(words);
    expect(existsSync(join(folder, `teacher-${number}`))).toBe(false);
  });

  it('has no layers to learn from', async () => {
    const { directory } = await imported(colourNetwork());
    expect(() => readKnownGraph({ directory }, 'exports of it')).toThrow('is an ONNX file: its layers are not known');
  });

  it('is another file than the card names', async () => {
    const { directory } = await imported(colourNetwork());
    writeFileSync(join(directory, 'model.onnx'), colourNetwork({ white: 2 }));
    await expect(openTeacher({ directory }, loadDataset(colours))).rejects.toThrow('is not the file that');
  });
});

function twice(graph: Parameters<NonNullable<ColourNetwork['change']>>[0]) {
  const other = { type: 'Identity', name: 'same', inputs: ['answers'], outputs: ['again'], attributes: {} };
  const [output] = graph.outputs;
  return { ...graph, nodes: [...graph.nodes, other], outputs: [output!, { ...output!, name: 'again' }] };
}

describe('a network of ours as an ONNX file', () => {
  it('teaches what it teaches as it is, in every view', async () => {
    const data = writeTinyDataset(join(folder, 'tiny'));
    const own = writeTinyTeacher(join(folder, 'own'));
    const { graph, normalisation, weights: file } = readKnownGraph({ directory: own }, 'tests');
    const weights = readWeights(join(own, file.file), layoutOf(graph));
    const bytes = onnxModel({ graph, weights, normalisation });
    const said = { scale: '0-1', mean: 'none', deviation: 'none', classes: ['a', 'b', 'c'] } as const;
    const { card, directory } = await imported(bytes, said, data);
    // Mean and deviation of the pixels are one number here: nothing that was learned.
    expect(card.params).toBe(costOf(graph).params);
    const request = (teacher: string): TargetsRequest => ({
      ...{ teacher: { directory: teacher }, dataset: loadDataset(data), count: TINY.train },
      ...{ augmentation: TINY_RECIPE.augmentation, distillation: DISTILLATION_DEFAULTS.kd, views: 3 },
      ...{ student: tinyConvolutional(), cacheDir: join(folder, 'cache') },
    });
    const [ours, theirs] = [await logitsFor(request(own)), await logitsFor(request(directory))];
    expect(theirs).toHaveLength(3 * TINY.train * TINY.classes);
    const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    ours.forEach((value, index) => expect(Math.abs(value - theirs[index]!)).toBeLessThan(2e-3 * largest));
    const fitnet = { ...request(directory), distillation: DISTILLATION_DEFAULTS.fitnet };
    await expect(teacherTargets(fitnet, free, () => undefined)).rejects.toThrow('Choose a loss on logits');
    expect(readFileSync(join(directory, 'model.onnx'))).toHaveLength(bytes.length);
  });
});

async function logitsFor(request: TargetsRequest): Promise<Float32Array> {
  const targets = await teacherTargets(request, free, () => undefined);
  const values = targets.tensors.get(LOGITS)!.dataSync<'float32'>().slice();
  disposeTargets(targets);
  return values;
}

describe('createPixelReader', () => {
  // A byte is itself.
  const bytes = { mean: 0, deviation: 1 / 255 } as const;
  const reading = { layout: 'nchw', channels: 1, order: 'rgb', normalisation: bytes } as const;
  const shown = (from: readonly number[], size: readonly [number, number], view?: View): readonly number[] => {
    const shape = [1, from.length, 1];
    const images = { pixels: Uint8Array.from(from), places: Int32Array.of(0), ...(view && { views: [view] }) };
    return Array.from(createPixelReader({ ...reading, size }, shape, { mean: 100 / 255, deviation: 1 })(images));
  };

  it('widens between the centres of pixels, as torch.nn.functional.interpolate does', () => {
    expect(shown([0, 4], [1, 4])).toEqual([0, 1, 3, 4]);
  });

  it('narrows over all pixels that one stands for, as Pillow does', () => {
    const [first = NaN, second = NaN] = shown([7, 0, 0, 0], [1, 2]);
    expect(first).toBeCloseTo(3, 5); // .75 / (.75 + .75 + .25) of 7
    expect(second).toBe(0);
  });

  // Moved first, mirrored then: black comes in from the other side. A hole is the data set's mean.
  it.each<readonly [string, View, readonly number[]]>([
    ['moved to the right', { down: 0, right: 1, flipped: false }, [0, 1, 2, 3]],
    ['moved to the left', { down: 0, right: -2, flipped: false }, [3, 4, 0, 0]],
    ['mirrored', { down: 0, right: 0, flipped: true }, [4, 3, 2, 1]],
    ['moved and mirrored', { down: 0, right: 1, flipped: true }, [3, 2, 1, 0]],
    ['moved out', { down: 1, right: 0, flipped: false }, [0, 0, 0, 0]],
    [
      'with a hole',
      { down: 0, right: 0, flipped: false, holes: [{ top: 0, bottom: 1, left: 1, right: 3 }] },
      [1, 100, 100, 4],
    ],
  ])('shows an image %s', (_, view, values) => {
    expect(shown([1, 2, 3, 4], [1, 4], view).map(Math.round)).toEqual(values);
  });

  it('shows what students see, in every view and both layouts', () => {
    const shape = [5, 6, 3] as const;
    const rng = createRng(3);
    const pixels = Uint8Array.from({ length: 4 * 90 }, () => rng.int(256));
    const own = { mean: [0.3, 0.5, 0.6], deviation: [0.2, 0.3, 0.1] };
    const data = openImages({ count: 4, pixels, labels: new Uint8Array(4) }, shape, own, { shift: 2 });
    const augmentation = { flip: true, shift: 2, cutout: 3, timeMask: 3, bandMask: 2 };
    const samples = Int32Array.of(3, 0, 2, 1, 3);
    const views = Array.from(samples, (sample, index) => viewOf(1, sample, index, augmentation, data));
    const seen = gatherImages(data, samples, views);
    const [last, first] = [seen.dataSync<'float32'>(), tf.transpose(seen, [0, 3, 1, 2]).dataSync<'float32'>()];
    for (const [layout, expected] of [
      ['nhwc', last],
      ['nchw', first],
    ] as const) {
      const how = { layout, channels: 3, order: 'rgb', size: [5, 6], normalisation: own } as const;
      const values = createPixelReader(how, shape, own)({ pixels, places: samples, views });
      values.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
    }
    tf.dispose(seen);
    data.dispose();
  });

  it('makes three channels of one, and grey of three', () => {
    const three = {
      ...{ ...reading, channels: 3, size: [1, 1] as const },
      normalisation: { mean: [0, 1 / 255, 2 / 255], deviation: [1 / 255, 2 / 255, 4 / 255] },
    };
    const one = { pixels: Uint8Array.of(3), places: Int32Array.of(0) };
    const values = Array.from(createPixelReader(three, [1, 1, 1], bytes)(one));
    [3, 1, 0.25].forEach((value, channel) => expect(values[channel]).toBeCloseTo(value, 6));
    const grey = createPixelReader({ ...reading, size: [1, 1] }, [1, 1, 3], bytes);
    const colour = { pixels: Uint8Array.of(10, 20, 30), places: Int32Array.of(0) };
    expect(grey(colour)[0]).toBeCloseTo(10 * 0.299 + 20 * 0.587 + 30 * 0.114, 5);
  });
});
