/**
 * Another rate for the same sound, by a windowed sinc (Smith, Digital Audio Resampling, 2002).
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | samples | at rate `from`, zero outside | `[n]` |
 * | cut | share of the lower rate's band that passes | |
 * | table | the kernel right of its middle, `FINE` values a zero crossing | `[ZEROS FINE + 2]` |
 */

/** Zero crossings on each side of the kernel. */
const ZEROS = 32;
const FINE = 512;
/** Of the lower rate's half: where the kernel's slope, .16 wide, has its middle. */
const CUT = 0.92;
/** Kaiser's window: about 90 dB of what would fold back are held. */
const BETA = 9;

const table = kernelTable();

/** `count` samples at rate `to`, from `start` (in samples of `to`) on. */
export function resampled(samples: Float32Array, from: number, to: number, count: number, start = 0): Float32Array {
  if (from === to) return Float32Array.from({ length: count }, (_, index) => samples[start + index] ?? 0);
  // Zero crossings a sample of `from`: what the lower rate cannot hold is left out.
  const scale = CUT * Math.min(1, to / from);
  const reach = ZEROS / scale;
  const result = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const middle = ((start + index) * from) / to;
    const first = Math.max(0, Math.ceil(middle - reach));
    const last = Math.min(samples.length - 1, Math.floor(middle + reach));
    let sum = 0;
    for (let place = first; place <= last; place += 1) {
      sum += (samples[place] ?? 0) * kernelAt(Math.abs(place - middle) * scale);
    }
    result[index] = sum * scale;
  }
  return result;
}

/** Samples at rate `from` that the kernel looks at before and after one at rate `to`. */
export const reachOf = (from: number, to: number): number => Math.ceil(ZEROS / (CUT * Math.min(1, to / from)));

/** At so many zero crossings from the middle; linear between the table's values. */
function kernelAt(distance: number): number {
  const place = distance * FINE;
  const low = Math.floor(place);
  const [a, b] = [table[low] ?? 0, table[low + 1] ?? 0];
  return a + (place - low) * (b - a);
}

function kernelTable(): Float64Array {
  const norm = besselI0(BETA);
  return Float64Array.from({ length: ZEROS * FINE + 2 }, (_, index) => {
    const distance = index / FINE;
    if (distance >= ZEROS) return 0;
    const window = besselI0(BETA * Math.sqrt(1 - (distance / ZEROS) ** 2)) / norm;
    const sinc = index === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
    return sinc * window;
  });
}

/** The modified Bessel function of order 0, by its series. */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-16 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
