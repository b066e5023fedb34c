/** Searches that train every student whole, on the recorded table of all cells, for as many CPU
 * seconds as a one-shot search and its student take. */
import { createRng } from '../../../src/core/math/rng.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import { createTableGame, playGame } from '../../../src/core/strategies/replay.ts';
import type { ClaimTable } from '../../claim/read-table.ts';
import { meanOf } from '../statistics.ts';

/** A cell of the table. */
export interface Cell {
  readonly key: string;
  /** That a search is told: of validation images, seed 1. */
  readonly told: number;
  /** That it is scored by: of test images. */
  readonly test: number;
  readonly params: number;
  readonly cpuSeconds: number;
}

export interface Cells {
  readonly table: RecordedTable;
  readonly all: readonly Cell[];
  readonly byKey: ReadonlyMap<string, Cell>;
  /** Training whose test accuracy scores a cell. */
  readonly scoredBy: 1 | 2;
}

const FAMILY = 'cells';

export const keyOf = (config: Configuration): string => candidateKey({ family: FAMILY, config });

/**
 * Cells are scored by the training that searches are not told of, seed 2. While that is not
 * recorded of all cells it is seed 1, whose luck a search of whole trainings knows: that helps it,
 * and helps no one-shot search.
 */
export function cellsOf({ table, missing }: Pick<ClaimTable, 'table' | 'missing'>): Cells {
  const scoredBy = (missing['second'] ?? 0) > 0 ? 1 : 2;
  const score = scoredBy === 1 ? 'testAccuracy' : 'testAccuracySeed2';
  const all = table.families.flatMap(({ parameters, rows }) =>
    rows.flatMap(({ levels, metrics }): readonly Cell[] => {
      const config = Object.fromEntries(parameters.map(({ name }, index) => [name, levels[index] ?? '']));
      const of = (metric: string): number => metrics[metric] ?? NaN;
      const cell = { key: keyOf(config), told: of('accuracy'), test: of(score) };
      const costs = { params: of('params'), cpuSeconds: of('cpuSeconds') };
      return Number.isFinite(cell.told) && Number.isFinite(cell.test) ? [{ ...cell, ...costs }] : [];
    }),
  );
  return { table, all, byKey: new Map(all.map((cell) => [cell.key, cell])), scoredBy };
}

/** Of all cells, the share in percent that this one's test accuracy leaves behind; ties count
 * half. */
export function percentileOf(cells: readonly Cell[], test: number): number {
  const below = cells.filter((cell) => cell.test < test).length;
  const level = cells.filter((cell) => cell.test === test).length;
  return (100 * (below + level / 2)) / cells.length;
}

/** Test accuracy of the one that is told best, of those whose trainings fit into the seconds, the
 * first always. */
export function chosenWithin(order: readonly Cell[], seconds: number): Cell | undefined {
  let spent = 0;
  let best: Cell | undefined;
  for (const cell of order) {
    spent += cell.cpuSeconds;
    if (best !== undefined && spent > seconds) break;
    if (best === undefined || cell.told > best.told) best = cell;
  }
  return best;
}

const ORDERS = 200;

/** So many random searches. */
export const randomOrders = ({ all }: Cells): readonly (readonly Cell[])[] =>
  Array.from({ length: ORDERS }, (_, seed) => createRng(seed + 1).shuffle([...all]));

const GAMES = 20;
const TRAININGS = 60;

/** The default strategy's, for accuracy alone. */
export function defaultOrders({ table, byKey }: Cells): readonly (readonly Cell[])[] {
  return Array.from({ length: GAMES }, (_, index) => {
    const seed = index + 1;
    const game = createTableGame(table, { seed, budget: TRAININGS, single: true });
    const { played } = playGame(game, { strategy: 'gp-ehvi', seed, options: { references: false }, now: () => 0 });
    return played.flatMap(({ candidate }) => byKey.get(candidateKey(candidate)) ?? []);
  });
}

/** Mean test accuracy and percentile of what they choose. */
export function rivalWithin(orders: readonly (readonly Cell[])[], cells: readonly Cell[], seconds: number) {
  const chosen = orders.flatMap((order) => chosenWithin(order, seconds) ?? []);
  return {
    test: meanOf(chosen.map(({ test }) => test)),
    percentile: meanOf(chosen.map(({ test }) => percentileOf(cells, test))),
  };
}
