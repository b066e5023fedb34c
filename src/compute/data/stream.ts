/**
 * Batches of a file of rows, read ahead of the training that wants them, as bytes.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | values | each value of a pixel as a network is shown it | `[channels][256]` |
 * | batch | normalised pixels with `margin` pixels of black around | `[n, h + 2 margin, w + 2 margin, c]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { VALUES } from './rows.ts';
import type { RowFile } from './rows.ts';

export interface BatchStream {
  /** Waits until `samples` are in memory; `next` is read while they are used. Throws
   * `dataset.*`. */
  readonly prepare: (samples: Int32Array, next?: Int32Array) => Promise<void>;
  /** Bytes `[n, h, w, c]`, read at once where nobody has prepared them. Others are read into their
   * place later: whoever takes them is done with them before it waits. */
  readonly take: (samples: Int32Array) => Uint8Array;
}

export interface BatchForm {
  readonly shape: readonly [number, number, number];
  readonly margin: number;
  readonly values: Float32Array;
}

interface Ahead {
  readonly samples: Int32Array;
  readonly reading: Promise<void>;
  pixels?: Uint8Array;
}

/** The one that is used, the one that comes, and that of the other half of a one-shot search. */
const MOST_AHEAD = 3;

export function streamBatches(rows: Pick<RowFile, 'read' | 'readAhead'>): BatchStream {
  let ahead: readonly Ahead[] = [];
  // Ten megabytes that are new for each batch keep the garbage collector busy.
  let room: Uint8Array | undefined;

  function begin(samples: Int32Array): Ahead {
    const known = ahead.find((one) => sameSamples(one.samples, samples));
    if (known !== undefined) return known;
    const reading = rows.readAhead(samples, room).then((pixels) => void (begun.pixels = pixels));
    room = undefined;
    const begun: Ahead = { samples, reading };
    // Whoever wants it hears of what went wrong; nobody may.
    reading.catch(() => undefined);
    const dropped = ahead.length < MOST_AHEAD ? undefined : ahead[0];
    ahead = [...ahead, begun].slice(-MOST_AHEAD);
    // Of one that is still being read nobody knows when it ends.
    room = dropped?.pixels;
    return begun;
  }

  return {
    prepare: async (samples, next) => {
      const wanted = begin(samples);
      if (next !== undefined && next.length > 0) begin(next);
      await wanted.reading;
    },
    take: (samples) => ahead.find((one) => sameSamples(one.samples, samples))?.pixels ?? rows.read(samples),
  };
}

/** The same of images that are all in memory, `[count][...]`: nothing is to be waited for. */
export function heldBatches(pixels: Uint8Array, count: number): BatchStream {
  const bytes = pixels.length / count;
  return {
    prepare: () => Promise.resolve(),
    take: (samples) => {
      const batch = Buffer.allocUnsafeSlow(samples.length * bytes);
      samples.forEach((sample, place) => {
        batch.set(pixels.subarray(sample * bytes, (sample + 1) * bytes), place * bytes);
      });
      return batch;
    },
  };
}

/**
 * Makes a batch of bytes one of numbers, on this thread: for devices that have no kernel of ours.
 * The caller owns it, and has computed something with it before it makes the next.
 */
export function batchMaker(form: BatchForm): (pixels: Uint8Array, count: number) => Tensor4D {
  let batch: { readonly count: number; readonly values: Float32Array } = { count: 0, values: new Float32Array() };
  return (pixels, count) => {
    // Pages that are new for each batch would cost more than what is written into them.
    if (batch.count !== count) batch = { count, values: blackBatch(count, form) };
    return filled(batch.values, pixels, count, form);
  };
}

/** All of them as numbers with a margin, which nothing is to be made of after. */
export const numbersOf = (pixels: Uint8Array, count: number, form: BatchForm): Tensor4D =>
  filled(blackBatch(count, form), pixels, count, form);

function filled(values: Float32Array, pixels: Uint8Array, count: number, form: BatchForm): Tensor4D {
  const { shape, margin } = form;
  fill(values, pixels, count, form);
  return tf.tensor4d(values, [count, shape[0] + 2 * margin, shape[1] + 2 * margin, shape[2]]);
}

/** Black by channel, `[n, h + 2 margin, w + 2 margin, c]`: only what is within the margin changes
 * from batch to batch. */
function blackBatch(count: number, { shape: [height, width, channels], margin, values }: BatchForm): Float32Array {
  const batch = new Float32Array(count * (height + 2 * margin) * (width + 2 * margin) * channels);
  for (let channel = 0; channel < channels; channel += 1) batch[channel] = values[channel * VALUES] ?? 0;
  for (let filled = channels; filled < batch.length; filled *= 2) batch.copyWithin(filled, 0, filled);
  return batch;
}

function fill(batch: Float32Array, pixels: Uint8Array, count: number, { shape, margin, values }: BatchForm): void {
  const [height, width, channels] = shape;
  const [rows, columns] = [height + 2 * margin, width + 2 * margin];
  const line = width * channels;
  for (let row = 0; row < count * height; row += 1) {
    const to = ((Math.floor(row / height) * rows + margin + (row % height)) * columns + margin) * channels;
    const from = row * line;
    for (let channel = 0; channel < channels; channel += 1) {
      const first = channel * VALUES;
      for (let place = channel; place < line; place += channels) {
        batch[to + place] = values[first + (pixels[from + place] ?? 0)] ?? 0;
      }
    }
  }
}

const sameSamples = (left: Int32Array, right: Int32Array): boolean =>
  left.length === right.length && left.every((sample, place) => sample === right[place]);
