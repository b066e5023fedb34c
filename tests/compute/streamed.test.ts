/** A set that stays on the disk trains as one in memory: the same batches, weights and figures, to
 * the bit. And a card whose hashes are right and whose sizes are not is refused. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatherImages, openImages, testing, prepareImages, viewOf } from '../../src/compute/data/augment.ts';
import { loadDataset, pixelsIn } from '../../src/compute/data/dataset.ts';
import { openRows } from '../../src/compute/data/rows.ts';
import { streamBatches } from '../../src/compute/data/stream.ts';
import { checkTrainable } from '../../src/compute/data/trainable.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { withoutNativeKernels } from '../../src/compute/backend/native.ts';
import { checkDatasetFiles, readDatasetCard, readImages } from '../../src/host/library/dataset-files.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import { TINY, writeTinyDataset, writeTinyRows } from './support/tiny-dataset.ts';
import type { TinyCard } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTraining } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamed-'));
const held = writeTinyDataset(join(folder, 'held'));
const rows = writeTinyRows(join(folder, 'rows'));
const FILE = join(rows, 'train-images.rows');

function changeCard(change: (card: TinyCard) => void): void {
  const file = join(rows, 'dataset.json');
  const card = JSON.parse(readFileSync(file, 'utf8')) as TinyCard; // written by this test
  change(card);
  writeFileSync(file, JSON.stringify(card));
}
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const AUGMENTATION = { flip: true, shift: 2, cutout: 3, timeMask: 3, bandMask: 2 };

describe('a set on the disk', () => {
  it('is normalised by the same numbers as in memory', () => {
    const dataset = loadDataset(rows);
    expect(dataset.normalisation).toEqual(loadDataset(held).normalisation);
    dataset.close();
  });

  it.each([
    ['with our kernels', <T>(work: () => Promise<T>) => work()],
    ['without them', withoutNativeKernels],
  ])('gives the same bytes of every batch and view, prepared or not, %s', (_, inThatWay) =>
    inThatWay(async () => {
      const [here, there] = [loadDataset(held), loadDataset(rows)];
      const open = (dataset: typeof here, residentBytes?: number) =>
        openImages(dataset.split('train'), dataset.card.shape, dataset.normalisation, {
          shift: 2,
          ...(residentBytes !== undefined && { residentBytes }),
        });
      const numbers = 4 * TINY.train * (TINY.side + 6) ** 2;
      const [resident, streamed, bytes] = [open(here, numbers), open(there), open(here, numbers - 1)];
      expect(['stream' in resident, 'stream' in streamed, 'stream' in bytes]).toEqual([false, true, true]);
      const before = tf.memory().numTensors;
      for (const [round, samples] of [[95, 0, 41, 42, 43, 7], [3, 3, 3], [50]].entries()) {
        const chosen = Int32Array.from(samples);
        const views = samples.map((sample) => viewOf(5, sample, round, AUGMENTATION, resident));
        if (round !== 1) await prepareImages(streamed, chosen, Int32Array.of(1, 2));
        if (round !== 1) await prepareImages(bytes, chosen);
        const batches = [resident, streamed, bytes].map((data) => gatherImages(data, chosen, views));
        const [wanted, ...found] = batches.map((batch) => [...batch.dataSync<'float32'>()]);
        expect(found).toEqual([wanted, wanted]);
        tf.dispose(batches);
      }
      expect(tf.memory().numTensors).toBe(before);
      expect(streamed.labels).toEqual(resident.labels);
      [resident, streamed, bytes].forEach((data) => data.dispose());
      there.close();
    }),
  );

  // What was read ahead is read into the place of what was taken before.
  it('gives each batch its own bytes, in any order of preparing and taking', async () => {
    const dataset = loadDataset(rows);
    const split = dataset.split('train');
    if (!('rows' in split)) throw new Error('it is a set of rows');
    const stream = streamBatches(split.rows);
    const rng = createRng(3);
    const batchOf = (size: number): Int32Array => Int32Array.from({ length: size }, () => rng.int(TINY.train));
    const batches = Array.from({ length: 60 }, (_, place) => batchOf(place % 5 === 4 ? 3 : 8));
    for (const [place, samples] of batches.entries()) {
      const [next, later] = [batches[place + 1], batches[place + 2]];
      const both = [stream.prepare(samples, next)];
      // Another one in between, as of the other half of a search; some are never taken.
      if (place % 3 === 0 && later) both.push(stream.prepare(later));
      if (place % 7 !== 0) await Promise.all(both);
      const wanted = Array.from(samples, (sample) => [...pixelsIn(split, sample, sample + 1)]).flat();
      expect([...stream.take(samples)]).toEqual(wanted);
    }
    dataset.close();
  });

  it('trains to the same weights and the same figures', async () => {
    const { build, reference } = studentFamily('resnet', {
      inputShape: [TINY.side, TINY.side, 1],
      classes: TINY.classes,
    });
    const recipe = {
      ...TINY_RECIPE,
      epochs: 2,
      augmentation: { flip: true, shift: 1, cutout: 2, timeMask: 0, bandMask: 0, mixup: 0.2 },
    };
    const [one, other] = [
      await tinyTraining(held, build(reference), recipe),
      await tinyTraining(rows, build(reference), recipe),
    ];
    expect(other.evaluation).toEqual(one.evaluation);
    expect([...other.weights]).toEqual([...one.weights]);
  });

  it('passes fewer images at once the larger they are, and as many as ever up to 64 pixels', () => {
    expect([8, 64, 128, 224].map((side) => testing.passBatch({ height: side, width: side }))).toEqual([
      250, 250, 62, 20,
    ]);
  });

  it('is shown by the host, image by image, as it lies there', async () => {
    const card = await readDatasetCard(rows);
    const [wanted] = [loadDataset(held)].map((dataset) => pixelsIn(dataset.split('val'), 7, 8));
    const found = await readImages({ directory: rows, card }, 'val', [29, 7]);
    expect([...found.subarray(64)]).toEqual([...(wanted ?? [])]);
    const inMemory = await checkDatasetFiles(held, await readDatasetCard(held));
    expect((await checkDatasetFiles(rows, card)).sources).toEqual(inMemory.sources);
  });

  it('with one brightness alone is told from one with something to learn', () => {
    const dataset = loadDataset(rows);
    const split = dataset.split('train');
    const names = { id: 'tiny', classes: ['a', 'b', 'c'] };
    expect(() => checkTrainable({ card: names, split: () => split }, 10)).not.toThrow();
    const plain = {
      ...split,
      rows: { ...openRows(FILE, TINY.train, dataset.card.shape), read: () => new Uint8Array(64) },
    };
    expect(() => checkTrainable({ card: names, split: () => plain }, 10)).toThrow('have the same pixels, all 0');
    plain.rows.close();
    dataset.close();
  });
});

describe('a card whose files are others', () => {
  const readers = async () => {
    const load = async () => loadDataset(rows).close();
    const check = async () => checkDatasetFiles(rows, await readDatasetCard(rows));
    return [load, check];
  };

  it.each([
    ['more images than there are', (card: TinyCard) => grow(card, 10)],
    ['another size of image', (card: TinyCard) => (card.shape = [8, 9, 1])],
    ['colours', (card: TinyCard) => (card.shape = [8, 8, 3])],
    ['fewer images than there are', (card: TinyCard) => grow(card, -10)],
    ['more images than can be counted', (card: TinyCard) => grow(card, 2 ** 60)],
    ['larger images than there are', (card: TinyCard) => (card.shape = [4096, 4096, 4096])],
    ['a file of rows elsewhere', (card: TinyCard) => rename(card, '../held/train-images.gz')],
    ['a packed file as rows', (card: TinyCard) => rename(card, 'train-images.gz')],
    ['a file that is no rows as packed', (card: TinyCard) => delete card.splits['train']?.images.form],
  ])('is refused where it says %s', async (_, change) => {
    const before = readFileSync(join(rows, 'dataset.json'));
    changeCard(change);
    for (const read of await readers()) {
      await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'dataset.corrupt' }));
    }
    writeFileSync(join(rows, 'dataset.json'), before);
  });

  it('is refused where its file was cut, or is other images', async () => {
    const before = readFileSync(FILE);
    truncateSync(FILE, before.length - 1);
    for (const read of await readers()) {
      await expect(read()).rejects.toThrow(/train-images\.rows.*6143 bytes/);
    }
    const other = Buffer.from(before);
    other[100] = (other[100] ?? 0) ^ 1;
    writeFileSync(FILE, other);
    const expected = {
      ...(await checkDatasetFiles(held, await readDatasetCard(held))).sources,
      at: '2026-01-01T00:00:00Z',
    };
    expect(() => loadDataset(rows, expected)).toThrow(expect.objectContaining({ code: 'dataset.changed' }));
    const [, check] = await readers();
    await expect(check?.()).rejects.toThrow('SHA-256 differs');
    writeFileSync(FILE, before);
  });
});

function rename({ splits: { train } }: TinyCard, file: string): void {
  if (train) train.images = { ...train.images, file };
}

function grow(card: TinyCard, more: number): void {
  const { train } = card.splits;
  if (train) train.count += more;
}
