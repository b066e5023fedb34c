/** Sets of sound as the host keeps them: their groups and recordings are looked at, and travel. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../src/compute/data/import/import-dataset.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { checkDatasetFiles, readDatasetCard } from '../../src/host/library/dataset-files.ts';
import { readRecording } from '../../src/host/library/dataset-sides.ts';
import { writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { packed, taken } from '../support/archives.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

/** Imports tones by speaker into a workspace, and gives the folder. */
async function tonesIn(workspace: string): Promise<string> {
  const path = writeFiles(temporaryFolder('tones'), toneFiles());
  const directory = join(workspace, 'datasets/tones');
  const options = {
    ...({ fit: 'letterbox', gray: false, coarse: false, shares: { val: 0.2, test: 0.2 }, seed: 1 } as const),
    group: '^(\\d\\d)',
  };
  const input = { path, source: path, name: 'tones', title: 'Tones', date: '2026-01-31', options };
  await importDataset(
    input,
    directory,
    () => Promise.resolve(),
    () => () => undefined,
  );
  return directory;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a set of sound', () => {
  it('goes into an archive and comes out of it with its groups and recordings', async () => {
    const from = temporaryWorkspace('from');
    const directory = await tonesIn(from.directory);
    const into = temporaryWorkspace('into');
    const staged = await taken(into, await packed(from));
    expect(staged.notes).toEqual([]);
    const arrived = join(into.directory, 'datasets/tones');
    expect(readdirSync(arrived).sort()).toEqual(readdirSync(directory).sort());
    const card = await readDatasetCard(arrived);
    expect(card.groups).toEqual(['01', '02', '03', '04', '05']);
    const sound = await readRecording({ directory: arrived, card }, 'val', 1);
    const all = readFileSync(join(directory, 'val-sound.rows'));
    expect(Buffer.from(sound ?? [])).toEqual(all.subarray(4800, 9600));
    expect(await readRecording({ directory: arrived, card }, 'val', 99)).toBeUndefined();
  });

  it('gives its recordings and groups to a subset', async () => {
    const directory = await tonesIn(temporaryWorkspace('whole').directory);
    const made = join(temporaryWorkspace('part').directory, 'datasets/part');
    const options = {
      ...({ fit: 'letterbox', gray: false, coarse: false, shares: { val: 0, test: 0 }, seed: 1 } as const),
      ...({ kind: 'subset', subset: { classes: [0, 1], perClass: 3 } } as const),
    };
    const input = { path: directory, source: 'tones', name: 'part', title: 'Part', date: '2026-01-31', options };
    await importDataset(
      input,
      made,
      () => Promise.resolve(),
      () => () => undefined,
    );
    const [whole, card] = [await readDatasetCard(directory), await readDatasetCard(made)];
    await checkDatasetFiles(made, card);
    expect(card).toMatchObject({ example: whole.example, shape: whole.shape, groups: whole.groups });
    expect(card.splits.train.count).toBe(6);
    const soundsOf = async (of: string, its: DatasetCard): Promise<readonly string[]> =>
      Promise.all(
        Array.from({ length: its.splits.train.count }, async (_, index) =>
          sha256Of((await readRecording({ directory: of, card: its }, 'train', index)) ?? new Uint8Array()),
        ),
      );
    const all = await soundsOf(directory, whole);
    const part = await soundsOf(made, card);
    expect(new Set(part).size).toBe(6);
    expect(part.every((sound) => all.includes(sound))).toBe(true);
  });

  it('is refused where a stranger put a speaker into two splits, with hashes that are right', async () => {
    const directory = await tonesIn(temporaryWorkspace('torn').directory);
    const card = await readDatasetCard(directory);
    const train = readFileSync(join(directory, 'train-group.idx1.gz'));
    const content = gunzipSync(readFileSync(join(directory, 'val-group.idx1.gz')));
    gunzipSync(train).copy(content, 8, 8, 12);
    const forged = gzipSync(content);
    writeFileSync(join(directory, 'val-group.idx1.gz'), forged);
    const group = { file: 'val-group.idx1.gz', bytes: forged.length, sha256: sha256Of(forged) };
    const torn = { ...card, splits: { ...card.splits, val: { ...card.splits.val, columns: { group } } } };
    await expect(checkDatasetFiles(directory, torn)).rejects.toThrow(
      /its group "0\d" is in training and validation, so that the one would know the other/,
    );
  });

  it('is refused where its sound is not what its card says', async () => {
    const directory = await tonesIn(temporaryWorkspace('cut').directory);
    const card = await readDatasetCard(directory);
    const file = join(directory, 'test-sound.rows');
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.from(bytes).fill(1, 0, 4));
    await expect(checkDatasetFiles(directory, card)).rejects.toThrow('test-sound.rows is damaged: its content is not');
    truncateSync(file, bytes.length - 2);
    const { recordings } = card.splits.test;
    const shorter = { file: 'test-sound.rows', samples: recordings?.samples ?? 0 };
    const lying: DatasetCard = {
      ...card,
      splits: { ...card.splits, test: { ...card.splits.test, recordings: shorter } },
    };
    await expect(checkDatasetFiles(directory, lying)).rejects.toThrow(
      /it has \d+ bytes, and 4 recordings of 2400 samples/,
    );
  });

  it.each<readonly [string, unknown, string | RegExp]>([
    ['fewer', ['a.wav'], /it has 1 names for \d+ examples/],
    ['numbers', Array.from({ length: 99 }, (_, number) => number), 'it is no list of names'],
    ['longer than any path', ['a'.repeat(5000)], 'it is no list of names'],
  ])('is refused where names of its files are %s, under the right hash', async (_, names, words) => {
    const directory = await tonesIn(temporaryWorkspace('names').directory);
    const card = await readDatasetCard(directory);
    await expect(checkDatasetFiles(directory, card)).resolves.toBeDefined();
    const forged = gzipSync(JSON.stringify(names));
    writeFileSync(join(directory, 'val-names.json.gz'), forged);
    await expect(checkDatasetFiles(directory, card)).rejects.toThrow('val-names.json.gz is damaged');
    const entry = { file: 'val-names.json.gz', bytes: forged.length, sha256: sha256Of(forged) };
    const lying = { ...card, splits: { ...card.splits, val: { ...card.splits.val, names: entry } } };
    await expect(checkDatasetFiles(directory, lying)).rejects.toThrow(words);
  });
});
