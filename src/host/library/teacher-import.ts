/** Makes teachers of somebody's networks, of their answers or of several teachers, each in a
 * trainer of its own. A window looks at what came of it before it is kept; until then the finished
 * folder lies among the session's own. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { JobView } from '../../bridge/schemas/job.ts';
import type {
  JudgedTeacherView,
  ParsedTeacherCombine,
  ParsedTeacherEnsemble,
  ParsedTeacherImport,
  ParsedTeacherJudge,
  ParsedTeacherKeep,
  ParsedTeacherStudent,
} from '../../bridge/schemas/teacher-import.ts';
import type { Input } from '../../compute/tasks/tasks.ts';
import type { ImportedTeacher } from '../../compute/tasks/import-teacher/task.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { accuracyOf, headline, paramsOf } from '../../core/teacher.ts';
import type { StoredFiles, WorkspaceFiles } from '../../store/files.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor, Order } from '../executors/executor.ts';
import type { JobList, JobProgress } from '../jobs/job-list.ts';
import { asNamed, handedFile } from '../workspace/handed-files.ts';
import type { HandedFiles } from '../workspace/handed-files.ts';
import { putFolderInPlace } from '../workspace/put-in-place.ts';
import type { Catalog } from './catalog.ts';
import { checkDatasetFiles } from './dataset-files.ts';
import { writeTeacherCard } from './teacher-files.ts';
import { studentSource } from './teacher-of-student.ts';
import type { StudentParts } from './teacher-of-student.ts';
import { sourceOf } from './teacher-sources.ts';

export type TeacherOrder = ParsedTeacherImport | ParsedTeacherEnsemble | ParsedTeacherStudent;

/** With the folder that it lies in now. `undefined` when `signal` came first; then nothing was
 * kept. */
export type ImportTeacher = (
  order: TeacherOrder,
  tell: (progress: JobProgress) => void,
  signal: AbortSignal,
) => Promise<ImportedTeacher | undefined>;

export interface TeacherImportParts extends Pick<StudentParts, 'store'> {
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
  readonly files: Pick<WorkspaceFiles, 'temp' | 'pathOf'> & {
    readonly folders: Pick<StoredFiles['folders'], 'teachers'>;
  };
  readonly handed: Pick<HandedFiles, 'hold'>;
  readonly jobs: Pick<JobList, 'start'>;
  readonly now: () => Date;
  /** Called when a teacher has come. */
  readonly changed: () => void;
}

/** It gets its name when it is kept. */
const UNNAMED = 'unnamed';
/** Judged ones that nobody kept or forgot; the oldest go first. */
const MOST_JUDGED = 4;

export function createTeacherImports(parts: TeacherImportParts) {
  const { executor, catalog, files, handed, jobs, now, changed } = parts;
  const judged = new Map<string, ImportedTeacher>();
  let number = 0;

  async function checkFree(name: string): Promise<void> {
    // A broken folder is in no list, and still in the way.
    const isTaken =
      existsSync(join(files.folders.teachers, name)) || (await catalog.teachers()).some((one) => one.name === name);
    if (!isTaken) return;
    const problem = `name: "${name}" is a teacher that exists already: choose another name.`;
    throw new WorkbenchError('usage.invalid', problem, { field: 'name' });
  }

  async function prepare(order: TeacherOrder): Promise<Order<'importTeacher'>> {
    const { name, title = name } = order;
    if ('student' in order) return prepareStudent(order);
    if ('path' in order) checkFile(order.path);
    const found = await catalog.dataset(order.dataset);
    const { sources } = await checkDatasetFiles(found.directory, found.card);
    const known = { ...sources, at: now().toISOString() };
    const source = await sourceOf(catalog, order, found, known);
    return ordered({ source, dataset: { directory: found.directory, known }, name, title });
  }

  async function prepareStudent({ student, name, title }: ParsedTeacherStudent): Promise<Order<'importTeacher'>> {
    const { source, found, assertSame, title: own } = await studentSource(parts, student);
    const { sources } = await checkDatasetFiles(found.directory, found.card, assertSame);
    const known = { ...sources, at: now().toISOString() };
    return ordered({ source, dataset: { directory: found.directory, known }, name, title: title ?? own });
  }

  function ordered(input: Omit<Input<'importTeacher'>, 'date'>): Order<'importTeacher'> {
    number += 1;
    const date = now().toISOString().slice(0, 10);
    return { kind: 'importTeacher', jobId: `import-teacher-${number}`, input: { ...input, date } };
  }

  /** A folder among the session's own. `undefined` when `signal` came first; then, and where it
   * throws, nothing is left. */
  async function make(
    order: Order<'importTeacher'>,
    tell: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<ImportedTeacher | undefined> {
    let made: ImportedTeacher | undefined;
    try {
      const end = await executor.runApart(order, ({ stage, done, total }) => tell({ stage, done, total }), signal);
      if (end.type !== 'stopped' || !signal.aborted) made = outputOf(end);
      return made;
    } finally {
      // Nothing is there after an orderly end; a killed trainer leaves its half.
      if (made === undefined) remove(join(files.temp, `${order.jobId}-teacher`));
    }
  }

  async function putInPlace(made: ImportedTeacher, name: string): Promise<ImportedTeacher> {
    await checkFree(name);
    const directory = join(files.folders.teachers, name);
    putFolderInPlace(made.directory, directory);
    changed();
    return { ...made, directory };
  }

  function judgedOf(id: string): ImportedTeacher {
    const made = judged.get(id);
    if (made !== undefined) return made;
    throw new WorkbenchError('usage.invalid', 'This teacher is not held any more: judge it again.');
  }

  function forget(id: string): void {
    const made = judged.get(id);
    judged.delete(id);
    if (made !== undefined) remove(made.directory);
  }

  function hold(id: string, made: ImportedTeacher): string {
    judged.set(id, made);
    for (const oldest of [...judged.keys()].slice(0, -MOST_JUDGED)) forget(oldest);
    return id;
  }

  /** Judges it as a job, and holds what came of it. */
  function begin(
    subject: string,
    task: Order<'importTeacher'>,
    { inWords = (error) => error, over }: { inWords?: (error: unknown) => unknown; over?: () => void },
  ): JobView {
    return jobs.start({ kind: 'judging', subject }, async (tell, signal) => {
      try {
        const made = await make(task, tell, signal);
        return made && hold(task.jobId, made);
      } catch (error) {
        throw inWords(error);
      } finally {
        over?.();
      }
    });
  }

  return {
    import: (async (order, tell, signal) => {
      await checkFree(order.name);
      const made = await make(await prepare(order), tell, signal);
      try {
        return made && (await putInPlace(made, order.name));
      } catch (error) {
        if (made !== undefined) remove(made.directory);
        throw error;
      }
    }) satisfies ImportTeacher,
    /** Of what a window has handed over. Throws at once what is wrong with the order; what is wrong
     * with the file ends the job. */
    judge: async ({ files: id, file, ...order }: ParsedTeacherJudge) => {
      const { folder, release } = handed.hold(id);
      const inWords = (error: unknown): unknown => asNamed(error, `${folder}${sep}`, '');
      try {
        const task = await prepare({ ...order, path: handedFile(folder, file, 'file'), name: UNNAMED });
        return begin(file, task, { inWords, over: release });
      } catch (error) {
        release();
        throw inWords(error);
      }
    },
    /** The same of several teachers as one. */
    combine: async (order: ParsedTeacherCombine) =>
      begin(order.members.join(', '), await prepare({ ...order, name: UNNAMED }), {}),
    judged: (id: string): JudgedTeacherView => {
      const { card, inputs, outputs, notes } = judgedOf(id);
      const params = paramsOf(card);
      const { accuracy, split } = headline(accuracyOf(card));
      const read = card.kind === 'onnx' ? { gives: card.reading.gives, guesses: card.guesses } : { guesses: [] };
      const gives = card.kind === 'logits' ? card.gives : 'logits';
      const known = { ...(params !== undefined && { params }), accuracy, accuracyOf: split };
      return { inputs, outputs, ...known, gives, ...read, notes };
    },
    keep: async ({ id, name, title = name }: ParsedTeacherKeep): Promise<void> => {
      const made = judgedOf(id);
      await checkFree(name);
      writeTeacherCard(made.directory, { ...made.card, name, title });
      await putInPlace(made, name);
      judged.delete(id);
    },
    forget,
  };
}

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  const why = found === undefined ? 'there is no such file' : 'this is no file';
  throw new WorkbenchError(
    'usage.invalid',
    `file: ${path}: ${why}. Give the path of an ONNX file, or of one with logits.`,
    {
      field: 'file',
      file: path,
    },
  );
}
