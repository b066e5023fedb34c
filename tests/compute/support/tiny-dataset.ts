/** A data set folder that trains in a blink: 8 x 8 images of rows, of columns, or of neither, in
 * noise. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRng } from '../../../src/core/math/rng.ts';

export const TINY = { side: 8, classes: 3, train: 96, val: 30, test: 30 } as const;

/** The bytes of an IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, values]);
}

export function writeTinyDataset(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const splits = (['train', 'val', 'test'] as const).map((name, index) => {
    const count = TINY[name];
    const { pixels, labels } = images(count, index + 1);
    const files = { images: `${name}-images.gz`, labels: `${name}-labels.gz` };
    writeFileSync(join(directory, files.images), gzipSync(idxBytes([count, TINY.side, TINY.side], pixels)));
    writeFileSync(join(directory, files.labels), gzipSync(idxBytes([count], labels)));
    return [name, { count, images: { file: files.images }, labels: { file: files.labels } }] as const;
  });
  const card = {
    id: 'tiny',
    title: 'Tiny',
    shape: [TINY.side, TINY.side, 1],
    classes: ['a', 'b', 'c'],
    splits: Object.fromEntries(splits),
  };
  writeFileSync(join(directory, 'dataset.json'), JSON.stringify(card));
  return directory;
}

/** The same images, in files of rows. */
export function writeTinyRows(directory: string): string {
  writeTinyDataset(directory);
  const file = join(directory, 'dataset.json');
  const card = JSON.parse(readFileSync(file, 'utf8')) as TinyCard; // written just now
  for (const [name, split] of Object.entries(card.splits)) {
    const pixels = gunzipSync(readFileSync(join(directory, split.images.file))).subarray(16);
    const rows = `${name}-images.rows`;
    writeFileSync(join(directory, rows), pixels);
    const sha256 = createHash('sha256').update(pixels).digest('hex');
    split.images = { file: rows, bytes: pixels.length, sha256, form: 'rows' };
  }
  writeFileSync(file, JSON.stringify(card));
  return directory;
}

export interface TinyCard {
  shape: number[];
  splits: Record<string, { count: number; images: { file: string; bytes?: number; sha256?: string; form?: string } }>;
}

function images(count: number, seed: number): { readonly pixels: Uint8Array; readonly labels: Uint8Array } {
  const rng = createRng(seed);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % TINY.classes);
  const pixels = new Uint8Array(count * TINY.side ** 2);
  for (const [image, label] of labels.entries()) {
    for (let place = 0; place < TINY.side ** 2; place++) {
      const row = Math.floor(place / TINY.side);
      const bright = label === 0 ? row % 2 === 0 : label === 1 && place % 2 === 0;
      pixels[image * TINY.side ** 2 + place] = (bright ? 120 : 0) + rng.int(100);
    }
  }
  return { pixels, labels };
}
