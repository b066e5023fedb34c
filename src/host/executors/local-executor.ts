/** The executor of this machine: every trainer is a process of it. */
import { availableParallelism } from 'node:os';
import type { Executor } from './executor.ts';
import type { TrainerSettings } from './trainer-link.ts';
import { runOnce, startTrainer } from './trainer-link.ts';
import { createTrainerPool } from './trainer-pool.ts';
import type { TrainerSource } from './trainer-pool.ts';
import { machineSlots } from './trainer-slots.ts';

/** TensorFlow's own switch, read once by each process. */
export const THREADS_VARIABLE = 'TF_NUM_INTRAOP_THREADS';

export function createLocalExecutor(settings: TrainerSettings): Executor {
  return createTrainerPool({
    capacity: machineSlots,
    start: (trainers) => startTrainer(withThreads(settings, trainers)),
    ...onThisMachine(settings),
  });
}

/** What every executor does on this machine. */
export function onThisMachine(settings: TrainerSettings): Pick<TrainerSource, 'startTimer' | 'runOnce'> {
  return {
    startTimer: () => startTrainer(withOneThread(settings)),
    runOnce: (order, report, signal) => runOnce(settings, order, report, signal),
  };
}

/** The threads of a timed pass are part of what is measured: one. */
function withOneThread(settings: TrainerSettings): TrainerSettings {
  return { ...settings, environment: { ...settings.environment, [THREADS_VARIABLE]: '1' } };
}

/** Trainers side by side share the cores; small students gain more from a trainer beside them than
 * from a second thread. */
function withThreads(settings: TrainerSettings, trainers: number): TrainerSettings {
  const threads = Math.max(1, Math.floor(availableParallelism() / trainers));
  const wanted = process.env[THREADS_VARIABLE] ?? String(threads);
  return { ...settings, environment: { [THREADS_VARIABLE]: wanted, ...settings.environment } };
}
