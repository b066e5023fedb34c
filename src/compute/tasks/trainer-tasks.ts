/** The kinds of task that need tensors, and so a trainer. */
import { runBackend } from './backend/run.ts';
import { runEvaluation } from './evaluate/run.ts';
import { runExport } from './export/run.ts';
import { runGenerator } from './generator/run.ts';
import { runTeacherImport } from './import-teacher/run.ts';
import { runInspection } from './inspect/run.ts';
import { runLatency } from './latency/run.ts';
import { runSupernet } from './supernet/run.ts';
import type { Kind } from './tasks.ts';
import { runTraining } from './train/run.ts';
import { runTeacherTraining } from './train-teacher/run.ts';
import type { TrainerRun } from './run.ts';

export const TRAINER_TASKS: { readonly [K in Exclude<Kind, 'import'>]: TrainerRun<K> } = {
  train: runTraining,
  supernet: runSupernet,
  evaluate: runEvaluation,
  trainTeacher: runTeacherTraining,
  latency: runLatency,
  export: runExport,
  inspect: runInspection,
  backend: runBackend,
  importTeacher: runTeacherImport,
  generator: runGenerator,
};
