/** Forms of ONNX files that people have, and what is said of them: half precision, bytes, weights
 * in a file of their own, two outputs, one image at a time. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SaidOfTeacher } from '../../src/core/records/teacher-card.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { testing } from '../../src/compute/teachers/onnx/judge.ts';
import type { Judged } from '../../src/compute/teachers/onnx/judge.ts';
import { importOnnx } from '../../src/compute/teachers/onnx/import.ts';
import { evaluateTeacher, openTeacher } from '../../src/compute/teachers/teacher.ts';
import { colourNetwork, writeColourDataset } from './support/colour-dataset.ts';
import type { ColourNetwork } from './support/colour-dataset.ts';
import { retyped, withExternal } from './support/external-weights.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-forms-'));
const data = writeColourDataset(join(folder, 'colours'));
const free = (): Promise<void> => Promise.resolve();
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

/** `beside`: files of its folder. */
async function imported(
  bytes: Uint8Array,
  said: SaidOfTeacher = {},
  beside: Readonly<Record<string, Uint8Array>> = {},
) {
  number += 1;
  const [place, directory] = [join(folder, `${number}`), join(folder, `teacher-${number}`)];
  mkdirSync(place);
  const file = join(place, 'theirs.onnx');
  writeFileSync(file, bytes);
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(place, name), content);
  const order = { dataset: { directory: data }, name: 'theirs', title: 'Theirs', date: '2026-01-02' };
  const source = { kind: 'onnx', file, said } as const;
  const stage = () => (): void => undefined;
  const made = await importOnnx({ ...order, source }, loadDataset(data), directory, free, stage);
  // What it was made of may go.
  rmSync(place, { recursive: true });
  return { directory, ...made };
}

/** Of test images, as a teacher that is opened anew. */
async function accuracyOf(directory: string): Promise<number> {
  const teacher = await openTeacher({ directory }, loadDataset(data));
  try {
    return (await evaluateTeacher(teacher, loadDataset(data), 'test', free)).accuracy;
  } finally {
    await teacher.dispose();
  }
}

type Change = NonNullable<ColourNetwork['change']>;

/** Pixels of another type are made floats at once. */
const cast: Change = (graph) => ({
  ...graph,
  nodes: [
    { type: 'Cast', name: 'cast', inputs: ['pixels'], outputs: ['single'], attributes: { to: { int: 1 } } },
    ...graph.nodes.map((one) => ({ ...one, inputs: one.inputs.map((name) => (name === 'pixels' ? 'single' : name)) })),
  ],
});

/** Answers once more, by the name `again`, as this type. */
const again =
  (type: number): Change =>
  (graph) => ({
    ...graph,
    nodes: [
      ...graph.nodes,
      { type: 'Cast', name: 'last', inputs: ['answers'], outputs: ['again'], attributes: { to: { int: type } } },
    ],
    outputs: [...graph.outputs, { ...graph.outputs[0]!, name: 'again' }],
  });

const HALF = 10;
const BYTE = 2;

describe('an ONNX file', () => {
  it('that takes bytes is fed them, from 0 to 255', async () => {
    const { card, directory } = await imported(retyped(colourNetwork({ white: 255, change: cast }), 'pixels', BYTE));
    expect([card.reading.type, card.accuracy.validation]).toEqual(['uint8', 1]);
    expect(new Set(card.guesses.map(({ scale }) => scale))).toEqual(new Set(['0-255']));
    expect(await accuracyOf(directory)).toBe(1);
  });

  it('of half precision at both ends is read by its output of halves', async () => {
    const model = colourNetwork({ change: (graph) => again(HALF)(cast(graph)) });
    const bytes = retyped(retyped(model, 'pixels', HALF), 'again', HALF);
    const { card, directory } = await imported(bytes, { output: 'again' });
    expect([card.reading.type, card.reading.output, card.accuracy.validation]).toEqual(['float16', 'again', 1]);
    expect(await accuracyOf(directory)).toBe(1);
  });

  it('of two outputs is read by the one that is named', async () => {
    const { card } = await imported(colourNetwork({ change: again(1) }), { output: 'again' });
    expect([card.reading.output, card.accuracy.validation]).toEqual(['again', 1]);
  });

  it('of one image at a time is shown one', async () => {
    const { card, directory } = await imported(colourNetwork({ batch: 1 }));
    expect([card.reading.batch, card.reading.isFixed, card.accuracy.validation]).toEqual([1, true, 1]);
    expect(await accuracyOf(directory)).toBe(1);
  });

  it('that says any number of images, and takes one alone, is shown one', async () => {
    const shape = {
      name: 'sizes',
      dims: [2],
      type: 'int64',
      bytes: new Uint8Array(BigInt64Array.of(1n, 3n).buffer),
    } as const;
    const reshaped: Change = (graph) => ({
      ...graph,
      nodes: [
        ...graph.nodes.map((one) => ({
          ...one,
          outputs: one.outputs.map((name) => (name === 'answers' ? 'rows' : name)),
        })),
        { type: 'Reshape', name: 'one', inputs: ['rows', 'sizes'], outputs: ['answers'], attributes: {} },
      ],
      initializers: [...graph.initializers, shape],
    });
    const { card } = await imported(colourNetwork({ change: reshaped }));
    expect([card.reading.batch, card.reading.isFixed, card.accuracy.validation]).toEqual([1, true, 1]);
  });

  it('with weights in a file beside it keeps that file, and is the teacher that it was', async () => {
    const { model, weights } = withExternal(colourNetwork(), 'weights', 'theirs.onnx.data');
    expect(weights).toHaveLength(4 * 9);
    const { card, directory } = await imported(model, {}, { 'theirs.onnx.data': weights });
    expect([card.params, card.accuracy.validation]).toEqual([12, 1]);
    expect(card.data).toMatchObject([{ file: 'theirs.onnx.data', bytes: 36 }]);
    expect(await accuracyOf(directory)).toBe(1);
    writeFileSync(join(directory, 'theirs.onnx.data'), new Uint8Array(36));
    await expect(openTeacher({ directory }, loadDataset(data))).rejects.toThrow('is not the file that');
  });

  it.each([
    ['in a file that is not there', 'theirs.onnx.data', 'cannot be read'],
    ['outside of its folder', '../theirs.data', 'keeps weights in "../theirs.data"'],
    ['under the name of a card', 'teacher.json', 'keeps weights in "teacher.json"'],
  ])('with weights %s is refused, and nothing is left', async (_, location, words) => {
    await expect(imported(withExternal(colourNetwork(), 'weights', location).model)).rejects.toThrow(words);
    expect(existsSync(join(folder, `teacher-${number}`))).toBe(false);
  });
});

describe('what is said', () => {
  const freeAxes: Change = (graph) => ({ ...graph, inputs: [{ name: 'pixels', dims: ['n', 'a', 'b', 'c'] }] });

  // The other order makes its layers fail: that is no answer, and no fault of the file.
  it.each(['nchw', 'nhwc'] as const)('nothing of its axes, which are %s, it is found out', async (layout) => {
    const { card } = await imported(colourNetwork({ layout, change: freeAxes }));
    expect([card.guesses[0]?.layout, card.accuracy.validation]).toEqual([layout, 1]);
  });

  it('of its axes is not tried the other way', async () => {
    const { card } = await imported(colourNetwork({ change: freeAxes }), { layout: 'nchw' });
    expect(new Set(card.guesses.map(({ layout }) => layout))).toEqual(new Set(['nchw']));
    await expect(imported(colourNetwork({ change: freeAxes }), { layout: 'nhwc' })).rejects.toThrow(
      'ONNX Runtime fails on an example of 8 x 8',
    );
  });

  it('of the order of channels is not tried the other way', async () => {
    const { card } = await imported(colourNetwork({ order: [2, 1, 0] }), { order: 'bgr' });
    expect(new Set(card.guesses.map(({ order }) => order))).toEqual(new Set(['bgr']));
    expect(card.accuracy.validation).toBe(1);
  });

  // Found by a torch network of shapes: chance gave the wrong order 1.7 points more.
  it('nothing of the order of channels, blue first has to be five points better', () => {
    const told = (order: 'rgb' | 'bgr', accuracy: number, loss: number): Judged => ({
      // Sound: of a judged way its accuracy, order and loss are compared.
      ...({ guess: { order, accuracy } } as unknown as Judged),
      loss,
    });
    const first = (...ways: readonly Judged[]) => [...ways].sort(testing.byWorth)[0]?.guess.order;
    expect(first(told('bgr', 0.9583, 0.2), told('rgb', 0.9417, 0.2))).toBe('rgb');
    expect(first(told('rgb', 0.88, 0.2), told('bgr', 0.9583, 0.2))).toBe('bgr');
    expect(first(told('rgb', NaN, 0.2), told('bgr', 0.9583, 0.2))).toBe('bgr');
    expect(first(told('rgb', 0.9, 0.3), told('rgb', 0.9, 0.2), told('bgr', 0.9, 0.1))).toBe('rgb');
  });

  it('of its answers is taken, whatever they look like', async () => {
    const { card } = await imported(colourNetwork({ softmax: true }), { gives: 'logits' });
    expect(card.reading.gives).toBe('logits');
    expect((await imported(colourNetwork({ softmax: true }))).card.reading.gives).toBe('probabilities');
  });
});
