/** Makes teachers of somebody's networks, each in a trainer of its own, and moves the finished
 * folders into the workspace. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedTeacherImport } from '../../bridge/schemas/teacher-import.ts';
import type { ImportedTeacher } from '../../compute/tasks/import-teacher/task.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { StoredFiles, WorkspaceFiles } from '../../store/files.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor } from '../executors/executor.ts';
import type { JobProgress } from '../jobs/job-list.ts';
import { putFolderInPlace } from '../workspace/put-in-place.ts';
import type { Catalog } from './catalog.ts';
import { checkDatasetFiles } from './dataset-files.ts';

/** With the folder that it lies in now. `undefined` when `signal` came first; then nothing was
 * kept. */
export type ImportTeacher = (
  order: ParsedTeacherImport,
  tell: (progress: JobProgress) => void,
  signal: AbortSignal,
) => Promise<ImportedTeacher | undefined>;

export interface TeacherImportParts {
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
  readonly files: Pick<WorkspaceFiles, 'temp'> & { readonly folders: Pick<StoredFiles['folders'], 'teachers'> };
  readonly now: () => Date;
  /** Called when a teacher has come. */
  readonly changed: () => void;
}

export function createTeacherImport({ executor, catalog, files, now, changed }: TeacherImportParts): ImportTeacher {
  let number = 0;

  async function checkFree(name: string): Promise<void> {
    // A broken folder is in no list, and still in the way.
    const isTaken =
      existsSync(join(files.folders.teachers, name)) || (await catalog.teachers()).some((one) => one.name === name);
    if (!isTaken) return;
    const problem = `name: "${name}" is a teacher that exists already: choose another name.`;
    throw new WorkbenchError('usage.invalid', problem, { field: 'name' });
  }

  return async ({ path, name, title = name, dataset: data, ...said }, tell, signal) => {
    checkFile(path);
    await checkFree(name);
    const { directory, card } = await catalog.dataset(data);
    const { sources } = await checkDatasetFiles(directory, card);
    const known = { ...sources, at: now().toISOString() };
    number += 1;
    const jobId = `import-teacher-${number}`;
    const date = known.at.slice(0, 10);
    const input = { file: path, dataset: { directory, known }, name, title, said, date };
    try {
      const end = await executor.runApart(
        { kind: 'importTeacher', jobId, input },
        ({ stage, done, total }) => tell({ stage, done, total }),
        signal,
      );
      if (end.type === 'stopped' && signal.aborted) return undefined;
      const made = outputOf(end);
      await checkFree(name);
      const place = join(files.folders.teachers, name);
      putFolderInPlace(made.directory, place);
      changed();
      return { ...made, directory: place };
    } finally {
      // Nothing is there after an orderly end; a killed trainer leaves its half.
      rmSync(join(files.temp, `${jobId}-teacher`), { recursive: true, force: true });
    }
  };
}

function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  const why = found === undefined ? 'there is no such file' : 'this is no file';
  throw new WorkbenchError('usage.invalid', `file: ${path}: ${why}. Give the path of an ONNX file.`, {
    field: 'file',
    file: path,
  });
}
