/**
 * Where a training step's time goes: by TensorFlow op, and what is left to JavaScript.
 *
 *   node benchmarks/profile-step.ts FAMILY [28x28x1] [STEPS] [--batch 128] [--macs N] [--processor]
 *
 * The family's reference, or with `--macs` its member nearest to so many multiply-adds, the one
 * that `epoch.ts` trains.
 * `--processor`: an op's time is the processor's, not the clock's, for machines that do other work;
 * then with TF_NUM_INTRAOP_THREADS=1.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { residentImages } from '../src/compute/data/augment.ts';
import { createModel } from '../src/compute/model/model.ts';
import { train } from '../src/compute/training/trainer.ts';
import { costOf } from '../src/core/arch/cost.ts';
import { nearestMember } from './nearest-member.ts';
import { BENCH, benchGraph, benchImages, benchRecipe } from './train-task.ts';
import type { BenchShape } from './train-task.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: String(BENCH.batchSize) },
    macs: { type: 'string' },
    processor: { type: 'boolean', default: false },
  },
});
const [family = 'resnet', size = '28x28x1', count = '40'] = positionals;
const shape = size.split('x').map(Number) as unknown as BenchShape; // three numbers
const steps = Number(count);
await loadBackend();
interface Binding {
  executeOp: (name: string, ...rest: unknown[]) => unknown;
}
const backend = tf.backend() as unknown as { binding: Binding };
const { binding } = backend;
const clock = (): number => {
  if (!values.processor) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const times = new Map<string, { ms: number; calls: number }>();
const execute = binding.executeOp.bind(binding);
const timed: Binding['executeOp'] = (name, ...rest) => {
  const before = clock();
  const result = execute(name, ...rest);
  const entry = times.get(name) ?? { ms: 0, calls: 0 };
  entry.ms += clock() - before;
  entry.calls += 1;
  times.set(name, entry);
  return result;
};
// The binding's own members are read-only.
backend.binding = new Proxy(Object.create(binding) as Binding, {
  get: (_, name) => (name === 'executeOp' ? timed : (Reflect.get(binding, name) as unknown)),
});
const graph =
  values.macs === undefined
    ? benchGraph(family, shape)
    : nearestMember(family, shape, BENCH.classes, Number(values.macs));
const model = createModel(graph);
const { split, normalisation } = benchImages(shape);
const images = residentImages(split, shape, normalisation);
const few = residentImages(split, shape, normalisation, { count: 10 });
let done = 0;
let started = 0;
let cpu = process.cpuUsage();
await train(
  {
    model,
    recipe: { ...benchRecipe(), batchSize: Number(values.batch) },
    seed: 1,
    train: images,
    validation: few,
    validationLabels: split.labels.subarray(0, few.count),
  },
  {
    yieldToEvents: async () => {
      if (done === 5) {
        times.clear();
        started = performance.now();
        cpu = process.cpuUsage();
      }
      if (done === 5 + steps) {
        const wall = (performance.now() - started) / steps;
        const used = process.cpuUsage(cpu);
        const total = [...times.values()].reduce((sum, { ms }) => sum + ms, 0) / steps;
        const calls = [...times.values()].reduce((sum, entry) => sum + entry.calls, 0) / steps;
        const cpuMs = (used.user + used.system) / 1000 / steps;
        console.log(
          `${family}@${size} ${(costOf(graph).macs / 1e6).toFixed(2)} MMACs: step ${wall.toFixed(2)} ms wall, ` +
            `${cpuMs.toFixed(2)} ms CPU (${(used.system / 1000 / steps).toFixed(2)} system); ${calls} ops ` +
            `${total.toFixed(2)} ms`,
        );
        for (const [name, { ms, calls: n }] of [...times].sort((a, b) => b[1].ms - a[1].ms).slice(0, 22)) {
          console.log(
            `${name.padEnd(34)} ${(n / steps).toFixed(1).padStart(6)} calls ${(ms / steps).toFixed(3).padStart(8)} ` +
              `ms  ${((1000 * ms) / n).toFixed(0).padStart(6)} us each`,
          );
        }
        process.exit(0);
      }
      done += 1;
    },
  },
);
