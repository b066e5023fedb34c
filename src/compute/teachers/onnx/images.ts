/** Bytes of a split's images, in memory or read ahead from the disk: no device is asked. */
import type { Split } from '../../data/dataset.ts';
import { span } from '../../data/rows.ts';
import { streamBatches } from '../../data/stream.ts';
import type { ImageBytes } from './pixels.ts';

export interface ByteImages {
  readonly count: number;
  /** Has `samples` read, and `next` meanwhile. Throws `dataset.*`. */
  readonly prepare: (samples: Int32Array, next: Int32Array) => Promise<void>;
  readonly take: (samples: Int32Array) => Pick<ImageBytes, 'pixels' | 'places'>;
}

/** So many of the first; absent: all. */
export function byteImages(split: Split, count = split.count): ByteImages {
  if (!('rows' in split)) {
    const { pixels } = split;
    return { count, prepare: () => Promise.resolve(), take: (samples) => ({ pixels, places: samples }) };
  }
  const { prepare, take } = streamBatches(split.rows);
  return {
    count,
    prepare,
    take: (samples) => ({ pixels: take(samples), places: span(0, samples.length) }),
  };
}
