/** Trains teachers, each in a trainer of its own, and moves the finished folders into the
 * workspace. What was stopped goes on later. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobView } from '../../bridge/schemas/job.ts';
import { teacherInputSchema } from '../../bridge/schemas/library.ts';
import type { ParsedTeacherInput, TeacherPreviewView, UnfinishedTeacherView } from '../../bridge/schemas/library.ts';
import type { Report } from '../../compute/tasks/tasks.ts';
import { TEACHER_RECIPE } from '../../compute/tasks/train-teacher/task.ts';
import { costOf } from '../../core/arch/cost.ts';
import { resnetTeacher } from '../../core/arch/families/resnet.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { median } from '../../core/math/quantile.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { recordedDatasetSchema } from '../../core/records/sources.ts';
import { datasetChanged, datasetChanges } from '../../core/sources.ts';
import type { DatasetSources, Recorded } from '../../core/records/sources.ts';
import type { EpochPoint } from '../../core/trial.ts';
import type { StoredFiles } from '../../store/files.ts';
import { bytesIn } from '../../store/upkeep/waste.ts';
import type { Catalog, Found } from './catalog.ts';
import { checkDatasetFiles } from './dataset-files.ts';
import type { JobList, TellJob } from '../jobs/job-list.ts';
import type { Log } from '../log.ts';
import { putFolderInPlace } from '../workspace/put-in-place.ts';
import { readCurve, writeCurve } from './teacher-files.ts';
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

export interface TeacherTraining {
  readonly train: TrainTeacher;
  /** As a job of the list: one at a time, the others wait. */
  start(order: ParsedTeacherInput): Promise<JobView>;
  /** Throws `dataset.*`. */
  preview(order: ParsedTeacherInput): Promise<TeacherPreviewView>;
  /** What was stopped and can go on. */
  unfinished(): Promise<readonly UnfinishedTeacherView[]>;
  /** Forgets one of them. Throws `run.state` while it is trained. */
  discard(id: string): void;
  /** Orders being trained, or waiting for it. */
  inHand(): readonly ParsedTeacherInput[];
}

export interface TeacherTrainingParts {
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
  readonly folders: StoredFiles['folders'];
  readonly jobs: Pick<JobList, 'start'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Called when a teacher has come. */
  readonly changed: () => void;
}

const ORDER_FILE = 'order.json';
const SOURCES_FILE = 'sources.json';
const ID = /^teacher-[a-z0-9-]{1,80}$/;

export function createTeacherTraining(parts: TeacherTrainingParts): TeacherTraining {
  const { executor, catalog, folders, jobs, log, changed } = parts;
  const inHand = new Map<string, ParsedTeacherInput>();
  const inTurn = createTurns();

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

  /** Not the session's own folder: another session goes on from its checkpoints. */
  const placeOf = (id: string): string => join(folders.cache, id);

  async function train(
    order: ParsedTeacherInput,
    report: (news: TeacherReport) => void,
    signal: AbortSignal,
  ): Promise<TrainedTeacher | undefined> {
    const { name, title = name, seed, epochs, learningRate, flip } = order;
    const dataset = await catalog.dataset(order.dataset);
    const jobId = idOf(order);
    const tempDir = placeOf(jobId);
    const known = await sourcesOf(order, dataset, tempDir);
    mkdirSync(tempDir, { recursive: true });
    writeFileSync(join(tempDir, ORDER_FILE), JSON.stringify(order));
    writeFileSync(join(tempDir, SOURCES_FILE), JSON.stringify(known));
    let points = await readCurve(tempDir);
    const input = {
      ...{ dataset: { directory: dataset.directory, known }, name, title, seed },
      recipe: { ...TEACHER_RECIPE, epochs, learningRate, augmentation: { ...TEACHER_RECIPE.augmentation, flip } },
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
    { name }: ParsedTeacherInput,
    { name: dataset, directory, card }: Found<DatasetCard>,
    place: string,
  ): Promise<Recorded<DatasetSources>> {
    const { sources } = await checkDatasetFiles(directory, card);
    const known = readSources(place);
    const isBegun = hasStates(place);
    if (known === undefined || !isBegun) {
      if (isBegun)
        log.warn({ teacher: name }, 'the training kept no fingerprint of its data: that of now is written down');
      return { ...sources, at: new Date().toISOString() };
    }
    const changes = datasetChanges(known, sources);
    if (changes.length === 0) return known;
    const instead = `discard the unfinished training of "${name}" and begin it anew`;
    throw datasetChanged({ name: dataset, who: `the teacher "${name}"`, since: known.at, changes, instead });
  }

  async function trainTelling(
    order: ParsedTeacherInput,
    tell: TellJob,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    let points = await readCurve(placeOf(idOf(order)));
    tell({ stage: 'loading the images', points });
    const report = (news: TeacherReport): void => {
      if (news.type === 'progress') return tell({ stage: news.stage, done: news.done, total: news.total });
      if (news.type === 'note') return tell({ stage: news.words });
      points = withPoint(points, news.point);
      tell({ points });
    };
    return (await train(order, report, signal))?.name;
  }

  return {
    train: async (order, report, signal) => {
      await check(order);
      return train(order, report, signal);
    },
    start: async (order) => {
      await check(order);
      const id = idOf(order);
      return jobs.start({ kind: 'teacher', subject: order.title ?? order.name }, (tell, signal) => {
        inHand.set(id, order);
        tell({ stage: 'waiting for its turn' });
        return inTurn(() => trainTelling(order, tell, signal), signal).finally(() => inHand.delete(id));
      });
    },
    preview: async (order) => {
      const { card } = await catalog.dataset(order.dataset);
      const { params, macs } = costOf(resnetTeacher(card.shape, card.classes.length));
      const trainImages = card.splits.train.count;
      const rate = await secondsForMac(catalog);
      const points = await readCurve(placeOf(idOf(order)));
      const epochsDone = points.at(-1)?.epoch ?? 0;
      const left = order.epochs - epochsDone;
      return {
        ...{ params, macs, trainImages, epochsDone },
        ...(rate !== undefined && { seconds: rate * macs * trainImages * left }),
      };
    },
    unfinished: async () => {
      const found = readdirSync(folders.cache).filter((id) => ID.test(id) && !inHand.has(id));
      const all = await Promise.all(
        found.map(async (id) => {
          const order = readOrder(placeOf(id));
          const points = await readCurve(placeOf(id));
          return order && { id, order, points, bytes: bytesIn(placeOf(id)) };
        }),
      );
      return all.filter((one) => one !== undefined);
    },
    discard: (id) => {
      if (!ID.test(id) || !existsSync(placeOf(id))) {
        throw new WorkbenchError('teacher.missing', `There is no unfinished training "${id}".`);
      }
      if (inHand.has(id)) throw new WorkbenchError('run.state', 'It is being trained: stop it first.');
      rmSync(placeOf(id), { recursive: true, force: true });
    },
    inHand: () => [...inHand.values()],
  };
}

/** The same for the same training: its checkpoints can be gone on from. */
function idOf({ name, dataset, seed, epochs, learningRate, flip }: ParsedTeacherInput): string {
  const hash = createHash('sha256').update(JSON.stringify([dataset, seed, epochs, learningRate, flip]));
  return `teacher-${name}-${hash.digest('hex').slice(0, 8)}`;
}

function readOrder(place: string): ParsedTeacherInput | undefined {
  try {
    return teacherInputSchema.safeParse(JSON.parse(readFileSync(join(place, ORDER_FILE), 'utf8'))).data;
  } catch {
    // A folder of something else, or one that a kill left before its first word.
    return undefined;
  }
}

/** Whether a trainer has left anything to go on from: it may have been killed before its epoch was
 * told. */
function hasStates(place: string): boolean {
  const own = new Set([ORDER_FILE, SOURCES_FILE]);
  return existsSync(place) && readdirSync(place).some((name) => !own.has(name));
}

/** Of an unfinished training; `undefined` where an earlier version began it. */
function readSources(place: string): Recorded<DatasetSources> | undefined {
  try {
    return recordedDatasetSchema.safeParse(JSON.parse(readFileSync(join(place, SOURCES_FILE), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** An epoch that is trained again replaces its point, and what came after it. */
function withPoint(points: readonly EpochPoint[], point: EpochPoint): readonly EpochPoint[] {
  return [...points.filter(({ epoch }) => epoch < point.epoch), point];
}

/** Seconds of training for each MAC of the forward passes, by the teachers that were trained here;
 * else by the bundled one. */
async function secondsForMac(catalog: Catalog): Promise<number | undefined> {
  const rates = (await catalog.foundTeachers()).flatMap(({ card, bundled }) => {
    const work = card.macs * card.dataset.trainImages * card.recipe.epochs;
    return card.seconds === undefined || card.seconds <= 0 ? [] : [{ bundled, rate: card.seconds / work }];
  });
  const own = rates.filter(({ bundled }) => !bundled);
  const known = (own.length > 0 ? own : rates).map(({ rate }) => rate);
  return known.length === 0 ? undefined : median(known);
}
