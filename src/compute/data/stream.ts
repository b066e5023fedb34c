/**
 * Batches of a file of rows, read ahead of the training that wants them.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | values | each value of a pixel as a network is shown it | `[256][channels]` |
 * | batch | normalised pixels with `margin` pixels of black around | `[n, h + 2 margin, w + 2 margin, c]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { RowFile } from './rows.ts';

export interface BatchStream {
  /** Waits until `samples` are in memory; `next` is read while they are used. Throws
   * `dataset.*`. */
  readonly prepare: (samples: Int32Array, next?: Int32Array) => Promise<void>;
  /** On the device, read at once where nobody has prepared them. The caller owns it. */
  readonly take: (samples: Int32Array) => Tensor4D;
}

interface BatchForm {
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

export function streamBatches(rows: RowFile, form: BatchForm): BatchStream {
  let ahead: readonly Ahead[] = [];

  function begin(samples: Int32Array): Ahead {
    const known = ahead.find((one) => sameSamples(one.samples, samples));
    if (known !== undefined) return known;
    const reading = rows.readAhead(samples).then((pixels) => void (begun.pixels = pixels));
    const begun: Ahead = { samples, reading };
    // Whoever wants it hears of what went wrong; nobody may.
    reading.catch(() => undefined);
    ahead = [...ahead, begun].slice(-MOST_AHEAD);
    return begun;
  }

  return {
    prepare: async (samples, next) => {
      const wanted = begin(samples);
      if (next !== undefined && next.length > 0) begin(next);
      await wanted.reading;
    },
    take: (samples) => {
      const found = ahead.find((one) => sameSamples(one.samples, samples));
      return batchOf(found?.pixels ?? rows.read(samples), samples.length, form);
    },
  };
}

function batchOf(pixels: Uint8Array, count: number, { shape, margin, values }: BatchForm): Tensor4D {
  const [height, width, channels] = shape;
  const [rows, columns] = [height + 2 * margin, width + 2 * margin];
  const batch = new Float32Array(count * rows * columns * channels);
  // Black, by channel.
  batch.set(values.subarray(0, channels));
  for (let filled = channels; filled < batch.length; filled *= 2) batch.copyWithin(filled, 0, filled);
  let from = 0;
  for (let row = 0; row < count * height; row += 1) {
    const image = Math.floor(row / height);
    let to = ((image * rows + margin + (row % height)) * columns + margin) * channels;
    for (let column = 0; column < width; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        batch[to] = values[(pixels[from] ?? 0) * channels + channel] ?? 0;
        from += 1;
        to += 1;
      }
    }
  }
  return tf.tensor4d(batch, [count, rows, columns, channels]);
}

const sameSamples = (left: Int32Array, right: Int32Array): boolean =>
  left.length === right.length && left.every((sample, place) => sample === right[place]);
