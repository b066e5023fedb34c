/** Sound becomes numbers as its definitions say. */
import { describe, expect, it } from 'vitest';
import { powerSpectrum } from '../../../../src/compute/data/sound/fft.ts';
import { framesOf, logMel, testing as mel } from '../../../../src/compute/data/sound/log-mel.ts';
import { resampled } from '../../../../src/compute/data/sound/resample.ts';
import { createRng } from '../../../../src/core/math/rng.ts';
import { tone } from '../../support/wav.ts';

const { bandEdges, melOf } = mel;

describe('the power spectrum', () => {
  it.each([2, 8, 64])('of %i samples is the squared modulus of the transform by its definition', (n) => {
    const rng = createRng(n);
    const x = Float64Array.from({ length: n }, () => rng.normal());
    const power = new Float64Array(n / 2 + 1);
    powerSpectrum(n)(x, power);
    for (let k = 0; k <= n / 2; k += 1) {
      let [real, imaginary] = [0, 0];
      x.forEach((value, t) => {
        real += value * Math.cos((2 * Math.PI * k * t) / n);
        imaginary -= value * Math.sin((2 * Math.PI * k * t) / n);
      });
      expect(power[k]).toBeCloseTo(real ** 2 + imaginary ** 2, 9);
    }
  });

  it('takes a shorter frame for one that goes on as silence', () => {
    const [short, long] = [new Float64Array(5), new Float64Array(5)];
    powerSpectrum(8)(Float64Array.of(1, 2, 3), short);
    powerSpectrum(8)(Float64Array.of(1, 2, 3, 0, 0, 0, 0, 0), long);
    expect(short).toEqual(long);
  });
});

describe('resampling', () => {
  const middleOf = (samples: Float32Array): readonly number[] => [...samples].slice(200, 600);
  const worst = (left: readonly number[], right: readonly number[]): number =>
    Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? NaN))));

  it.each([
    [44_100, 16_000],
    [22_050, 8000],
    [8000, 16_000],
    [16_000, 8000],
  ])('from %i to %i Hz keeps a tone that both hold', (from, to) => {
    const given = Float32Array.from(tone(1000, from, from / 5));
    const made = resampled(given, from, to, to / 5);
    expect(worst(middleOf(made), tone(1000, to, to / 5).slice(200, 600))).toBeLessThan(1e-4);
  });

  it('leaves out what the lower rate cannot hold, instead of folding it back', () => {
    const made = resampled(Float32Array.from(tone(5000, 16_000, 4000)), 16_000, 8000, 1600);
    expect(Math.max(...middleOf(made).map(Math.abs))).toBeLessThan(1e-4);
  });

  it('of a part is that part of the whole', () => {
    const given = Float32Array.from(tone(700, 44_100, 8000));
    const whole = resampled(given, 44_100, 8000, 1000);
    const part = resampled(given.subarray(1500, 4500), 44_100, 8000, 100, 400 - (1500 * 8000) / 44_100);
    expect(worst([...part], [...whole.subarray(400, 500)])).toBeLessThan(1e-6);
  });
});

describe('a log-mel spectrogram', () => {
  const form = { kind: 'spectrogram', rate: 8000, window: 200, hop: 80, lowest: 20, highest: 4000, floor: 80 } as const;
  const columnOf = (picture: Uint8Array, bands: number, frame: number): readonly number[] => {
    const frames = picture.length / bands;
    return Array.from({ length: bands }, (_, band) => picture[band * frames + frame] ?? 0);
  };

  it('is on the scale of HTK, whose 1000 Hz are 1000 mel', () => {
    expect(melOf(1000)).toBeCloseTo(1000, 1);
    const edges = bandEdges(form, 40);
    expect([edges.length, edges[0], edges.at(-1)]).toEqual([42, expect.closeTo(20, 9), expect.closeTo(4000, 6)]);
  });

  it('has the band of a tone as its loudest, low bands first', () => {
    const edges = bandEdges(form, 40);
    for (const band of [3, 12, 30, 38]) {
      const picture = logMel(form, 40)(Float32Array.from(tone(edges[band + 1] ?? 0, 8000, 1000)));
      const column = columnOf(picture, 40, 4);
      expect(column.indexOf(Math.max(...column))).toBe(band);
    }
  });

  it('tells decibels under the loudest: a tone of a tenth is 20 dB darker', () => {
    const [loud, low] = [tone(1000, 8000, 800, 0.5), tone(1000, 8000, 800, 0.05)];
    const picture = logMel(form, 40)(Float32Array.from([...loud, ...low]));
    const [first, last] = [columnOf(picture, 40, 2), columnOf(picture, 40, framesOf(1600, form) - 3)];
    expect(Math.max(...first)).toBe(255);
    expect(Math.max(...first) - Math.max(...last)).toBeCloseTo((255 * 20) / 80, -0.5);
  });

  it('of silence is black, and nothing is NaN in a byte', () => {
    expect(Math.max(...logMel(form, 40)(new Float32Array(1000)))).toBe(0);
  });

  it('has a frequency in every band, however many there are', () => {
    const rng = createRng(3);
    const noise = Float32Array.from({ length: 8000 }, () => 0.1 * rng.normal());
    const picture = logMel(form, 128)(noise);
    const quietest = Math.min(
      ...Array.from({ length: 128 }, (_, band) => Math.max(...picture.subarray(98 * band, 98 * (band + 1)))),
    );
    expect(quietest).toBeGreaterThan(100);
  });
});
