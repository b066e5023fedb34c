/** Answers from a file as a teacher: what is read of it, what it teaches, what is refused. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { LogitsCard, SaidOfTeacher } from '../../src/core/records/teacher-card.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { encodeTensors } from '../../src/compute/files/safetensors.ts';
import { readTeacherCard } from '../../src/compute/teachers/card.ts';
import { importLogits } from '../../src/compute/teachers/logits/import.ts';
import { decodeNpy } from '../../src/compute/teachers/logits/npy.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import { evaluateTeacher, openTeacher, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import { train } from '../../src/compute/training/trainer.ts';
import { LOGITS } from '../../src/core/distill/teacher-arrays.ts';
import { STEPS, writeTinySteps } from '../support/tiny-steps.ts';
import { COMPRESSED, npyFile, zipFile } from './support/numpy-files.ts';
import type { FloatType } from './support/numpy-files.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'logits-teacher-'));
const data = writeTinyDataset(join(folder, 'data'));
const steps = writeTinySteps(join(folder, 'steps'));
const free = (): Promise<void> => Promise.resolve();
const quiet = (): (() => void) => () => undefined;
const KNOWN = {
  ...{ at: '2026-01-02T03:04:05.000Z', shape: [8, 8, 1], classes: ['a', 'b', 'c'] },
  splits: { train: hashes('1'), val: hashes('2'), test: hashes('3') },
};
let number = 0;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

function hashes(digit: string) {
  return { images: digit.repeat(64), labels: digit.repeat(64) };
}

const { train: TRAIN, val: VAL, test: TEST, classes: CLASSES } = TINY;
/** Row by row: 4 for the image's class, which is its place by turns, and -1 else. The first `wrong`
 * rows mean the next class. */
const rightRows = (count: number, wrong = 0): number[] =>
  Array.from({ length: count * CLASSES }, (_, place) => {
    const row = Math.floor(place / CLASSES);
    return (row + (row < wrong ? 1 : 0)) % CLASSES === place % CLASSES ? 4 : -1;
  });
const rowsFile = (count: number, wrong = 0, type: FloatType = '<f4'): Buffer =>
  npyFile(rightRows(count, wrong), [count, CLASSES], type);

async function imported(
  bytes: Uint8Array,
  name = 'logits.npy',
  said: Pick<SaidOfTeacher, 'gives' | 'classes'> = {},
  of = data,
) {
  number += 1;
  const [file, directory] = [join(folder, `${number}-${name}`), join(folder, `teacher-${number}`)];
  writeFileSync(file, bytes);
  const order = { name: 'theirs', title: 'Theirs', date: '2026-01-02', dataset: { directory: of, known: KNOWN } };
  const source = { kind: 'logits', file, said } as const;
  return { directory, ...(await importLogits({ ...order, source }, loadDataset(of), directory, free, quiet)) };
}

describe('a file of NumPy', () => {
  const VALUES = [0.5, -1.25, 3, 2, 0.125, -7];

  // Every number is one of half precision: what is read has to be the same to the bit.
  it.each(['<f2', '<f4', '<f8'] as const)('of %s is read', (type) => {
    const bytes = npyFile(VALUES, [2, 3], type);
    expect(decodeNpy(bytes)).toEqual({ shape: [2, 3], values: Float32Array.from(VALUES) });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(BY_NUMPY[type]);
  });

  const changed = (from: string, to: string): Buffer =>
    Buffer.from(npyFile(VALUES, [2, 3]).toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');
  it.each<readonly [string, () => Buffer, string]>([
    ['in Fortran order', () => changed('False', 'True'), 'numpy.ascontiguousarray'],
    ['of whole numbers', () => changed('<f4', '<i4'), 'it holds "<i4": save float16, float32 or float64'],
    ['of big-endian numbers', () => changed('<f4', '>f4'), 'little endian'],
    ['of Python objects', () => changed('<f4', '|O'), 'a pickle'],
    ['of several fields', () => changed("'<f4'", "[('a'"), 'several fields'],
    ['cut off', () => npyFile(VALUES, [2, 3]).subarray(0, -1), 'it breaks off: [2, 3] of float32 are 24 bytes, not 23'],
    ['cut off in its header', () => npyFile(VALUES, [2, 3]).subarray(0, 40), 'breaks off in its header'],
    ['with more values', () => npyFile([...VALUES, 1], [2, 3]), 'goes on after its values'],
  ])('%s is refused in words', (_, make, words) => {
    expect(() => decodeNpy(make())).toThrow(words);
  });
});

/** SHA-256 of what `numpy.save` of NumPy 2.4.6 writes of those values. */
const BY_NUMPY: Readonly<Record<FloatType, string>> = {
  '<f2': '93cae116b5b379a53e255787dc887561ba1c609cb8261edfff93186227420b5e',
  '<f4': '254878beea581600e7adf6d1a5a6c434b511d4683a91d1bb324490d20c472b5f',
  '<f8': '42874e0f37dcd743ef4ba4381cf804b3d961896229c93c4122c756f6d750d09d',
};

describe('answers', () => {
  it('to training images alone are judged on those', async () => {
    const { card, notes, directory } = await imported(rowsFile(TRAIN, 6));
    expect(card.accuracy).toEqual({ train: (TRAIN - 6) / TRAIN });
    expect(card.rows).toEqual({ train: TRAIN });
    expect(notes.join(' ')).toContain('It has no answers to validation and test images');
    expect(readTeacherCard(directory)).toEqual(card);
    const teacher = await openTeacher({ directory }, loadDataset(data));
    await expect(evaluateTeacher(teacher, loadDataset(data), 'val', free)).rejects.toThrow(
      'has no answers to validation images',
    );
  });

  const tensorsOf = (counts: Readonly<Record<string, readonly [number, number]>>) =>
    Object.entries(counts).map(([name, [count, wrong]]) => {
      return { name, shape: [count, CLASSES], values: Float32Array.from(rightRows(count, wrong)) };
    });
  const ALL = { train: [TRAIN, 0], validation: [VAL, 3], test: [TEST, 6] } as const;
  const asMembers = Object.fromEntries(
    Object.entries(ALL).map(([name, [count, wrong]]) => [`${name}.npy`, rowsFile(count, wrong, '<f8')]),
  );
  it.each<readonly [string, () => Buffer]>([
    ['all.npz', () => zipFile(asMembers)],
    ['all.safetensors', () => encodeTensors(tensorsOf(ALL), {})],
  ])('to all images, in %s, are judged on each split', async (name, make) => {
    const { card, directory } = await imported(make(), name);
    const accuracy = { train: 1, validation: (VAL - 3) / VAL, test: (TEST - 6) / TEST };
    expect(card.accuracy).toEqual(accuracy);
    const teacher = await openTeacher({ directory }, loadDataset(data));
    expect(teacher.splits).toEqual(['train', 'val', 'test']);
    const { accuracy: found } = await evaluateTeacher(teacher, loadDataset(data), 'test', free);
    expect(found).toBe(accuracy.test);
  });

  it('that are probabilities become their logarithms, in the order of the classes', async () => {
    // Columns c, a, b: [p(c), p(a), p(b)].
    const rows = Array.from({ length: TRAIN }, (_, row) => ['c', 'a', 'b'].map((name) => chance(row, name))).flat();
    const { card, directory } = await imported(npyFile(rows, [TRAIN, 3]), 'p.npy', { classes: ['c', 'a', 'b'] });
    expect([card.gives, card.accuracy.train]).toEqual(['probabilities', 1]);
    const values = await logitsOf(directory);
    // In half precision; 0 is 1e-7.
    expect(values.slice(0, 3)).toEqual([Math.log(0.75), Math.log(0.25), Math.log(1e-7)].map(Math.f16round));
  });

  /** .75 for the image's class, .25 for the next, 0 for the last. */
  const chance = (row: number, name: string): number =>
    [0.75, 0.25, 0][(['a', 'b', 'c'].indexOf(name) - (row % 3) + 3) % 3] ?? NaN;

  // A network of two classes may have one output: what speaks for the second.
  it.each([
    ['logits', [STEPS.train], [0.3, -0.2], 'logits'],
    ['logits, a column', [STEPS.train, 1], [3, -2], 'logits'],
    ['probabilities', [STEPS.train, 1], [0.7, 0.1], 'probabilities'],
  ] as const)('that are one column for two classes, %s, are those of both', async (_, shape, [right, wrong], gives) => {
    const { labels } = loadDataset(steps).split('train');
    // The first four are wrong.
    const values = Array.from(labels, (label, row) => ((label === 1) === row >= 4 ? right : wrong));
    const { card, directory } = await imported(npyFile(values, shape), 'one.npy', {}, steps);
    expect([card.classes, card.gives, card.accuracy.train]).toEqual([2, gives, (STEPS.train - 4) / STEPS.train]);
    const told = readFileSync(join(directory, 'logits.safetensors'));
    const [first, second] = new Float32Array(told.buffer.slice(told.byteOffset + told.length - 4 * 2 * STEPS.train));
    const chosen = values[0] ?? NaN;
    const difference = gives === 'logits' ? chosen : Math.log(chosen) - Math.log(1 - chosen);
    expect((second ?? NaN) - (first ?? NaN)).toBeCloseTo(difference, 5);
  });

  it('that are one column for three classes are refused', async () => {
    await expect(imported(npyFile(new Array<number>(TRAIN).fill(1), [TRAIN, 1]))).rejects.toThrow('gives 1 number for');
  });

  it('teach the same for every view of an image', async () => {
    const { directory } = await imported(rowsFile(TRAIN));
    const distillation = { ...DISTILLATION_DEFAULTS.kd, weight: 1 };
    const recipe = { ...TINY_RECIPE, epochs: 12, distillation };
    const targets = await teacherTargets(requestOf(directory), free, () => undefined);
    expect([targets.rows, targets.ignoresViews]).toEqual([TRAIN, true]);
    const { task, dispose } = await tinyTask(data, tinyConvolutional(), recipe);
    // Of labels it learns nothing here: rows of other images would leave it at chance.
    const { evaluation } = await train({ ...task, teacher: targets }, { yieldToEvents: free });
    expect(evaluation.accuracy).toBeGreaterThan(0.8);
    dispose();
    disposeTargets(targets);
  });

  const requestOf = (directory: string) => ({
    ...{ teacher: { directory }, dataset: loadDataset(data), count: TRAIN },
    ...{ augmentation: TINY_RECIPE.augmentation, distillation: DISTILLATION_DEFAULTS.kd },
    ...{ student: tinyConvolutional(), cacheDir: join(folder, 'cache') },
  });
  async function logitsOf(directory: string): Promise<readonly number[]> {
    const targets = await teacherTargets(requestOf(directory), free, () => undefined);
    const values = [...targets.tensors.get(LOGITS)!.dataSync<'float32'>()];
    disposeTargets(targets);
    return values;
  }

  it('have no layers to learn from, and stay the file that they were', async () => {
    const { directory } = await imported(rowsFile(TRAIN));
    const fitnet = { ...requestOf(directory), distillation: DISTILLATION_DEFAULTS.fitnet };
    await expect(teacherTargets(fitnet, free, () => undefined)).rejects.toThrow('Choose a loss on logits');
    writeFileSync(join(directory, 'logits.safetensors'), 'others');
    await expect(openTeacher({ directory }, loadDataset(data))).rejects.toThrow('is not the file that');
  });

  it('of another data set are refused where they are to teach', async () => {
    const { card, directory } = await imported(rowsFile(TRAIN));
    const fewer: LogitsCard = { ...card, rows: { train: TRAIN, val: VAL } };
    writeFileSync(join(directory, 'teacher.json'), JSON.stringify(fewer));
    await expect(openTeacher({ directory }, loadDataset(data))).rejects.toThrow(
      'has other rows than data set "tiny" has validation images (30)',
    );
  });
});

describe('what are no answers', () => {
  const spoilt = (value: number): Buffer => {
    const rows = rightRows(TRAIN);
    rows[3 * 7 + 1] = value;
    return npyFile(rows, [TRAIN, CLASSES]);
  };
  const damaged = (): Buffer => {
    const bytes = Buffer.from(COMPRESSED);
    bytes.writeUInt32LE(1, bytes.indexOf('PK\x01\x02') + 16);
    return bytes;
  };
  it.each<readonly [string, string, () => Buffer, string, Pick<SaidOfTeacher, 'gives' | 'classes'>]>([
    [
      'of too few images',
      'a.npy',
      () => rowsFile(TRAIN - 1),
      'array "train" has 95 rows, and Tiny has 96 training',
      {},
    ],
    ['of too few in a compressed file', 'a.npz', () => COMPRESSED, 'array "train" has 2 rows', {}],
    [
      'of other classes',
      'a.npy',
      () => npyFile(new Array(TRAIN * 4).fill(1), [TRAIN, 4]),
      'classes: the teacher gives 4',
      {},
    ],
    ['of one axis', 'a.npy', () => npyFile(rightRows(TRAIN), [TRAIN * CLASSES]), 'array "train" is [288]', {}],
    ['with NaN', 'a.npy', () => spoilt(NaN), 'array "train", row 8, column 2 is NaN: no number', {}],
    ['with an infinity', 'a.npy', () => spoilt(-Infinity), 'row 8, column 2 is -Infinity', {}],
    ['beyond half precision', 'a.npy', () => spoilt(1e6), 'which half precision does not keep', {}],
    ['said to be probabilities', 'a.npy', () => rowsFile(TRAIN), 'is 4: no probability', { gives: 'probabilities' }],
    [
      'of other names',
      'a.npz',
      () => zipFile({ 'train.npy': rowsFile(TRAIN), 'y.npy': rowsFile(TRAIN) }),
      'array "y"',
      {},
    ],
    ['without training images', 'a.npz', () => zipFile({ 'test.npy': rowsFile(TEST) }), 'it has no array "train"', {}],
    ['of PyTorch', 'a.npz', () => zipFile({ 'archive/data.pkl': Buffer.from('x') }), 'is a pickle, and never read', {}],
    ['a damaged zip file', 'a.npz', damaged, 'array "train": it is damaged', {}],
    ['half a zip file', 'a.npz', () => COMPRESSED.subarray(0, 100), 'End of central directory', {}],
    ['half a safetensors file', 'a.safetensors', () => Buffer.alloc(9, 1), 'announces a header', {}],
    ['a text', 'a.npy', () => Buffer.from('logits'), 'is no .npy, .npz or .safetensors file', {}],
  ])('%s are refused with file and place, and nothing is left', async (_, name, make, words, said) => {
    const error: unknown = await imported(make(), name, said).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(words);
    expect(error).toMatchObject({
      code: 'usage.invalid',
      place: { field: expect.stringMatching(/file|classes/) as string },
    });
    expect(existsSync(join(folder, `teacher-${number}`))).toBe(false);
  });
});
