/** Short jobs for a person who waits, each in a trainer of its own, so that a running search
 * neither delays them nor is delayed by its own queue. */
import type { LayersView } from '../../bridge/schemas/review.ts';
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { BackendView } from '../../bridge/schemas/system.ts';
import type { EvaluateJob, ExportJob, InspectJob, Predictions } from '../../compute/protocol.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { ERROR_KINDS } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { Catalog } from '../library/catalog.ts';
import { readLabels } from '../library/dataset-files.ts';
import { knownTeacherData } from '../library/known-sources.ts';
import type { JobFacts, Track } from './job-list.ts';
import { startTrainer } from '../executors/trainer-link.ts';
import type { JobCommand, JobEnd, JobReport, TrainerSettings } from '../executors/trainer-link.ts';
import { createTurns } from '../turns.ts';

export interface SideJobs {
  /** Measures the device. */
  backend(): Promise<BackendView>;
  /** As it was last measured. */
  knownBackend(): BackendView | undefined;
  /** A teacher's softmax outputs on the validation split of its data set; computed once. */
  teacherPredictions(teacher: string): Promise<PredictionsView>;
  /** A checkpoint's softmax outputs on a split. `subject`: whose, in words. */
  evaluate(job: Omit<EvaluateJob, 'jobId' | 'fence'>, subject: string): Promise<Predictions>;
  /** What the layers of a trained network are like. */
  inspect(job: Omit<InspectJob, 'jobId' | 'fence'>, subject: string): Promise<LayersView>;
  /** Writes a network's file into the job's folder and tries it. Throws `export.failed` when it
   * computes something else. */
  export(
    job: Omit<ExportJob, 'jobId' | 'fence'>,
    report: (stage: string) => void,
  ): Promise<Extract<JobEnd, { readonly type: 'exported' }>>;
  close(): Promise<void>;
}

export function createSideJobs(settings: TrainerSettings, catalog: Catalog, track: Track): SideJobs {
  const closing = new AbortController();
  const predictions = new Map<string, Promise<PredictionsView>>();
  const inTurn = createTurns();
  let number = 0;
  let known: BackendView | undefined;

  async function runAlone(
    command: JobCommand,
    report: (news: JobReport) => void,
    signal: AbortSignal,
  ): Promise<JobEnd> {
    const link = await startTrainer(settings);
    try {
      return await link.run(command, report, signal);
    } finally {
      await link.close();
    }
  }

  /** One after the other. */
  function run(
    facts: JobFacts,
    command: JobCommand,
    report: (news: JobReport) => void = () => undefined,
  ): Promise<JobEnd> {
    return track(facts, async (tell, stopping) => {
      const signal = AbortSignal.any([stopping, closing.signal]);
      const hear = (news: JobReport): void => {
        if (news.type === 'progress') tell({ stage: news.stage, done: news.done, total: news.total });
        report(news);
      };
      tell({ stage: 'waiting for its turn' });
      const end = await inTurn(() => {
        tell({ stage: STAGES[facts.kind] });
        return runAlone(command, hear, signal);
      }, signal);
      return end ?? { type: 'stopped', ...ids(), checkpoint: undefined };
    });
  }

  const ids = (): { readonly jobId: string; readonly fence: string } => {
    number += 1;
    return { jobId: `side-${number}`, fence: settings.fence };
  };

  async function predict(name: string): Promise<PredictionsView> {
    const teacher = await catalog.teacher(name);
    const { directory, card } = await catalog.dataset(teacher.card.dataset.id);
    const { val } = card.splits;
    const labels = await readLabels(directory, val.labels.file, val.count, card.classes.length);
    const known = knownTeacherData(teacher.card);
    const job = { ...ids(), dataset: { directory, ...known }, teacher: { directory: teacher.directory } };
    const end = await run({ kind: 'predictions', subject: teacher.card.title }, { type: 'teacher', job });
    if (end.type !== 'evaluated') throw faultOf(end);
    return { ...end.predictions, labels };
  }

  return {
    backend: async () => {
      const end = await run({ kind: 'speed', subject: 'this machine' }, { type: 'backend', job: ids() });
      if (end.type !== 'backend') throw faultOf(end);
      known = end.info;
      return end.info;
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
    evaluate: async (job, subject) => {
      const end = await run({ kind: 'predictions', subject }, { type: 'evaluate', job: { ...ids(), ...job } });
      if (end.type !== 'evaluated') throw faultOf(end);
      return end.predictions;
    },
    inspect: async (job, subject) => {
      const end = await run({ kind: 'layers', subject }, { type: 'inspect', job: { ...ids(), ...job } });
      if (end.type !== 'inspected') throw faultOf(end);
      return { layers: end.layers, images: end.images };
    },
    export: async (job, report) => {
      const facts = { kind: 'export', subject: job.card.title } as const;
      const end = await run(facts, { type: 'export', job: { ...ids(), ...job } }, (news) => {
        if (news.type === 'progress') report(news.stage);
      });
      if (end.type !== 'exported') throw faultOf(end);
      return end;
    },
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

/** A job that did not end as it should, as the error that people see. */
export function faultOf(end: JobEnd): WorkbenchError {
  switch (end.type) {
    case 'failed':
      return new WorkbenchError(isErrorCode(end.code) ? end.code : 'trainer.failed', end.message);
    case 'crashed':
      return new WorkbenchError('trainer.failed', end.message);
    case 'stopped':
      return new WorkbenchError('run.state', 'It was stopped, or the workbench is closing: start it again.');
    default:
      return new WorkbenchError('internal', `The trainer answered "${end.type}" to another question.`);
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}
