/**
 * What a run was trained on against what stands under those names now. A fingerprint is compared
 * where one was kept; where an earlier version kept none, nothing is refused, and it is kept from
 * now on.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import { datasetChanged, datasetChanges, teacherChanged, teacherChanges } from '../../core/sources.ts';
import type { DatasetSources, Recorded, RunSources, TeacherSources } from '../../core/records/sources.ts';
import type { Change } from '../../core/sources.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { Catalog, Found } from './catalog.ts';
import { hashLabels } from './dataset-files.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import { learnedFrom } from '../../core/teacher.ts';
import type { CheckedDataset } from './dataset-files.ts';

type Named = Pick<Run, 'name' | 'config'>;

/** Throws `dataset.changed` where the data are not the run's own. */
export function assertSameDataset(
  { name, config }: Named,
  known: RunSources | undefined,
  { sources, fingerprints }: CheckedDataset,
  more: Partial<Change> = {},
): void {
  const about = { name: config.dataset, who: `"${name}"`, ...more };
  if (known !== undefined) {
    const changes = datasetChanges(known.dataset, sources);
    if (changes.length > 0) throw datasetChanged({ since: known.at, ...about, changes });
  } else if (config.datasetFingerprint !== undefined && !fingerprints.includes(config.datasetFingerprint)) {
    // What an earlier version wrote down is the whole of the content, and no part of it.
    throw datasetChanged({ since: undefined, ...about, changes: ['its examples, its labels or both'] });
  }
}

/** Throws `teacher.changed`. */
export function assertSameTeacher(
  { name, config }: Named,
  known: RunSources | undefined,
  found: TeacherSources | undefined,
  more: Partial<Change> = {},
): void {
  if (known?.teacher === undefined || found === undefined) return;
  const changes = teacherChanges(known.teacher, found);
  if (changes.length === 0) return;
  throw teacherChanged({ name: config.teacher, who: `"${name}"`, since: known.at, changes, ...more });
}

/** What is known of a run's data, for a trainer that reads them. */
export function knownDataset(
  store: Pick<ReadableStore, 'sources'>,
  runId: string,
): { readonly known?: Recorded<DatasetSources> } {
  const sources = store.sources(runId);
  return sources === undefined ? {} : { known: { ...sources.dataset, at: sources.at } };
}

/** What a teacher, or one of its members, says of the data that it was trained on. */
export function knownTeacherData(teachers: readonly Pick<Found<TeacherCard>, 'card'>[]): {
  readonly known?: Recorded<DatasetSources>;
} {
  const known = teachers.map(({ card }) => learnedFrom(card)).find((sources) => sources !== undefined);
  return known === undefined ? {} : { known };
}

/**
 * The data set of a run whose students are looked at: its shape and its classes are the run's, and
 * so are the labels of its validation images. Throws `dataset.*`.
 */
export async function datasetOf(
  store: Pick<ReadableStore, 'sources'>,
  catalog: Pick<Catalog, 'dataset'>,
  run: Pick<Run, 'id' | 'name' | 'config'>,
): Promise<Found<DatasetCard>> {
  const found = await catalog.dataset(run.config.dataset);
  const known = store.sources(run.id);
  if (known === undefined) return found;
  const { card, directory } = found;
  const labels = await hashLabels(directory, card.splits.val);
  const changes = datasetChanges(known.dataset, { ...card, splits: { val: { labels } } });
  if (changes.length === 0) return found;
  throw datasetChanged({
    ...{ name: found.name, who: `"${run.name}"`, since: known.at, changes },
    instead: 'look at the run where its own data set is',
  });
}

/** Students of another run are trained again on what found them, as long as its names are used.
 * Throws `*.changed`. */
export function assertSameOrigin(
  store: Pick<ReadableStore, 'run' | 'sources'>,
  config: Run['config'],
  dataset: CheckedDataset,
  teacher: TeacherSources | undefined,
): void {
  const origin = config.studentsFrom === undefined ? undefined : store.run(config.studentsFrom);
  if (origin === undefined) return;
  const known = store.sources(origin.id);
  const instead = 'name another one for this run';
  if (origin.config.dataset === config.dataset) assertSameDataset(origin, known, dataset, { instead });
  if (origin.config.teacher === config.teacher) assertSameTeacher(origin, known, teacher, { instead });
}

/** A teacher has seen the training images of its own data set: another split of the same name may
 * test with them. */
export function assertTaughtOn({ name, card }: Found<TeacherCard>, dataset: string, found: DatasetSources): void {
  const sources = learnedFrom(card);
  const changes = sources === undefined ? [] : datasetChanges(sources, found);
  if (sources === undefined || changes.length === 0) return;
  throw new WorkbenchError(
    'teacher.mismatch',
    `The teacher "${name}" ${card.kind === 'logits' ? 'answers' : 'was trained on'} other data of the name ` +
      `"${dataset}": ${changes.join(', ')} changed after ${sources.at.slice(0, 10)}. Put the old data set back, ` +
      'choose another teacher, or train one.',
    { field: 'teacher' },
  );
}
