/** Diagnostics as JSON lines in a file. No worker transport: bundling breaks those. */
import { renameSync, statSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from 'pino';

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A log that has grown beyond this starts anew; the one before it is kept. */
const MAX_BYTES = 5_000_000;

export function openLog(file: string): { readonly log: Log; close(): void } {
  try {
    if (statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
  const destination = pino.destination({ dest: file, sync: true, mkdir: true });
  // A full disk must not end the program by way of its log.
  destination.on('error', () => undefined);
  return { log: pino({ base: undefined }, destination), close: () => destination.end() };
}
