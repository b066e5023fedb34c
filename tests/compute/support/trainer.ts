/** A trainer process over its real channel, for tests: orders go in, what it tells is kept. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FromTrainer } from '../../../src/compute/protocol.ts';
import type { EpochReport, ProgressReport } from '../../../src/compute/tasks/outputs.ts';
import type { Input, Kind, Output } from '../../../src/compute/tasks/tasks.ts';
import type { Trained } from '../../../src/compute/tasks/train/task.ts';

export const ENTRY = fileURLToPath(new URL('../../../src/compute/trainer-process.ts', import.meta.url));
export const ENVIRONMENT = { ...process.env, TF_NUM_INTRAOP_THREADS: '1' };

type Report = EpochReport | ProgressReport;

export interface Trainer {
  readonly child: ChildProcess;
  readonly events: FromTrainer[];
  readonly send: (message: unknown) => void;
  /** Orders a task. */
  readonly order: <K extends Kind>(kind: K, jobId: string, input: Input<K>) => void;
  /** The first message of this type that has come or comes. */
  readonly next: <T extends FromTrainer['type']>(
    type: T,
    jobId?: string,
  ) => Promise<Extract<FromTrainer, { readonly type: T }>>;
  /** The output of a job of this kind. */
  readonly done: <K extends Kind>(kind: K, jobId: string) => Promise<Output<K>>;
  /** Of a student that is trained to its end. */
  readonly trained: (jobId: string) => Promise<Trained>;
  /** The first epoch of a job that is told. */
  readonly epoch: (jobId: string) => Promise<EpochReport>;
  readonly epochs: (jobId: string) => readonly EpochReport[];
}

/** It writes below `folder`. */
export function startTrainer(folder: string): Trainer {
  const child = fork(ENTRY, {
    serialization: 'advanced',
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const events: FromTrainer[] = [];
  const exited = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`trainer left with ${code}`))),
  );
  exited.catch(() => undefined); // only of interest to whoever waits for an event
  child.on('message', (event) => events.push(event as FromTrainer)); // sent by our own trainer
  const send = (message: unknown): void => void child.send(message as object); // rubbish on purpose, in one test
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await Promise.race([exited, setTimeout(5)]);
    }
  };
  const next: Trainer['next'] = (type, jobId) =>
    until(() => {
      const found = events.find(
        (event) => event.type === type && (jobId === undefined || ('jobId' in event && event.jobId === jobId)),
      );
      return found as Extract<FromTrainer, { readonly type: typeof type }> | undefined; // by its type
    });
  const epochs: Trainer['epochs'] = (jobId) =>
    reportsOf(events, jobId).filter((report): report is EpochReport => report.type === 'epoch');
  const done: Trainer['done'] = async (kind, jobId) => (await next('done', jobId)).output as Output<typeof kind>;
  return {
    ...{ child, events, send, next, epochs, done },
    order: (kind, jobId, input) => send(orderOf(folder, kind, jobId, input)),
    epoch: (jobId) => until(() => epochs(jobId)[0]),
    trained: async (jobId) => {
      const output = await done('train', jobId);
      if (output.type === 'trained') return output;
      throw new Error(`${jobId} was to be trained to its end`);
    },
  };
}

export const orderOf = (folder: string, kind: string, jobId: string, input: unknown) => ({
  ...{ type: 'order', kind, jobId, fence: 'fence-1', input },
  folders: { temp: join(folder, 'temp'), cache: join(folder, 'cache') },
});

/** Told by trainings alone, here. */
export function reportsOf(events: readonly FromTrainer[], jobId: string): readonly Report[] {
  return events.flatMap((event) => (event.type === 'report' && event.jobId === jobId ? [event.report as Report] : []));
}
