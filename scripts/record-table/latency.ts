/** The separate pass for latencies, on a machine that does nothing else. */
import { setTimeout } from 'node:timers/promises';
import { LATENCY_BATCHES, medianMs, tailMs, wasIdle } from '../../src/core/latency.ts';
import type { LatencyMeasurement } from '../../src/core/latency.ts';
import { latencyId } from './assemble.ts';
import type { LatencyRow } from './rows.ts';
import type { TableStudent } from './students.ts';

/** A student that others disturb is timed again after a pause, so often. */
const TRIES = 5;
const PAUSE_MS = 20_000;

export type Measure = (student: TableStudent) => Promise<readonly LatencyMeasurement[]>;

/** Undefined where others took more than a quarter of a core in every try: no row is better than a
 * wrong one. */
export async function latencyRow(
  student: TableStudent,
  round: number,
  session: string,
  measure: Measure,
  pause: () => Promise<unknown> = () => setTimeout(PAUSE_MS),
): Promise<LatencyRow | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const measured = await measure(student);
    if (measured.length > 0 && measured.every(wasIdle)) return rowOf(student, round, session, measured);
    if (attempt < TRIES) await pause();
  }
  return undefined;
}

function rowOf(
  student: TableStudent,
  round: number,
  session: string,
  measured: readonly LatencyMeasurement[],
): LatencyRow {
  const digits = (milliseconds: number): number => Number(milliseconds.toFixed(5));
  return {
    id: latencyId(round, student.id),
    session,
    otherLoad: Number(Math.max(...measured.map(({ otherLoad }) => otherLoad)).toFixed(3)),
    timings: measured.map(({ engine, version, batch, timingsMs }) => {
      const [median, p90] = [digits(medianMs(timingsMs)), digits(tailMs(timingsMs))];
      return { engine, version, batch, medianMs: median, p90Ms: p90, passes: timingsMs.length };
    }),
  };
}

export const TIMED = { engines: ['onnxruntime'], batches: LATENCY_BATCHES } as const;
