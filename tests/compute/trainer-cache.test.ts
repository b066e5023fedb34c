/** A trainer that lives for a whole search must not hold the teacher's part of every student that
 * it met. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createTrainerCache } from '../../src/compute/trainer-cache.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';
import { tinyConvolutional } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainer-cache-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

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
