/** What any JSON of ours is, looked at before anything that follows its nesting by calls of its
 * own: schemas, comparers, writers. */
import { invalid, messageOf } from '../core/errors.ts';

/** Levels of lists and objects; ours have ten at most. */
const MOST_NESTED = 100;
/** Steps of a path that a message tells. */
const TOLD = 4;

interface Place {
  readonly value: unknown;
  readonly depth: number;
  readonly step: string;
  readonly above: Place | undefined;
}

/**
 * Throws `config.invalid`, with its field, for what is nested deeper than `MOST_NESTED`, and for a
 * key `__proto__`, which schemas pass over in silence.
 */
export function assertPlain(value: unknown, file?: string): void {
  const waiting: Place[] = [{ value, depth: 0, step: '', above: undefined }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (typeof place.value !== 'object' || place.value === null || ArrayBuffer.isView(place.value)) continue;
    if (place.depth === MOST_NESTED) throw invalid(fieldOf(place), `it is nested more than ${MOST_NESTED} deep.`, file);
    for (const [step, inner] of Object.entries(place.value)) {
      const next = { value: inner, depth: place.depth + 1, step, above: place };
      if (step === '__proto__') throw invalid(fieldOf(next), 'no key may be called "__proto__".', file);
      waiting.push(next);
    }
  }
}

/** Its path from above, as far as a person reads it. */
function fieldOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at?.above !== undefined; at = at.above) steps.unshift(at.step);
  return steps.length > TOLD ? `${steps.slice(0, TOLD).join('.')}...` : steps.join('.');
}

/** JSON of somebody's file; text that is none throws `config.invalid`, too. */
export function parsePlain(text: string, file?: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid('', `this is not JSON (${messageOf(error)}).`, file);
  }
  assertPlain(value, file);
  return value;
}

export const testing = { MOST_NESTED };
