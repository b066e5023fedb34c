/** A spectrogram as a picture and in words, and the sound that it was made of. */
import type { DatasetView } from '../../bridge/schemas/records.ts';
import type { SpectrogramForm } from '../../core/records/example.ts';
import { formatExact } from '../format.ts';
import { pictureAt } from './picture.ts';
import type { Picture } from './picture.ts';

type Sounding = Pick<DatasetView, 'example' | 'shape'>;

const formOf = ({ example }: Sounding): SpectrogramForm | undefined =>
  example?.kind === 'spectrogram' ? example : undefined;

/** `[bands][frames]`, low bands first, with low bands at the bottom. */
export function soundPicture(bytes: Uint8Array, [bands = 0, frames = 0]: readonly number[]): Picture {
  const upright = new Uint8Array(bands * frames);
  for (let band = 0; band < bands; band += 1) {
    upright.set(bytes.subarray(band * frames, (band + 1) * frames), (bands - 1 - band) * frames);
  }
  return pictureAt(upright, [bands, frames, 1]);
}

/** Of a whole example, in seconds, as far as frames reach. */
function secondsOf({ window, hop, rate }: SpectrogramForm, [, frames = 0]: readonly number[]): number {
  return (window + (frames - 1) * hop) / rate;
}

/** `20 Hz to 4 kHz`, `2 s`. */
export function axesOf(dataset: Sounding): { readonly time: string; readonly frequency: string } | undefined {
  const form = formOf(dataset);
  if (form === undefined) return undefined;
  const time = `${Number(secondsOf(form, dataset.shape).toFixed(2))} s`;
  return { time, frequency: `${hertz(form.lowest)} to ${hertz(form.highest)}` };
}

const hertz = (value: number): string =>
  value < 1000 ? `${formatExact(value)} Hz` : `${Number((value / 1000).toFixed(2))} kHz`;

/** How such pictures are read. */
export function soundLegend(dataset: Sounding): string {
  const [form, axes] = [formOf(dataset), axesOf(dataset)];
  if (form === undefined || axes === undefined) return '';
  return (
    `Time goes to the right (${axes.time}), pitch goes up (${axes.frequency}, even on the mel scale). ` +
    `White is a recording's loudest point, black is ${form.floor} dB and more below it.`
  );
}

/** -1 to 1, of 16 bits with the lower byte first. */
export function samplesOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(Math.floor(bytes.length / 2));
  for (let place = 0; place < samples.length; place += 1) samples[place] = view.getInt16(2 * place, true) / 32_768;
  return samples;
}
