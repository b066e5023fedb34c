/** What computes here, and how fast. */
import { z } from '../../../core/records/zod.ts';
import type { Task } from '../outputs.ts';

export const backendInput = z.object({});

export interface BackendInfo {
  readonly backend: 'tensorflow' | 'wasm';
  /** `cpu`, `gpu`, and what it is called. */
  readonly device: string;
  readonly version: string;
  /** Of everything that computes, by name: `{ TensorFlow: '2.21.0', oneDNN: '3.7.3', tfjs:
   * '4.22.0', Node: '24.21.0' }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Why this backend and not a faster one. */
  readonly note: string | undefined;
  /** Where TensorFlow's library lies, and what the folder takes on disk. */
  readonly runtime: { readonly folder: string; readonly bytes: number } | undefined;
  /** Our own kernels, where they are used: what they were compiled for, and floats that it takes at
   * a time. */
  readonly kernels: { readonly instructions: string; readonly lanes: number } | undefined;
  /** Measured billions of floating-point operations a second (a multiply-add counts 2). */
  readonly gflops: Readonly<Record<string, number>>;
  /** Images a second of a training step of a reference student: with our kernels, where there are
   * any, and without. */
  readonly training: { readonly student: string; readonly kernels: number | undefined; readonly plain: number };
}

export type BackendTask = Task<typeof backendInput, never, BackendInfo>;
