/**
 * CIFAR-10 and CIFAR-100 in their binary form: records of one label byte (CIFAR-100: coarse, then
 * fine) and 3,072 bytes, the red, green and blue planes of 32 x 32 pixels (Krizhevsky 2009,
 * https://www.cs.toronto.edu/~kriz/cifar.html).
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { corrupt, readBytes } from '../idx.ts';
import { mapParts, readClassNames, roomFor, uniformImages, unusable } from './source.ts';
import type { Parts, Source, SourceRequest, UniformImages } from './source.ts';

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;

interface Form {
  readonly train: RegExp;
  readonly test: string;
  readonly labelBytes: number;
  /** Which of the label bytes counts. */
  readonly labelByte: number;
  readonly classes: number;
  readonly nameFile: string;
}

export const CIFAR10: Form = {
  train: /^data_batch_\d+\.bin$/,
  test: 'test_batch.bin',
  labelBytes: 1,
  labelByte: 0,
  classes: 10,
  nameFile: 'batches.meta.txt',
};
export const CIFAR100: Form = {
  train: /^train\.bin$/,
  test: 'test.bin',
  labelBytes: 2,
  labelByte: 1,
  classes: 100,
  nameFile: 'fine_label_names.txt',
};
export const CIFAR100_COARSE: Form = { ...CIFAR100, labelByte: 0, classes: 20, nameFile: 'coarse_label_names.txt' };

export function isCifarFolder({ train, test }: Form, names: readonly string[]): boolean {
  return names.some((name) => train.test(name) || name === test);
}

export async function readCifarSource(form: Form, { path, yieldToEvents, report }: SourceRequest): Promise<Source> {
  const names = readdirSync(path);
  const training = names.filter((name) => form.train.test(name)).sort();
  if (training.length === 0) {
    throw unusable(path, `it has no training file (${form.classes === 10 ? 'data_batch_1.bin' : 'train.bin'})`);
  }
  const files: Parts<readonly string[]> = { train: training, ...(names.includes(form.test) && { test: [form.test] }) };
  const total = training.length + (files.test?.length ?? 0);
  let done = 0;
  const parts = await mapParts(files, async (batch) => {
    const contents: { readonly file: string; readonly bytes: Buffer }[] = [];
    for (const name of batch) {
      await yieldToEvents();
      const file = join(path, name);
      contents.push({ file, bytes: readBytes(file) });
      report((done += 1), total);
    }
    return uniformImages(imagesOf(path, form, contents));
  });
  const isNamed = names.includes(form.nameFile);
  const classes = isNamed
    ? readClassNames(join(path, form.nameFile), form.classes)
    : Array.from({ length: form.classes }, (_, label) => String(label));
  const warnings = isNamed ? [] : [`There is no ${form.nameFile}: the classes are called by their numbers.`];
  return { classes, parts, warnings };
}

function imagesOf(
  path: string,
  form: Form,
  contents: readonly { readonly file: string; readonly bytes: Buffer }[],
): UniformImages {
  const record = form.labelBytes + CHANNELS * PLANE;
  for (const { file, bytes } of contents) {
    if (bytes.length === 0) throw corrupt(file, 'it is empty');
    const rest = bytes.length % record;
    if (rest === 0) continue;
    throw corrupt(file, `its ${bytes.length} bytes are ${rest} more than whole images of ${record} bytes`);
  }
  const count = contents.reduce((sum, { bytes }) => sum + bytes.length / record, 0);
  const pixels = roomFor(path, count, SIDE, SIDE, CHANNELS);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const { file, bytes } of contents) {
    for (let start = 0; start < bytes.length; start += record, image += 1) {
      const label = bytes[start + form.labelByte] ?? 0;
      if (label >= form.classes) {
        const place = `image ${start / record + 1} has the label ${label}, and there are ${form.classes} classes`;
        throw corrupt(file, place);
      }
      labels[image] = label;
      interleave(bytes.subarray(start + form.labelBytes, start + record), pixels, image * CHANNELS * PLANE);
    }
  }
  const read = (first: number, count: number): Uint8Array => pixels.subarray(first, first + count);
  return { height: SIDE, width: SIDE, channels: CHANNELS, read, labels };
}

/** Planes of red, green and blue become pixels. */
function interleave(planes: Uint8Array, pixels: Uint8Array, offset: number): void {
  for (let pixel = 0; pixel < PLANE; pixel += 1) {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      pixels[offset + pixel * CHANNELS + channel] = planes[channel * PLANE + pixel] ?? 0;
    }
  }
}
