/**
 * What is played by slots, with the seconds that each training takes.
 *
 *   fashion-kd   the recorded table: every student's own `cpuSeconds`, one thread
 *   wide8        of bench:search: a family's seconds grow with a power of its MACs, fitted to the
 *                table by least squares in logarithms, times what the fit leaves over, drawn by the
 *                trial's seed
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRng, split } from '../../src/core/math/rng.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import { createTableGame, createTableProblem } from '../../src/core/strategies/replay.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { readTable } from '../../src/host/replays/table.ts';
import { WIDE_TASKS } from '../search/tasks/wide.ts';
import { wideFamilies } from '../search/tasks/wide-families.ts';
import type { TimedGame } from './slots-game.ts';

export interface TimedTask {
  readonly name: string;
  /** One line: what is searched, and where its seconds come from. */
  readonly summary: string;
  /** Trainings of a search with so many slots. */
  readonly budgetWith: (slots: number) => number;
  readonly open: (seed: number, budget: number) => TimedGame;
}

const SECONDS = 'cpuSeconds';
const NOISE_STREAM = 0x74696d65;

/** ln seconds = offset + slope ln MACs, with a residual of this deviation. */
export interface TimeLaw {
  readonly offset: number;
  readonly slope: number;
  readonly deviation: number;
}

/** Least squares over points (MACs, seconds), of at least three. */
export function fitTimes(points: readonly (readonly [number, number])[]): TimeLaw {
  const logs = points.map(([macs, seconds]) => [Math.log(macs), Math.log(seconds)] as const);
  const mean = (of: (log: readonly [number, number]) => number): number =>
    logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [x, y] = [mean(([macs]) => macs), mean(([, seconds]) => seconds)];
  const slope = mean(([macs, seconds]) => (macs - x) * (seconds - y)) / mean(([macs]) => (macs - x) ** 2);
  const squares = logs.reduce((sum, [macs, seconds]) => sum + (seconds - y - slope * (macs - x)) ** 2, 0);
  return { offset: y - slope * x, slope, deviation: Math.sqrt(squares / (logs.length - 2)) };
}

function tableTask(table: RecordedTable): TimedTask {
  const students = table.families.reduce((sum, { rows }) => sum + rows.length, 0);
  return {
    name: table.name,
    summary: `${students} recorded students, each with its own seconds`,
    budgetWith: () => students,
    open(seed, budget) {
      const options = { seed, budget, noLegs: true };
      const { rows } = createTableProblem(table, options);
      return {
        game: createTableGame(table, options),
        secondsOf: (candidate) => rows.get(candidateKey(candidate))?.metrics[SECONDS] ?? NaN,
      };
    },
  };
}

function lawsOf(table: RecordedTable): ReadonlyMap<string, TimeLaw> {
  return new Map(
    table.families.map(({ name, rows }) => {
      return [name, fitTimes(rows.map(({ metrics }) => [metrics['macs'] ?? NaN, metrics[SECONDS] ?? NaN]))];
    }),
  );
}

function wideTask(table: RecordedTable): TimedTask {
  const name = 'wide8';
  const laws = lawsOf(table);
  const task = WIDE_TASKS.find((one) => one.name === name)!; // of our own list
  return {
    name,
    summary: `${task.summary}; seconds by families and MACs, as the table has them`,
    // The first trainings of all slots are begun without any result.
    budgetWith: (slots) => Math.max(256, Math.ceil(1.5 * slots)),
    open(seed, budget) {
      const families = new Map(wideFamilies().map((family) => [family.name as string, family]));
      return {
        game: task.open(seed, budget),
        secondsOf({ family, config }, own) {
          const { offset, slope, deviation } = laws.get(family)!; // the table has all eight
          const macs = families.get(family)?.costs(config).macs ?? NaN;
          const noise = createRng(split(own, NOISE_STREAM)).normal();
          return Math.exp(offset + slope * Math.log(macs) + deviation * noise);
        },
      };
    },
  };
}

const TABLE = fileURLToPath(new URL('../../resources/tables/fashion-kd.json', import.meta.url));

export function timedTasks(): readonly TimedTask[] {
  const table = readTable(readFileSync(TABLE, 'utf8'), TABLE);
  return [tableTask(table), wideTask(table)];
}
