/** How many trainers work side by side where the configuration leaves it to the machine. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { CPU_SLOTS } from '../../bridge/config/expand-config.ts';

/** [R] and untried: no GPU was at hand. Memory growth is on, so a trainer takes what it uses. */
const GPU_SLOTS = Object.freeze({
  /** For the display and other programs. */
  reserveMiB: 1024,
  /** CUDA's context and cuDNN's workspace, a data set of small images, a small student at
   * batch 64. */
  trainerMiB: 2048,
  /** More would wait for each other's kernels. */
  most: 8,
});

const TIMEOUT_MS = 30_000;

/** Memory of the first GPU in MiB, as `nvidia-smi --query-gpu=memory.total
 * --format=csv,noheader,nounits` prints it. */
function parseMemory(output: string): number | undefined {
  const [, mebibytes] = /^\s*(\d+)\s*$/m.exec(output) ?? [];
  return mebibytes === undefined ? undefined : Number(mebibytes);
}

/** `memoryMiB`: of the GPU that trains; absent without one. Each trainer needs a core that feeds
 * it. */
function slotsFor(memoryMiB: number | undefined, cores: number): number {
  if (memoryMiB === undefined) return CPU_SLOTS;
  const fitting = Math.floor((memoryMiB - GPU_SLOTS.reserveMiB) / GPU_SLOTS.trainerMiB);
  return Math.max(1, Math.min(GPU_SLOTS.most, fitting, cores));
}

let known: Promise<number> | undefined;

/** Asked once: a GPU does not come and go. */
export function machineSlots(): Promise<number> {
  known ??= gpuMemory().then((memoryMiB) => slotsFor(memoryMiB, availableParallelism()));
  return known;
}

/** Undefined where there is no GPU, its driver does not answer, or it is to be left alone. */
function gpuMemory(): Promise<number | undefined> {
  const { TRADE_DEVICE, TRADE_BACKEND } = process.env;
  if (TRADE_DEVICE === 'cpu' || TRADE_BACKEND === 'wasm') return Promise.resolve(undefined);
  const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: TIMEOUT_MS }, (error, output) => {
      resolve(error ? undefined : parseMemory(output));
    });
  });
}

export const testing = { parseMemory, slotsFor };
