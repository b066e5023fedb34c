/**
 * Expected hypervolume improvement in closed form, for one unknown objective and known costs
 * (docs/trade.md, step 4).
 *
 *   EHVI(x) = Σ_levels volume(level; c(x)) · E[max(0, v − level)]
 *
 * | symbol | meaning                                                          | shape        |
 * | v      | value of the unknown objective, more is better                   |              |
 * | c(x)   | the candidate's other objectives, as they may turn out: one draw  | `[draws][m]` |
 * |        | where they are known, several as likely as each other otherwise  |              |
 *
 * The gain is linear in the volumes, so the expectation over draws of the costs (independent of the
 * value) is the same sum with the mean volumes: exact given the draws, for the price of one EHVI
 * (joint over accuracy and latency, step 9). With no other objective it is log expected improvement
 * over the best value.
 */
import { addDominatedVolumes, lowestLevel } from '../geometry/cells.ts';
import type { Cells } from '../geometry/cells.ts';
import { logGainBound } from './improvement-terms.ts';
import type { Acquisition } from './improvement-terms.ts';
import type { Standardiser } from '../surrogate/standardise.ts';
import { toOutput } from '../surrogate/standardise.ts';

/**
 * The front's cells, and the scale of the surrogate's outputs. Terms are the volumes that a
 * candidate's costs dominate at the front's levels, the bound has the whole volume at the lowest
 * level. `margin`, as output, is what a value must be above a level to count: without one, the last
 * digits of what is known already outbid what is not (Kushner 1964; Jones 2001).
 */
export function createEhvi(cells: Cells, scale: Standardiser, margin = 0): Acquisition<ArrayLike<number>> {
  const levels = cells.levels.map((level) => toOutput(scale, level) + margin);
  const volumes = new Float64Array(levels.length);
  return {
    improvementTermsOf(draws) {
      volumes.fill(0);
      for (const costs of draws) addDominatedVolumes(cells, costs, 1 / draws.length, volumes);
      let count = 0;
      for (let i = 0; i < volumes.length; i++) if (volumes[i]! > 0) count++;
      const terms = { logWeights: new Float64Array(count), levels: new Float64Array(count) };
      for (let i = 0, term = 0; term < count; i++) {
        if (!(volumes[i]! > 0)) continue;
        terms.logWeights[term] = Math.log(volumes[i]!);
        terms.levels[term++] = levels[i]!;
      }
      return terms;
    },
    bound(costs, mean, deviation) {
      const lowest = lowestLevel(cells, costs);
      if (!lowest) return -Infinity;
      return Math.log(lowest.volume) + logGainBound(scale, levels[lowest.level]!, mean, deviation);
    },
  };
}
