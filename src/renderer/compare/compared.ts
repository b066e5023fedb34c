/** What stands side by side: students and their teacher as rows of one kind. */
import type { TeacherView } from '../../bridge/schemas/records.ts';
import type { MarkPlace } from '../charts/chart.ts';
import { IMAGE_NOUN, saidOf } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import { costOf } from '../../core/arch/cost.ts';
import { MEASURE_NAMES, MEASURE_WORDS, measuredIn } from '../../core/measures.ts';
import type { Measured, MeasureName } from '../../core/measures.ts';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { Run } from '../../core/records/run.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Trial } from '../../core/records/trial.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMilliseconds,
  formatPercent,
  formatPoints,
  formatRatio,
} from '../format.ts';
import { searchFields } from '../form/form-model.ts';
import type { CheckpointView } from '../../bridge/schemas/review.ts';
import type { Network } from '../review/network.ts';
import { pinOf } from '../review/network.ts';
import { testName } from '../trial-metrics.ts';
import type { Titles } from '../words.ts';
import { levelText, metricTitle, trialNumber } from '../words.ts';

export interface Compared {
  /** Its pin: one for each checkpoint. */
  readonly key: string;
  /** Of its pin, counted from 0; absent for a baseline that is not pinned. */
  readonly slot?: number;
  readonly network: Network;
  readonly title: string;
  /** Absent where its layers are not known, as its MACs are. */
  readonly graph?: ArchitectureGraph | undefined;
  readonly accuracy: number | undefined;
  readonly testAccuracy: number | undefined;
  /** On validation and on the test; absent for a teacher, and for weights of an earlier epoch. */
  readonly measures?: Measured;
  readonly testMeasures?: Measured;
  readonly params: number | undefined;
  readonly macs: number | undefined;
  readonly latencyMs: number | undefined;
  readonly peakActivationBytes: number | undefined;
  readonly seconds: number | undefined;
  /** Absent for a teacher. */
  readonly student?: {
    readonly trial: Trial;
    readonly run: Run;
    readonly epochs: readonly EpochPoint[];
    /** Those that are kept. */
    readonly checkpoints: readonly CheckpointView[];
  };
}

/** One whose layers can be looked at. */
export type Drawn = Marked & { readonly graph: ArchitectureGraph };

export const isDrawn = (one: Marked): one is Drawn => one.graph !== undefined;

export type StudentRead = NonNullable<Compared['student']> & { readonly graph: ArchitectureGraph };

export function comparedStudent(read: StudentRead, network: Network, familyTitle: string): Compared {
  const { trial, run, graph, epochs, checkpoints } = read;
  const best = network.kind === 'student' && network.checkpoint === 'best' ? bestEpochOf(checkpoints) : undefined;
  const title = `${trialNumber(trial)} ${familyTitle}`;
  return {
    ...{ key: pinOf(network), network, graph, params: trial.params, macs: trial.macs },
    title: best === undefined ? title : `${title}, epoch ${best}`,
    accuracy:
      best === undefined ? trial.metrics['accuracy'] : epochs.find(({ epoch }) => epoch === best)?.validationAccuracy,
    // Tested is what the last epoch left.
    testAccuracy: best === undefined ? trial.testAccuracy : undefined,
    ...(best === undefined && {
      measures: measuredIn(trial.metrics),
      testMeasures: measuredIn(trial.testMeasures ?? {}),
    }),
    latencyMs: trial.metrics['latencyMs'],
    peakActivationBytes: trial.peakActivationBytes,
    seconds: trial.seconds,
    student: { trial, run, epochs, checkpoints },
  };
}

export const bestEpochOf = (checkpoints: readonly CheckpointView[]): number | undefined =>
  checkpoints.find(({ kind }) => kind === 'best')?.epoch;

export function comparedTeacher(teacher: TeacherView): Compared {
  const network: Network = { kind: 'teacher', id: teacher.name };
  return {
    ...{ key: pinOf(network), network, title: 'Teacher', graph: teacher.graph },
    accuracy: teacher.validationAccuracy,
    testAccuracy: teacher.testAccuracy,
    params: teacher.params,
    macs: teacher.macs,
    latencyMs: undefined,
    peakActivationBytes: teacher.graph && costOf(teacher.graph).peakActivationBytes,
    seconds: undefined,
  };
}

/** `without teacher`, or the loss that it was taught by. */
function teachingWords(run: Run): string {
  const { loss } = run.config.recipe.distillation;
  return loss === 'none' ? 'without teacher' : loss.toUpperCase();
}

/** Titles that tell the networks apart: where two are alike, with how they were taught, then with
 * their run. */
export function distinctTitles(all: readonly Compared[]): readonly Compared[] {
  const isAlike = (some: readonly Compared[], one: Compared): boolean =>
    some.filter(({ title }) => title === one.title).length > 1;
  const taught = all.map((one) =>
    one.student && isAlike(all, one) ? { ...one, title: `${one.title}, ${teachingWords(one.student.run)}` } : one,
  );
  return taught.map((one) =>
    one.student && isAlike(taught, one) ? { ...one, title: `${one.title}, ${one.student.run.name}` } : one,
  );
}

/** Each student once, whatever epochs of it are compared. */
export const distinctStudents = (all: readonly Marked[]): readonly Marked[] =>
  all.filter(
    ({ network, student }, index) =>
      student && all.findIndex((other) => other.student && other.network.id === network.id) === index,
  );

/** One with its mark, which it has in every table and chart of the view and of its report. */
export type Marked = Compared & { readonly place: MarkPlace };

/** The first student's teacher has the teacher's mark, and without students the first teacher. The
 * others have that of their pin's place, which stays theirs when another one is unpinned. */
export function markedNetworks(all: readonly Compared[]): readonly Marked[] {
  const own = all.find(({ student }) => student)?.student?.run.config.teacher;
  const teacher = all.find(({ network: { kind, id } }) => kind === 'teacher' && (own === undefined || id === own));
  return all.map((one) => ({ ...one, place: one === teacher ? 'teacher' : (one.slot ?? 0) }));
}

export interface MetricRow {
  readonly title: string;
  readonly isHigherBetter: boolean;
  readonly value: (one: Compared) => number | undefined;
  readonly text: (value: number | undefined) => string;
  /** Against the baseline, in words with its sign. */
  readonly difference: (value: number, base: number) => string;
}

const points = (value: number, base: number): string =>
  `${formatPoints(value - base)}, ${value > base ? 'higher' : 'lower'}`;
const percent = (value: number | undefined): string => formatPercent(value, 2);

const costRow = (title: string, value: MetricRow['value'], text: MetricRow['text']): MetricRow => ({
  ...{ title, isHigherBetter: false, value, text, difference: formatRatio },
});
const areaRow = (title: string, value: MetricRow['value']): MetricRow => ({
  ...{ title, isHigherBetter: true, value, text: (area) => (area === undefined ? '–' : area.toFixed(4)) },
  difference: (area, base) => `${Math.abs(area - base).toFixed(4)} ${area > base ? 'higher' : 'lower'}`,
});
const shareRow = (title: string, value: MetricRow['value']): MetricRow => ({
  ...{ title, isHigherBetter: true, value, text: percent, difference: points },
});
function measureRows(name: MeasureName): readonly MetricRow[] {
  const row = MEASURE_WORDS[name].isShare ? shareRow : areaRow;
  return [
    row(metricTitle(name).replace(' (%)', ''), (one) => one.measures?.[name]),
    row(metricTitle(testName(name)).replace(' (%)', ''), (one) => one.testMeasures?.[name]),
  ];
}
const metricRows = (noun: Noun): readonly MetricRow[] => [
  shareRow('Validation accuracy', (one) => one.accuracy),
  shareRow('Test accuracy', (one) => one.testAccuracy),
  ...MEASURE_NAMES.flatMap(measureRows),
  costRow('Parameters', (one) => one.params, formatCount),
  costRow(metricTitle('macs', noun), (one) => one.macs, formatCount),
  costRow('Latency', (one) => one.latencyMs, formatMilliseconds),
  costRow('Peak activations', (one) => one.peakActivationBytes, formatBytes),
  costRow('Training time', (one) => one.seconds, formatDuration),
];

/** Rows of which at least one network has a value. */
export const rowsThere = (all: readonly Compared[], noun: Noun = IMAGE_NOUN): readonly MetricRow[] =>
  metricRows(noun).filter((row) => all.some((one) => row.value(one) !== undefined));

export interface Difference {
  readonly words: string;
  readonly tone: 'good' | 'bad' | 'muted';
}

/** Undefined where there is nothing to compare with. 0 is a value. */
export function differenceOf(row: MetricRow, one: Compared, base: Compared): Difference | undefined {
  const [value, reference] = [row.value(one), row.value(base)];
  if (one === base || value === undefined || reference === undefined) return undefined;
  if (!Number.isFinite(value) || !Number.isFinite(reference)) return undefined;
  if (value === reference) return { words: 'same', tone: 'muted' };
  const isBetter = value > reference === row.isHigherBetter;
  return { words: row.difference(value, reference), tone: isBetter ? 'good' : 'bad' };
}

/** Families, dimensions and the recipe of the students side by side, by their keys in the
 * configuration; an inactive dimension shows as `–`. */
export function settingRows(
  students: readonly { readonly trial: Trial; readonly run: Run }[],
  titles: Titles,
  noun: Noun = IMAGE_NOUN,
): readonly {
  readonly name: string;
  readonly title: string;
  readonly values: readonly string[];
  readonly differs: boolean;
}[] {
  const recipeTitles = new Map(searchFields().map(({ path, title }) => [path, title]));
  const settings = students.map(({ trial, run }) => {
    const { family, config } = trial.candidate;
    return [
      { name: 'family', title: 'Family', value: titles.familyTitle(family) },
      ...Object.entries(config).map(([name, level]) => ({
        name,
        title: titles.dimensionTitle(family, name),
        value: levelText(level),
      })),
      ...Object.entries(flatten(run.config.recipe, 'recipe')).map(([name, value]) => ({
        name,
        title: saidOf(noun, recipeTitles.get(name) ?? name),
        value: levelText(value),
      })),
      { name: 'trainImages', title: saidOf(noun, 'Training {many}'), value: String(run.config.trainImages ?? 'all') },
      { name: 'run', title: 'Run', value: run.name },
      { name: 'seed', title: 'Seed', value: String(trial.seed) },
    ];
  });
  const names = [...new Set(settings.flatMap((one) => one.map(({ name }) => name)))];
  return names.map((name) => {
    const found = settings.map((one) => one.find((setting) => setting.name === name));
    const values = found.map((setting) => setting?.value ?? '–');
    // Families may call one dimension by two names.
    const title = [...new Set(found.flatMap((setting) => setting?.title ?? []))].join(' / ');
    return { name, title, values, differs: new Set(values).size > 1 };
  });
}

function flatten(value: object, prefix: string): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      Array.isArray(inner)
        ? [[`${prefix}.${key}`, inner.join(', ')]]
        : typeof inner === 'object' && inner !== null
          ? Object.entries(flatten(inner, `${prefix}.${key}`))
          : [[`${prefix}.${key}`, typeof inner === 'number' || typeof inner === 'boolean' ? inner : String(inner)]],
    ),
  );
}

export const testing = { metricRows };
