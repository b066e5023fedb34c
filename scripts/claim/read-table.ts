/** A table's file as the protocol reads it: the table, what it still lacks, and a name for this
 * state of it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { Missing } from './report-state.ts';

export interface ClaimTable {
  readonly table: RecordedTable;
  readonly missing: Missing;
  readonly fingerprint: string;
}

/** Throws what `parseTable` throws. Tables of others say nothing of trainings that are missing:
 * none are. */
export function readClaimTable(file: string): ClaimTable {
  return claimTableOf(readFileSync(file, 'utf8'), file);
}

export function claimTableOf(text: string, file: string): ClaimTable {
  const json: unknown = JSON.parse(text);
  const table = parseTable(json, file);
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { table, missing: missingOf(json), fingerprint };
}

function missingOf(json: unknown): Missing {
  const missing = typeof json === 'object' && json !== null && 'missing' in json ? json.missing : undefined;
  if (typeof missing !== 'object' || missing === null) return {};
  return Object.fromEntries(
    Object.entries(missing).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
