/** Short jobs for a person who waits, each in a trainer of its own, so that a running search
 * neither delays them nor is delayed by its own queue. */
import type { LayersView } from '../../bridge/schemas/review.ts';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { BackendView } from '../../bridge/schemas/system.ts';
import type { Evaluation } from '../../compute/tasks/evaluate/task.ts';
import type { Exported } from '../../compute/tasks/export/task.ts';
import type { ProgressReport } from '../../compute/tasks/outputs.ts';
import type { Input, Output, Report } from '../../compute/tasks/tasks.ts';
import type { Catalog } from '../library/catalog.ts';
import { readLabels } from '../library/dataset-files.ts';
import { knownTeacherData } from '../library/known-sources.ts';
import type { JobFacts, Track } from './job-list.ts';
import { outputOf } from '../executors/executor.ts';
import type { Order } from '../executors/executor.ts';
import { runOnce } from '../executors/trainer-link.ts';
import type { TrainerSettings } from '../executors/trainer-link.ts';
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

type SideKind = 'evaluate' | 'inspect' | 'export' | 'backend';

export function createSideJobs(settings: TrainerSettings, catalog: Catalog, track: Track): SideJobs {
  const closing = new AbortController();
  const predictions = new Map<string, Promise<PredictionsView>>();
  const inTurn = createTurns();
  let number = 0;
  let known: BackendView | undefined;

  /** One after the other. */
  function run<K extends SideKind>(
    facts: JobFacts,
    order: Omit<Order<K>, 'jobId'>,
    report: (news: ProgressReport) => void = () => undefined,
  ): Promise<Output<K>> {
    number += 1;
    const jobId = `side-${number}`;
    return track(facts, async (tell, stopping) => {
      const signal = AbortSignal.any([stopping, closing.signal]);
      const hear = (news: Report<K>): void => {
        tell({ stage: news.stage, done: news.done, total: news.total });
        report(news);
      };
      tell({ stage: 'waiting for its turn' });
      const end = await inTurn(() => {
        tell({ stage: STAGES[facts.kind] });
        return runOnce(settings, { ...order, jobId }, hear, signal);
      }, signal);
      return outputOf(end ?? { type: 'stopped' });
    });
  }

  const evaluate = (input: Input<'evaluate'>, subject: string): Promise<Evaluation> =>
    run({ kind: 'predictions', subject }, { kind: 'evaluate', input });

  async function predict(name: string): Promise<PredictionsView> {
    const { directory: place, card: teacher } = await catalog.teacher(name);
    const { directory, card } = await catalog.dataset(teacher.dataset.id);
    const { val } = card.splits;
    const labels = await readLabels(directory, val.labels.file, val.count, card.classes.length);
    const dataset = { directory, ...knownTeacherData(teacher) };
    const source = { kind: 'teacher', directory: place } as const;
    return { ...(await evaluate({ source, dataset, split: 'validation' }, teacher.title)).predictions, labels };
  }

  return {
    backend: async () => {
      known = await run({ kind: 'speed', subject: 'this machine' }, { kind: 'backend', input: {} });
      return known;
    },
    knownBackend: () => known,
    teacherPredictions: async (name) => {
      const { card } = await catalog.teacher(name);
      // It may have been trained anew under its name.
      const key = `${name} ${card.weights.sha256}`;
      const known = predictions.get(key) ?? predict(name);
      predictions.set(key, known);
      known.catch(() => predictions.delete(key));
      return known;
    },
    evaluate,
    inspect: (input, subject) => run({ kind: 'layers', subject }, { kind: 'inspect', input }),
    export: (input, temp, report) =>
      run({ kind: 'export', subject: input.card.title }, { kind: 'export', input, temp }, ({ stage }) => report(stage)),
    close: async () => {
      closing.abort();
      await inTurn(() => Promise.resolve(), new AbortController().signal);
    },
  };
}

/** What a job does while its trainer says nothing better. */
const STAGES: Readonly<Record<JobFacts['kind'], string>> = {
  import: 'reading the files',
  teacher: 'loading the images',
  export: 'loading the network',
  latency: 'timing its passes',
  predictions: 'showing it the validation images',
  layers: 'showing it some validation images',
  speed: 'running matrix products and convolutions',
  pack: 'reading records',
  unpack: 'reading the archive',
};
