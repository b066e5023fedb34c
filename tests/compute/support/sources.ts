/** Folders as people have them: IDX pairs, CIFAR batches and folders of images, small enough to
 * import in a blink. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { idxBytes } from '../../../src/compute/data/idx.ts';

export type Files = Readonly<Record<string, Uint8Array | string>>;

export function writeFiles(folder: string, files: Files): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** Image number `index` of class `label`: its first two pixels say which it is, the others are
 * grey. */
export function markedImages(labels: readonly number[], bytes: number): Uint8Array {
  const pixels = new Uint8Array(labels.length * bytes).fill(128);
  labels.forEach((label, index) => pixels.set([index, label], index * bytes));
  return pixels;
}

/** MNIST's two files for `train` or `t10k`. */
export function idxPair(set: string, labels: readonly number[], { side = 8, gzip = true } = {}): Files {
  const pack = (bytes: Buffer): Uint8Array => (gzip ? gzipSync(bytes) : bytes);
  const end = gzip ? '.gz' : '';
  const images = idxBytes([labels.length, side, side], markedImages(labels, side * side));
  return {
    [`${set}-images-idx3-ubyte${end}`]: pack(images),
    [`${set}-labels-idx1-ubyte${end}`]: pack(idxBytes([labels.length], Uint8Array.from(labels))),
  };
}

/** Records of label bytes and three planes; byte p of plane c of image i is `i + 50 c` at p = 0 and
 * `c` elsewhere. */
export function cifarBatch(labels: readonly (readonly number[])[]): Buffer {
  const records = labels.map((bytes, image) => {
    const planes = [0, 1, 2].map((channel) => Buffer.alloc(1024, channel).fill(image + 50 * channel, 0, 1));
    return Buffer.concat([Buffer.from(bytes), ...planes]);
  });
  return Buffer.concat(records);
}

/** A PNG of one colour, gray where it is one number. */
export async function plainPng(colour: readonly number[], width = 8, height = width): Promise<Buffer> {
  return pngOf(
    Array<readonly number[]>(width * height)
      .fill(colour)
      .flat(),
    width,
    height,
  );
}

/** A PNG of these pixels, row-major with as many channels as there are values. */
export function pngOf(values: readonly number[], width: number, height: number): Promise<Buffer> {
  const channels = values.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  return sharp(Uint8Array.from(values), { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

export const repeated = (classes: number, each: number): readonly number[] =>
  Array.from({ length: classes * each }, (_, index) => index % classes);
