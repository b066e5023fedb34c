/** What the searches came to: where their students stand among all cells, and beside searches that
 * train students whole for as long. */
import { median } from '../../../src/core/math/quantile.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import { table } from '../markdown.ts';
import { meanInterval, meanOf } from '../statistics.ts';
import { ARMS, armsOf, FIXED } from './plan.ts';
import type { ArmName, Task } from './plan.ts';
import type { Benchmark } from './benchmark.ts';
import { defaultOrders, keyOf, percentileOf, randomOrders, rivalWithin } from './rivals.ts';
import type { Cell, Cells } from './rivals.ts';
import type { SearchRow } from './rows.ts';

export interface ArmFigures {
  /** Of each search, by seed: percentile of its student's test accuracy among all cells. */
  readonly seeds: readonly number[];
  /** Their median. */
  readonly percentile: number;
  /** Points of test accuracy that the best cell is ahead, median. */
  readonly regret: number;
  /** Of the search, median. */
  readonly cpuSeconds: number;
  /** Its student's test accuracy minus the mean of a random search's, and of the default
   * strategy's, with as many CPU seconds: points, mean over seeds with 95 % t-interval. */
  readonly overRandom: Advantage;
  readonly overDefault: Advantage;
  /** Of the last epoch, median. */
  readonly entropy: number;
  /** Share of the searches whose student stays within the limit, where there is one. */
  readonly within?: number;
  /** Of the student's six ops, how many are a skip or none, mean: the collapse of Zela et al.
   * 2020. */
  readonly idle: number;
  /** Share of the searches whose method named a student. */
  readonly named: number;
}

interface Advantage {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

export interface RandomFigures {
  /** After the median CPU seconds of all searches. */
  readonly percentile: number;
  readonly cpuSeconds: number;
}

export interface Figures {
  readonly methods: Readonly<Record<string, ArmFigures | RandomFigures>>;
  /** Training whose test accuracy scores a cell. */
  readonly scoredBy: Cells['scoredBy'];
}

const IDLE: ReadonlySet<unknown> = new Set(['none', 'skip']);
const idleIn = (config: Configuration): number => Object.values(config).filter((op) => IDLE.has(op)).length;

const derivedIn = (rows: readonly SearchRow[], task: Task, arm: ArmName) =>
  rows
    .filter((row) => row.task === task && row.arm === arm)
    .flatMap((row) => (row.derived ? [{ ...row, derived: row.derived }] : []))
    .sort((a, b) => a.seed - b.seed);

/** Arms without a search that led to a student are left out. */
export function figuresOf(rows: readonly SearchRow[], cells: Cells): Figures {
  const best = Math.max(...cells.all.map(({ test }) => test));
  const [chance, usual] = [randomOrders(cells), defaultOrders(cells)];
  const arms = armsOf('fashion').flatMap((arm): readonly (readonly [ArmName, ArmFigures])[] => {
    const found = derivedIn(rows, 'fashion', arm).flatMap((row) => {
      const cell = cells.byKey.get(keyOf(row.derived));
      return cell ? [{ row, cell }] : [];
    });
    if (found.length === 0) return [];
    const over = (orders: readonly (readonly Cell[])[]): Advantage =>
      meanInterval(
        found.map(({ row, cell }) => {
          const seconds = row.cpuSeconds + cell.cpuSeconds;
          return 100 * (cell.test - rivalWithin(orders, cells.all, seconds).test);
        }),
      );
    const seeds = found.map(({ cell }) => percentileOf(cells.all, cell.test));
    const isLimited = 'isLimited' in ARMS[arm];
    return [
      [
        arm,
        {
          ...{ seeds, percentile: median(seeds) },
          regret: median(found.map(({ cell }) => 100 * (best - cell.test))),
          cpuSeconds: median(found.map(({ row }) => row.cpuSeconds)),
          ...{ overRandom: over(chance), overDefault: over(usual) },
          entropy: median(found.map(({ row }) => row.entropy.at(-1) ?? NaN)),
          idle: meanOf(found.map(({ row }) => idleIn(row.derived))),
          named: meanOf(found.map(({ row }) => Number(row.isNamed))),
          ...(isLimited && { within: meanOf(found.map(({ cell }) => Number(cell.params <= FIXED.params))) }),
        },
      ],
    ];
  });
  const cpuSeconds = arms.length > 0 ? median(arms.map(([, one]) => one.cpuSeconds)) : NaN;
  const random = { percentile: rivalWithin(chance, cells.all, cpuSeconds).percentile, cpuSeconds };
  const methods = { ...Object.fromEntries(arms), ...(arms.length > 0 && { random }) };
  return { methods, scoredBy: cells.scoredBy };
}

/** Without figures the table of all cells is not there. */
export function figuresText(
  rows: readonly SearchRow[],
  figures: Figures | undefined,
  benchmark: Benchmark | undefined,
): string {
  return [
    figures ? fashionTable(figures, rows) : 'The table of all cells is not recorded.',
    ...(benchmark ? [benchmarkTable(rows, benchmark)] : []),
  ].join('\n\n');
}

function fashionTable({ methods, scoredBy }: Figures, rows: readonly SearchRow[]): string {
  const header = [
    ...['', 'searches', 'percentile, median', 'each', 'behind the best', 'CPU s', 'minus random', 'minus the default'],
    ...['entropy', 'idle ops of 6', 'named', 'within'],
  ];
  const body = armsOf('fashion').flatMap((arm) => {
    const one = methods[arm];
    if (one === undefined || !('seeds' in one)) return [];
    const each = one.seeds.map((value) => value.toFixed(0)).join(' ');
    return [
      [
        ...[ARMS[arm].title, String(one.seeds.length), one.percentile.toFixed(0), each, one.regret.toFixed(2)],
        ...[one.cpuSeconds.toFixed(0), advantage(one.overRandom), advantage(one.overDefault)],
        ...[
          one.entropy.toFixed(2),
          one.idle.toFixed(1),
          one.named.toFixed(2),
          one.within === undefined ? '' : one.within.toFixed(2),
        ],
      ],
    ];
  });
  const random = methods['random'];
  const said =
    random && !('seeds' in random)
      ? `Random search of whole trainings in ${random.cpuSeconds.toFixed(0)} CPU s: percentile ` +
        `${random.percentile.toFixed(0)}. `
      : '';
  const lost = rows.filter((row) => row.task === 'fashion' && row.derived === undefined).length;
  const note =
    `${said}Searches that led to no student: ${lost}. Percentiles by test accuracy (seed ${scoredBy}) among all ` +
    'cells; points with 95 % t-intervals over seeds.';
  return `${table(header, body)}\n\n${note}`;
}

const advantage = ({ mean, lower, upper }: Advantage): string =>
  `${signed(mean)} (${signed(lower)} to ${signed(upper)})`;
const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;

function benchmarkTable(rows: readonly SearchRow[], benchmark: Benchmark): string {
  const body = armsOf('cifar').flatMap((arm) => {
    const found = derivedIn(rows, 'cifar', arm).flatMap((row) => {
      const standing = benchmark.testOf(row.derived);
      return standing ? [{ ...standing, row }] : [];
    });
    if (found.length === 0) return [];
    const tests = found.map(({ test }) => test);
    return [
      [
        ...[ARMS[arm].title, median(tests).toFixed(2), tests.map((test) => test.toFixed(2)).join(' ')],
        ...[median(found.map(({ percentile }) => percentile)), median(found.map(({ row }) => row.cpuSeconds))].map(
          (value) => value.toFixed(0),
        ),
        ...[meanOf(found.map(({ row }) => idleIn(row.derived))).toFixed(1), benchmark.published[arm] ?? ''],
      ],
    ];
  });
  const header = ['', 'CIFAR-10 test, median', 'each', 'percentile', 'CPU s', 'idle ops of 6', 'paper says'];
  const note =
    `NAS-Bench-201's own accuracies, of one training of 200 epochs, of cells that ${FIXED.epochs} epochs on 7,000 ` +
    "images led to; the papers' searches had all of CIFAR-10, and their accuracies are means of several trainings.";
  return `${table(header, body)}\n\n${note}`;
}
