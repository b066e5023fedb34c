/** What changed in the data or the teacher that a run was trained on, in words. */
import { dataKindOf } from './data-kinds.ts';
import { WorkbenchError } from './errors.ts';
import { SPLITS } from './records/sources.ts';
import type { DatasetSources, SplitName, SplitSources, TeacherSources } from './records/sources.ts';

export const SPLIT_WORDS: Readonly<Record<SplitName, string>> = {
  train: 'training',
  val: 'validation',
  test: 'test',
};

/** What differs, in words; `only`: parts of the data that count, all where it is absent. Empty
 * where nothing does. */
export function datasetChanges(
  known: DatasetSources,
  found: Pick<DatasetSources, 'shape' | 'classes' | 'example'> & {
    readonly splits: Partial<Readonly<Record<SplitName, Partial<SplitSources>>>>;
  },
): readonly string[] {
  const { many } = dataKindOf(known).noun;
  const split = (name: SplitName, part: 'images' | 'labels' | 'columns', words: string = part): string | undefined => {
    const [now, then] = [found.splits[name]?.[part], known.splits[name][part]];
    // Who does not look at columns, or did not, says nothing of them.
    if (now === then || now === undefined || then === undefined) return undefined;
    return `the ${SPLIT_WORDS[name]} ${words}`;
  };
  return [
    known.shape.join() === found.shape.join() ? undefined : `the size of its ${many}`,
    sameTexts(known.classes, found.classes) ? undefined : 'its classes',
    canonicalText(known.example ?? null) === canonicalText(found.example ?? null) ? undefined : 'what its examples are',
    ...SPLITS.flatMap((name) => [
      ...[split(name, 'images', many), split(name, 'labels')],
      split(name, 'columns', 'groups or positions'),
    ]),
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

const changed =
  (what: 'dataset' | 'teacher', noun: string, rename: string) =>
  ({ name, who, since, changes, instead = 'begin a new run' }: Change): WorkbenchError =>
    new WorkbenchError(
      `${what}.changed`,
      `The ${noun} "${name}" is not the one of ${who} any more: ${changedWords(changes, since)}. Put the old ${noun} ` +
        `back, ${rename}, or ${instead}.`,
      { field: what },
    );

export const datasetChanged = changed('dataset', 'data set', 'import the new one under another name');
export const teacherChanged = changed('teacher', 'teacher', 'give the new one another name');

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

const sameTexts = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((text, place) => text === right[place]);
