/** Measured latencies with their raw timings: appended to, never changed. */
import type { LatencyBatch, LatencyEngine, LatencyMeasurement, LatencyRow } from '../../core/latency.ts';
import type { Connection } from '../database.ts';
import { readNumber, writeNumber, type WrittenNumber } from '../numbers.ts';

interface Row {
  readonly engine: string;
  readonly batch: number;
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  readonly warmup_passes: number;
  readonly other_load: WrittenNumber;
  readonly timings: Buffer;
  readonly measured_at: string;
}

const toMeasurement = (row: Row): LatencyRow => ({
  // Sound: written below from a measurement.
  engine: row.engine as LatencyEngine,
  batch: row.batch as LatencyBatch,
  version: row.version,
  device: row.device,
  threads: row.threads,
  warmupPasses: row.warmup_passes,
  otherLoad: readNumber(row.other_load),
  // A blob may start at an odd offset of a shared buffer: a copy has a buffer of its own.
  timingsMs: new Float32Array(Uint8Array.from(row.timings).buffer),
  measuredAt: row.measured_at,
});

export function latencyReader(db: Connection) {
  const ofTrial = db.prepare<[string], Row>('SELECT * FROM latency WHERE trial_id = ? ORDER BY number');
  return { latencies: (trialId: string): readonly LatencyRow[] => ofTrial.all(trialId).map(toMeasurement) };
}

export function latencyWriter(db: Connection) {
  const insert = db.prepare<unknown[]>(`
    INSERT INTO latency (trial_id, engine, batch, version, device, threads, warmup_passes, other_load, timings,
      measured_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  return {
    insert: (trialId: string, one: LatencyMeasurement, at: string) => {
      const { engine, batch, version, device, threads, warmupPasses, otherLoad, timingsMs } = one;
      insert.run(
        ...[trialId, engine, batch, version, device, threads, warmupPasses, writeNumber(otherLoad)],
        ...[Buffer.from(Float32Array.from(timingsMs).buffer), at],
      );
    },
  };
}
