/**
 * Accuracies of the wide families, drawn by a seed.
 *
 * | symbol | meaning                                                                          |
 * | trend  | plateau - drop exp(-z / saturation), fitted on a recorded table (calibration)    |
 * | q      | the choices' quality: a bowl and ridges over one to three dimensions (landscape),|
 * |        | z-scored over members drawn by chance, softly held within 2.5 deviations         |
 *
 * accuracy = trend + gain q, `gain` being the deviation of the table's residuals without the noise
 * of a training. No kernel of any surrogate has this form.
 */
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Rng } from '../../../src/core/math/rng.ts';
import { between, LANDSCAPE, placesOf, smoothQuality } from './landscape.ts';
import type { Quality } from './landscape.ts';
import { configurationOf, settler } from './surface.ts';
import type { Indices, Surface } from './surface.ts';
import { CALIBRATED_NOISE, CALIBRATION, SIZE } from './wide-calibration.ts';
import type { Calibration } from './wide-calibration.ts';
import type { WideCosts, WideFamily } from './wide-families.ts';

export interface WideTerrain {
  /** Waves of a ridge over the whole of a dimension, from and to. */
  readonly frequency: readonly [number, number];
  /** Times the deviation that the recorded table has. */
  readonly gain: number;
}

/** By how much the seed may change a plateau's distance from 1, up and down. */
const JITTER = 0.1;
const QUALITY_STREAM = 1;
const SCORING_STREAM = 2;

export const logSize = ({ params, macs }: WideCosts): number =>
  (Math.log(params / SIZE.params) + Math.log(macs / SIZE.macs)) / 2;

export const trendAt = ({ plateau, drop, saturation }: Omit<Calibration, 'residual' | 'students'>, z: number): number =>
  plateau - drop * Math.exp(-z / saturation);

/** Near q where that is small, never past LANDSCAPE.highest. */
export const softened = (q: number): number => LANDSCAPE.highest * Math.tanh(q / LANDSCAPE.highest);

/** Deviation of what the choices make. */
const spreadOf = ({ residual }: Calibration): number =>
  Math.sqrt(Math.max(CALIBRATED_NOISE ** 2, residual ** 2 - CALIBRATED_NOISE ** 2));

function choiceQuality({ dimensions }: WideFamily, frequency: readonly number[], rng: Rng): Quality {
  const places = dimensions.map((dimension) => placesOf(dimension, rng));
  const quality = smoothQuality(
    dimensions.map(() => between(rng, LANDSCAPE.optimum)),
    rng,
    frequency,
  );
  return (indices) => quality(indices.map((index, i) => (index < 0 ? 0.5 : places[i]![index]!)));
}

export function wideSurface(family: WideFamily, terrain: WideTerrain, seed: number): Surface {
  const { name, dimensions, costs } = family;
  const quality = choiceQuality(family, terrain.frequency, createRng(split(seed, QUALITY_STREAM)));
  const settle = settler(dimensions);
  const rng = createRng(split(seed, SCORING_STREAM));
  const calibration: Calibration = CALIBRATION[name];
  const plateau = 1 - (1 - calibration.plateau) * (1 + between(rng, [-JITTER, JITTER]));
  const drawn = Array.from({ length: LANDSCAPE.scored }, () => {
    return quality(settle(dimensions.map(({ levels }) => rng.int(levels.length))));
  });
  const mean = drawn.reduce((total, value) => total + value, 0) / drawn.length;
  const deviation = Math.sqrt(drawn.reduce((total, value) => total + (value - mean) ** 2, 0) / drawn.length);
  const gain = terrain.gain * spreadOf(calibration);
  const costsAt = (indices: Indices): WideCosts => costs(configurationOf(dimensions, indices));
  return {
    name,
    dimensions,
    params: (indices) => costsAt(indices).params,
    accuracy(indices) {
      const trend = trendAt({ ...calibration, plateau }, logSize(costsAt(indices)));
      const accuracy = trend + gain * softened((quality(indices) - mean) / deviation);
      return Math.min(0.999, Math.max(0.02, accuracy));
    },
  };
}
