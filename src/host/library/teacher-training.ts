/** Trains teachers, each in a trainer of its own, and moves the finished folders into the
 * workspace. What was stopped goes on later. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedTeacherInput, TeacherPreviewView } from '../../bridge/schemas/library.ts';
import type { Report } from '../../compute/tasks/tasks.ts';
import { teacherRecipe } from '../../compute/tasks/train-teacher/task.ts';
import { costOf } from '../../core/arch/cost.ts';
import { taskOf } from '../../core/arch/families/student-family.ts';
import { teacherGraph } from '../../core/arch/families/teacher.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { median } from '../../core/math/quantile.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { datasetChanged, datasetChanges } from '../../core/sources.ts';
import { isGraphCard } from '../../core/teacher.ts';
import type { DatasetSources, Recorded } from '../../core/records/sources.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { Catalog, Found } from './catalog.ts';
import { checkDatasetFiles } from './dataset-files.ts';
import type { JobList, TellJob } from '../jobs/job-list.ts';
import type { Log } from '../log.ts';
import { putFolderInPlace } from '../workspace/put-in-place.ts';
import { readCurve, writeCurve } from './teacher-files.ts';
import { createUnfinishedTeachers, idOf } from './unfinished-teachers.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor } from '../executors/executor.ts';
import { createTurns } from '../turns.ts';

export interface TrainedTeacher {
  readonly name: string;
  readonly directory: string;
  readonly accuracy: { readonly validation: number; readonly test: number };
}

export type TeacherReport = Report<'trainTeacher'>;

/** `undefined` when `signal` came first: the same order goes on from its last epoch. */
export type TrainTeacher = (
  order: ParsedTeacherInput,
  report: (news: TeacherReport) => void,
  signal: AbortSignal,
) => Promise<TrainedTeacher | undefined>;

export interface TeacherTrainingParts {
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
  readonly folders: StoredFiles['folders'];
  readonly jobs: Pick<JobList, 'start'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Called when a teacher has come. */
  readonly changed: () => void;
}

interface Training extends TeacherTrainingParts {
  readonly begun: ReturnType<typeof createUnfinishedTeachers>;
}

export function createTeacherTraining(parts: TeacherTrainingParts) {
  const { catalog, folders, jobs } = parts;
  const inHand = new Map<string, ParsedTeacherInput>();
  const inTurn = createTurns();
  const begun = createUnfinishedTeachers(folders.cache);
  const training = { ...parts, begun };

  async function check({ name, dataset }: ParsedTeacherInput): Promise<void> {
    const isTaken =
      existsSync(join(folders.teachers, name)) || (await catalog.teachers()).some((teacher) => teacher.name === name);
    const problem = isTaken
      ? 'is a teacher that exists already: choose another name'
      : [...inHand.values()].some((order) => order.name === name)
        ? 'is being trained already'
        : undefined;
    if (problem !== undefined) {
      throw new WorkbenchError('usage.invalid', `name: "${name}" ${problem}.`, { field: 'name' });
    }
    await catalog.dataset(dataset);
  }

  async function trainTelling(
    order: ParsedTeacherInput,
    tell: TellJob,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    let points = await begun.pointsOf(order);
    tell({ stage: 'loading the data set', points });
    const report = (news: TeacherReport): void => {
      if (news.type === 'progress') return tell({ stage: news.stage, done: news.done, total: news.total });
      if (news.type === 'note') return tell({ stage: news.words });
      points = withPoint(points, news.point);
      tell({ points });
    };
    return (await train(training, order, report, signal))?.name;
  }

  return {
    train: (async (order, report, signal) => {
      await check(order);
      return train(training, order, report, signal);
    }) satisfies TrainTeacher,
    /** As a job of the list: one at a time, the others wait. */
    start: async (order: ParsedTeacherInput) => {
      await check(order);
      const id = idOf(order);
      return jobs.start({ kind: 'teacher', subject: order.title ?? order.name }, (tell, signal) => {
        inHand.set(id, order);
        tell({ stage: 'waiting for its turn' });
        return inTurn(() => trainTelling(order, tell, signal), signal).finally(() => inHand.delete(id));
      });
    },
    /** Throws `dataset.*`. */
    preview: async (order: ParsedTeacherInput): Promise<TeacherPreviewView> => {
      const { card } = await catalog.dataset(order.dataset);
      const { params, macs } = costOf(teacherGraph(taskOf(card)));
      const trainImages = card.splits.train.count;
      const rate = await secondsForMac(catalog);
      const points = await begun.pointsOf(order);
      const epochsDone = points.at(-1)?.epoch ?? 0;
      const left = order.epochs - epochsDone;
      return {
        ...{ params, macs, trainImages, epochsDone },
        ...(rate !== undefined && { seconds: rate * macs * trainImages * left }),
      };
    },
    /** What was stopped and can go on. */
    unfinished: () => begun.all((id) => inHand.has(id)),
    /** Forgets one of them. Throws `run.state` while it is trained. */
    discard: (id: string) => {
      if (inHand.has(id)) throw new WorkbenchError('run.state', 'It is being trained: stop it first.');
      begun.discard(id);
    },
    /** Orders being trained, or waiting for it. */
    inHand: () => [...inHand.values()],
  };
}

/** In a trainer of its own, from where an earlier training of the same order was cut off. */
async function train(
  { executor, catalog, folders, log, changed, begun }: Training,
  order: ParsedTeacherInput,
  report: (news: TeacherReport) => void,
  signal: AbortSignal,
): Promise<TrainedTeacher | undefined> {
  const { name, title = name, seed, epochs, learningRate, flip } = order;
  const dataset = await catalog.dataset(order.dataset);
  const jobId = idOf(order);
  const known = await sourcesOf({ begun, log }, order, dataset);
  const tempDir = begun.begin(order, known);
  let points = await readCurve(tempDir);
  const input = {
    ...{ dataset: { directory: dataset.directory, known }, name, title, seed },
    recipe: teacherRecipe(dataset.card, { epochs, learningRate, flip }),
    date: new Date().toISOString().slice(0, 10),
  };
  const end = await executor.runApart(
    { kind: 'trainTeacher', jobId, input, temp: tempDir },
    (news) => {
      if (news.type === 'note') log.warn({ teacher: name }, news.words);
      if (news.type === 'epoch') {
        points = withPoint(points, news.point);
        writeCurve(tempDir, points);
      }
      report(news);
    },
    signal,
  );
  if (end.type === 'stopped' && signal.aborted) return undefined;
  const { directory, accuracy } = outputOf(end);
  writeCurve(directory, points);
  const place = join(folders.teachers, name);
  putFolderInPlace(directory, place);
  rmSync(tempDir, { recursive: true, force: true });
  changed();
  return { name, directory: place, accuracy };
}

/** What it is trained on: the same as at its start, where it goes on. Throws `dataset.*`. */
async function sourcesOf(
  { begun, log }: Pick<Training, 'begun' | 'log'>,
  order: ParsedTeacherInput,
  { name: dataset, directory, card }: Found<DatasetCard>,
): Promise<Recorded<DatasetSources>> {
  const { name } = order;
  const { sources } = await checkDatasetFiles(directory, card);
  const known = begun.sourcesOf(order);
  const hasStates = begun.hasStates(order);
  if (known === undefined || !hasStates) {
    if (hasStates)
      log.warn({ teacher: name }, 'the training kept no fingerprint of its data: that of now is written down');
    return { ...sources, at: new Date().toISOString() };
  }
  const changes = datasetChanges(known, sources);
  if (changes.length === 0) return known;
  const instead = `discard the unfinished training of "${name}" and begin it anew`;
  throw datasetChanged({ name: dataset, who: `the teacher "${name}"`, since: known.at, changes, instead });
}

/** An epoch that is trained again replaces its point, and what came after it. */
function withPoint(points: readonly EpochPoint[], point: EpochPoint): readonly EpochPoint[] {
  return [...points.filter(({ epoch }) => epoch < point.epoch), point];
}

/** Seconds of training for each MAC of the forward passes, by the teachers that were trained here;
 * else by the bundled one. */
async function secondsForMac(catalog: Catalog): Promise<number | undefined> {
  const rates = (await catalog.foundTeachers()).flatMap(({ card, bundled }) => {
    if (!isGraphCard(card)) return [];
    const work = card.macs * card.dataset.trainImages * card.recipe.epochs;
    return card.seconds === undefined || card.seconds <= 0 ? [] : [{ bundled, rate: card.seconds / work }];
  });
  const own = rates.filter(({ bundled }) => !bundled);
  const known = (own.length > 0 ? own : rates).map(({ rate }) => rate);
  return known.length === 0 ? undefined : median(known);
}
