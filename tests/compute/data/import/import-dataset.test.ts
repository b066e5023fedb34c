/** Images arrive as they were, with their own labels, in the right split. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { pixelsIn } from '../../../../src/compute/data/dataset.ts';
import type { Dataset } from '../../../../src/compute/data/dataset.ts';
import type { SplitName } from '../../../../src/core/records/sources.ts';
import { testing } from '../../../../src/compute/data/import/import-dataset.ts';
import { importBench } from '../../support/import-bench.ts';
import { cifarBatch, idxPair, plainPng, pngOf, repeated } from '../../support/sources.ts';

const { kindOf } = testing;

const bench = importBench();
afterAll(() => bench.remove());

const SPLITS: readonly SplitName[] = ['train', 'val', 'test'];
const countsOf = (dataset: Dataset): readonly number[] => SPLITS.map((name) => dataset.split(name).count);
/** First pixels of an image of a split. */
const pixelsOf = (dataset: Dataset, split: SplitName, image: number): Uint8Array => {
  return pixelsIn(dataset.split(split), image, image + 1);
};

describe('IDX pairs', () => {
  const labels = repeated(3, 20);

  it('keep each label with its image, every image once', async () => {
    const dataset = await bench.run(bench.source(idxPair('train', labels)));
    expect(countsOf(dataset)).toEqual([48, 6, 6]);
    const seen = SPLITS.flatMap((name) => {
      const split = dataset.split(name);
      return [...split.labels].map((label, image) => {
        const [index, marked] = pixelsOf(dataset, name, image);
        expect(marked).toBe(label);
        return index ?? -1;
      });
    });
    expect(seen.sort((left, right) => left - right)).toEqual([...labels.keys()]);
  });

  it('cut validation from the training images alone where there is a test set, and keep its order', async () => {
    const files = { ...idxPair('train', labels), ...idxPair('t10k', [2, 2, 0, 1]) };
    const dataset = await bench.run(bench.source(files), { shares: { val: 0.2, test: 0.5 } });
    expect(countsOf(dataset)).toEqual([48, 12, 4]);
    expect([...dataset.split('test').labels]).toEqual([2, 2, 0, 1]);
    expect(dataset.card.import?.shares).toEqual({ val: 0.2 });
  });

  it('are the same gzipped and plain, and the same once more; another seed cuts otherwise', async () => {
    const packed = bench.source(idxPair('train', labels));
    const plain = bench.source(idxPair('train', labels, { gzip: false }));
    const prints = [await bench.run(packed), await bench.run(plain), await bench.run(packed, { seed: 2 })].map(
      ({ card }) => card.fingerprint,
    );
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(prints[1]).toBe(prints[0]);
    expect(prints[2]).not.toBe(prints[0]);
  });

  it('take the names of their classes from classes.txt', async () => {
    const files = { ...idxPair('train', labels), 'classes.txt': 'ant\nbee\ncat\n' };
    const { card } = await bench.run(bench.source(files));
    expect(card).toMatchObject({
      classes: ['ant', 'bee', 'cat'],
      date: '2026-01-31',
      licence: 'unknown',
      warnings: [],
    });
    expect(card.splits.train.balance).toEqual([16, 16, 16]);
  });

  it('tell that images are in two splits', async () => {
    const files = { ...idxPair('train', labels), ...idxPair('t10k', labels.slice(0, 5)) };
    const { card } = await bench.run(bench.source(files), { shares: { val: 0.1, test: 0.1 } });
    const shared =
      card.warnings?.map((text) => Number(/^(\d+) test images? (is|are) among/.exec(text)?.[1] ?? 0)) ?? [];
    // Each of the five is in training or in validation.
    expect(shared.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});

describe('CIFAR batches', () => {
  it('turn planes into pixels, and take the test batch as it is', async () => {
    const train = cifarBatch(repeated(10, 5).map((label) => [label]));
    const files = {
      'data_batch_1.bin': train,
      'test_batch.bin': cifarBatch([[3], [1]]),
      'batches.meta.txt': `${'abcdefghij'.split('').join('\n')}\n\n`,
    };
    const dataset = await bench.run(bench.source(files));
    expect(countsOf(dataset)).toEqual([40, 10, 2]);
    expect(dataset.card.shape).toEqual([32, 32, 3]);
    expect(dataset.card.classes.join('')).toBe('abcdefghij');
    expect([...pixelsOf(dataset, 'test', 1).subarray(0, 6)]).toEqual([1, 51, 101, 0, 1, 2]);
    expect([...dataset.split('test').labels]).toEqual([3, 1]);
    expect(dataset.normalisation.mean).toHaveLength(3);
  });

  it('read the fine labels of CIFAR-100, or the coarse ones', async () => {
    const records = repeated(100, 3).map((fine) => [fine % 20, fine]);
    const folder = bench.source({ 'train.bin': cifarBatch(records), 'test.bin': cifarBatch([[7, 93]]) });
    const fine = await bench.run(folder);
    const coarse = await bench.run(folder, { coarse: true });
    expect([fine.card.classes.length, fine.split('test').labels[0]]).toEqual([100, 93]);
    expect([coarse.card.classes.length, coarse.split('test').labels[0]]).toEqual([20, 7]);
    expect(fine.card.warnings).toContainEqual(expect.stringContaining('fine_label_names.txt'));
  });
});

describe('folders of images', () => {
  const colours = async (folder: string, count: number, colour: (index: number) => readonly number[], size = 8) =>
    Object.fromEntries(
      await Promise.all(
        Array.from({ length: count }, async (_, index) => [
          `${folder}/${index}.png`,
          await plainPng(colour(index), size),
        ]),
      ),
    );

  it('keep every pixel of a PNG of the right size, classes in the order of their names', async () => {
    const values = Array.from({ length: 192 }, (_, index) => (index * 37) % 256);
    const files = {
      ...(await colours('train/bee', 4, (index) => [index, 0, 9])),
      ...(await colours('train/ant', 4, (index) => [index, 1, 9])),
      'test/bee/deep/below.PNG': await pngOf(values, 8, 8),
    };
    const dataset = await bench.run(bench.source(files), { side: 8 });
    expect(dataset.card.classes).toEqual(['ant', 'bee']);
    expect([...pixelsOf(dataset, 'test', 0)]).toEqual(values);
    expect([...dataset.split('test').labels]).toEqual([1]);
  });

  it.each([
    ['letterbox', [0, 0, 255, 255, 255, 255, 0, 0]],
    ['crop', Array<number>(8).fill(255)],
    ['stretch', Array<number>(8).fill(255)],
  ] as const)('make a white image of 16 x 8 square by %s', async (fit, column) => {
    const files = {
      ...(await colours('a', 4, (index) => [index])),
      ...(await colours('b', 4, (index) => [9 + index])),
      'a/wide.png': await plainPng([255], 16, 8),
    };
    const dataset = await bench.run(bench.source(files), { side: 8, fit });
    const images = SPLITS.flatMap((name) =>
      Array.from({ length: dataset.split(name).count }, (_, image) => pixelsOf(dataset, name, image)),
    );
    const wide = images.find((pixels) => pixels.includes(255));
    expect(column.map((_, row) => wide?.[8 * row])).toEqual(column);
  });

  it('crop the middle', async () => {
    // Four columns of black, eight of white, four of black.
    const row = [...Array(4).fill(0), ...Array(8).fill(255), ...Array(4).fill(0)];
    const striped = await pngOf(Array(8).fill(row).flat(), 16, 8);
    const names = ['a/1.png', 'a/2.png', 'a/3.png', 'b/1.png', 'b/2.png', 'b/3.png'];
    const files = Object.fromEntries(names.map((name) => [name, striped]));
    const dataset = await bench.run(bench.source(files), { side: 8, fit: 'crop' });
    expect(new Set(pixelsIn(dataset.split('train')))).toEqual(new Set([255]));
  });

  it('are gray where all are, RGB where one is not, and gray again where that is wished', async () => {
    const gray = { ...(await colours('a', 3, () => [200])), ...(await colours('b', 3, (index) => [index])) };
    const mixed = { ...gray, 'b/red.png': await plainPng([255, 0, 0]) };
    const folder = bench.source(mixed);
    expect((await bench.run(bench.source(gray), { side: 8 })).card.shape).toEqual([8, 8, 1]);
    const rgb = await bench.run(folder, { side: 8 });
    expect(rgb.card.shape).toEqual([8, 8, 3]);
    expect(rgb.card.warnings).toContainEqual(expect.stringContaining('6 gray ones got three equal channels'));
    const place = [...rgb.split('train').labels].indexOf(0);
    expect(new Set(pixelsOf(rgb, 'train', place))).toEqual(new Set([200]));
    expect((await bench.run(folder, { side: 8, gray: true })).card.shape).toEqual([8, 8, 1]);
  });

  it('show what is transparent as black, and a photograph the way it was held', async () => {
    const clear = await plainPng([255, 255, 255, 0]);
    // Orientation 6: the camera was turned; left half black, right half white becomes top black,
    // bottom white.
    const halves = Array.from({ length: 64 }, (_, place) => (place % 8 < 4 ? [0, 0, 0] : [255, 255, 255])).flat();
    const turned = await sharp(await pngOf(halves, 8, 8))
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const files = {
      'a/1.png': clear,
      'a/2.png': clear,
      'a/3.png': clear,
      'b/1.png': turned,
      'b/2.png': turned,
      'b/3.png': turned,
    };
    const dataset = await bench.run(bench.source(files), { side: 8 });
    const [a, b] = [0, 1].map((label) => pixelsOf(dataset, 'train', [...dataset.split('train').labels].indexOf(label)));
    expect(new Set(a)).toEqual(new Set([0]));
    expect([b?.[0], b?.[21], b?.[168], b?.[189]]).toEqual([0, 0, 255, 255]);
  });

  it('know train, valid and testing as splits, unless another class stands beside them', async () => {
    const six = async (root: string) => ({
      ...(await colours(`${root}/a`, 3, (index) => [index, root.length, 1])),
      ...(await colours(`${root}/b`, 3, (index) => [index, root.length, 2])),
    });
    const split = { ...(await six('train')), ...(await six('Valid')), ...(await six('testing')) };
    const dataset = await bench.run(bench.source(split), { side: 8 });
    expect([countsOf(dataset), dataset.card.classes]).toEqual([
      [6, 6, 6],
      ['a', 'b'],
    ]);
    const vehicles = { ...(await colours('train', 3, () => [1])), ...(await colours('bus', 3, () => [2])) };
    expect((await bench.run(bench.source(vehicles), { side: 8 })).card.classes).toEqual(['bus', 'train']);
  });

  it('leave other files out, and say how many', async () => {
    const files = {
      ...(await colours('a', 3, () => [1])),
      ...(await colours('b', 3, () => [2])),
      'a/readme.txt': 'hello',
      'a/.DS_Store': 'x',
    };
    const { card } = await bench.run(bench.source(files), { side: 8 });
    expect(card.warnings).toContainEqual('Left out, as no image: 1 file.');
  });
});

describe('what an import writes', () => {
  it('has the size that is wished', async () => {
    const folder = bench.source(idxPair('train', repeated(2, 10), { side: 12 }));
    const dataset = await bench.run(folder, { side: 16 });
    expect(dataset.card.shape).toEqual([16, 16, 1]);
    expect(dataset.card.splits.train.images.file).toBe('train-images.idx3.gz');
  });

  it('is nothing where the import is stopped', async () => {
    const before = bench.left();
    const folder = bench.source(idxPair('train', repeated(2, 10)));
    let yields = 0;
    const stop = async (): Promise<void> => {
      yields += 1;
      if (yields > 5) throw new Error('stopped');
    };
    await expect(bench.run(folder, {}, stop)).rejects.toThrow('stopped');
    expect(bench.left()).toEqual(before);
  });
});

const REAL = fileURLToPath(new URL('../../../../../shared/data/cifar10-subset', import.meta.url));
const isThere = existsSync(REAL);

describe.skipIf(!isThere)(`CIFAR-10 itself${isThere ? '' : ` SKIP: ${REAL} is not there`}`, () => {
  it('has the channel means and deviations that everybody uses, so that planes are in order', async () => {
    const dataset = await bench.run(REAL);
    const { mean, deviation } = dataset.normalisation;
    // Of the 50,000 training images, as in the tutorials of PyTorch and Keras; ours are 9,000 of
    // them.
    const [means, deviations] = [
      [0.4914, 0.4822, 0.4465],
      [0.247, 0.2435, 0.2616],
    ];
    expect([mean, deviation].flat()).toHaveLength(6);
    means.forEach((value, channel) => expect([mean].flat()[channel]).toBeCloseTo(value, 2));
    deviations.forEach((value, channel) => expect([deviation].flat()[channel]).toBeCloseTo(value, 2));
    expect(countsOf(dataset)).toEqual([9000, 1000, 2000]);
    expect(dataset.card.classes[3]).toBe('cat');
  });
});

describe('kindOf', () => {
  it.each([
    ['idx', { 'emnist-train-images-idx3-ubyte.gz': '' }],
    ['idx', { 'train-images.idx3-ubyte': '' }],
    ['cifar10', { 'data_batch_5.bin': '' }],
    ['cifar100', { 'train.bin': '', 'fine_label_names.txt': '' }],
    ['folder', { 'cat/1.png': '' }],
    ['csv', { 'labels.csv': 'file,label\n1.png,cat\n' }],
    ['sequence', { 'log.csv': 'order_id,user_id,skill_id,correct\n1,1,1,0\n' }],
  ] as const)('tells %s by the files', async (kind, files) => {
    expect(await kindOf(bench.source(files))).toBe(kind);
  });
});
