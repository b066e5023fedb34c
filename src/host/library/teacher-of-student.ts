/** A finished student as the source of a teacher: its weights, and the data that it learned
 * from. */
import type { Input } from '../../compute/tasks/tasks.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { ReadableStore } from '../../store/store.ts';
import { studentNetwork, studentOf } from '../students/trained-network.ts';
import type { Catalog, Found } from './catalog.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { CheckedDataset } from './dataset-files.ts';
import { assertSameDataset } from './known-sources.ts';

export interface StudentParts {
  readonly store: ReadableStore;
  readonly files: Pick<StoredFiles, 'pathOf'>;
  readonly catalog: Catalog;
}

export interface StudentSource {
  readonly source: Extract<Input<'importTeacher'>['source'], { kind: 'student' }>;
  readonly found: Found<DatasetCard>;
  /** Its title, where none is given. */
  readonly title: string;
  /** Throws `dataset.changed` where the data are not those that it learned from. */
  readonly assertSame: (checked: CheckedDataset) => void;
}

/** Throws `trial.missing` for one without weights, `dataset.*`, and `checkpoint.corrupt`. */
export async function studentSource({ store, files, catalog }: StudentParts, id: string): Promise<StudentSource> {
  const student = studentOf(store, id);
  const { trial, run } = student;
  const title = `Student ${trial.number + 1} of "${run.name}"`;
  const row = store.checkpoint(id, 'final');
  if (row === undefined) {
    const why = trial.state === 'finished' ? 'its weights were not kept' : `it is ${trial.state}`;
    const message = `${title} has no weights to make a teacher of: ${why}. Choose another student.`;
    throw new WorkbenchError('trial.missing', message);
  }
  const { source, found } = await studentNetwork(store, files, catalog, student, row);
  const { optimizer, learningRate, batchSize } = run.config.recipe;
  return {
    source: {
      ...source,
      recipe: { epochs: trial.epochsDone, optimizer, learningRate, batchSize },
      ...{ seed: trial.seed, seconds: trial.seconds },
      trainImages: run.config.trainImages ?? found.card.splits.train.count,
    },
    ...{ found, title },
    assertSame: (checked) => assertSameDataset(run, store.sources(run.id), checked),
  };
}
