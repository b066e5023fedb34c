/**
 * Latency of a student: how long one forward pass takes, images in, logits out, on one thread. It
 * depends on the architecture and the machine, not on training, so it can be measured before.
 *
 * | symbol  | meaning                                                          | shape      |
 * | ---     | ---                                                              | ---        |
 * | timings | milliseconds of each pass after warm-up, in order                | `[passes]` |
 * | load    | cores' worth of time that others took while a student was timed  |            |
 */
import { median, quantile } from './math/quantile.ts';
import type { Limit } from './objective.ts';
import { anyNumber, count, floats, z } from './records/zod.ts';
import type { RecordOf } from './records/zod.ts';

/** `onnxruntime`: where students are deployed; `tfjs`: the backend that trains them. */
export const LATENCY_ENGINES = ['onnxruntime', 'tfjs'] as const;

export const LATENCY_BATCHES = [1, 32] as const;

/** The metric's name, as objective and as limit; the 90th percentile stands beside it. */
export const LATENCY_METRIC = 'latencyMs';
export const LATENCY_TAIL_METRIC = 'latencyP90Ms';

/** Which of the measured latencies a search means by `latencyMs`. */
export const latencySettingSchema = z.strictObject({
  engine: z.enum(LATENCY_ENGINES),
  /** Images a pass. */
  batch: z.literal(LATENCY_BATCHES),
});

/** One student, one engine, one batch size, as it is kept. */
export const latencySchema = latencySettingSchema.extend({
  /** Of the engine, with the backend under it. */
  version: z.string(),
  device: z.string(),
  threads: count,
  /** Passes before the first that counts. */
  warmupPasses: count,
  /** Milliseconds of each pass after warm-up, in order. */
  timingsMs: floats,
  /** Cores' worth of time that others took meanwhile; NaN where the system does not tell. */
  otherLoad: anyNumber,
  measuredAt: z.string(),
});

export type LatencySetting = RecordOf<typeof latencySettingSchema>;
export type LatencyEngine = LatencySetting['engine'];
export type LatencyBatch = LatencySetting['batch'];
export type LatencyRow = RecordOf<typeof latencySchema>;
export type LatencyMeasurement = Omit<LatencyRow, 'measuredAt'>;

/** How passes are timed. [R]: choice of this project. */
const LATENCY_RULE = Object.freeze({
  /** Warm: the median of the last so many passes is within `stable` of that of as many before; at
   * most `warmupMost`. */
  warmupWindow: 10,
  stable: 0.05,
  warmupMost: 200,
  /** Then at least `passesLeast`, and on until `measureMs` have passed or there are
   * `passesMost`. */
  passesLeast: 30,
  passesMost: 100,
  measureMs: 250,
  /** Others may take this much of a core, and the machine still counts as otherwise idle. */
  idleLoad: 0.25,
});

export const medianMs = (timings: ArrayLike<number>): number => median(timings);
export const tailMs = (timings: ArrayLike<number>): number => quantile(timings, 0.9);

export function isWarm(timings: readonly number[]): boolean {
  const { warmupWindow, stable, warmupMost } = LATENCY_RULE;
  if (timings.length >= warmupMost) return true;
  if (timings.length < 2 * warmupWindow) return false;
  const last = medianMs(timings.slice(-warmupWindow));
  return Math.abs(last - medianMs(timings.slice(-2 * warmupWindow, -warmupWindow))) <= stable * last;
}

export function hasEnough(timings: readonly number[], spentMs: number): boolean {
  const { passesLeast, passesMost, measureMs } = LATENCY_RULE;
  return timings.length >= passesMost || (timings.length >= passesLeast && spentMs >= measureMs);
}

export const wasIdle = ({ otherLoad }: Pick<LatencyMeasurement, 'otherLoad'>): boolean =>
  otherLoad <= LATENCY_RULE.idleLoad;

/** The limits that are settled before anything is measured. */
export const knownLimits = (limits: readonly Limit[]): readonly Limit[] =>
  limits.filter(({ metric }) => metric !== LATENCY_METRIC);

/** The metrics that a trial gets from its measurements; none where the setting was not measured. */
export function latencyMetrics(
  measurements: readonly LatencyMeasurement[],
  { engine, batch }: LatencySetting,
): Readonly<Record<string, number>> {
  const found = measurements.find((one) => one.engine === engine && one.batch === batch);
  if (found === undefined) return {};
  return { [LATENCY_METRIC]: medianMs(found.timingsMs), [LATENCY_TAIL_METRIC]: tailMs(found.timingsMs) };
}
