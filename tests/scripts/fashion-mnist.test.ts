/** The bundled data set: whole, disjoint, balanced, and cut by the rule that gives the teacher the
 * rest. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { splitIndices } from '../../scripts/make-fashion-mnist.mjs';

const folder = new URL('../../resources/datasets/fashion-mnist/', import.meta.url);
const read = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)));

interface BundledFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentSha256: string;
}

// Written by scripts/make-fashion-mnist.mjs.
const description = JSON.parse(read('dataset.json').toString()) as {
  readonly splits: Readonly<Record<string, { count: number; images: BundledFile; labels: BundledFile }>>;
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the bundled files', () => {
  it.each(Object.entries(description.splits))(
    'of %s are what dataset.json says',
    (_name, { count, images, labels }) => {
      for (const { file, bytes, sha256: expected, contentSha256 } of [images, labels]) {
        const zipped = read(file);
        expect([zipped.length, sha256(zipped), sha256(gunzipSync(zipped))]).toEqual([bytes, expected, contentSha256]);
      }
      expect(gunzipSync(read(images.file)).length).toBe(16 + count * 28 * 28);
      const classes = gunzipSync(read(labels.file)).subarray(8);
      const perClass = Array.from({ length: 10 }, (_, label) => classes.filter((value) => value === label).length);
      expect(perClass).toEqual(Array.from({ length: 10 }, () => count / 10));
    },
  );
});

describe('the rule of the splits', () => {
  // The source's training set has 6,000 images of each class; their order does not matter to the
  // rule's promises.
  const labels = Uint8Array.from({ length: 60_000 }, (_, index) => (index * 7) % 10);
  const { train, val, teacher } = splitIndices(labels);

  it('gives each image to exactly one of students, search and teacher', () => {
    expect([train.length, val.length, teacher.length]).toEqual([10_000, 5_000, 45_000]);
    expect(new Set([...train, ...val, ...teacher]).size).toBe(60_000);
  });

  it('balances every prefix, so that a part of the data is a fair part', () => {
    expect(train.slice(0, 10).map((index) => labels[index])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is the same on every run', () => {
    expect(splitIndices(labels)).toEqual({ train, val, teacher });
  });
});
