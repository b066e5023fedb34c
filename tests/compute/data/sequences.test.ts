/** A data set of windows of steps: what networks are given of it, and what is refused of a
 * stranger's whose hashes are right. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataset, pixelsIn } from '../../../src/compute/data/dataset.ts';
import { checkTrainable } from '../../../src/compute/data/trainable.ts';
import { checkDatasetFiles, readDatasetCard } from '../../../src/host/library/dataset-files.ts';
import { LAID_OUT, STEPS, writeTinySteps } from '../../support/tiny-steps.ts';
import type { Changes } from '../../support/tiny-steps.ts';
import { importBench } from '../support/import-bench.ts';

const bench = importBench();
const root = mkdtempSync(join(tmpdir(), 'steps-'));
afterAll(() => {
  bench.remove();
  rmSync(root, { recursive: true });
});
let folders = 0;
const folder = (changes?: Changes): string => writeTinySteps(join(root, String((folders += 1))), changes);

/** As the host looks before a run, and as a trainer reads. */
async function looks(directory: string): Promise<readonly (() => Promise<unknown>)[]> {
  const card = await readDatasetCard(directory);
  const load = () => {
    const dataset = loadDataset(directory);
    dataset.columns('train');
  };
  return [() => checkDatasetFiles(directory, card), () => Promise.resolve().then(load)];
}

describe('a set of sequences', () => {
  it('gives networks the numbers themselves', () => {
    // Catches the mean and the deviation of pixels, by which no place in a table is a whole number.
    expect(loadDataset(folder()).normalisation).toEqual({ mean: 0, deviation: 1 / 255 });
  });

  it('has a pupil and a position for each example, and a hash of them', async () => {
    const directory = folder();
    const { group, position } = loadDataset(directory).columns('val');
    expect([...(group ?? [])].slice(3, 6)).toEqual([STEPS.train / 4, STEPS.train / 4 + 1, STEPS.train / 4 + 1]);
    expect([...(position ?? [])].slice(0, 5)).toEqual([2, 3, 4, 5, 2]);
    const { sources } = await checkDatasetFiles(directory, await readDatasetCard(directory));
    expect(sources.splits.val.columns).toMatch(/^[0-9a-f]{64}$/);
  });

  const FIRST_ANSWER = 2;
  const stray = (windows: Uint8Array): void => {
    windows[FIRST_ANSWER] = 3;
  };
  const put =
    (place: number, value: number) =>
    (all: number[]): void => {
      all[place] = value;
    };
  const shorten = (all: number[]): void => {
    all.pop();
  };
  it.each([
    ['a value beyond its modality', { windows: stray }, /step 1 of example 1 has the Answer 3, .* values below 3/],
    ['a group of another set', { groups: put(6, 99) }, /example 7 has the group 99, .* 40 groups/],
    ['a position 0', { positions: put(0, 0) }, /example 1 has the position 0/],
    ['a column too short', { positions: shorten }, /it has 95 numbers for 96 examples/],
  ] as const)('is refused with %s, by the host and by a trainer', async (_, changes, words) => {
    for (const look of await looks(folder(changes))) {
      await expect(look()).rejects.toMatchObject({ code: 'dataset.corrupt', message: expect.stringMatching(words) });
    }
  });

  it.each([
    ['no names of its groups', { groups: undefined }, /its examples have groups, and it names none/],
    ['a modality outside of a step', { shape: [STEPS.steps, 1, 2] }, /"correct" stands in byte 2/],
  ] as const)('is refused with %s', async (_, card, words) => {
    const directory = folder({ card: card as Changes['card'] }); // A stranger's card keeps to no type.
    await expect(readDatasetCard(directory)).rejects.toThrow(words);
    expect(() => loadDataset(directory)).toThrow(words);
  });

  it('says in its own words that there is nothing to learn', () => {
    const { card, split } = loadDataset(folder());
    const all = { ...split('train'), labels: new Uint8Array(STEPS.train).fill(1) };
    const words = 'All 9 training answers of data set "steps" are of one class, "right": there is nothing to learn. ';
    expect(() => checkTrainable({ card, split: () => all }, 9)).toThrow(`${words}Use more or other answers.`);
  });

  it('is cut by classes as it is: windows, pupils and positions go together', async () => {
    // Catches windows that are made square, and columns in the order of the whole set.
    const directory = folder();
    const [whole, cut] = [
      loadDataset(directory),
      await bench.run(directory, { kind: 'subset', seed: 1, subset: { classes: [0, 1], perClass: 7 } }),
    ];
    expect(cut.card).toMatchObject({ shape: [STEPS.steps, 1, LAID_OUT.bytes], example: LAID_OUT.form });
    expect(cut.card.warnings).toEqual([]);
    const rows = ({ split, columns }: typeof whole): readonly string[] => {
      const { group, position } = columns('train');
      const train = split('train');
      return Array.from(train.labels, (label, index) =>
        [label, group?.[index], position?.[index], ...pixelsIn(train, index, index + 1)].join(),
      );
    };
    expect(cut.split('train').labels).toHaveLength(14);
    expect(rows(whole)).toEqual(expect.arrayContaining([...rows(cut)]));
  });
});
