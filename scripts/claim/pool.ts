/**
 * The part of a table that a game can be played on: students of whom all is recorded that search
 * and score want. A search sees its own accuracy and params, and nothing else of them.
 */
import { createHash } from 'node:crypto';
import type { Metrics, Objective } from '../../src/core/objective.ts';
import type { Configuration, Level } from '../../src/core/space/space.ts';
import { createTableGame } from '../../src/core/strategies/replay.ts';
import type { Game } from '../../src/core/strategies/replay.ts';
import type { RecordedTable, TableFamily, TableRow } from '../../src/core/strategies/recorded-table.ts';
import type { StrategyOptions } from '../../src/core/strategies/strategy.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { BUDGET, BUDGET_SHARE } from './protocol.ts';
import type { References } from './protocol.ts';

const COST = 'params';
const SCALE = 'referenceScale';

export interface PoolStudent {
  /** Its candidate key, levels as the table has them. */
  readonly id: string;
  readonly family: string;
  /** All that the table holds of it. */
  readonly metrics: Metrics;
}

export interface Pool {
  /** The whole table, and what a search sees of it. */
  readonly source: RecordedTable;
  readonly table: RecordedTable;
  /** In the order of the table. */
  readonly students: readonly PoolStudent[];
  readonly search: string;
  readonly references: References;
  readonly budget: number;
  /** Where games count epochs: those of all trainings together. */
  readonly budgetEpochs?: number;
  /** Of its players, beside the references. */
  readonly options?: StrategyOptions;
  /** Of all that a game depends on. */
  readonly fingerprint: string;
}

/** A game that counts epochs. */
export interface EpochTerms {
  readonly budget: number;
  /** Of a whole training. */
  readonly whole: number;
  /** Short trainings that can be asked for; none: whole ones alone. */
  readonly legs: NonNullable<RecordedTable['legs']>;
  /** Of the players. */
  readonly options: StrategyOptions;
}

export interface PoolOptions {
  /** Accuracy that a search is told. */
  readonly search: string;
  /** What has to be recorded besides. */
  readonly scores: readonly string[];
  readonly references: References;
  /** A row without the search's accuracy is a training that failed, which a search pays for like
   * any other: it stays in. */
  readonly keepFailed?: boolean;
  readonly epochs?: EpochTerms;
}

export function createPool(table: RecordedTable, options: PoolOptions): Pool {
  const { search, scores, references, keepFailed = false, epochs } = options;
  const hasFailed = ({ metrics }: TableRow): boolean => keepFailed && Number.isNaN(metrics[search]);
  const isUsable = (row: TableRow): boolean =>
    hasFailed(row) || [search, ...scores].every((name) => Number.isFinite(row.metrics[name]));
  const families = table.families
    .map((family) => ({ ...family, rows: family.rows.filter(isUsable) }))
    .filter(({ rows }) => rows.length > 0);
  const students = families.flatMap((family) =>
    family.rows.map((row) => ({ id: idOf(family, row), family: family.name, metrics: row.metrics })),
  );
  const metrics = [search, COST, ...(epochs?.legs ?? []).map(({ metric }) => metric)];
  const seen = families.map((family) => ({ ...family, rows: family.rows.map((row) => only(row, metrics)) }));
  const objectives: readonly Objective[] = objectivesBy(search);
  const reference = referenceBy(table, search);
  const budget = Math.min(BUDGET, Math.floor(BUDGET_SHARE * students.length));
  const given = references === 'all' ? students.filter(isReference).map(({ id }) => id) : [];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([objectives, reference, seen, given, budget, ...(epochs ? [epochs] : [])]))
    .digest('hex')
    .slice(0, 12);
  const { epochs: _, legs: __, ...plain } = table;
  const shown = {
    ...{ ...plain, metrics, objectives, reference, complete: false, families: seen },
    ...(epochs && { epochs: epochs.whole, legs: epochs.legs }),
  };
  const pool = { source: table, table: shown, students, search, references, budget, fingerprint };
  return epochs ? { ...pool, budgetEpochs: epochs.budget, options: epochs.options } : pool;
}

export const isReference = ({ metrics }: PoolStudent): boolean => metrics[SCALE] === 1;
export const isPredefined = ({ metrics }: PoolStudent): boolean => Number.isFinite(metrics[SCALE]);
export const scaleOf = ({ metrics }: PoolStudent): number => metrics[SCALE] ?? NaN;
export const paramsOf = ({ metrics }: PoolStudent): number => metrics[COST] ?? NaN;

/** Accuracy of that name, params known beforehand. */
export const objectivesBy = (accuracy: string): readonly Objective[] => [
  { metric: accuracy, goal: 'maximize', known: false },
  { metric: COST, goal: 'minimize', known: true },
];

/** The table's reference point, whichever accuracy is meant. */
export function referenceBy({ reference }: RecordedTable, accuracy: string): Readonly<Record<string, number>> {
  return { [accuracy]: reference['accuracy'] ?? NaN, [COST]: reference[COST] ?? NaN };
}

/** The pool as a game of this seed, families' reference students given where the pool says so. */
export function openGame(pool: Pool, seed: number): Game {
  const { budget, budgetEpochs } = pool;
  const game = createTableGame(pool.table, { seed, ...(budgetEpochs === undefined ? { budget } : { budgetEpochs }) });
  if (pool.references === 'none') return game;
  const references = new Set(pool.students.filter(isReference).map(({ id }) => id));
  const given = new Map(
    pool.table.families.flatMap((family) => {
      const row = family.rows.find((one) => references.has(idOf(family, one)));
      return row ? [[family.name, configOf(family, row)] as const] : [];
    }),
  );
  const families = game.problem.space.families.map((family) => {
    const reference = given.get(family.name);
    return reference ? { ...family, reference } : family;
  });
  return { ...game, problem: { ...game.problem, space: { families } } };
}

function configOf({ parameters }: TableFamily, { levels }: TableRow): Configuration {
  const entries = parameters.map(({ name }, index): [string, Level] => [name, levels[index] ?? '']);
  return Object.fromEntries(entries);
}

const idOf = (family: TableFamily, row: TableRow): string =>
  candidateKey({ family: family.name, config: configOf(family, row) });

function only(row: TableRow, names: readonly string[]): TableRow {
  return { ...row, metrics: Object.fromEntries(names.map((name) => [name, row.metrics[name] ?? NaN])) };
}
