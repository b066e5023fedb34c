/**
 * Written forms of the numbers that JSON and SQLite lose: NaN, the infinities and negative zero
 * (SQLite turns NaN into NULL, JSON turns all three into null, both drop the sign of zero).
 * Lossless for every JSON tree.
 */

import { WorkbenchError } from '../core/errors.ts';
import { isNumberWord, numberWord, wordNumber } from '../core/written-numbers.ts';
import type { NumberWord } from '../core/written-numbers.ts';

export type WrittenNumber = number | NumberWord;

/** For a column of type ANY. */
export const writeNumber = (value: number): WrittenNumber => numberWord(value) ?? value;

/** Throws `workspace.corrupt` for what `writeNumber` never wrote: a column of type ANY holds
 * whatever was put into it. */
export function readNumber(written: WrittenNumber): number {
  if (typeof written === 'number') return written;
  if (isNumberWord(written)) return wordNumber(written);
  throw new WorkbenchError(
    'workspace.corrupt',
    `A record of the workspace has "${String(written).slice(0, 40)}" where a number is due: ` +
      'delete the run, or put a copy back (`trade doctor --backups`).',
  );
}

/** A real string that looks like a written number, or like an escaped one, gets one more apostrophe
 * in front. */
const ESCAPED = /^'*(NaN|Infinity|-Infinity|-0)$/;

export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'number') return writeNumber(item);
    return typeof item === 'string' && ESCAPED.test(item) ? `'${item}` : item;
  });
}

/** Texts without any such form need no second look; most have none, and lists read many. */
const SUSPECT = /"'*(NaN|Infinity|-Infinity|-0)"/;

export function readJson(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'string') return item;
    if (isNumberWord(item)) return wordNumber(item);
    return ESCAPED.test(item) ? item.slice(1) : item;
  });
}
