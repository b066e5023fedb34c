/**
 * The kinds of task that a process does for the host, each a folder: `task.ts` says what it is
 * given, what it tells and what it gives, `run.ts` does it. A kind is a line in `Tasks`, one in
 * `INPUTS`, one in `TRAVELS`, and one among those that run it (`trainer-tasks.ts`).
 */
import type { z } from '../../core/records/zod.ts';
import { backendInput } from './backend/task.ts';
import type { BackendTask } from './backend/task.ts';
import { evaluateInput, evaluateTravel } from './evaluate/task.ts';
import type { EvaluateTask } from './evaluate/task.ts';
import { exportInput } from './export/task.ts';
import type { ExportTask } from './export/task.ts';
import { generatorInput } from './generator/task.ts';
import type { GeneratorTask } from './generator/task.ts';
import { importInput } from './import/task.ts';
import type { ImportTask } from './import/task.ts';
import { importTeacherInput } from './import-teacher/task.ts';
import type { ImportTeacherTask } from './import-teacher/task.ts';
import { inspectInput } from './inspect/task.ts';
import type { InspectTask } from './inspect/task.ts';
import { latencyInput } from './latency/task.ts';
import type { LatencyTask } from './latency/task.ts';
import { supernetInput, supernetTravel } from './supernet/task.ts';
import type { SupernetTask } from './supernet/task.ts';
import { trainInput, trainTravel } from './train/task.ts';
import type { TrainTask } from './train/task.ts';
import { teacherInput } from './train-teacher/task.ts';
import type { TrainTeacherTask } from './train-teacher/task.ts';
import type { Travel } from './travel.ts';

export interface Tasks {
  readonly train: TrainTask;
  readonly supernet: SupernetTask;
  readonly evaluate: EvaluateTask;
  readonly trainTeacher: TrainTeacherTask;
  readonly latency: LatencyTask;
  readonly export: ExportTask;
  readonly inspect: InspectTask;
  readonly backend: BackendTask;
  readonly import: ImportTask;
  readonly importTeacher: ImportTeacherTask;
  readonly generator: GeneratorTask;
}

export type Kind = keyof Tasks;
export type Input<K extends Kind> = Tasks[K]['input'];
/** `never` where a kind tells nothing on its way. */
export type Report<K extends Kind> = Tasks[K]['report'];
export type Output<K extends Kind> = Tasks[K]['output'];

/** Checks of the inputs. */
export const INPUTS: { readonly [K in Kind]: z.ZodType<Input<K>> } = {
  train: trainInput,
  supernet: supernetInput,
  evaluate: evaluateInput,
  trainTeacher: teacherInput,
  latency: latencyInput,
  export: exportInput,
  inspect: inspectInput,
  backend: backendInput,
  import: importInput,
  importTeacher: importTeacherInput,
  generator: generatorInput,
};

/** How each goes to another machine; one that `stays` is always done on this one. */
export const TRAVELS: { readonly [K in Kind]: Travel<Tasks[K]> | 'stays' } = {
  train: trainTravel,
  supernet: supernetTravel,
  evaluate: evaluateTravel,
  // It goes on from what earlier attempts left in its folder.
  trainTeacher: 'stays',
  // It is this machine that is timed, or told of.
  latency: 'stays',
  backend: 'stays',
  // Short, for a person who waits, or on files that are here alone.
  export: 'stays',
  inspect: 'stays',
  import: 'stays',
  importTeacher: 'stays',
  generator: 'stays',
};

export function isKind(name: string): name is Kind {
  return Object.hasOwn(INPUTS, name);
}
