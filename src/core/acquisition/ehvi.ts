/**
 * Expected hypervolume improvement in closed form, for one unknown objective and exactly known costs (docs/trade.md, step 4).
 *
 *   EHVI(x) = Σ_levels volume(level; c(x)) · E[max(0, v − level)]
 *
 * | symbol | meaning                                                         |
 * | v      | value of the unknown objective, more is better                  |
 * | z      | its standardised output, z ~ N(mean, deviation²)                |
 * | c(x)   | the candidate's known objectives, `[m]`                         |
 *
 * It is worked in logarithms, so that it still ranks candidates where it underflows; with no known objective it is log
 * expected improvement over the best value.
 */
import type { Cells } from './cells.ts';
import { dominatedVolumes, lowestLevel } from './cells.ts';
import { logExpectedImprovement } from '../math/normal.ts';
import type { Standardiser } from '../surrogate/standardise.ts';
import { toOutput } from '../surrogate/standardise.ts';

/** log(eᵃ − eᵇ), a >= b. */
const logSubtract = (a: number, b: number): number => (b < a ? a + Math.log1p(-Math.exp(b - a)) : -Infinity);

/**
 * log E[max(0, v − level)] in the objective's own units, for a level given as output. Below the knee an output is worth
 * `lowUnit` values, above it `unit`: the expectation splits there into two plain expected improvements.
 */
export function logExpectedGain(scale: Standardiser, level: number, mean: number, deviation: number): number {
  const { kneeOutput, unit, lowUnit } = scale;
  if (level >= kneeOutput) return Math.log(unit) + logExpectedImprovement(mean, deviation, level);
  const beyond = logExpectedImprovement(mean, deviation, kneeOutput);
  const low = Math.log(lowUnit) + logSubtract(logExpectedImprovement(mean, deviation, level), beyond);
  const high = Math.log(unit) + beyond;
  const top = Math.max(low, high);
  return top === -Infinity ? top : top + Math.log(Math.exp(low - top) + Math.exp(high - top));
}

/** EHVI against one front, for many candidates. */
export interface Ehvi {
  /** Volumes of a candidate's known objectives `[m]` at each level: the part that does not depend on the posterior. */
  volumes(costs: ArrayLike<number>): Float64Array;
  /** log EHVI from those volumes and the posterior of the output; −∞ where nothing can be gained. */
  log(volumes: Float64Array, mean: number, deviation: number): number;
  /** An upper bound of it at the price of one expected improvement: the whole volume at the lowest level. */
  bound(costs: ArrayLike<number>, mean: number, deviation: number): number;
}

export function createEhvi(cells: Cells, scale: Standardiser): Ehvi {
  const levels = cells.levels.map((level) => toOutput(scale, level));
  const terms = new Float64Array(levels.length);
  return {
    volumes: (costs) => dominatedVolumes(cells, costs),
    bound(costs, mean, deviation) {
      const lowest = lowestLevel(cells, costs);
      if (!lowest) return -Infinity;
      return Math.log(lowest.volume) + logExpectedGain(scale, levels[lowest.level]!, mean, deviation);
    },
    log(volumes, mean, deviation) {
      let top = -Infinity;
      for (let i = 0; i < levels.length; i++) {
        const volume = volumes[i]!;
        const term = volume > 0 ? Math.log(volume) + logExpectedGain(scale, levels[i]!, mean, deviation) : -Infinity;
        terms[i] = term;
        if (term > top) top = term;
      }
      if (top === -Infinity) return top;
      let sum = 0;
      for (let i = 0; i < levels.length; i++) sum += Math.exp(terms[i]! - top);
      return top + Math.log(sum);
    },
  };
}
