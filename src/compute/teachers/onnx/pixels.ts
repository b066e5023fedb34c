/**
 * Images of a data set as an ONNX file is shown them: resized, in its channels, normalised, in its
 * layout.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | shown | pixels as students see them, normalised by the data set's mean and deviation | `[count, h, w, c]` |
 * | gain, offset | of each channel of the input: from `shown` to what the file wants | `[channels]` |
 * | taps | for each place of a resized axis the places that it is made of, and their weights | |
 */
import { WorkbenchError } from '../../../core/errors.ts';
import type { Normalisation, OnnxReading } from '../../../core/records/teacher-card.ts';

export type PixelReading = Pick<OnnxReading, 'layout' | 'size' | 'channels' | 'order' | 'normalisation'>;

/** Rec. 601, as torchvision and Pillow make grey of colours. */
const GREY = [0.299, 0.587, 0.114] as const;

interface Taps {
  readonly first: Int32Array;
  /** `[to][width]` */
  readonly weights: Float32Array;
  readonly width: number;
}

/** Gives `[count][...]` in the reading's layout of `shown`, in memory that the next call of as many
 * images writes over. */
export function createPixelReader(
  { layout, size, channels, order, normalisation }: PixelReading,
  [h = 0, w = 0, c = 0]: readonly number[],
  own: Normalisation,
): (shown: Float32Array, count: number) => Float32Array {
  const [height, width] = size;
  const sources = Array.from({ length: channels }, (_, channel) => sourceOf(channel, channels, c, order));
  const colour = Array.from({ length: channels }, (_, channel) => (order === 'bgr' ? channels - 1 - channel : channel));
  const deviation = colour.map((channel) => at(normalisation.deviation, channel));
  const mean = colour.map((channel) => at(normalisation.mean, channel));
  const isSame = height === h && width === w;
  const [rows, columns] = [tapsOf(h, height), tapsOf(w, width)];
  let values = new Float32Array();
  return (shown, count) => {
    const resized = isSame ? shown : resize(shown, count, [h, w, c], rows, columns);
    const places = height * width;
    // Pages that are new for each batch would cost more than what is written into them.
    if (values.length !== count * places * channels) values = new Float32Array(count * places * channels);
    for (let channel = 0; channel < channels; channel++) {
      const parts = sources[channel] ?? [];
      const scale = 1 / (deviation[channel] ?? NaN);
      const offset = parts.reduce((sum, { from, share }) => sum + share * at(own.mean, from), -(mean[channel] ?? NaN));
      for (let image = 0; image < count; image++) {
        const to = layout === 'nchw' ? (image * channels + channel) * places : image * places * channels + channel;
        const line = { to, step: layout === 'nchw' ? 1 : channels, places };
        parts.forEach(({ from, share }, part) => {
          const gain = scale * share * at(own.deviation, from);
          const source = { values: resized, from: image * places * c + from, step: c };
          if (part === 0) write(values, line, source, gain, scale * offset);
          else add(values, line, source, gain);
        });
      }
    }
    return values;
  };
}

/** Places of one channel of one image: where the first lies, and how far apart they are. */
interface Line {
  readonly to: number;
  readonly step: number;
  readonly places: number;
}

interface Source {
  readonly values: Float32Array;
  readonly from: number;
  readonly step: number;
}

function write(into: Float32Array, { to, step, places }: Line, source: Source, gain: number, offset: number): void {
  const { values, from, step: stride } = source;
  for (let place = 0; place < places; place++) {
    into[to + place * step] = offset + gain * (values[from + place * stride] ?? NaN);
  }
}

function add(into: Float32Array, { to, step, places }: Line, source: Source, gain: number): void {
  const { values, from, step: stride } = source;
  for (let place = 0; place < places; place++) {
    const index = to + place * step;
    into[index] = (into[index] ?? NaN) + gain * (values[from + place * stride] ?? NaN);
  }
}

const at = (value: number | readonly number[], channel: number): number =>
  typeof value === 'number' ? value : (value[channel] ?? NaN);

/** Which channels of the image a channel of the input is made of. */
function sourceOf(
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
    `It wants images of ${channels} channels, and those of the data set have ${own}. Choose another data set.`,
  );
}

/** Bilinear with half-pixel centres, over as many places as one stands for where it shrinks: what
 * Pillow and torchvision (`antialias`) do. */
function tapsOf(from: number, to: number): Taps {
  const ratio = from / to;
  const support = Math.max(1, ratio);
  const width = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
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
    raw.forEach((weight, index) => (weights[place * width + index] = weight / total));
  }
  return { first, weights, width };
}

function resize(
  pixels: Float32Array,
  count: number,
  [h, w, c]: readonly [number, number, number],
  rows: Taps,
  columns: Taps,
): Float32Array {
  const narrow = resampled(pixels, [count * h, w, c], columns);
  return resampled(narrow, [count, h, columns.first.length * c], rows);
}

/** `[outer][axis][inner]` to `[outer][to][inner]`. */
function resampled(
  values: Float32Array,
  [outer, axis, inner]: readonly [number, number, number],
  { first, weights, width }: Taps,
): Float32Array {
  const to = first.length;
  const out = new Float32Array(outer * to * inner);
  for (let block = 0; block < outer; block++) {
    for (let place = 0; place < to; place++) {
      const into = (block * to + place) * inner;
      for (let tap = 0; tap < width; tap++) {
        const weight = weights[place * width + tap] ?? 0;
        if (weight === 0) continue;
        const from = (block * axis + (first[place] ?? 0) + tap) * inner;
        for (let index = 0; index < inner; index++) {
          out[into + index] = (out[into + index] ?? 0) + weight * (values[from + index] ?? 0);
        }
      }
    }
  }
  return out;
}
