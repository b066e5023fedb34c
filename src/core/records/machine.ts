/** What a run was searched by: the program and the machine, and what computed on it. */
import { count, moment, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const text = z.string().max(300);

/** As a trainer tells it. */
export const computerSchema = z.object({
  /** `tensorflow 2.21.0` */
  backend: text,
  /** `cpu (AMD EPYC)` */
  device: text,
  /** Of each trainer. */
  threads: count,
  /** The processor's instruction set that our own kernels are used with; absent without them. */
  instructions: text.optional(),
});

/** What computed is known once the first student has been trained there. */
export const machineSchema = computerSchema.partial().extend({
  /** When the run began there. */
  at: moment,
  /** Versions of the program and of Node. */
  program: text,
  node: text,
  /** `linux x64` */
  platform: text,
  processor: text,
  /** That the program may use. */
  cores: count,
});

export type Computer = RecordOf<typeof computerSchema>;
export type Machine = RecordOf<typeof machineSchema>;
