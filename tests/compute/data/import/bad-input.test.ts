/** Broken or unfit files are named and described; nothing of them is left, and no corruption is
 * worse than an error. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../../src/core/errors.ts';
import type { ImportOptions } from '../../../../src/compute/tasks/import/task.ts';
import { FUZZ, fuzz } from '../../../support/fuzz.ts';
import { importBench } from '../../support/import-bench.ts';
import { cifarBatch, idxPair, plainPng, repeated } from '../../support/sources.ts';
import type { Files } from '../../support/sources.ts';

const bench = importBench();
afterAll(() => bench.remove());

const png = await plainPng([1, 2, 3]);
const labels = repeated(2, 10);
const pair = idxPair('train', labels, { gzip: false });
const images = pair['train-images-idx3-ubyte'] ?? '';
const batch = cifarBatch(repeated(10, 3).map((label) => [label]));
const folders = { 'a/1.png': png, 'a/2.png': png, 'a/3.png': png, 'b/1.png': png, 'b/2.png': png, 'b/3.png': png };
const withLabel = (place: number, label: number): Buffer => {
  const wrong = Buffer.from(batch);
  wrong[place * 3073] = label;
  return wrong;
};

interface Case {
  readonly what: string;
  readonly files: Files;
  readonly options?: Partial<ImportOptions>;
  /** File that the message and the place name, inside the source. */
  readonly file: string;
  readonly says: string;
}

const CORRUPT: readonly Case[] = [
  {
    what: 'a CIFAR batch that is cut short',
    files: { 'data_batch_1.bin': batch.subarray(0, -100) },
    file: 'data_batch_1.bin',
    says: 'its 92090 bytes are 2973 more than whole images of 3073 bytes',
  },
  { what: 'an empty batch', files: { 'data_batch_1.bin': '' }, file: 'data_batch_1.bin', says: 'it is empty' },
  {
    what: 'a label that CIFAR-10 does not have',
    files: { 'data_batch_1.bin': batch, 'data_batch_2.bin': withLabel(4, 10) },
    file: 'data_batch_2.bin',
    says: 'image 5 has the label 10, and there are 10 classes',
  },
  {
    what: 'nine names for ten classes',
    files: { 'data_batch_1.bin': batch, 'batches.meta.txt': '1\n2\n3\n4\n5\n6\n7\n8\n9\n' },
    file: 'batches.meta.txt',
    says: 'it names 9 classes, and 10 are needed',
  },
  {
    what: 'a name that stands twice',
    files: { 'data_batch_1.bin': batch, 'batches.meta.txt': 'cat\ncat\n' },
    file: 'batches.meta.txt',
    says: 'it names the class "cat" twice',
  },
  {
    what: 'a wrong magic number',
    files: {
      ...pair,
      'train-images-idx3-ubyte': Buffer.concat([Buffer.from([0, 0, 13, 3]), Buffer.from(images).subarray(4)]),
    },
    file: 'train-images-idx3-ubyte',
    says: 'its magic number is 0x00000d03, not 0x00000803',
  },
  {
    what: 'images that are cut short',
    files: { ...pair, 'train-images-idx3-ubyte': Buffer.from(images).subarray(0, 999) },
    file: 'train-images-idx3-ubyte',
    says: '20 x 8 x 8 = 1280 values, and 983 follow',
  },
  {
    what: 'labels of another set',
    files: { ...pair, ...onlyLabels(idxPair('train', [0, 1, 0], { gzip: false })) },
    file: 'train-labels-idx1-ubyte',
    says: 'it has 3 labels for 20 images',
  },
  {
    what: 'a label that skips some',
    files: idxPair('train', [...labels, 7], { gzip: false }),
    file: 'train-labels-idx1-ubyte',
    says: 'labels go to 7, but no image has 5 of the labels; where that is right, name the classes in classes.txt',
  },
  {
    what: 'a test label that no training image has',
    files: { ...pair, ...idxPair('t10k', [0, 2], { gzip: false }) },
    file: 't10k-labels-idx1-ubyte',
    says: 'image 2 has the label 2, and training labels go to 1',
  },
  {
    what: 'an image that is none',
    files: { ...folders, 'b/4.jpg': 'I am a JPEG' },
    file: 'b/4.jpg',
    says: 'it cannot be read as an image',
  },
  {
    what: 'an image that is cut short',
    files: { ...folders, 'b/4.png': png.subarray(0, 50) },
    file: 'b/4.png',
    says: 'it cannot be read as an image',
  },
  {
    what: 'another kind of image under the name of a PNG',
    files: { ...folders, 'b/4.png': await sharp(png).tiff().toBuffer() },
    file: 'b/4.png',
    says: 'it is a tiff file, not PNG, JPEG, WebP or GIF',
  },
  {
    what: 'a header that boasts',
    files: { ...folders, 'b/4.png': withWidth(png, 9_000_000) },
    file: 'b/4.png',
    says: 'its header says 9000000 x 8, and 65535 a side is the most',
  },
  {
    what: 'a pixel bomb',
    files: { ...folders, 'b/4.png': withSize(png, 60_000, 60_000) },
    file: 'b/4.png',
    says: 'its header says 60000 x 60000, and 268 million pixels are the most',
  },
  {
    what: 'a photograph that is cut short',
    files: {
      ...folders,
      'b/4.jpg': (
        await sharp(await plainPng([9, 99, 200], 64))
          .jpeg()
          .toBuffer()
      ).subarray(0, -30),
    },
    file: 'b/4.jpg',
    says: 'or leave broken files out (--skip-broken',
  },
  {
    what: 'a table that names what is not there',
    files: { ...folders, 'labels.csv': 'a/1.png,x\na/2.png,x\na/3.png,x\nb/1.png,y\nb/9.png,y\n' },
    options: { kind: 'csv' },
    file: 'b/9.png',
    says: 'it is not there, and labels.csv names it',
  },
  {
    what: 'a table that names a file outside of the folder',
    files: { ...folders, 'labels.csv': 'file,label\na/1.png,x\n../../etc/passwd,y\n' },
    options: { kind: 'csv' },
    file: 'labels.csv',
    says: 'line 3 names ../../etc/passwd, which is not in the imported folder',
  },
  {
    what: 'a table with another word for a split',
    files: { ...folders, 'labels.csv': 'file,label,split\na/1.png,x,train\na/2.png,x,dev\n' },
    options: { kind: 'csv' },
    file: 'labels.csv',
    says: 'line 3 has the split "dev", not train, val or test',
  },
  {
    what: 'a table that contradicts itself',
    files: { ...folders, 'labels.csv': 'a/1.png,x\na/1.png,y\n' },
    options: { kind: 'csv' },
    file: 'labels.csv',
    says: 'line 2 names a/1.png again, with another label, split or group',
  },
  {
    what: 'a header without labels',
    files: { ...folders, 'labels.csv': 'file,width\na/1.png,8\n' },
    options: { kind: 'csv' },
    file: 'labels.csv',
    says: 'its header has no column "label"',
  },
  {
    what: 'a quotation that never ends',
    files: { ...folders, 'labels.csv': 'file,label\n"a/1.png,x\n' },
    options: { kind: 'csv' },
    file: 'labels.csv',
    says: 'a quotation mark stands within a cell, or is never closed',
  },
];

const UNUSABLE: readonly Case[] = [
  { what: 'an empty folder', files: { 'a.txt': '' }, file: '', says: 'it has no IDX files' },
  {
    what: 'images without labels',
    files: { 'train-images-idx3-ubyte': images },
    file: 'train-images-idx3-ubyte',
    says: 'its labels, train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz, are not beside it',
  },
  { what: 'a test set alone', files: idxPair('t10k', labels), file: '', says: 'it has no training images' },
  {
    what: 'two training sets',
    files: { ...pair, ...idxPair('emnist-train', labels, { gzip: false }) },
    file: '',
    says: 'are both images for train',
  },
  {
    what: 'an empty class',
    files: { ...folders, 'c/notes.txt': '' },
    file: 'c',
    says: 'no PNG, JPEG, WebP or GIF file',
  },
  {
    what: 'a class that only the test has',
    files: { ...inside('train', folders), 'test/c/1.png': png },
    file: 'test/c',
    says: 'the training images have no such class',
  },
  { what: 'one class', files: { 'a/1.png': png, 'a/2.png': png }, file: '', says: 'are of one class, "a"' },
  {
    what: 'labels that are all the same',
    files: idxPair('train', [0, 0, 0, 0]),
    file: '',
    says: 'are of one class, "0"',
  },
  {
    what: 'more classes than a byte has',
    files: Object.fromEntries(Array.from({ length: 257 }, (_, name) => [`${name}/1.png`, ''])),
    file: '',
    says: 'it has 257 folders of classes, and 256 is the most',
  },
  {
    what: 'images larger than 224',
    files: idxPair('train', labels, { side: 225 }),
    file: '',
    says: 'its images are 225 x 225; choose a size from 8 to 224',
  },
  {
    what: 'a class of two images',
    files: { ...folders, 'c/1.png': png, 'c/2.png': png },
    file: '',
    says: 'class "c" has 2 training images, too few to cut test and validation from them',
  },
];

function withWidth(image: Buffer, width: number): Buffer {
  return withSize(image, width, image.readUInt32BE(20));
}

/** Size and checksum of the header are written anew (PNG, section 11.2.1: IHDR). */
function withSize(image: Buffer, width: number, height: number): Buffer {
  const boast = Buffer.from(image);
  boast.writeUInt32BE(width, 16);
  boast.writeUInt32BE(height, 20);
  boast.writeUInt32BE(crc32(boast.subarray(12, 29)), 29);
  return boast;
}

function onlyLabels(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name.includes('labels')));
}

function inside(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));
}

describe.each([
  { code: 'dataset.corrupt', cases: CORRUPT },
  { code: 'dataset.unusable', cases: UNUSABLE },
])('$code', ({ code, cases }) => {
  it.each(cases)('names $what, and keeps nothing', async ({ files, file, says, options }) => {
    const source = bench.source(files);
    const place = join(source, file).replace(/\/$/, '');
    await expect(bench.run(source, options)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(says), place: { file: place } }),
    );
    expect(bench.left()).toEqual([]);
  });
});

it('says that a folder is not there', async () => {
  const nowhere = join(bench.source({}), 'nowhere');
  await expect(bench.run(nowhere)).rejects.toThrow(
    expect.objectContaining({ code: 'dataset.missing', place: { file: nowhere } }),
  );
});

describe('any corruption', () => {
  interface Damage {
    readonly file: number;
    readonly place: number;
    readonly how: 'flip' | 'cut' | 'insert' | 'remove';
    readonly byte: number;
  }
  const damage = fc.record<Damage>({
    file: fc.nat({ max: 1000 }),
    // Mostly near the beginning, where headers are.
    place: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 100_000 })),
    how: fc.constantFrom('flip', 'cut', 'insert', 'remove'),
    byte: fc.nat({ max: 255 }),
  });
  const sound: Record<string, Files> = {};
  beforeAll(async () => {
    sound['IDX'] = { ...idxPair('train', labels, { gzip: false }), ...idxPair('t10k', labels) };
    sound['CIFAR'] = { 'data_batch_1.bin': batch, 'batches.meta.txt': 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n' };
    const jpeg = await sharp(await plainPng([9, 99, 200], 16, 8))
      .jpeg()
      .toBuffer();
    sound['folder of PNG and JPEG'] = { ...folders, 'b/4.jpg': jpeg };
  });

  it.each(['IDX', 'CIFAR', 'folder of PNG and JPEG'])(
    'of %s gives a typed error or a sound data set, nothing between',
    async (kind) => {
      await fuzz(
        kind,
        fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
          const source = bench.source(sound[kind] ?? {});
          for (const one of damages) corrupt(source, one);
          try {
            const dataset = await bench.run(source, { side: 8 });
            for (const name of ['train', 'val', 'test'] as const) expect(dataset.split(name).count).toBeGreaterThan(0);
            bench.clear();
          } catch (error) {
            if (!(error instanceof WorkbenchError)) throw error;
            expect(error.code).toMatch(/^dataset\./);
          }
          expect(bench.left()).toEqual([]);
          rmSync(source, { recursive: true });
        }),
        FUZZ,
      );
    },
    60_000 + 500 * FUZZ,
  );

  function corrupt(source: string, { file, place, how, byte }: Damage): void {
    const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const chosen = files.sort((left, right) => left.name.localeCompare(right.name))[file % files.length];
    if (chosen === undefined) return;
    const path = join(chosen.parentPath, chosen.name);
    const bytes = readFileSync(path);
    const at = place % Math.max(1, bytes.length);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const extra = Buffer.of(byte);
    const damaged = {
      flip: () => Buffer.concat([head, extra, tail]),
      cut: () => head,
      insert: () => Buffer.concat([head, extra, bytes.subarray(at)]),
      remove: () => Buffer.concat([head, tail]),
    }[how]();
    writeFileSync(path, damaged);
  }
});
