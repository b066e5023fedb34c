/** What takes part in a training benchmark: a process that holds a network ready and trains so many
 * steps when it is asked. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inferShapes } from '../src/core/arch/cost.ts';
import { layoutOf } from '../src/compute/model/parameters.ts';
import { writeWeights } from '../src/compute/files/checkpoint.ts';
import { BENCH, benchGraph, benchImages, benchWeights } from './train-task.ts';
import type { BenchShape } from './train-task.ts';

export interface Facts {
  readonly params: number;
  readonly macs: number;
  readonly firstLoss: number;
  readonly threads: number;
  readonly version: string;
}

export interface Contestant {
  readonly name: string;
  readonly facts: Facts;
  /** Images a second over so many steps. */
  readonly measure: (steps: number) => Promise<number>;
  readonly close: () => void;
}

/** `clock`: by processor time, for a busy machine, or by the clock on the wall. */
export interface Conditions {
  readonly threads: string;
  readonly clock?: 'cpu' | 'wall';
  /** `off`: without our own kernels. */
  readonly kernels?: 'off';
}

export async function contestant(
  name: string,
  command: string,
  args: readonly string[],
  { threads, clock, kernels }: Conditions,
): Promise<Contestant> {
  const without = kernels === 'off' ? { TRADE_KERNELS: 'off' } : {};
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads, OMP_NUM_THREADS: threads, ...without };
  const child: ChildProcess = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended early`);
    return JSON.parse(value) as T; // our own programs on the other side
  };
  return {
    name,
    facts: await answer<Facts>(),
    measure: async (steps) => {
      child.stdin?.write(`${steps}\n`);
      const { seconds, cpuSeconds } = await answer<{ readonly seconds: number; readonly cpuSeconds: number }>();
      return (steps * BENCH.batchSize) / (clock === 'cpu' ? cpuSeconds : seconds);
    },
    close: () => child.kill(),
  };
}

/** The network, its images and its weights, for every process alike. */
export function writeTask(folder: string, family: string, shape: BenchShape): void {
  mkdirSync(folder);
  const graph = benchGraph(family, shape);
  const { split, normalisation } = benchImages(shape);
  const scale = (value: number): number => (value / 255 - Number(normalisation.mean)) / Number(normalisation.deviation);
  const task = { family, shape, ...BENCH, shapes: Object.fromEntries(inferShapes(graph)) };
  writeFileSync(join(folder, 'task.json'), JSON.stringify(task));
  writeFileSync(join(folder, 'graph.json'), JSON.stringify(graph));
  writeFileSync(join(folder, 'images.f32'), Float32Array.from(split.pixels, scale));
  writeFileSync(join(folder, 'labels.i32'), Int32Array.from(split.labels));
  writeWeights(join(folder, 'weights.safetensors'), layoutOf(graph), benchWeights(graph));
}

/** The speeds of all, [rounds] each; they take turns. */
export async function inTurns(
  contestants: readonly Contestant[],
  rounds: number,
  steps: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const speeds = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, measure } of contestants) speeds.get(name)?.push(await measure(steps));
  }
  return speeds;
}
