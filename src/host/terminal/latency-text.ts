/** Measured latencies as lines of a table. */
import { medianMs, tailMs, wasIdle } from '../../core/latency.ts';
import type { LatencyRow } from '../../core/latency.ts';
import { textTable } from './text-table.ts';

const COLUMNS = ['engine', '>batch', '>median ms', '>90 % ms', '>passes', '>threads', 'machine', 'version'];

export function latencyText(rows: readonly LatencyRow[]): readonly string[] {
  return textTable(
    COLUMNS,
    rows.map((row) => [
      row.engine,
      String(row.batch),
      millisecondsText(medianMs(row.timingsMs)),
      millisecondsText(tailMs(row.timingsMs)),
      String(row.timingsMs.length),
      String(row.threads),
      wasIdle(row) ? 'otherwise idle' : `busy (${row.otherLoad.toFixed(1)} cores)`,
      row.version,
    ]),
  );
}

/** Three significant digits; a dash where nothing was measured. */
export function millisecondsText(ms: number | undefined): string {
  return ms === undefined || !Number.isFinite(ms) ? '-' : String(Number(ms.toPrecision(3)));
}
