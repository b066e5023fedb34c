/** What the program says of itself: machine and compute backend, workspace, and how sound it is. */
import { anyNumber, count, list, z } from '../../core/records/zod.ts';

export const backendSchema = z.strictObject({
  backend: z.enum(['tensorflow', 'wasm']),
  device: z.string(),
  version: z.string(),
  versions: z.record(z.string(), z.string()),
  threads: z.number(),
  note: z.string().optional(),
  runtime: z.strictObject({ folder: z.string(), bytes: count }).optional(),
  kernels: z.strictObject({ instructions: z.string(), lanes: count }).optional(),
  gflops: z.record(z.string(), anyNumber),
  /** Images a second of a training step of the student: with our kernels and without. */
  training: z.strictObject({ student: z.string(), kernels: anyNumber.optional(), plain: anyNumber }),
});

export const doctorSchema = z.strictObject({
  ok: z.boolean(),
  integrity: z.string(),
  trials: count,
  checkpoints: count,
  problems: list(z.string()),
  /** What a repair would do about each of them; empty where nothing can. */
  remedies: list(z.string()).optional(),
  /** What is not the workbench's, and is left alone. */
  notes: list(z.string()).optional(),
  /** Problems that opening the workspace put right. */
  tidied: list(z.string()).optional(),
});

/** What the folders of a workspace and its database take. */
export const sizesSchema = list(z.strictObject({ kind: z.string(), bytes: count }));

export const systemSchema = z.strictObject({
  version: z.string(),
  workspace: z.string(),
  shell: z.enum(['electron', 'web', 'cli']),
  platform: z.string(),
  node: z.string(),
});

export type BackendView = z.output<typeof backendSchema>;
export type DoctorView = z.output<typeof doctorSchema>;
export type SizesView = z.output<typeof sizesSchema>;
export type SystemView = z.output<typeof systemSchema>;
