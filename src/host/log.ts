/**
 * Diagnostics as JSON lines in a file. No worker transport: bundling breaks those, and with them
 * pino's own rotation. A file that is full gives way to the next one; with those before it, what is
 * kept has an end.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

export interface OpenLog {
  readonly log: Log;
  close(): void;
}

const MAX_BYTES = 5_000_000;
/** `host.log.1` is the one before, `host.log.2` the one before that. */
const OLDER = 2;

/** A log that cannot be written is none: it must not end the program, on a full disk least of
 * all. */
export function openLog(file: string, maxBytes = MAX_BYTES): OpenLog {
  let descriptor: number | undefined;
  let bytes = 0;

  function open(): void {
    descriptor = quietly(() => {
      mkdirSync(dirname(file), { recursive: true });
      return openSync(file, 'a');
    });
    bytes = quietly(() => (descriptor === undefined ? 0 : fstatSync(descriptor).size)) ?? 0;
  }

  function shut(): void {
    const held = descriptor;
    descriptor = undefined;
    if (held !== undefined) quietly(() => closeSync(held));
  }

  function rotate(): void {
    shut();
    for (let age = OLDER; age > 0; age -= 1) quietly(() => renameSync(nameOf(file, age - 1), nameOf(file, age)));
    open();
  }

  function write(line: string): void {
    const size = Buffer.byteLength(line);
    if (bytes > 0 && bytes + size > maxBytes) rotate();
    const held = descriptor;
    if (held === undefined) return;
    bytes += quietly(() => writeSync(held, line)) ?? 0;
  }

  open();
  return { log: pino({ base: undefined }, { write }), close: shut };
}

const nameOf = (file: string, age: number): string => (age === 0 ? file : `${file}.${age}`);

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
