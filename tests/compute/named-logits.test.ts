/** Answers whose rows bear names of files: they reach the examples of those files, whatever the
 * order of rows and of the data set, or are refused in words. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGITS } from '../../src/core/distill/teacher-arrays.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { SPLITS } from '../../src/core/records/sources.ts';
import type { SplitName } from '../../src/core/records/sources.ts';
import { pixelsIn } from '../../src/compute/data/dataset.ts';
import type { Dataset } from '../../src/compute/data/dataset.ts';
import { encodeTensors } from '../../src/compute/files/safetensors.ts';
import { dealtByName } from '../../src/compute/teachers/logits/by-name.ts';
import { importLogits } from '../../src/compute/teachers/logits/import.ts';
import { decodeNpyNames } from '../../src/compute/teachers/logits/npy.ts';
import { openTeacher } from '../../src/compute/teachers/teacher.ts';
import { importBench } from './support/import-bench.ts';
import { npyFile, npyNames, zipFile } from './support/numpy-files.ts';
import { plainPng } from './support/sources.ts';
import type { Files } from './support/sources.ts';

const bench = importBench();
const folder = mkdtempSync(join(tmpdir(), 'named-logits-'));
const free = (): Promise<void> => Promise.resolve();
const quiet = (): (() => void) => () => undefined;
afterAll(() => {
  bench.remove();
  rmSync(folder, { recursive: true });
});

const CLASSES = ['cat', 'dog'];
/** Two classes of twenty photographs with a colour each; the same file names in both. */
const PHOTOS = CLASSES.flatMap((name, label) =>
  Array.from({ length: 20 }, (_, index) => ({ name: `${name}/${index}é.png`, label, red: 40 * label + 2 * index })),
);
let data: Dataset;
let whole: string;
beforeAll(async () => {
  const files: Record<string, Files[string]> = {};
  for (const { name, red } of PHOTOS) files[name] = await plainPng([red, 0, 0]);
  // One that is left out must not shift the names behind it.
  files['cat/10.png'] = 'no image';
  data = await bench.run(bench.source(files), { side: 8, skipBroken: true, shares: { val: 0.2, test: 0.2 } });
  whole = bench.last();
});

/** By the colour of each image of a split. */
function photosIn(dataset: Dataset, split: SplitName) {
  const all = dataset.split(split);
  return Array.from(all.labels, (_, image) => {
    const [red] = pixelsIn(all, image, image + 1);
    const photo = PHOTOS.find((one) => one.red === red);
    if (photo === undefined) throw new Error(`There is no photograph of ${red}`);
    return photo;
  });
}

/** Logits that are another pair for each photograph; right for all but every fifth. */
type Photo = (typeof PHOTOS)[number];
const answerOf = ({ red, label }: Photo): readonly number[] => {
  const isRight = red % 10 !== 0;
  return (label === 0) === isRight ? [1 + red, 0] : [0, 1 + red];
};
const shuffled = createRng(7).shuffle(PHOTOS);
const valuesOf = (photos: readonly Photo[]): number[] => photos.flatMap(answerOf);
const npz = (names: readonly string[], photos: readonly Photo[] = shuffled, isBytes = false): Buffer =>
  zipFile({ 'answers.npy': npyFile(valuesOf(photos), [photos.length, 2]), 'names.npy': npyNames(names, isBytes) });

let number = 0;
async function imported(bytes: Uint8Array, { name = 'theirs.npz', dataset = data } = {}) {
  number += 1;
  const [file, directory] = [join(folder, `${number}-${name}`), join(folder, `teacher-${number}`)];
  writeFileSync(file, bytes);
  const hashes = { images: '1'.repeat(64), labels: '2'.repeat(64) };
  const splits = { train: hashes, val: hashes, test: hashes };
  const known = { at: '2026-01-02T03:04:05.000Z', shape: [8, 8, 3], classes: CLASSES, splits };
  const order = { name: 'theirs', title: 'Theirs', date: '2026-01-02', dataset: { directory: '', known } };
  const source = { kind: 'logits', file, said: {} } as const;
  return { directory, ...(await importLogits({ ...order, source }, dataset, directory, free, quiet)) };
}

it('names of files are kept beside the images, in the order of those', () => {
  for (const split of SPLITS) {
    expect(data.names(split)).toEqual(photosIn(data, split).map(({ name }) => name));
  }
  expect(new Set(SPLITS.flatMap((split) => data.names(split))).size).toBe(40);
});

it('a subset keeps those of its images', async () => {
  const some = await bench.run(whole, { kind: 'subset', subset: { classes: [1, 0], perClass: 4 } });
  expect(some.split('train').count).toBe(8);
  for (const split of SPLITS) {
    expect(some.names(split)).toEqual(photosIn(some, split).map(({ name }) => name));
  }
});

describe('rows by name', () => {
  const names = shuffled.map(({ name }) => name);
  it.each<readonly [string, () => Uint8Array, string]>([
    ['of the imported folder', () => npz(names), 'a.npz'],
    ['of a folder elsewhere', () => npz(names.map((name) => `/home/me/photos/${name}`)), 'a.npz'],
    ['of another system', () => npz(names.map((name) => `D:\\photos\\${name.replace('/', '\\')}`)), 'a.npz'],
    ['with accents apart, as macOS has them', () => npz(names.map((name) => name.normalize('NFD'))), 'a.npz'],
    ['in bytes', () => npz(names, shuffled, true), 'a.npz'],
    [
      'in safetensors',
      () => {
        const tensor = { name: 'x', shape: [40, 2], values: Float32Array.from(valuesOf(shuffled)) };
        return encodeTensors([tensor], { names: JSON.stringify(names) });
      },
      'a.safetensors',
    ],
  ])('%s are those of its images in every split', async (_, make, name) => {
    const { card, directory, notes } = await imported(make(), { name });
    const counts = Object.fromEntries(SPLITS.map((split) => [split, data.split(split).count]));
    expect(card.rows).toEqual(counts);
    const right = photosIn(data, 'test').filter(({ red }) => red % 10 !== 0).length;
    expect(card.accuracy.test).toBeCloseTo(right / (counts['test'] ?? 0), 12);
    expect(notes.join(' ')).not.toContain('left out');
    const teacher = await openTeacher({ directory }, data);
    const array = { name: LOGITS, shape: [2], form: { kind: 'logits' } } as const;
    for (const split of SPLITS) {
      const showing = { split, count: counts[split] ?? 0, shift: 0 };
      const given = await teacher.answers(showing, [array], free, () => undefined);
      expect([...(given.get(LOGITS) ?? [])]).toEqual(valuesOf(photosIn(data, split)));
    }
  });

  it('of strange files and of half a split are left out, and told', async () => {
    const without = photosIn(data, 'val')[0]?.name;
    const kept = shuffled.filter(({ name }) => name !== without);
    const strange = { name: 'owl/1.png', label: 0, red: 2 };
    const photos = [strange, ...kept];
    const { card, notes } = await imported(
      npz(
        photos.map(({ name }) => name),
        photos,
      ),
    );
    expect(card.rows).toEqual({ train: data.split('train').count, test: data.split('test').count });
    expect(notes).toContain('One row is of no file of the data set, such as "owl/1.png": left out.');
    expect(notes.join(' ')).toContain('It has answers to 7 of 8 validation images: they were left out');
  });

  const lacking = () => photosIn(data, 'train')[2]?.name ?? '';
  const twice = ['cat/3é.png', ...names.slice(1)].map((name, row) => (row === 1 ? 'cat/3é.png' : name));
  it.each<readonly [string, () => Buffer, () => string]>([
    [
      'without a training image',
      () => {
        const kept = shuffled.filter(({ name }) => name !== lacking());
        return npz(
          kept.map(({ name }) => name),
          kept,
        );
      },
      () => `it has no row for "${lacking()}", of the examples that students learn from`,
    ],
    [
      'of one file twice',
      () => npz(twice),
      () => 'rows 1 ("cat/3é.png") and 2 ("cat/3é.png") are both of "cat/3é.png"',
    ],
    [
      'whose names may be several files',
      () => npz(names.map((name) => name.split('/')[1] ?? '')),
      () => 'give names with their folders',
    ],
    ['of other files', () => npz(names.map((name) => `${name}.jpg`)), () => 'none of its names is of a file'],
    ['of fewer names', () => npz(names.slice(1)), () => 'it has 39 names of files for 40 rows'],
    [
      'in two arrays',
      () => {
        const array = npyFile(valuesOf(shuffled), [40, 2]);
        return zipFile({ 'train.npy': array, 'test.npy': array, 'names.npy': npyNames(names) });
      },
      () => '2 arrays: one of a row a name is expected',
    ],
    [
      'with NaN',
      () => {
        const values = valuesOf(shuffled);
        values[3] = NaN;
        return zipFile({ 'x.npy': npyFile(values, [40, 2]), 'names.npy': npyNames(names) });
      },
      () => `the row of "${names[1]}", column 2 is NaN`,
    ],
    [
      'whose names are numbers',
      () => zipFile({ 'x.npy': npyFile([1, 2], [1, 2]), 'names.npy': npyFile([1], [1]) }),
      () => 'array "names": it holds "<f4" and not text',
    ],
  ])('%s are refused, and nothing is left', async (_, make, words) => {
    await expect(imported(make())).rejects.toThrow(words());
    expect(existsSync(join(folder, `teacher-${number}`))).toBe(false);
  });

  it('of a set that keeps none are refused in words', async () => {
    const dataset = { ...data, names: () => undefined };
    await expect(imported(npz(names), { dataset })).rejects.toThrow('Mine keeps none: import the data set again');
  });
});

it('names longer than those of a set in one folder mean the file that they end with', () => {
  const known = { train: ['1.png', '2.png'], val: ['3.png'], test: ['4.png'] };
  const array = { shape: [4, 1], values: Float32Array.of(4, 3, 2, 1) };
  const given = [4, 3, 2, 1].map((one) => `photographs/${one}.png`);
  const { arrays } = dealtByName(new Map([['x', array]]), given, { card: data.card, names: (split) => known[split] });
  expect(SPLITS.map((split) => [...(arrays.get(split)?.values ?? [])])).toEqual([[1, 2], [3], [4]]);
});

it('names shorter than those of the data set mean the one file that ends so', () => {
  const known = { train: ['train/a/1.png', 'train/b/2.png'], val: ['val/a/3.png'], test: ['test/a/12.png'] };
  const array = { shape: [4, 1], values: Float32Array.of(2, 12, 1, 3) };
  const given = ['b/2.png', '12.png', './1.png', 'a/3.png'];
  const { arrays, notes } = dealtByName(new Map([['x', array]]), given, {
    card: data.card,
    names: (split) => known[split],
  });
  expect(notes).toEqual([]);
  expect(SPLITS.map((split) => [...(arrays.get(split)?.values ?? [])])).toEqual([[1, 2], [3], [12]]);
});

describe('names of NumPy', () => {
  // SHA-256 of what `numpy.save` of NumPy 2.4.6 writes of those names.
  it.each([
    [['a.png', 'b/ü c.png', '🙂.jpg'], false, 'ec234d6e38035e096647e4ac3c10fb2545d3a1c04f5175b4a1cb2b370c750fb2'],
    [['a.png', 'b/c.png'], true, '59f75afc603fb64563836aad2b8b7fcc541a3a410d36d4211ae30f8abdd75dc8'],
  ] as const)('%j are read', (names, isBytes, hash) => {
    const bytes = npyNames(names, isBytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
    expect(decodeNpyNames(bytes)).toEqual(names);
  });

  it('cut off, or of no characters, are refused', () => {
    const bytes = npyNames(['ab', 'c']);
    expect(() => decodeNpyNames(bytes.subarray(0, -1))).toThrow('it breaks off: 2 names of 2 characters are 16 bytes');
    bytes.writeUInt32LE(0x11_0000, bytes.length - 4);
    expect(() => decodeNpyNames(bytes)).toThrow('which is no character');
  });
});
