/** Short jobs for a person who waits, each in a trainer of its own, so that a running search
 * neither delays them nor is delayed by its own queue. */
import type { LayersView } from '../../bridge/schemas/review.ts';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { BackendView } from '../../bridge/schemas/system.ts';
import type { Evaluation } from '../../compute/tasks/evaluate/task.ts';
import type { Exported } from '../../compute/tasks/export/task.ts';
import type { ProgressReport } from '../../compute/tasks/outputs.ts';
import type { Input, Kind, Output, Report } from '../../compute/tasks/tasks.ts';
import type { Catalog } from '../library/catalog.ts';
import { labelsOf } from '../library/dataset-files.ts';
import { knownTeacherData } from '../library/known-sources.ts';
import { fingerprintOf } from '../library/teacher-files.ts';
import type { JobFacts, Track } from './job-list.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor, Order } from '../executors/executor.ts';
import { createTurns } from '../turns.ts';

export interface SideJobs {
  /** Measures the device. */
  backend(): Promise<BackendView>;
  /** As it was last measured. */
  knownBackend(): BackendView | undefined;
  /** A teacher's softmax outputs on the validation split of its data set; computed once. */
  teacherPredictions(teacher: string): Promise<PredictionsView>;
  /** How good a trained network is on a split. `subject`: whose, in words. */
  evaluate(input: Input<'evaluate'>, subject: string): Promise<Evaluation>;
  /** What the layers of a trained network are like. */
  inspect(input: Input<'inspect'>, subject: string): Promise<LayersView>;
  /** Writes a network's file into the folder `temp` and tries it. Throws `export.failed` when it
   * computes something else. */
  export(input: Input<'export'>, temp: string, report: (stage: string) => void): Promise<Exported>;
  close(): Promise<void>;
}

/** What they are called in the list of jobs, and what they do while their trainer says nothing
 * better. */
const SIDE_TASKS = {
  evaluate: { job: 'predictions', stage: 'showing it the validation split' },
  inspect: { job: 'layers', stage: 'showing it some of the validation split' },
  export: { job: 'export', stage: 'loading the network' },
  backend: { job: 'speed', stage: 'running matrix products and convolutions' },
} as const satisfies { readonly [K in Kind]?: { readonly job: JobFacts['kind']; readonly stage: string } };

type SideKind = keyof typeof SIDE_TASKS;

export function createSideJobs(executor: Pick<Executor, 'runApart'>, catalog: Catalog, track: Track): SideJobs {
  const closing = new AbortController();
  const predictions = new Map<string, Promise<PredictionsView>>();
  const inTurn = createTurns();
  let number = 0;
  let known: BackendView | undefined;

  /** One after the other. `subject`: whose, in words. */
  function run<K extends SideKind>(
    subject: string,
    order: Omit<Order<K>, 'jobId'>,
    report: (news: ProgressReport) => void = () => undefined,
  ): Promise<Output<K>> {
    number += 1;
    const jobId = `side-${number}`;
    const { job, stage } = SIDE_TASKS[order.kind];
    return track({ kind: job, subject }, async (tell, stopping) => {
      const signal = AbortSignal.any([stopping, closing.signal]);
      const hear = (news: Report<K>): void => {
        tell({ stage: news.stage, done: news.done, total: news.total });
        report(news);
      };
      tell({ stage: 'waiting for its turn' });
      const end = await inTurn(() => {
        tell({ stage });
        return executor.runApart({ ...order, jobId }, hear, signal);
      }, signal);
      return outputOf(end ?? { type: 'stopped' });
    });
  }

  const evaluate = (input: Input<'evaluate'>, subject: string): Promise<Evaluation> =>
    run(subject, { kind: 'evaluate', input });

  async function predict(name: string): Promise<PredictionsView> {
    const asked = await catalog.teacher(name);
    const { directory, card: teacher } = asked;
    const members = await catalog.members(asked);
    const found = await catalog.dataset(teacher.dataset.id);
    const labels = await labelsOf(found, 'val');
    const dataset = { directory: found.directory, ...knownTeacherData([asked, ...members]) };
    const source = { kind: 'teacher', directory, members: members.map((one) => one.directory) } as const;
    return { ...(await evaluate({ source, dataset, split: 'validation' }, teacher.title)).predictions, labels };
  }

  return {
    backend: async () => {
      known = await run('this machine', { kind: 'backend', input: {} });
      return known;
    },
    knownBackend: () => known,
    teacherPredictions: async (name) => {
      const { card } = await catalog.teacher(name);
      // It may have been trained anew under its name.
      const key = `${name} ${fingerprintOf(card)}`;
      const known = predictions.get(key) ?? predict(name);
      predictions.set(key, known);
      known.catch(() => predictions.delete(key));
      return known;
    },
    evaluate,
    inspect: (input, subject) => run(subject, { kind: 'inspect', input }),
    export: (input, temp, report) =>
      run(input.card.title, { kind: 'export', input, temp }, ({ stage }) => report(stage)),
    close: async () => {
      closing.abort();
      await inTurn(() => Promise.resolve(), new AbortController().signal);
    },
  };
}
