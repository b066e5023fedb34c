/** A study's record: one JSON line a finished piece of work, appended by any number of processes,
 * told apart by its id. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exclusively } from '../../src/compute/files/exclusive-work.ts';

const RECORDS = fileURLToPath(new URL('../../benchmarks/records', import.meta.url));

/** Options of a study that plays searches. */
export const RECORDING = {
  json: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  out: { type: 'string' },
} as const;

/** The file that a study reads; with `--record` it is kept in `playIn`, the folder of the searches.
 * Throws a RangeError where none is named. */
export function recordPlace(
  name: string,
  { record, out }: { readonly record: boolean; readonly out?: string | undefined },
): { readonly file: string; readonly playIn?: string } {
  if (!record) return { file: join(RECORDS, name) };
  if (out === undefined) throw new RangeError('Name the folder of the searches: --out DIR');
  return { file: join(out, name), playIn: out };
}

export interface Line {
  readonly id: string;
}

/**
 * The first line of each id. One that a killed process left half written is passed over, so that
 * its work is done again. `Row` is what this study writes: nobody else does, and a torn line is no
 * JSON.
 */
export function readRecord<Row extends Line>(file: string): readonly Row[] {
  if (!existsSync(file)) return [];
  const byId = new Map<string, Row>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    try {
      const row = JSON.parse(line) as Row; // sound: see above
      if (!byId.has(row.id)) byId.set(row.id, row);
    } catch {
      continue;
    }
  }
  return [...byId.values()];
}

/** The line break leads: after a torn line the next one starts afresh. */
export function appendRow(file: string, row: Line): void {
  appendFileSync(file, `\n${JSON.stringify(row)}`);
}

/** Does one piece of work and appends its line, unless it is there or another process is at it
 * (undefined). */
export async function recorded<Row extends Line>(
  file: string,
  id: string,
  work: (stillAtIt: () => void) => Promise<Row>,
): Promise<Row | undefined> {
  const isDone = (): boolean => readRecord(file).some((row) => row.id === id);
  if (isDone()) return undefined;
  const claims = join(dirname(file), 'claims');
  mkdirSync(claims, { recursive: true });
  const path = join(claims, id.replace(/[^\w.=-]+/g, '_'));
  return exclusively(path, async () => {
    // It may have been finished between the look and the claim.
    if (isDone()) return undefined;
    const row = await work(() => touchClaim(path));
    appendRow(file, row);
    return row;
  });
}

/** Old claims are taken over, so that long work must show that it goes on. */
export function touchClaim(path: string): void {
  const now = new Date();
  if (existsSync(`${path}.claim`)) utimesSync(`${path}.claim`, now, now);
}
