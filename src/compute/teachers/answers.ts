/** What a teacher from elsewhere gives for an image, as logits of the data set's classes. */
import { WorkbenchError } from '../../core/errors.ts';
import { dataKindOf, saidOf } from '../../core/data-kinds.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { Judged, OnnxReading } from '../../core/records/teacher-card.ts';

type Gives = OnnxReading['gives'];

/** Of probabilities: below it a class has no chance that single precision could tell. */
const LEAST_PROBABILITY = 1e-7;

/** A logit of what is given for a class. */
export const logitOf = (value: number, gives: Gives): number =>
  gives === 'logits' ? value : Math.log(Math.max(value, LEAST_PROBABILITY));

/** Rows of both classes `[n][2]`, of the one number `[n]` that may be given for two: what speaks
 * for the second. */
export function bothClasses(values: Float32Array, gives: Gives): Float32Array {
  const rows = new Float32Array(2 * values.length);
  values.forEach((value, row) => rows.set(gives === 'logits' ? [0, value] : [1 - value, value], 2 * row));
  return rows;
}

/** What such numbers are: probabilities where none is below 0 or above 1. */
export const kindOfOne = (values: Float32Array): Gives =>
  values.every((value) => value >= 0 && value <= 1) ? 'probabilities' : 'logits';

/** Rows that are not below 0 and add up to 1, as far as half precision can. */
export function areProbabilities(rows: Float32Array, width: number): boolean {
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const sum = row.reduce((total, value) => total + value, 0);
    if (!(Math.abs(sum - 1) < 0.01) || row.some((value) => value < -1e-3)) return false;
  }
  return true;
}

/**
 * The place of each class among the outputs, by the names that a person gave: of all outputs in
 * their order, or the number of an output for each class. Absent: in the data set's order. Throws
 * `usage.invalid`.
 */
export function placesOf(
  said: readonly string[] | undefined,
  classes: readonly string[],
  outputs: number,
): readonly number[] {
  const refuse = (problem: string): WorkbenchError =>
    new WorkbenchError('usage.invalid', `classes: ${problem}`, { field: 'classes' });
  if (said === undefined) {
    if (outputs === classes.length) return classes.map((_, label) => label);
    const numbers = outputs === 1 ? '1 number' : `${outputs} numbers`;
    throw refuse(
      `the teacher gives ${numbers} for an example, and the data set has ${classes.length} classes ` +
        `(${shortList(classes)}). Say which output is which class (--classes), or choose another data set.`,
    );
  }
  const names = classes.map((name) => said.indexOf(name));
  const missing = classes.find((_, label) => names[label] === -1);
  if (missing === undefined) {
    if (said.length === outputs) return names;
    throw refuse(`${said.length} names are given, and the teacher gives ${outputs} numbers for an example.`);
  }
  const numbers = said.map(Number);
  const areNumbers = numbers.every((one) => Number.isInteger(one) && one >= 0 && one < outputs);
  if (areNumbers && numbers.length === classes.length && new Set(numbers).size === numbers.length) return numbers;
  throw refuse(
    `they lack "${missing}". Give the names of all ${outputs} outputs in their order, or for each of the ` +
      `${classes.length} classes the number of its output, from 0 to ${outputs - 1}.`,
  );
}

const shortList = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(', ')} …` : names.join(', ');

/** A word where it is hardly better than chance: twice what chance has is little for a teacher, or
 * of few classes a ninth of the way from chance to all.
 * `split`: whose images it was judged on; `look`: what may be wrong. Sentences with a place for the
 * noun, as all notes are until `inWordsOf` says them. */
export function weakWords(accuracy: number, classes: number, split: keyof Judged, look: string): readonly string[] {
  const chance = 1 / classes;
  if (accuracy >= Math.min(2 * chance, chance + (1 - chance) / 9)) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const which = split === 'train' ? 'training' : split;
  return [`It is right on ${percent(accuracy)} of the ${which} {many}, and chance on ${percent(chance)}: ${look}.`];
}

/** Notes on a teacher, or stages of judging it, said of the examples of its data set. */
export const inWordsOf = (card: Pick<DatasetCard, 'example'>, sentences: readonly string[]): readonly string[] =>
  sentences.map((sentence) => saidOf(dataKindOf(card).noun, sentence));
