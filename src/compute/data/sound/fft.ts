/**
 * Power spectra of real signals, by a Fourier transform of radix 2 (Cooley and Tukey 1965).
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x | samples of a frame | `[n]`, n a power of two |
 * | X | `X[k] = sum over t of x[t] exp(-2 pi i k t / n)` | |
 * | power | squared modulus of X, of the frequencies that a real signal has | `[n / 2 + 1]` |
 */

/** `power` is written to; `frame` may be shorter than `n`, and is taken to go on as zeros. */
export type PowerSpectrum = (frame: Float64Array, power: Float64Array) => void;

export function powerSpectrum(n: number): PowerSpectrum {
  if (n < 2 || (n & (n - 1)) !== 0) throw new Error(`${n} is no power of two`);
  const bits = Math.log2(n);
  const reversed = Uint32Array.from({ length: n }, (_, index) => reversedBits(index, bits));
  const cosines = Float64Array.from({ length: n / 2 }, (_, step) => Math.cos((2 * Math.PI * step) / n));
  const sines = Float64Array.from({ length: n / 2 }, (_, step) => -Math.sin((2 * Math.PI * step) / n));
  const [real, imaginary] = [new Float64Array(n), new Float64Array(n)];
  return (frame, power) => {
    imaginary.fill(0);
    for (let place = 0; place < n; place += 1) real[place] = frame[reversed[place] ?? 0] ?? 0;
    for (let size = 2; size <= n; size *= 2) butterflies(size, n);
    for (let bin = 0; bin <= n / 2; bin += 1) power[bin] = (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
  };

  /** Pairs of transforms of half this size become one of it. */
  function butterflies(size: number, all: number): void {
    const [half, stride] = [size / 2, all / size];
    for (let start = 0; start < all; start += size) {
      for (let step = 0; step < half; step += 1) {
        const [low, high] = [start + step, start + step + half];
        const [cosine, sine] = [cosines[step * stride] ?? 0, sines[step * stride] ?? 0];
        const [a, b] = [real[high] ?? 0, imaginary[high] ?? 0];
        const [turned, turnedImaginary] = [a * cosine - b * sine, a * sine + b * cosine];
        const [c, d] = [real[low] ?? 0, imaginary[low] ?? 0];
        real[high] = c - turned;
        imaginary[high] = d - turnedImaginary;
        real[low] = c + turned;
        imaginary[low] = d + turnedImaginary;
      }
    }
  }
}

function reversedBits(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) result = (result << 1) | ((value >> bit) & 1);
  return result >>> 0;
}
