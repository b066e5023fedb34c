/** Short jobs for a person who waits, each in a trainer of its own, so that a running search neither delays them nor is delayed by its own queue. */
import type { LayersView } from '../bridge/review-schemas.ts';
import type { BackendView, PredictionsView } from '../bridge/schemas.ts';
import type { EvaluateJob, ExportJob, InspectJob, Predictions } from '../compute/protocol.ts';
import { WorkbenchError } from '../core/errors.ts';
import { ERROR_KINDS } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Catalog } from './catalog.ts';
import { readLabels } from './dataset-files.ts';
import { startTrainer } from './trainer-link.ts';
import type { JobCommand, JobEnd, JobReport, TrainerSettings } from './trainer-link.ts';

export interface SideJobs {
  /** Measures the device. */
  backend(): Promise<BackendView>;
  /** A teacher's softmax outputs on the validation split of its data set; computed once. */
  teacherPredictions(teacher: string): Promise<PredictionsView>;
  /** A checkpoint's softmax outputs on a split. */
  evaluate(job: Omit<EvaluateJob, 'jobId' | 'fence'>): Promise<Predictions>;
  /** What the layers of a trained network are like. */
  inspect(job: Omit<InspectJob, 'jobId' | 'fence'>): Promise<LayersView>;
  /** Writes a network's file into the job's folder and tries it. Throws `export.failed` when it computes something else. */
  export(
    job: Omit<ExportJob, 'jobId' | 'fence'>,
    report: (stage: string) => void,
  ): Promise<Extract<JobEnd, { readonly type: 'exported' }>>;
  close(): Promise<void>;
}

export function createSideJobs(settings: TrainerSettings, catalog: Catalog): SideJobs {
  const closing = new AbortController();
  const predictions = new Map<string, Promise<PredictionsView>>();
  let last: Promise<unknown> = Promise.resolve();
  let number = 0;

  async function runAlone(command: JobCommand, report: (news: JobReport) => void): Promise<JobEnd> {
    closing.signal.throwIfAborted();
    const link = await startTrainer(settings);
    try {
      return await link.run(command, report, closing.signal);
    } finally {
      await link.close();
    }
  }

  /** One after the other. */
  function run(command: JobCommand, report: (news: JobReport) => void = () => undefined): Promise<JobEnd> {
    const job = last.then(() => runAlone(command, report));
    last = job.catch(() => undefined);
    return job;
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
    const job = { ...ids(), dataset: { directory }, teacher: { directory: teacher.directory } };
    const end = await run({ type: 'teacher', job });
    if (end.type !== 'evaluated') throw faultOf(end);
    return { ...end.predictions, labels };
  }

  return {
    backend: async () => {
      const end = await run({ type: 'backend', job: ids() });
      if (end.type !== 'backend') throw faultOf(end);
      return end.info;
    },
    teacherPredictions: (name) => {
      const known = predictions.get(name) ?? predict(name);
      predictions.set(name, known);
      known.catch(() => predictions.delete(name));
      return known;
    },
    evaluate: async (job) => {
      const end = await run({ type: 'evaluate', job: { ...ids(), ...job } });
      if (end.type !== 'evaluated') throw faultOf(end);
      return end.predictions;
    },
    inspect: async (job) => {
      const end = await run({ type: 'inspect', job: { ...ids(), ...job } });
      if (end.type !== 'inspected') throw faultOf(end);
      return { layers: end.layers, images: end.images };
    },
    export: async (job, report) => {
      const end = await run({ type: 'export', job: { ...ids(), ...job } }, (news) => {
        if (news.type === 'progress') report(news.stage);
      });
      if (end.type !== 'exported') throw faultOf(end);
      return end;
    },
    close: async () => {
      closing.abort();
      await last;
    },
  };
}

/** A job that did not end as it should, as the error that people see. */
export function faultOf(end: JobEnd): WorkbenchError {
  switch (end.type) {
    case 'failed':
      return new WorkbenchError(isErrorCode(end.code) ? end.code : 'trainer.failed', end.message);
    case 'crashed':
      return new WorkbenchError('trainer.failed', end.message);
    case 'stopped':
      return new WorkbenchError('run.state', 'The workbench is closing: start it again.');
    default:
      return new WorkbenchError('internal', `The trainer answered "${end.type}" to another question.`);
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}
