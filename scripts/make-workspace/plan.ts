/** Which runs a generated workspace has: how large, how they ended, what they searched with.
 * Decided by the seed alone. */
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { expandConfig } from '../../src/bridge/config/expand-config.ts';
import type { Rng } from '../../src/core/math/rng.ts';
import { createRng, split } from '../../src/core/math/rng.ts';
import type { RunState, SearchConfig } from '../../src/core/records/run.ts';
import type { StudentPool } from './students.ts';

export interface WorkspaceOptions {
  readonly runs: number;
  /** In all runs together. */
  readonly trials: number;
  readonly epochs: number;
  /** Trials of the largest run, one of `trials`. */
  readonly large: number;
  readonly seed: number;
}

export interface PlannedRun {
  readonly id: string;
  readonly config: SearchConfig;
  readonly state: Exclude<RunState, 'running'>;
  readonly trials: number;
  readonly startedAt: Date;
  readonly seed: number;
}

const NAMES = [
  'Baseline',
  'Tiny students',
  'Wide and shallow',
  'Overnight',
  'Depth first',
  'Attention',
  'Sweep',
] as const;
const STRATEGIES = ['random', 'evolution', 'nsga2', 'tpe'] as const;
/** Of the costliest student of all families on 28x28 images: the hypervolume's reference. */
const LARGEST = { params: 3_000_000, macs: 300_000_000 };
const FIRST_DAY = Date.UTC(2026, 0, 5, 8);
const HOUR_MS = 3_600_000;

/** Throws a RangeError where the numbers do not fit together. */
export function planRuns(options: WorkspaceOptions, pool: StudentPool): readonly PlannedRun[] {
  const { runs, trials, large, epochs, seed } = options;
  if (large > trials || (runs === 1 && large !== trials)) {
    throw new RangeError(`The largest run cannot have ${large} of ${trials} trials in ${runs} runs.`);
  }
  const rng = createRng(split(seed, 0));
  const largest = Math.max(0, runs - 3);
  const sizes = sizesOf(runs - 1, trials - large, rng);
  sizes.splice(largest, 0, large);
  return sizes.map((size, index) => {
    const families = index === largest ? pool.families : familiesFor(size, pool, rng);
    const state = index === largest ? 'finished' : stateOf(index, runs);
    const strategy = STRATEGIES[rng.int(STRATEGIES.length)] ?? 'random';
    const name = `${NAMES[rng.int(NAMES.length)]} ${String(index + 1).padStart(3, '0')}`;
    const runSeed = split(seed, index + 1);
    const parsed = searchInputSchema.parse({
      name: index === largest ? `${name}, the largest` : name,
      families,
      space: 'compact',
      strategy: { id: strategy },
      objectives: ['accuracy', rng.uniform() < 0.7 ? 'params' : 'macs'],
      // A run that was cut off had more to do.
      budget: { trials: Math.max(1, state === 'paused' || state === 'interrupted' ? Math.ceil(size * 1.4) : size) },
      recipe: { epochs },
      // Weights of 50,000 students would be gigabytes: the front's alone are kept, and they are
      // empty files.
      checkpoints: { keep: 'front' },
      seed: runSeed,
    });
    return {
      id: `made-${String(index + 1).padStart(4, '0')}`,
      config: expandConfig({ ...parsed, families: [...families], recipe: imageRecipe(parsed.recipe) }, LARGEST, {
        baseline: 1 / 10,
      }),
      state,
      trials: size,
      startedAt: new Date(FIRST_DAY + index * 7 * HOUR_MS),
      seed: runSeed,
    };
  });
}

/** So many whole numbers of at least 1 that sum to `total`, none of them more than four times
 * another but by rounding. */
function sizesOf(count: number, total: number, rng: Rng): number[] {
  if (count === 0) return [];
  if (total < count) throw new RangeError(`${total} trials are too few for ${count} runs.`);
  const weights = Array.from({ length: count }, () => 0.4 + 1.2 * rng.uniform());
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const sizes = weights.map((weight) => Math.max(1, Math.floor((weight / sum) * total)));
  let left = total - sizes.reduce((all, size) => all + size, 0);
  for (let index = 0; left !== 0; index = (index + 1) % count) {
    const change = left > 0 ? 1 : (sizes[index] ?? 1) > 1 ? -1 : 0;
    sizes[index] = (sizes[index] ?? 1) + change;
    left -= change;
  }
  return sizes;
}

/** Three families by chance, and more until they have as many students as the run tries. */
function familiesFor(size: number, pool: StudentPool, rng: Rng): readonly string[] {
  const order = rng.shuffle(pool.families);
  let count = Math.min(3, order.length);
  while (count < order.length && pool.size(order.slice(0, count)) < size) count += 1;
  return order.slice(0, count);
}

/** The newest is paused, the one before it was cut off, every fortieth failed. */
function stateOf(index: number, runs: number): PlannedRun['state'] {
  if (index === runs - 1) return 'paused';
  if (index === runs - 2) return 'interrupted';
  return index % 40 === 20 ? 'failed' : 'finished';
}
