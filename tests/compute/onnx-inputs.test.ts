/** What an ONNX file takes and gives where it leaves out what nobody needs to say: axes of length
 * one, or all of them; whole numbers; one number for two classes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataKind } from '../../src/core/data-kinds.ts';
import type { SaidOfTeacher } from '../../src/core/records/teacher-card.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { encodeOnnx } from '../../src/compute/export/encode-onnx.ts';
import type { OnnxNode, OnnxTensor } from '../../src/compute/export/encode-onnx.ts';
import { importOnnx } from '../../src/compute/teachers/onnx/import.ts';
import { weakWords } from '../../src/compute/teachers/answers.ts';
import { exampleSizes, portsOf } from '../../src/compute/teachers/onnx/ports.ts';
import type { Layout } from '../../src/compute/teachers/onnx/ports.ts';
import { evaluateTeacher, openTeacher } from '../../src/compute/teachers/teacher.ts';
import { LAID_OUT, STEPS, writeTinySteps } from '../support/tiny-steps.ts';
import { COLOUR, colourNetwork, writeColourDataset } from './support/colour-dataset.ts';
import { retyped } from './support/external-weights.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-inputs-'));
const colours = writeColourDataset(join(folder, 'colours'));
const steps = writeTinySteps(join(folder, 'steps'));
const free = (): Promise<void> => Promise.resolve();
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

async function imported(bytes: Uint8Array, data: string, said: SaidOfTeacher = {}) {
  number += 1;
  const [file, directory] = [join(folder, `${number}.onnx`), join(folder, `teacher-${number}`)];
  writeFileSync(file, bytes);
  const order = { dataset: { directory: data }, name: 'theirs', title: 'Theirs', date: '2026-01-02' };
  const source = { kind: 'onnx', file, said } as const;
  const made = await importOnnx({ ...order, source }, loadDataset(data), directory, free, () => () => undefined);
  const teacher = await openTeacher({ directory }, loadDataset(data));
  const { accuracy } = await evaluateTeacher(teacher, loadDataset(data), 'test', free);
  await teacher.dispose();
  return { ...made, test: accuracy };
}

const longs = (name: string, dims: readonly number[], values: readonly number[]): OnnxTensor => ({
  ...{ name, dims, type: 'int64', bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) },
});
const node = (type: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}) => ({
  ...{ type, name: output, inputs, outputs: [output], attributes },
});
const [FLOAT, INT32, INT64, DOUBLE, BFLOAT] = [1, 6, 7, 11, 16] as const;

describe('an ONNX file over images', () => {
  const { side } = COLOUR;

  /** Pixels of another type and form become what the network takes. */
  const shaped = (type: number, layout: Layout, dims: readonly (number | string)[], white = 255): Uint8Array => {
    const sizes = layout === 'nchw' ? [-1, 3, side, side] : [-1, side, side, 3];
    const model = colourNetwork({
      ...{ layout, white },
      change: (graph) => ({
        ...graph,
        nodes: [
          node('Cast', ['pixels'], 'single', { to: { int: FLOAT } }),
          node('Reshape', ['single', 'sizes'], 'shaped'),
          ...graph.nodes.map((one) => ({
            ...one,
            inputs: one.inputs.map((name) => (name === 'pixels' ? 'shaped' : name)),
          })),
        ],
        initializers: [...graph.initializers, longs('sizes', [4], sizes)],
        inputs: [{ name: 'pixels', dims }],
      }),
    });
    return type === FLOAT ? model : retyped(model, 'pixels', type);
  };

  it.each([
    ['int32', INT32],
    ['int64', INT64],
  ] as const)('that takes %s is fed what bytes are', async (name, type) => {
    const { card, test } = await imported(shaped(type, 'nchw', ['n', 3, side, side]), colours);
    expect([card.reading.type, card.accuracy.validation, test]).toEqual([name, 1, 1]);
    expect(card.guesses.map(({ scale }) => scale)).toEqual(card.guesses.map(() => '0-255'));
  });

  it('that takes double precision is tried as one of single precision', async () => {
    const { card, test } = await imported(shaped(DOUBLE, 'nchw', ['n', 3, side, side], 1), colours);
    expect([card.reading.type, card.guesses[0]?.scale, test]).toEqual(['float64', '0-1', 1]);
  });

  // The same numbers in another order are right on a third.
  it.each(['nchw', 'nhwc'] as const)('that takes a row of numbers, %s, is found out', async (layout) => {
    const { card, test } = await imported(shaped(FLOAT, layout, ['n', 3 * side * side], 1), colours);
    expect(card.reading).toMatchObject({ layout, axes: 2, size: [side, side], channels: 3 });
    expect([card.accuracy.validation, test]).toEqual([1, 1]);
  });

  // It was called by the name and the place of its copy, and operators were blamed.
  it('of bfloat16 is refused by its own name, and by what to do', async () => {
    const bytes = retyped(colourNetwork(), 'pixels', BFLOAT);
    const refused = await imported(bytes, colours).catch((error: unknown) => String(error));
    expect(refused).toMatch(/\b\d+\.onnx: ONNX Runtime cannot run it: .*bfloat16.* in float32\.$/);
    expect(refused).not.toContain(folder);
  });

  it('of one image at a time is told so in words', async () => {
    expect((await imported(colourNetwork({ batch: 1 }), colours)).notes).toEqual([
      'It takes one image at a time (a fixed batch).',
    ]);
  });

  it('that takes a row of another length is refused with both', async () => {
    await expect(imported(shaped(FLOAT, 'nchw', ['n', 784]), colours)).rejects.toThrow(
      /\[n, 784\], and cannot be shown 8 x 8 x 3 examples/,
    );
  });
});

describe('portsOf', () => {
  const meant = (
    dims: readonly (number | string)[],
    shape: readonly number[],
    gives: DataKind['gives'] = 'map',
    layout?: Layout,
  ) => {
    const inputs = [{ name: 'x', type: 'float32', shape: dims }];
    // Sound: of a network its inputs are looked at.
    return portsOf({ inputs } as never, shape, { gives }, layout).map((port) => [port.layout, ...exampleSizes(port)]);
  };

  it.each([
    ['grey images without channels', ['n', 28, 28], [28, 28, 1], 'map', [['nchw', 28, 28]]],
    ['grey images without channels, channels last', ['n', 28, 28], [28, 28, 1], 'map', [['nhwc', 28, 28]], 'nhwc'],
    ['grey images of another size', ['n', 32, 32], [28, 28, 1], 'map', [['nchw', 32, 32]]],
    ['grey of coloured ones', ['n', 8, 8], [8, 8, 3], 'map', [['nchw', 8, 8]]],
    ['a row of grey pixels', ['n', 784], [28, 28, 1], 'map', [['nchw', 784]]],
    ['a row of any length', ['n', 'm'], [28, 28, 1], 'map', [['nchw', 784]]],
    ['a grey row of coloured ones', ['n', 64], [8, 8, 3], 'map', [['nchw', 64]]],
    ['steps', ['n', 32, 4], [32, 1, 4], 'steps', [['nhwc', 32, 4]]],
    ['steps last, as a convolution takes them', ['n', 4, 32], [32, 1, 4], 'steps', [['nchw', 4, 32]]],
    ['steps of one number each', ['n', 32, 1], [32, 1, 1], 'steps', [['nhwc', 32, 1]]],
    [
      'free steps, both ways',
      ['n', 's', 'm'],
      [32, 1, 4],
      'steps',
      [
        ['nchw', 4, 32],
        ['nhwc', 32, 4],
      ],
    ],
  ] as const)('reads %s', (_, dims, shape, gives, ports, layout?: Layout) => {
    expect(meant(dims, shape, gives, layout)).toEqual(ports);
  });

  it.each([
    ['other steps', ['n', 31, 4], [32, 1, 4], 'steps'],
    ['no example', ['n'], [28, 28, 1], 'map'],
    ['films', ['n', 3, 9, 28, 28], [28, 28, 3], 'map'],
    ['two channels', ['n', 2, 28, 28], [28, 28, 1], 'map'],
  ] as const)('refuses %s', (_, dims, shape, gives) => {
    expect(() => meant(dims, shape, gives)).toThrow('cannot be shown');
  });
});

describe('an ONNX file over steps', () => {
  type Ending = 'logit' | 'probability' | 'of the first';

  /** Whether the skill asked for at the last step is even, of whole numbers `[n, steps, bytes]`. */
  const parity = (ending: Ending, isColumn: boolean): Uint8Array => {
    const last = { name: 'answer', dims: isColumn ? ['n', 1] : ['n'] };
    const nodes = [
      node('Gather', ['x', 'end'], 'step', { axis: { int: 1 } }),
      node('Gather', ['step', 'low'], 'skill', { axis: { int: 1 } }),
      node('Mod', ['skill', 'two'], 'odd'),
      node('Cast', ['odd'], 'share', { to: { int: FLOAT } }),
      ...(ending === 'of the first'
        ? [node('Identity', ['share'], 'chance')]
        : [node('Sub', ['one', 'share'], 'chance')]),
      ...(ending === 'logit' ? [node('Sub', ['chance', 'half'], 'flat')] : [node('Identity', ['chance'], 'flat')]),
      isColumn ? node('Reshape', ['flat', 'column'], 'answer') : node('Identity', ['flat'], 'answer'),
    ];
    const floats = (name: string, value: number): OnnxTensor => ({
      ...{ name, dims: [], type: 'float', bytes: new Uint8Array(Float32Array.of(value).buffer) },
    });
    const initializers = [
      ...[longs('end', [], [STEPS.steps - 1]), longs('low', [], [1]), longs('two', [], [2])],
      ...[longs('column', [2], [-1, 1]), floats('one', 1), floats('half', 0.5)],
    ];
    const model = encodeOnnx({
      ...{ irVersion: 9, opset: 20, producer: { name: 'test', version: '0' }, documentation: '', metadata: {} },
      graph: {
        ...{ name: 'parity', nodes, initializers, values: [] },
        ...{ inputs: [{ name: 'x', dims: ['n', STEPS.steps, LAID_OUT.bytes] }], outputs: [last] },
      },
    });
    return retyped(model, 'x', INT64);
  };

  it.each<readonly [Ending, boolean, string, readonly number[], string]>([
    ['logit', true, 'logits', [0, 1], 'It gives one number: above 0 it says "right".'],
    ['logit', false, 'logits', [0, 1], 'It gives one number: above 0 it says "right".'],
    ['probability', true, 'probabilities', [0, 1], 'It gives one probability: above a half it says "right".'],
    ['of the first', false, 'probabilities', [1, 0], 'It gives one probability: above a half it says "wrong".'],
  ])('that gives one number for two classes, a %s, is read so', async (ending, isColumn, gives, places, words) => {
    const { card, notes, test } = await imported(parity(ending, isColumn), steps);
    expect(card.reading).toMatchObject({ gives, places, type: 'int64', layout: 'nhwc', axes: 3 });
    expect([card.accuracy.validation, test]).toEqual([1, 1]);
    expect(notes).toContain(words);
    // Numbers alone are constants.
    expect(card.params).toBe(0);
  });

  it('that gives one number is read the other way round where a person says so', async () => {
    const { card, test } = await imported(parity('logit', true), steps, { classes: ['right', 'wrong'] });
    expect([card.reading.places, test]).toEqual([[1, 0], 0]);
  });
});

// Twice what chance has, which was asked for before, is more than all where there are two classes.
describe('a teacher is told to be hardly better than chance', () => {
  it.each([
    [2, 0.55, 0.56],
    [3, 0.4, 0.41],
    [10, 0.19, 0.21],
    [100, 0.019, 0.021],
  ])('of %s classes at %s, and not at %s', (classes, weak, fair) => {
    expect(weakWords(weak, classes, 'validation', 'look')).toHaveLength(1);
    expect(weakWords(fair, classes, 'validation', 'look')).toEqual([]);
  });
});
