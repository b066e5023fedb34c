/**
 * Values of columns as whole numbers. What they are is told by training pupils alone: whatever else
 * turns up in the other splits is "unseen".
 *
 * | number | of text | of numbers |
 * | --- | --- | --- |
 * | 0 | nothing is known, or it is to be told | the same |
 * | 1 to n | the values, in their order | the bins, from the lowest |
 * | n + 1 | unseen | not there |
 */
import type { AnswerColumn, Pupil } from './answers.ts';

/** Of a column of numbers. */
const MOST_BINS = 16;
/** Two bytes, less nothing and unseen. */
const MOST_VALUES = 65_534;

export interface Code {
  /** Whole numbers, 0 and unseen among them. */
  readonly values: number;
  readonly of: (text: string) => number;
  /** How it was made, for people. */
  readonly made: { readonly values: readonly string[] } | { readonly binsFrom: readonly number[] };
  /** The number of what training pupils never had. */
  readonly unseen?: number;
}

/** What is wrong, in words, where a column has more values than two bytes. */
export function codeOf(column: AnswerColumn, index: number, train: readonly Pupil[]): Code | string {
  const seen = new Set<string>();
  for (const { answers } of train) {
    for (const { values } of answers) {
      const value = values[index] ?? '';
      if (value !== '') seen.add(value);
    }
  }
  if (seen.size === 0) return `"${column.title}" is empty in all training pupils' answers`;
  const isNumbered = [...seen].every((text) => Number.isFinite(Number(text)));
  if (column.type === 'any' && isNumbered) return binned(index, train, [...seen].map(Number));
  if (seen.size > MOST_VALUES)
    return `"${column.title}" has ${seen.size} different values, and ${MOST_VALUES} is the most`;
  return named([...seen], isNumbered);
}

function named(seen: readonly string[], isNumbered: boolean): Code {
  const inOrder = [...seen].sort((a, b) => (isNumbered && Number(a) - Number(b)) || (a < b ? -1 : 1));
  const places = new Map(inOrder.map((text, place) => [text, place + 1]));
  const unseen = inOrder.length + 1;
  const of = (text: string): number => (text === '' ? 0 : (places.get(text) ?? unseen));
  return { values: unseen + 1, of, made: { values: inOrder }, unseen };
}

/** Bins of about as many answers each; of few different numbers each has its own. */
function binned(index: number, train: readonly Pupil[], seen: readonly number[]): Code {
  const ends = [...new Set(seen)].sort((a, b) => a - b);
  const binsFrom = ends.length <= MOST_BINS ? ends.slice(1) : quantiles(index, train);
  const of = (text: string): number => {
    const number = text === '' ? NaN : Number(text);
    if (!Number.isFinite(number)) return 0;
    let bin = 1;
    while (number >= (binsFrom[bin - 1] ?? Infinity)) bin += 1;
    return bin;
  };
  return { values: binsFrom.length + 2, of, made: { binsFrom } };
}

/** What the bins above the first begin with, smallest first. */
function quantiles(index: number, train: readonly Pupil[]): readonly number[] {
  const texts = train.flatMap(({ answers }) => answers.map(({ values }) => values[index] ?? ''));
  const sorted = Float64Array.from(texts.filter((text) => text !== '').map(Number)).sort();
  const lowest = sorted[0] ?? 0;
  const cuts = Array.from({ length: MOST_BINS - 1 }, (_, cut) => {
    return sorted[Math.floor(((cut + 1) * sorted.length) / MOST_BINS)] ?? lowest;
  });
  return [...new Set(cuts)].filter((cut) => cut > lowest);
}
