/** Broken data files are named and described, never read as images. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataset, normalisationOf, pixelsIn, readImages } from '../../src/compute/data/dataset.ts';
import { readIdx } from '../../src/compute/data/idx.ts';
import { idxBytes, TINY, writeTinyDataset } from './support/tiny-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const sound = idxBytes([2, 3], Uint8Array.from([1, 2, 3, 4, 5, 6]));

describe('readIdx', () => {
  it('reads sizes big-endian and values in order', () => {
    const { shape, values } = readIdx(file('sound.gz', gzipSync(sound)), 2);
    expect(shape).toEqual([2, 3]);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['a file that is no gzip', Buffer.from('not gzip'), 'does not unpack as gzip'],
    ['gzip cut short', gzipSync(sound).subarray(0, 20), 'does not unpack as gzip'],
    ['no header', gzipSync(Buffer.from([0, 0])), '2 bytes, too few for a header'],
    [
      'a magic number of floats',
      gzipSync(Buffer.concat([Buffer.from([0, 0, 13, 2]), sound.subarray(4)])),
      '0x00000d02',
    ],
    ['another number of axes', gzipSync(idxBytes([6], Uint8Array.from([1, 2, 3, 4, 5, 6]))), '0x00000801'],
    ['an end inside the header', gzipSync(sound.subarray(0, 9)), 'inside its header, after 9 of 12 bytes'],
    ['one value too few', gzipSync(sound.subarray(0, -1)), '2 x 3 = 6 values, and 5 follow'],
    ['one value too many', gzipSync(Buffer.concat([sound, Buffer.from([7])])), '2 x 3 = 6 values, and 7 follow'],
    ['sizes that overflow', gzipSync(idxBytes([2 ** 31, 2 ** 31], Uint8Array.of(1))), 'and 1 follow'],
  ])('refuses %s and says what was found', (name, bytes, finding) => {
    const path = file(`${name}.gz`, bytes);
    expect(() => readIdx(path, 2)).toThrow(
      expect.objectContaining({
        code: 'dataset.corrupt',
        message: expect.stringContaining(finding),
        place: { file: path },
      }),
    );
  });
});

describe('loadDataset', () => {
  const directory = writeTinyDataset(join(folder, 'tiny'));

  it('reads every split at its announced size', () => {
    const dataset = loadDataset(directory);
    expect(dataset.split('val').count).toBe(TINY.val);
    expect(pixelsIn(dataset.split('test')).length).toBe(TINY.test * TINY.side ** 2);
  });

  it('names the missing card when the folder is wrong', () => {
    expect(() => loadDataset(join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({ code: 'dataset.missing', place: { file: join(folder, 'nowhere', 'dataset.json') } }),
    );
  });

  it('names the missing file of a split', () => {
    const broken = writeTinyDataset(join(folder, 'broken'));
    rmSync(join(broken, 'val-labels.gz'));
    expect(() => loadDataset(broken).split('val')).toThrow(
      expect.objectContaining({ code: 'dataset.missing', place: { file: join(broken, 'val-labels.gz') } }),
    );
  });

  it('refuses labels that do not fit the images, the classes or the card', () => {
    const images = file('images.gz', gzipSync(idxBytes([3, 2, 2], new Uint8Array(12))));
    const two = file('two.gz', gzipSync(idxBytes([2], Uint8Array.of(0, 1))));
    const stray = file('stray.gz', gzipSync(idxBytes([3], Uint8Array.of(0, 1, 9))));
    expect(() => readImages(images, two, [2, 2, 1], 3)).toThrow('2 labels for 3 examples');
    expect(() => readImages(images, stray, [2, 2, 1], 3)).toThrow('the label 9, and there are 3 classes');
    expect(() => readImages(images, two, [4, 1, 1], 3)).toThrow('2 x 2, and 4 x 1 are expected');
  });
});

describe('normalisationOf', () => {
  it('is mean and deviation of a two-valued image, whose closed forms are the half sum and the half difference', () => {
    const { mean, deviation } = normalisationOf(Uint8Array.of(0, 255, 0, 255));
    expect(mean).toBeCloseTo(0.5, 12);
    expect(deviation).toBeCloseTo(0.5, 12);
  });

  it('is that of each channel where there are several, as if each were an image of its own', () => {
    const colours = Uint8Array.of(0, 10, 7, 255, 30, 7, 0, 10, 7, 255, 30, 7);
    const red = normalisationOf(Uint8Array.of(0, 255, 0, 255));
    const green = normalisationOf(Uint8Array.of(10, 30, 10, 30));
    const blue = normalisationOf(Uint8Array.of(7, 7, 7, 7));
    expect(normalisationOf(colours, 3)).toEqual({
      mean: [red.mean, green.mean, blue.mean],
      deviation: [red.deviation, green.deviation, blue.deviation],
    });
  });
});
