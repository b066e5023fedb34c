/**
 * Searches at equal epochs, with the short trainings of the table and without
 * (`npm run claim -- --epochs`): pools, games, and what they came to.
 */
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { GameOrder } from './games.ts';
import { createPool } from './pool.ts';
import type { Pool } from './pool.ts';
import { BUDGET, DIRECTIONS } from './protocol.ts';
import type { Direction, Player } from './protocol.ts';

/** The default strategy. */
export const EPOCH_PLAYER = 'gp-ehvi' satisfies Player;
/** More than elsewhere: of twenty the median of epochs to a share is known to a quarter. */
export const EPOCH_SEEDS: readonly number[] = Array.from({ length: 100 }, (_, index) => index + 1);
/** Epochs after which shares are told; differences after the second. */
export const EPOCH_MARKS = [80, 160, 240, 400, 800] as const;
export const ENDPOINT_EPOCHS = 160;
/** Shares until which epochs are counted. */
export const GOALS = [0.98, 0.99] as const;

/** By what its trainings may go. `few` is what `whole` does where half the budget is planned for:
 * it begins with one student a family, as short trainings do, and not with two. */
export const VARIANTS = {
  short: { title: 'short trainings first', options: { shortTrainings: true, stopRule: false } },
  stop: { title: 'stop rule', options: { shortTrainings: false, stopRule: true } },
  both: { title: 'both', options: { shortTrainings: true, stopRule: true } },
  whole: { title: 'whole trainings alone', options: { shortTrainings: false, stopRule: false } },
  few: { title: 'whole ones, planned for 400 epochs', options: { shortTrainings: false, stopRule: false } },
} as const;
export type Variant = keyof typeof VARIANTS;
const NAMES = ['short', 'stop', 'both', 'whole', 'few'] as const satisfies readonly Variant[];

export type EpochStudy = Direction & { readonly pools: Readonly<Record<Variant, Pool>> };

/** One a direction of training seeds; none of a table without epochs or short trainings. */
export function epochStudies(table: RecordedTable): readonly EpochStudy[] {
  const { epochs: whole, legs = [] } = table;
  if (whole === undefined || legs.length === 0) return [];
  const budgetOf = (name: Variant): number => (name === 'few' ? BUDGET / 2 : BUDGET) * whole;
  return DIRECTIONS.map((direction) => {
    const { search, score } = direction;
    const own = legsOf(table, search);
    const pool = (name: Variant): Pool => {
      const legs = name === 'whole' || name === 'few' ? [] : own;
      const terms = { budget: budgetOf(name), whole, legs, options: VARIANTS[name].options };
      return createPool(table, { search, scores: [score], references: 'none', epochs: terms });
    };
    return {
      ...direction,
      pools: {
        ...{ short: pool('short'), stop: pool('stop'), both: pool('both') },
        ...{ whole: pool('whole'), few: pool('few') },
      },
    };
  });
}

/** Short trainings of the seed that the search is told: those of the other share its luck with the
 * score. */
function legsOf({ legs = [], metrics }: RecordedTable, search: string): NonNullable<RecordedTable['legs']> {
  const seed = search.replace(/^accuracy/, '');
  return legs
    .map((leg) => ({ ...leg, metric: `${leg.metric}${seed}` }))
    .filter(({ metric }) => metrics.includes(metric));
}

/** Seed by seed: what is there at any time is paired. */
export const epochOrders = (studies: readonly EpochStudy[]): readonly GameOrder[] =>
  EPOCH_SEEDS.flatMap((seed) =>
    studies.flatMap(({ pools }) => NAMES.map((name) => ({ pool: pools[name], player: EPOCH_PLAYER, seed }))),
  );
