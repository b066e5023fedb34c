/** What the made-up host knows of teachers, data sets and long work: one teacher in training, one
 * that was stopped. */
import type { BridgeClient } from '../../../src/bridge/client.ts';
import type { JobView } from '../../../src/bridge/schemas/job.ts';
import type { UsageView } from '../../../src/bridge/schemas/library.ts';
import type { JudgedTeacherView } from '../../../src/bridge/schemas/teacher-import.ts';
import type { HostEvent } from '../../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { EpochPoint } from '../../../src/core/records/epoch.ts';
import { fixtureDataset, fixtureTeacher } from '../gallery/fixtures.ts';
import { fixtureImage } from './review-fixtures.ts';

const USAGE: UsageView = {
  runs: [
    { id: 'r-live', name: 'Fashion quick' },
    { id: 'r-long', name: 'All families, 12 epochs' },
  ],
  runCount: 6,
  teachers: [],
};
const FINGERPRINT = '5d7a1c3e9b20f6a84c8de2b1f0937a6c2e1d4b5f60718293a4b5c6d7e8f90123';

const guessed = (scale: string, mean: string, accuracy: number, images = 256) => ({
  ...{ layout: 'nchw', order: 'rgb', scale, mean, deviation: mean, classes: 'in order', accuracy, images },
});
export const FIXTURE_JUDGED: JudgedTeacherView = {
  inputs: ['"input" float32 [batch, 3, 32, 32]'],
  outputs: ['"output" float32 [batch, 10]'],
  ...{ params: 11_173_962, accuracy: 0.9412, accuracyOf: 'validation', gives: 'logits' },
  guesses: [
    guessed('0-1', 'imagenet', 0.939, 1024),
    guessed('0-1', 'dataset', 0.932, 1024),
    guessed('-1-1', 'none', 0.87),
    guessed('0-255', 'none', 0.1),
  ],
  notes: ['It takes exactly 64 images at a time (a fixed batch): empty ones fill up the last.'],
};

export function fixtureTeacherCurve(epochs: number): readonly EpochPoint[] {
  return Array.from({ length: epochs }, (_, index) => {
    const gone = (index + 1) / 16;
    return {
      epoch: index + 1,
      trainLoss: 0.15 + 0.9 * Math.exp(-4 * gone),
      validationLoss: 0.2 + 0.7 * Math.exp(-4 * gone),
      validationAccuracy: 0.945 - 0.2 * Math.exp(-5 * gone),
      learningRate: 0.05 * (1 + Math.cos(Math.PI * gone)),
      seconds: 139,
    };
  });
}

const TRAINING: JobView = {
  ...{ id: 'job-1', kind: 'teacher', subject: 'Wide ResNet', state: 'running', stage: 'training the teacher' },
  ...{ done: 1660, total: 5632, secondsLeft: 1320, startedAt: '2026-11-25T09:12:00.000Z' },
  points: fixtureTeacherCurve(4),
};

export function mockLibrary(emit: (event: HostEvent) => void): Pick<BridgeClient, 'library' | 'teachers' | 'jobs'> {
  const jobs = new Map<string, JobView>([[TRAINING.id, TRAINING]]);
  const unfinished = new Map([
    [
      'teacher-second',
      {
        id: 'teacher-second',
        order: { name: 'second', dataset: 'fashion-mnist', epochs: 16, learningRate: 0.1, flip: false, seed: 2 },
        points: fixtureTeacherCurve(6),
        bytes: 5_600_000,
      },
    ],
  ]);
  let made = 1;

  function put(job: JobView): JobView {
    jobs.set(job.id, job);
    emit({ type: 'job.changed', job });
    return job;
  }

  function begin(kind: JobView['kind'], subject: string): JobView {
    made += 1;
    const startedAt = new Date().toISOString();
    return put({ id: `job-${made}`, kind, subject, state: 'running', stage: 'starting', done: 0, total: 0, startedAt });
  }

  /** Five steps of a fifth of a second. */
  function goOn(job: JobView, stage: string, name: string, step = 1): void {
    setTimeout(() => {
      if (jobs.get(job.id)?.state !== 'running') return;
      if (step > 5) put({ ...job, state: 'finished', stage, done: 5, total: 5, made: name });
      else {
        put({ ...job, stage, done: step, total: 5 });
        goOn(job, stage, name, step + 1);
      }
    }, 200);
  }

  return {
    library: {
      records: async () => ({
        teachers: [{ name: fixtureTeacher.name, fingerprint: FINGERPRINT, bytes: 1_415_897, usage: USAGE }],
        datasets: [
          {
            ...{ name: fixtureDataset.name, fingerprint: FINGERPRINT, bytes: 10_963_788 },
            usage: { ...USAGE, teachers: [fixtureTeacher.name] },
          },
        ],
      }),
      teacher: async () => ({
        ...{
          points: fixtureTeacherCurve(16),
          epochs: 16,
          optimizer: 'sgd',
          learningRate: 0.1,
          batchSize: 128,
          seed: 1,
        },
        ...{ trainImages: 45_000, seconds: 2235, date: '2026-11-24', backend: 'tensorflow 2.21.0' },
      }),
      balance: async () => {
        const { classes, splits } = fixtureDataset;
        const even = (count: number): readonly number[] => classes.map(() => count / classes.length);
        return { train: even(splits.train), validation: even(splits.validation), test: even(splits.test) };
      },
      recording: async () => ({ rate: 8000, samples: new Uint8Array(3200) }),
      samples: async ({ label, offset = 0, limit = 60 }) => {
        const { shape, classes } = fixtureDataset;
        const size = shape.reduce((product, side) => product * side, 1);
        const total = label === undefined ? 5000 : 500;
        const indices = Array.from({ length: Math.min(limit, total - offset) }, (_, place) => offset + place);
        const pixels = new Uint8Array(indices.length * size);
        indices.forEach((index, place) => pixels.set(fixtureImage(index, size), place * size));
        return { total, shape, indices, labels: indices.map((index) => label ?? index % classes.length), pixels };
      },
      removeTeacher: async ({ name }) => {
        throw new WorkbenchError('run.state', `The teacher "${name}" belongs to the program: it cannot be removed.`);
      },
      removeDataset: async ({ name }) => {
        throw new WorkbenchError('run.state', `The data set "${name}" belongs to the program: it cannot be removed.`);
      },
      importDataset: async ({ folder, title }) => {
        const job = begin('import', title ?? folder);
        goOn(job, 'reading the files', fixtureDataset.name);
        return job;
      },
      cutDataset: async ({ name, title }) => {
        const job = begin('import', title ?? name);
        goOn(job, 'making the images square', fixtureDataset.name);
        return job;
      },
      simulateDataset: async ({ name, title }) => {
        const job = begin('import', title ?? name);
        goOn(job, 'writing windows of answers', fixtureDataset.name);
        return job;
      },
      trainTeacher: async ({ name, title }) => {
        const job = begin('teacher', title ?? name);
        goOn(job, 'training the teacher', fixtureTeacher.name);
        return job;
      },
      previewTeacher: async ({ epochs = 16 }) => {
        const { params, macs } = fixtureTeacher;
        return { params, macs, trainImages: 10_000, seconds: epochs * 31, epochsDone: 0 };
      },
      unfinishedTeachers: async () => [...unfinished.values()],
      discardUnfinished: async ({ id }) => void unfinished.delete(id),
    },
    teachers: {
      judge: async ({ file }) => {
        const job = begin('judging', file);
        goOn(job, 'trying ways to show it images', 'judged-1');
        return job;
      },
      combine: async ({ members }) => {
        const job = begin('judging', members.join(', '));
        goOn(job, 'showing it the validation images', 'judged-1');
        return job;
      },
      judged: async () => FIXTURE_JUDGED,
      keep: async () => undefined,
      forget: async () => undefined,
    },
    jobs: {
      list: async () => [...jobs.values()],
      stop: async ({ id }) => {
        const job = jobs.get(id);
        if (job !== undefined) put({ ...job, state: 'stopped' });
      },
      dismiss: async ({ id }) => {
        jobs.delete(id);
        emit({ type: 'job.removed', id });
      },
    },
  };
}
