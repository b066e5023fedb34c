/**
 * Log-mel spectrograms: the power of Hann-windowed frames, summed by triangles that are even on the
 * mel scale of HTK (Young et al., The HTK Book 3.4, eq. 5.13), in decibels under the loudest.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | samples | mono, -1 to 1 | `[n]` |
 * | mel(f) | 2595 log10(1 + f / 700) | |
 * | weights | of each frequency in each band, 1 at its top | `[bands][frequencies]` |
 * | picture | 255 (1 + dB / floor), rounded, 0 at least | `[bands][frames]`, low bands first |
 */
import type { SpectrogramForm } from '../../../core/records/example.ts';
import { powerSpectrum } from './fft.ts';

/** Whole frames alone: none reaches beyond the end. */
export const framesOf = (samples: number, { window, hop }: Pick<SpectrogramForm, 'window' | 'hop'>): number =>
  samples < window ? 0 : 1 + Math.floor((samples - window) / hop);

const melOf = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const hertzOf = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Where each band begins, has its top and ends, in hertz: band b is from b to b + 2. */
function bandEdges({ lowest, highest }: SpectrogramForm, bands: number): readonly number[] {
  const [low, high] = [melOf(lowest), melOf(highest)];
  return Array.from({ length: bands + 2 }, (_, edge) => hertzOf(low + ((high - low) * edge) / (bands + 1)));
}

interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Decibels of sums of power below this are not told apart: it is less than a bit of 32. */
const LEAST_POWER = 1e-20;
const MOST_BINS = 2 ** 17;

/** A function of samples that gives bytes `[bands][frames]`; a picture is of one recording, and its
 * loudest point is 255. Silence is 0. */
export function logMel(form: SpectrogramForm, bands: number): (samples: Float32Array) => Uint8Array {
  const edges = bandEdges(form, bands);
  const size = transformSize(form, edges);
  const spectrum = powerSpectrum(size);
  const filters = Array.from({ length: bands }, (_, band) => triangle(edges.slice(band, band + 3), form.rate / size));
  const { window, hop, floor } = form;
  const hann = Float64Array.from({ length: window }, (_, t) => 0.5 - 0.5 * Math.cos((2 * Math.PI * t) / window));
  const [frame, power] = [new Float64Array(window), new Float64Array(size / 2 + 1)];
  return (samples) => {
    const frames = framesOf(samples.length, form);
    const energies = new Float64Array(bands * frames);
    let loudest = 0;
    for (let index = 0; index < frames; index += 1) {
      for (let t = 0; t < window; t += 1) frame[t] = (samples[index * hop + t] ?? 0) * (hann[t] ?? 0);
      spectrum(frame, power);
      filters.forEach((filter, band) => {
        const energy = weighed(filter, power);
        energies[band * frames + index] = energy;
        loudest = Math.max(loudest, energy);
      });
    }
    if (loudest < LEAST_POWER) return new Uint8Array(bands * frames);
    return Uint8Array.from(energies, (energy) => byteOf(energy / loudest, floor));
  };
}

function byteOf(share: number, floor: number): number {
  if (share <= 0) return 0;
  return Math.max(0, Math.round(255 * (1 + (10 * Math.log10(share)) / floor)));
}

/** So fine that the narrowest band, the lowest, has a frequency within it. */
function transformSize({ window, rate }: SpectrogramForm, [low = 0, top = 0]: readonly number[]): number {
  let size = 2;
  while (size < MOST_BINS && (size < window || rate / size > top - low)) size *= 2;
  return size;
}

function triangle([low = 0, top = 0, high = 0]: readonly number[], step: number): Band {
  const first = Math.floor(low / step) + 1;
  const end = Math.ceil(high / step);
  const weights = Float64Array.from({ length: Math.max(0, end - first) }, (_, place) => {
    const hertz = (first + place) * step;
    return hertz <= top ? (hertz - low) / (top - low) : (high - hertz) / (high - top);
  });
  return { first, weights };
}

function weighed({ first, weights }: Band, power: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < weights.length; place += 1) sum += (weights[place] ?? 0) * (power[first + place] ?? 0);
  return sum;
}

export const testing = { melOf, bandEdges };
