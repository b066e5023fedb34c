/** Rows of the table of runs: what each run is and what it came to, as text and as numbers. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { IMAGE_NOUN, saidOf } from '../../core/data-kinds.ts';
import { optionWords } from '../../bridge/words/option-words.ts';
import { differingSettings, overSeeds, settingEffects, settingsOf } from '../../core/run-table.ts';
import type { ScoredRun, SettingEffect, SetRun } from '../../core/run-table.ts';
import { searchFields } from '../form/form-model.ts';
import { ABSENT, formatDuration, formatExact, formatPercent, formatPlural } from '../format.ts';
import { referenceBox } from '../hypervolume-share.ts';

export const MEASURES = {
  hypervolume: 'Hypervolume',
  accuracy: 'Best accuracy',
} as const;
export type Measure = keyof typeof MEASURES;

/** What ids are called. */
interface Titles {
  strategyTitle(id: string): string;
  datasetTitle(name: string): string;
  teacherTitle(name: string): string;
  familyTitle(family: string): string;
}

/** A run, or several that are the same but for their seeds. */
export interface RunRow extends SetRun {
  readonly name: string;
  readonly runs: readonly RunSummaryView[];
  /** Means over its runs that have one; a share in [0, 1]. */
  readonly accuracy: number | undefined;
  readonly hypervolume: number | undefined;
  readonly front: number;
  readonly students: number;
  readonly seconds: number;
}

export interface TableColumn {
  readonly id: string;
  readonly title: string;
  readonly isNumber: boolean;
  text(row: RunRow): string;
  /** What it is sorted by. */
  value(row: RunRow): string | number;
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const shareOf = ({ run, score }: RunSummaryView): number | undefined => {
  const box = referenceBox(run.config);
  return score.history.length === 0 || box === undefined ? undefined : score.hypervolume / box;
};

function rowOf(runs: readonly RunSummaryView[], settings: SetRun['settings']): RunRow {
  const [first] = runs;
  const own = (of: (summary: RunSummaryView) => number | undefined): readonly number[] =>
    runs.flatMap((summary) => of(summary) ?? []);
  return {
    ...{ id: first?.run.id ?? '', settings, runs },
    name: runs.length === 1 ? (first?.run.name ?? '') : formatPlural(runs.length, 'seed'),
    accuracy: mean(own(({ score }) => score.bestAccuracy)),
    hypervolume: mean(own(shareOf)),
    front: mean(own(({ score }) => score.frontSize)) ?? 0,
    students: mean(own(({ trials }) => trials.finished)) ?? 0,
    seconds: mean(own(({ run }) => run.seconds)) ?? 0,
  };
}

/** One a run, or one for all runs that differ in their seeds alone. */
export function runRows(summaries: readonly RunSummaryView[], isOverSeeds: boolean): readonly RunRow[] {
  const rows = summaries.map((summary) => rowOf([summary], settingsOf(summary.run.config)));
  if (!isOverSeeds) return rows;
  return overSeeds(rows).map((group) => {
    const [first] = group;
    return rowOf(
      group.flatMap(({ runs }) => runs),
      new Map([...(first?.settings ?? [])].filter(([path]) => path !== 'seed')),
    );
  });
}

/** What a run was given to train is no field of the form. */
const GIVEN = [
  ['studentsFrom', 'Students from'],
  ['given', 'Students given'],
] as const;
const TITLES = new Map<string, string>([
  ...searchFields().map(({ path, title }) => [path, saidOf(IMAGE_NOUN, title)] as const),
  ...GIVEN,
]);

/** A setting in words, as the form of a search calls it. */
export const settingTitle = (path: string): string =>
  path.startsWith(OPTIONS) ? optionWords(path.slice(OPTIONS.length)).title : (TITLES.get(path) ?? path);

const OPTIONS = 'strategy.options.';

export function settingText(path: string, value: string, titles: Titles): string {
  if (value === '') return ABSENT;
  if (path === 'strategy.id') return titles.strategyTitle(value);
  if (path === 'dataset') return titles.datasetTitle(value);
  if (path === 'teacher') return titles.teacherTitle(value);
  if (path === 'families') return value.split(/, ?/).map(titles.familyTitle).join(', ');
  const number = Number(value);
  return Number.isFinite(number) && Math.abs(number) >= 10_000 ? formatExact(number) : value;
}

/** What differs first, then what came of it. */
export function tableColumns(rows: readonly RunRow[], titles: Titles): readonly TableColumn[] {
  const ofSetting = (path: string): TableColumn => {
    const isNumber = rows.every(({ settings }) => Number.isFinite(Number(settings.get(path) ?? '0')));
    const text = ({ settings }: RunRow): string => settingText(path, settings.get(path) ?? '', titles);
    const value = (row: RunRow): string | number => (isNumber ? Number(row.settings.get(path) ?? NaN) : text(row));
    return { id: path, title: settingTitle(path), isNumber, text, value };
  };
  return [
    ...differingSettings(rows).map(ofSetting),
    number(
      'hypervolume',
      MEASURES.hypervolume,
      ({ hypervolume }) => hypervolume,
      (share) => formatPercent(share),
    ),
    number(
      'accuracy',
      MEASURES.accuracy,
      ({ accuracy }) => accuracy,
      (share) => formatPercent(share, 2),
    ),
    number(
      'front',
      'Front',
      ({ front }) => front,
      (count) => formatExact(Math.round(10 * count) / 10),
    ),
    number(
      'students',
      'Students',
      ({ students }) => students,
      (count) => formatExact(Math.round(count)),
    ),
    number('seconds', 'Time', ({ seconds }) => seconds, formatDuration),
  ];
}

function number(
  id: string,
  title: string,
  of: (row: RunRow) => number | undefined,
  written: (value: number) => string,
): TableColumn {
  const text = (row: RunRow): string => {
    const value = of(row);
    return value === undefined ? ABSENT : written(value);
  };
  return { id, title, isNumber: true, text, value: (row) => of(row) ?? NaN };
}

/** What has no value stands last either way. */
export function sortedRows(rows: readonly RunRow[], column: TableColumn, isDescending: boolean): readonly RunRow[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (typeof left !== 'number' || typeof right !== 'number') return sign * String(left).localeCompare(String(right));
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || sign * (left - right);
  });
}

/** Settings by whose values runs can be held against each other. */
export const comparableSettings = (summaries: readonly RunSummaryView[]): readonly string[] =>
  differingSettings(runRows(summaries, false)).filter((path) => path !== 'seed' && path !== 'dataset');

/** Of runs that have ended. Hypervolumes are compared where their boxes are the same. */
export function effectsOf(
  summaries: readonly RunSummaryView[],
  { path, base, measure }: { readonly path: string; readonly base: string; readonly measure: Measure },
): readonly SettingEffect[] {
  const ended = summaries.filter(({ run }) => run.state === 'finished');
  const scored = runRows(ended, false).map((row): ScoredRun => {
    const box = JSON.stringify(row.runs[0]?.run.config.reference);
    const settings = measure === 'hypervolume' ? new Map([...row.settings, ['reference', box]]) : row.settings;
    return { id: row.id, settings, score: row[measure] };
  });
  return settingEffects(scored, path, base);
}
