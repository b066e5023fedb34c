/** Times the forward passes of a student on this process' engines, one thread each
 * (`core/latency.ts` has the rule). */
import { cpus } from 'node:os';
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import type { LatencyBatch, LatencyEngine, LatencyMeasurement } from '../../../core/latency.ts';
import { hasEnough, isWarm } from '../../../core/latency.ts';
import { createRng } from '../../../core/math/rng.ts';
import { sampleInputs } from '../../model/sample-inputs.ts';
import type { EngineSession } from './task.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { Run } from '../run.ts';
import { onnxruntimeEngine } from './onnxruntime.ts';
import { tfjsEngine } from './tfjs.ts';

const ENGINES = {
  onnxruntime: onnxruntimeEngine,
  tfjs: tfjsEngine,
} as const satisfies Readonly<Record<LatencyEngine, (graph: ArchitectureGraph) => Promise<EngineSession>>>;

export const runLatency: Run<'latency'> = ({ graph, engines, batches }, { yieldToEvents }) =>
  measureLatency(graph, engines, batches, yieldToEvents);

/** Weights are initial ones: what they are changes no pass's time. `yieldToEvents` is drawn between
 * engines and batch sizes only. */
export async function measureLatency(
  graph: ArchitectureGraph,
  engines: readonly LatencyEngine[],
  batches: readonly LatencyBatch[],
  yieldToEvents: YieldToEvents,
): Promise<readonly LatencyMeasurement[]> {
  const load = loadMeter();
  const measured: Omit<LatencyMeasurement, 'otherLoad'>[] = [];
  for (const engine of engines) {
    const { version, device, threads, arranged, pass, dispose } = await ENGINES[engine](graph);
    try {
      for (const batch of batches) {
        await yieldToEvents();
        const images = arranged(sampleInputs(graph, batch, createRng(batch)), batch);
        const timed = await timePasses(async () => void (await pass(images, batch)));
        measured.push({ engine, batch, version, device, threads, ...timed });
      }
    } finally {
      await dispose();
    }
  }
  // Of them all together: the system counts in ticks of 10 ms, which is twice what a hundred quick
  // passes take.
  const otherLoad = load();
  return measured.map((one) => ({ ...one, otherLoad }));
}

/** Passes until warm, then those that count. `now` in milliseconds. */
async function timePasses(
  pass: () => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<Pick<LatencyMeasurement, 'warmupPasses' | 'timingsMs'>> {
  const time = async (): Promise<number> => {
    const start = now();
    await pass();
    return now() - start;
  };
  const warmup: number[] = [];
  while (!isWarm(warmup)) warmup.push(await time());
  const timings: number[] = [];
  const start = now();
  while (!hasEnough(timings, now() - start)) timings.push(await time());
  return { warmupPasses: warmup.length, timingsMs: Float32Array.from(timings) };
}

/** From now until asked: how many cores others kept busy on average. NaN where the system does not
 * tell. */
function loadMeter(): () => number {
  const [start, own, busy] = [performance.now(), process.cpuUsage(), busyMs()];
  return () => {
    const { user, system } = process.cpuUsage(own);
    const others = busyMs() - busy - (user + system) / 1000;
    return Math.max(0, others) / (performance.now() - start);
  };
}

/** Milliseconds that all cores together have been busy since the machine started. */
function busyMs(): number {
  const times = cpus().map((cpu) => cpu.times);
  if (times.length === 0) return NaN;
  return times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0);
}

export const testing = { timePasses };
