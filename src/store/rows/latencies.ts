/** Measured latencies with their raw timings: appended to, never changed. */
import type { LatencyMeasurement, LatencyRow } from '../../core/latency.ts';
import type { Connection } from '../database.ts';
import { readNumber, writeNumber, type WrittenNumber } from '../numbers.ts';

/** Written below from a measurement. */
type Row = Omit<LatencyRow, 'otherLoad' | 'timingsMs'> & {
  readonly otherLoad: WrittenNumber;
  readonly timingsMs: Buffer;
};

const COLUMNS =
  'engine, batch, version, device, threads, warmup_passes AS warmupPasses, other_load AS otherLoad, ' +
  'timings AS timingsMs, measured_at AS measuredAt';

const toMeasurement = (row: Row): LatencyRow => ({
  ...row,
  otherLoad: readNumber(row.otherLoad),
  // A blob may start at an odd offset of a shared buffer: a copy has a buffer of its own.
  timingsMs: new Float32Array(Uint8Array.from(row.timingsMs).buffer),
});

export function latencyReader(db: Connection) {
  const ofTrial = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM latency WHERE trial_id = ? ORDER BY number`);
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
