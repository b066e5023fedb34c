/** What the arms came to on the speakers that were left out. */
import { table } from '../markdown.ts';
import { meanInterval, meanOf, signFlip } from '../statistics.ts';
import { ARM_NAMES, ARMS } from './plan.ts';
import type { ArmName } from './plan.ts';
import type { SpeechRow } from './rows.ts';

export interface ArmFigures {
  /** Mean over folds, with its 95 % t-interval; no bounds of one fold. */
  readonly uar: number;
  readonly low?: number;
  readonly high?: number;
  /** Mean. */
  readonly params: number;
  readonly accuracy: number;
  /** Of each fold, in their order. */
  readonly seeds: readonly number[];
}

/** Differences of UAR on the same folds. */
export interface Comparison {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
  /** Of the exact sign-flip test. */
  readonly p: number;
  readonly folds: number;
}

export interface Figures {
  readonly methods: Readonly<Partial<Record<ArmName, ArmFigures>>>;
  readonly comparisons: Readonly<Record<string, Comparison>>;
}

/** The first minus the second. */
export const PAIRS = [
  ['path-dropout', 'random'],
  ['path-dropout', 'darts'],
  ['path-dropout', 'hand-made'],
  ['trade', 'trade-plain'],
] as const satisfies readonly (readonly [ArmName, ArmName])[];

const bounds = ({ lower, upper }: { readonly lower: number; readonly upper: number }) =>
  Number.isFinite(lower) ? { low: lower, high: upper } : {};

export function figuresOf(rows: readonly SpeechRow[]): Figures {
  const of = (arm: ArmName): readonly SpeechRow[] =>
    rows.filter((row) => row.arm === arm).sort((a, b) => a.fold - b.fold);
  const methods: Partial<Record<ArmName, ArmFigures>> = {};
  for (const arm of ARM_NAMES) {
    const own = of(arm);
    if (own.length === 0) continue;
    const seeds = own.map(({ uar }) => uar);
    const interval = meanInterval(seeds);
    methods[arm] = {
      ...{ uar: interval.mean, ...bounds(interval), seeds },
      ...{ params: meanOf(own.map(({ params }) => params)), accuracy: meanOf(own.map(({ accuracy }) => accuracy)) },
    };
  }
  const comparisons = PAIRS.flatMap(([first, second]): readonly (readonly [string, Comparison])[] => {
    const differences = of(first).flatMap(({ fold, uar }) => {
      const other = of(second).find((row) => row.fold === fold);
      return other ? [uar - other.uar] : [];
    });
    if (differences.length === 0) return [];
    const interval = meanInterval(differences);
    const more = { p: signFlip(differences), folds: differences.length };
    return [[`${first} - ${second}`, { mean: interval.mean, ...bounds(interval), ...more }]];
  });
  return { methods, comparisons: Object.fromEntries(comparisons) };
}

export function figuresText({ methods, comparisons }: Figures): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  const range = ({ low, high }: { readonly low?: number; readonly high?: number }): string =>
    low === undefined || high === undefined ? '' : `${percent(low)} to ${percent(high)}`;
  const body = ARM_NAMES.flatMap((arm) => {
    const one = methods[arm];
    if (one === undefined) return [];
    const each = one.seeds.map(percent).join(' ');
    return [[ARMS[arm], percent(one.uar), range(one), each, percent(one.accuracy), one.params.toFixed(0)]];
  });
  const paired = Object.entries(comparisons).map(([name, one]) => {
    return [name, percent(one.mean), range(one), one.p.toFixed(3), String(one.folds)];
  });
  const note =
    'UAR and accuracy in percent on two speakers that are left out; means over folds with 95 % t-intervals, and ' +
    'differences on the same folds with the exact sign-flip test.';
  return [
    table(['', 'UAR', '95 %', 'each fold', 'accuracy', 'params'], body),
    table(['difference', 'UAR', '95 %', 'p', 'folds'], paired),
    note,
  ].join('\n\n');
}
