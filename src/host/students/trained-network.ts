/** Trained students as tasks are given them: where the weights lie, and the data that they learned
 * from. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { DatasetRef, NetworkSource } from '../../compute/tasks/inputs.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { CheckpointRow, ReadableStore } from '../../store/store.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { datasetOf, knownDataset } from '../library/known-sources.ts';
import { graphOf, spaceOf } from '../runs/context.ts';
import { assertSoundFile } from './checkpoint-file.ts';

export interface Student {
  readonly trial: Trial;
  readonly run: Run;
}

export interface StudentNetwork {
  readonly source: Extract<NetworkSource, { kind: 'student' }>;
  readonly dataset: DatasetRef;
  readonly found: Found<DatasetCard>;
  /** Whose it is, in words. */
  readonly subject: string;
}

/** Throws `trial.missing`. */
export function studentOf(store: ReadableStore, id: string): Student {
  const trial = store.trial(id);
  const run = trial && store.run(trial.runId);
  if (trial && run) return { trial, run };
  throw new WorkbenchError('trial.missing', `There is no trial "${id}" in this workspace.`);
}

/** With the weights of `row`. Throws `dataset.*`, and `checkpoint.corrupt` for a file that is
 * another one now. */
export async function studentNetwork(
  store: ReadableStore,
  files: Pick<StoredFiles, 'pathOf'>,
  catalog: Catalog,
  { trial, run }: Student,
  row: CheckpointRow,
): Promise<StudentNetwork> {
  const found = await datasetOf(store, catalog, run);
  const space = spaceOf({
    ...{ families: [trial.candidate.family], ...taskOf(found.card) },
    ...(run.config.space && { space: run.config.space }),
  });
  const graph = graphOf(space, trial.candidate);
  const subject = `student ${trial.number + 1} of "${run.name}"`;
  const path = files.pathOf(row.file);
  await assertSoundFile(path, row, subject);
  const dataset = { directory: found.directory, ...knownDataset(store, run.id) };
  return { source: { kind: 'student', graph, weights: { path, sha256: row.sha256 } }, dataset, found, subject };
}
