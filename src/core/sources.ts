/**
 * What a run or a teacher was trained on, as it was computed from the bytes that training reads: a
 * name, a card or a date may stay while the content becomes another.
 */
import { WorkbenchError } from './errors.ts';

export const SPLITS = ['train', 'val', 'test'] as const;
export type SourceSplit = (typeof SPLITS)[number];

/** SHA-256, in hex, of a split's unpacked values: its pixels `[count][height][width][channels]` and
 * its labels `[count]`. */
export interface SplitSources {
  readonly images: string;
  readonly labels: string;
}

export interface DatasetSources {
  /** `[height, width, channels]` of an image. */
  readonly shape: readonly number[];
  /** What the labels mean, in their order. */
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<SourceSplit, SplitSources>>;
}

export interface TeacherSources {
  /** SHA-256 of the file of its weights. */
  readonly weights: string;
  /** SHA-256 of the canonical text of its graph and of what its pixels are normalised with. */
  readonly network: string;
}

/** With the moment at which it was computed, ISO 8601. */
export type Recorded<T> = T & { readonly at: string };

/** What stands with a run; `teacher` is absent where students learn from labels alone. */
export interface RunSources {
  readonly at: string;
  readonly dataset: DatasetSources;
  readonly teacher?: TeacherSources;
}

const SPLIT_WORDS: Readonly<Record<SourceSplit, string>> = {
  train: 'training',
  val: 'validation',
  test: 'test',
};

/** What differs, in words; `only`: parts of the data that count, all where it is absent. Empty
 * where nothing does. */
export function datasetChanges(
  known: DatasetSources,
  found: { readonly shape: readonly number[]; readonly classes: readonly string[] } & {
    readonly splits: Partial<Readonly<Record<SourceSplit, Partial<SplitSources>>>>;
  },
): readonly string[] {
  const split = (name: SourceSplit, part: 'images' | 'labels'): string | undefined => {
    const now = found.splits[name]?.[part];
    return now === undefined || now === known.splits[name][part] ? undefined : `the ${SPLIT_WORDS[name]} ${part}`;
  };
  return [
    known.shape.join() === found.shape.join() ? undefined : 'the size of its images',
    sameTexts(known.classes, found.classes) ? undefined : 'its classes',
    ...SPLITS.flatMap((name) => [split(name, 'images'), split(name, 'labels')]),
  ].filter((change) => change !== undefined);
}

export function teacherChanges(known: TeacherSources, found: TeacherSources): readonly string[] {
  return [
    known.network === found.network ? undefined : 'its layers or its normalisation',
    known.weights === found.weights ? undefined : 'its weights',
  ].filter((change) => change !== undefined);
}

/** `who`: what was trained on it, as in `this run`; `since`: when it was last known to be the same,
 * ISO 8601. */
export interface Change {
  readonly name: string;
  readonly who: string;
  readonly since: string | undefined;
  readonly changes: readonly string[];
  /** What else can be done than to put the old one back; absent: a new run. */
  readonly instead?: string;
}

export function datasetChanged({ name, who, since, changes, instead }: Change): WorkbenchError {
  return new WorkbenchError(
    'dataset.changed',
    `The data set "${name}" is not the one of ${who} any more: ${changedWords(changes, since)}. Put the old ` +
      'data set back, ' +
      `import the new one under another name, or ${instead ?? 'begin a new run'}.`,
    { field: 'dataset' },
  );
}

export function teacherChanged({ name, who, since, changes, instead }: Change): WorkbenchError {
  return new WorkbenchError(
    'teacher.changed',
    `The teacher "${name}" is not the one of ${who} any more: ${changedWords(changes, since)}. Put the old ` +
      'teacher back, ' +
      `give the new one another name, or ${instead ?? 'begin a new run'}.`,
    { field: 'teacher' },
  );
}

function changedWords(changes: readonly string[], since: string | undefined): string {
  const [last = 'its content', ...before] = [...changes].reverse();
  const listed = before.length > 0 ? `${before.reverse().join(', ')} and ${last}` : last;
  return `${listed} changed${since === undefined ? '' : ` after ${since.slice(0, 10)}`}`;
}

/** The same text for the same value, in whatever order its keys stand. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

/** Of a file that others may have written: `undefined` where it is none. */
export function readRunSources(value: unknown): RunSources | undefined {
  if (!isFields(value) || !isMoment(value['at']) || !isDatasetSources(value['dataset'])) return undefined;
  const { at, dataset, teacher } = value;
  if (teacher === undefined) return { at, dataset };
  return isTeacherSources(teacher) ? { at, dataset, teacher } : undefined;
}

export function readRecordedDataset(value: unknown): Recorded<DatasetSources> | undefined {
  return isFields(value) && isMoment(value['at']) && isDatasetSources(value)
    ? { at: value['at'], shape: value.shape, classes: value.classes, splits: value.splits }
    : undefined;
}

function isDatasetSources(value: unknown): value is DatasetSources {
  if (!isFields(value)) return false;
  const { shape, classes, splits } = value;
  return (
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    Array.isArray(classes) &&
    classes.every((name) => typeof name === 'string') &&
    isFields(splits) &&
    SPLITS.every((name) => isSplit(splits[name]))
  );
}

export function isTeacherSources(value: unknown): value is TeacherSources {
  return isFields(value) && isHash(value['weights']) && isHash(value['network']);
}

const isSplit = (value: unknown): boolean => isFields(value) && isHash(value['images']) && isHash(value['labels']);
const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z$/.test(value);
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sameTexts = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((text, place) => text === right[place]);
