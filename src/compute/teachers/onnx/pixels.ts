/**
 * Images of a data set as an ONNX file is shown them: in their view, in its channels, normalised,
 * resized, in its layout. Straight from bytes, by a table a channel, into memory that is used
 * again: what a teacher waits for beside its own answers is one walk over the pixels.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | pixels | bytes of images | `[images][h][w][c]` |
 * | table | what a byte of one channel of the image adds to a channel of the input | `[256]` |
 * | plane | one channel of one image, as it is shown | `[h][w]` |
 * | taps | for each place of a resized axis the places that it is made of, and their weights | |
 */
import { WorkbenchError } from '../../../core/errors.ts';
import type { Normalisation, OnnxReading } from '../../../core/records/teacher-card.ts';
import type { View } from '../../data/augment.ts';
import { VALUES } from '../../data/rows.ts';

export type PixelReading = Pick<OnnxReading, 'layout' | 'size' | 'channels' | 'order' | 'normalisation'>;

/** Images of `pixels` by their places among them, each in its view (absent: as they are). */
export interface ImageBytes {
  readonly pixels: Uint8Array;
  readonly places: Int32Array;
  readonly views?: readonly View[] | undefined;
}

/** Rec. 601, as torchvision and Pillow make grey of colours. */
const GREY = [0.299, 0.587, 0.114] as const;
const PLAIN: View = { down: 0, right: 0, flipped: false };

interface Taps {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  /** `[to][width]`, of each place the first `counts` of its row. */
  readonly weights: Float32Array;
  readonly width: number;
}

/** What a channel of the input is made of. */
interface Channel {
  readonly parts: readonly { readonly from: number; readonly table: Float32Array }[];
  /** Of what lies beyond the image, and of a hole: the data set's mean. */
  readonly black: number;
  readonly mean: number;
}

/** Where a plane is written: its first place, and how far apart they lie. */
interface Target {
  readonly values: Float32Array;
  readonly from: number;
  readonly step: number;
}

/** Gives `[images][...]` in the reading's layout, in memory that the next call of as many images
 * writes over. `own`: normalisation of the data set. */
export function createPixelReader(
  reading: PixelReading,
  [h = 0, w = 0, c = 0]: readonly number[],
  own: Normalisation,
): (images: ImageBytes) => Float32Array {
  const { layout, size, channels } = reading;
  const [height, width] = size;
  const made = Array.from({ length: channels }, (_, channel) => channelOf(channel, reading, c, own));
  const isSame = height === h && width === w;
  const resize = isSame ? undefined : createResizer(tapsOf(h, height), tapsOf(w, width), [h, w]);
  const plane = { values: new Float32Array(isSame ? 0 : h * w), from: 0, step: 1 };
  const length = height * width * channels;
  let values = new Float32Array();
  return ({ pixels, places, views }) => {
    // Pages that are new for each batch would cost more than what is written into them.
    if (values.length !== places.length * length) values = new Float32Array(places.length * length);
    for (let image = 0; image < places.length; image++) {
      const first = (places[image] ?? 0) * h * w * c;
      const view = views?.[image] ?? PLAIN;
      made.forEach((channel, number) => {
        const isPlanar = layout === 'nchw';
        const from = image * length + (isPlanar ? number * height * width : number);
        const target = { values, from, step: isPlanar ? 1 : channels };
        show(channel, { pixels, first, shape: [h, w, c] }, view, resize === undefined ? target : plane);
        resize?.(plane.values, target);
      });
    }
    return values;
  };
}

function channelOf(
  channel: number,
  { channels, order, normalisation }: PixelReading,
  c: number,
  own: Normalisation,
): Channel {
  const colour = order === 'bgr' ? channels - 1 - channel : channel;
  const [mean, deviation] = [at(normalisation.mean, colour), at(normalisation.deviation, colour)];
  const sources = sourcesOf(channel, channels, c, order);
  const parts = sources.map(({ from, share }, part) => ({
    from,
    table: Float32Array.from({ length: VALUES }, (_, value) => {
      return ((share * value) / 255 - (part === 0 ? mean : 0)) / deviation;
    }),
  }));
  const black = parts.reduce((sum, { table }) => sum + (table[0] ?? NaN), 0);
  const shown = sources.reduce((sum, { from, share }) => sum + share * at(own.mean, from), 0);
  return { parts, black, mean: (shown - mean) / deviation };
}

const at = (value: number | readonly number[], channel: number): number =>
  typeof value === 'number' ? value : (value[channel] ?? NaN);

/** Which channels of the image a channel of the input is made of. */
function sourcesOf(
  channel: number,
  channels: number,
  own: number,
  order: 'rgb' | 'bgr',
): readonly { readonly from: number; readonly share: number }[] {
  if (own === channels) return [{ from: order === 'bgr' ? own - 1 - channel : channel, share: 1 }];
  if (own === 1) return [{ from: 0, share: 1 }];
  if (channels === 1 && own === 3) return GREY.map((share, from) => ({ from, share }));
  throw new WorkbenchError(
    'teacher.mismatch',
    `It wants examples of ${channels} channels, and those of the data set have ${own}. Choose another data set.`,
  );
}

interface Image {
  readonly pixels: Uint8Array;
  /** Of its first byte. */
  readonly first: number;
  readonly shape: readonly [number, number, number];
}

/** One plane of an image in its view: moved, then mirrored, then with holes. */
function show({ parts, black, mean }: Channel, { pixels, first, shape }: Image, view: View, target: Target): void {
  const [h, w, c] = shape;
  const { values, from, step } = target;
  const { down, right, flipped, holes = [] } = view;
  const [begin, end] = flipped
    ? [Math.max(0, -right), Math.min(w, w - right)]
    : [Math.max(0, right), Math.min(w, w + right)];
  for (let row = 0; row < h; row++) {
    const source = row - down;
    const to = from + row * w * step;
    const isInside = source >= 0 && source < h;
    if (!isInside || begin > 0 || end < w) for (let x = 0; x < w; x++) values[to + x * step] = black;
    if (!isInside) continue;
    // Where the first pixel that is seen stands, and which way it goes from there.
    const column = flipped ? w - 1 - begin - right : begin - right;
    const start = first + (source * w + column) * c;
    const stride = flipped ? -c : c;
    parts.forEach(({ from: channel, table }, part) => {
      const last = to + end * step;
      let pixel = start + channel;
      if (part === 0) {
        for (let place = to + begin * step; place < last; place += step, pixel += stride) {
          values[place] = table[pixels[pixel] ?? 0] ?? NaN;
        }
      } else {
        for (let place = to + begin * step; place < last; place += step, pixel += stride) {
          values[place] = (values[place] ?? NaN) + (table[pixels[pixel] ?? 0] ?? NaN);
        }
      }
    });
  }
  for (const hole of holes) {
    for (let row = hole.top; row < hole.bottom; row++) {
      for (let x = hole.left; x < hole.right; x++) values[from + (row * w + x) * step] = mean;
    }
  }
}

/** Bilinear with half-pixel centres, over as many places as one stands for where it shrinks: what
 * Pillow and torchvision (`antialias`) do. */
function tapsOf(from: number, to: number): Taps {
  const ratio = from / to;
  const support = Math.max(1, ratio);
  const width = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float32Array(to * width);
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * ratio;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: end - start }, (_, index) =>
      Math.max(0, 1 - Math.abs((start + index + 0.5 - centre) / support)),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    first[place] = start;
    counts[place] = raw.length;
    raw.forEach((weight, index) => (weights[place * width + index] = weight / total));
  }
  return { first, counts, weights, width };
}

/** A plane `[h][w]` becomes one of as many rows and columns as there are taps, first along its
 * rows. */
function createResizer(
  rows: Taps,
  columns: Taps,
  [h, w]: readonly [number, number],
): (plane: Float32Array, target: Target) => void {
  const [height, width] = [rows.first.length, columns.first.length];
  const narrow = new Float32Array(h * width);
  return (plane, { values, from, step }) => {
    for (let row = 0; row < h; row++) {
      for (let x = 0; x < width; x++) {
        const begin = x * columns.width;
        const end = begin + (columns.counts[x] ?? 0);
        let sum = 0;
        for (let tap = begin, source = row * w + (columns.first[x] ?? 0); tap < end; tap++, source++) {
          sum += (columns.weights[tap] ?? NaN) * (plane[source] ?? NaN);
        }
        narrow[row * width + x] = sum;
      }
    }
    for (let row = 0; row < height; row++) {
      const to = from + row * width * step;
      const base = row * rows.width;
      // Two rows at a time: where it widens, that is all of them. The first are written and the
      // rest are added in loops of their own: one that asks at each place is slower.
      for (let tap = 0; tap < rows.width; tap += 2) {
        const [weight, other] = [rows.weights[base + tap] ?? 0, rows.weights[base + tap + 1] ?? 0];
        if (tap > 0 && weight === 0) break;
        const source = ((rows.first[row] ?? 0) + tap) * width;
        const below = other === 0 || tap + 1 === rows.width ? source : source + width;
        const share = below === source ? 0 : other;
        if (tap === 0) {
          for (let x = 0, place = to; x < width; x++, place += step) {
            values[place] = weight * (narrow[source + x] ?? NaN) + share * (narrow[below + x] ?? NaN);
          }
        } else {
          for (let x = 0, place = to; x < width; x++, place += step) {
            const added = weight * (narrow[source + x] ?? NaN) + share * (narrow[below + x] ?? NaN);
            values[place] = (values[place] ?? NaN) + added;
          }
        }
      }
    }
  };
}
