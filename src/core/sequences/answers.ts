/** Answers of pupils, as a table or a simulator gives them, and which pupils are in which split. */
import { createRng } from '../math/rng.ts';
import type { SplitName } from '../records/sources.ts';

export interface Answer {
  readonly isRight: boolean;
  /** Of each column, as text; empty where nothing is known. */
  readonly values: readonly string[];
}

export interface Pupil {
  readonly name: string;
  /** Where it is said. */
  readonly split?: SplitName;
  /** In the order in which they were given. */
  readonly answers: readonly Answer[];
}

/** What is known of each answer beside whether it was right. */
export interface AnswerColumn {
  readonly name: string;
  readonly title: string;
  /** Known before the answer, as the skill that is asked; else with it, as the time that it took,
   * and hidden where the answer is to be told. */
  readonly isKnown: boolean;
  /** `text`: each value for itself, though it be a number; `any`: numbers in bins. */
  readonly type: 'text' | 'any';
}

export interface AnswerLog {
  readonly columns: readonly AnswerColumn[];
  readonly pupils: readonly Pupil[];
  /** What a person should know of the reading. */
  readonly warnings: readonly string[];
}

export type PupilSplits = Readonly<Record<SplitName, readonly Pupil[]>>;

/**
 * Whole pupils: what is known of one is known of all their answers. Splits that nobody names are
 * cut from the training pupils by chance, `shares` of them, one at least. What is wrong, in words,
 * where too few are left.
 */
export function splitPupils(
  pupils: readonly Pupil[],
  shares: Readonly<Record<'val' | 'test', number>>,
  seed: number,
): PupilSplits | string {
  const named = (split: SplitName): readonly Pupil[] => pupils.filter((pupil) => (pupil.split ?? 'train') === split);
  const drawn = createRng(seed).shuffle(named('train'));
  const cut = (split: 'val' | 'test'): readonly Pupil[] => {
    const own = named(split);
    return own.length > 0 ? own : drawn.splice(0, Math.max(1, Math.round(shares[split] * named('train').length)));
  };
  const [test, val] = [cut('test'), cut('val')];
  if (drawn.length === 0 || test.length === 0 || val.length === 0) {
    return `it has ${pupils.length} pupils of two answers or more, too few for training, validation and test`;
  }
  return { train: drawn, val, test };
}
