/** A trainer that lives for a whole search must not hold the teacher's part of every student that
 * it met. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createTrainerCache } from '../../src/compute/trainer-cache.ts';
import { checkDatasetFiles, readDatasetCard } from '../../src/host/library/dataset-files.ts';
import { TINY, writeTinyDataset, writeTinyRows } from './support/tiny-dataset.ts';
import { tinyConvolutional } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainer-cache-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

// A set of 1.5 GB was hashed for ten seconds without a word: its trainer might be taken for hung.
it('hashes a set of rows in pieces, tells how far it is, and gives up when it is asked to', async () => {
  const large = writeTinyRows(join(folder, 'rows'));
  const cache = createTrainerCache();
  const known = {
    ...(await checkDatasetFiles(large, await readDatasetCard(large))).sources,
    at: '2026-01-01T00:00:00Z',
  };
  const heard: (readonly [number, number])[] = [];
  let turns = 0;
  const hooks = {
    yieldToEvents: () => Promise.resolve(void (turns += 1)),
    onProgress: (done: number, total: number) => void heard.push([done, total]),
  };
  const dataset = await cache.open({ directory: large, known }, hooks);
  const all = TINY.train + TINY.val + TINY.test;
  expect(heard).toEqual([
    [TINY.train, all],
    [TINY.train + TINY.val, all],
    [all, all],
  ]);
  expect(turns).toBe(3);
  expect(cache.dataset({ directory: large, known })).toBe(dataset);
  const [other] = [createTrainerCache()];
  const stopped = new Error('stop');
  await expect(other.open({ directory: large, known }, { yieldToEvents: () => Promise.reject(stopped) })).rejects.toBe(
    stopped,
  );
  expect((await other.open({ directory: large, known }, hooks)).normalisation).toEqual(dataset.normalisation);
  const changed = { ...known, splits: { ...known.splits, val: { ...known.splits.val, images: 'f'.repeat(64) } } };
  const opened = await other.open({ directory: large, known: changed }, hooks);
  for (const look of [1, 2]) {
    expect(() => opened.split('val'), `look ${look}`).toThrow(expect.objectContaining({ code: 'dataset.changed' }));
  }
  expect(opened.split('test').count).toBe(TINY.test);
});

it('keeps the two sets of targets that were used last, and disposes the others', async () => {
  const cache = createTrainerCache();
  const computed: string[] = [];
  const targets = (key: string) =>
    cache.targets(directory, key, () => {
      computed.push(key);
      const tensors = new Map([['logits', tf.zeros([2, 3])]]);
      return Promise.resolve({ graph: tinyConvolutional(), tensors, views: 1, rows: 2, viewSeed: 1 });
    });
  const first = await targets('a');
  await targets('b');
  expect(await targets('a')).toBe(first);
  const before = tf.memory().numTensors;
  await targets('c');
  expect(tf.memory().numTensors).toBe(before);
  expect(first.tensors.get('logits')?.isDisposed).toBe(false);
  await targets('b');
  expect(computed).toEqual(['a', 'b', 'c', 'b']);
});
