/** Students drawn by chance, and which of them has the least loss with the weights of the
 * supernet. */
import { WorkbenchError } from '../../core/errors.ts';
import type { PathCosts } from '../../core/arch/supernet.ts';
import type { Rng } from '../../core/math/rng.ts';
import type { MixingSpace } from '../../core/one-shot/method.ts';

/** 1 where a student takes a path, else 0: `[paths]`. */
export type Taken = Float64Array;

export interface PickRules extends Pick<MixingSpace, 'levels' | 'limits'> {
  readonly costs: PathCosts;
  readonly kept: readonly boolean[];
  /** Whether a student gives the same for all images. */
  readonly isHollow: (taken: Taken) => boolean;
}

/** For one student of a kind that few are of. */
const TRIES = 100;

/**
 * Each edge's path is drawn evenly of those that are kept. A student within its limits that sees
 * its images is looked for; where there seems to be none, one within its limits, else the cheapest
 * of those drawn. No student comes twice.
 */
export function drawPicks(rules: PickRules, count: number, rng: Rng): readonly Taken[] {
  const drawn = new Map<string, Taken>();
  for (let index = 0; index < count; index += 1) {
    const pick = drawPick(rules, rng);
    drawn.set(pick.join(), pick);
  }
  return [...drawn.values()];
}

function drawPick(rules: PickRules, rng: Rng): Taken {
  let best: { readonly taken: Taken; readonly excess: number } | undefined;
  for (let round = 0; round < TRIES; round += 1) {
    const taken = drawTaken(rules, rng);
    const excess = excessOf(rules, taken) + (rules.isHollow(taken) ? HOLLOW : 0);
    if (best === undefined || excess < best.excess) best = { taken, excess };
    if (excess === 0) break;
  }
  if (best === undefined) throw new Error('Something is drawn each round');
  return best.taken;
}

/** Less than any cost above its limit. */
const HOLLOW = 1e-9;

function drawTaken({ levels, kept }: PickRules, rng: Rng): Taken {
  const taken = new Float64Array(kept.length);
  let start = 0;
  for (const count of levels) {
    const choice = Array.from({ length: count }, (_, level) => start + level).filter((path) => kept[path]);
    taken[choice[rng.int(choice.length)] ?? start] = 1;
    start += count;
  }
  return taken;
}

/** How far costs are above their limits, as shares of these. */
function excessOf({ costs, limits }: PickRules, taken: Taken): number {
  const above = (cost: 'params' | 'macs'): number => {
    const total = costs[cost].reduce((sum, value, path) => sum + value * (taken[path] ?? 0), costs.base[cost]);
    return Math.max(0, total / limits[cost] - 1);
  };
  return above('params') + above('macs');
}

/** The one of the least loss. Throws `trainer.failed` where none has a loss. */
export function bestOf(picks: readonly Taken[], losses: readonly number[]): Taken {
  const order = [...picks.keys()].filter((index) => Number.isFinite(losses[index]));
  const [best] = order.sort((left, right) => (losses[left] ?? 0) - (losses[right] ?? 0));
  const pick = picks[best ?? -1];
  if (pick !== undefined) return pick;
  const finding = `None of ${picks.length} students drawn from the supernet has a loss that is a number.`;
  throw new WorkbenchError('trainer.failed', `${finding} Lower the learning rate of the recipe.`);
}
