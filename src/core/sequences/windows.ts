/**
 * Windows of answers: an example for each answer of a pupil from the second on, which is to be told
 * from those before it. The latest step is the last.
 */
import { ANSWERED } from '../records/example.ts';
import type { SequenceForm } from '../records/example.ts';
import type { AnswerLog, Pupil, PupilSplits } from './answers.ts';
import { codeOf } from './encode.ts';
import type { Code } from './encode.ts';
import { laidOut, putStep } from './steps.ts';

/** Of the answer itself: wrong, right, and nothing. */
const CORRECT = { name: ANSWERED, title: 'Answer', values: 3 } as const;

export interface WindowPlan {
  readonly form: SequenceForm;
  /** Of a window. */
  readonly shape: readonly [number, number, number];
  readonly codes: readonly Code[];
  /** For people. */
  readonly warnings: readonly string[];
  /** Writes the examples of a pupil from `first` on. */
  readonly write: (pupil: Pupil, into: Windows, first: number) => void;
}

export interface Windows {
  /** `[count][steps][1][bytes]` */
  readonly values: Uint8Array;
  /** `[count]`, 1 where the answer was right. */
  readonly labels: Uint8Array;
  /** `[count]`, its place among the pupil's answers, from 1. */
  readonly positions: Int32Array;
}

export const examplesOf = ({ answers }: Pupil): number => Math.max(0, answers.length - 1);

/** Modalities are coded by the training pupils. What is wrong with a column, in words. */
export function planWindows(
  { columns }: Pick<AnswerLog, 'columns'>,
  splits: PupilSplits,
  steps: number,
): WindowPlan | string {
  const codes: Code[] = [];
  for (const [index, column] of columns.entries()) {
    const code = codeOf(column, index, splits.train);
    if (typeof code === 'string') return code;
    codes.push(code);
  }
  const { form, bytes } = laidOut([
    ...columns.map(({ name, title }, index) => ({ name, title, values: codes[index]?.values ?? 2 })),
    CORRECT,
  ]);
  const write = (pupil: Pupil, into: Windows, first: number): void => {
    const known = pupil.answers.map(({ values, isRight }) => [
      ...values.map((text, index) => codes[index]?.of(text) ?? 0),
      isRight ? 2 : 1,
    ]);
    for (let asked = 1; asked < known.length; asked += 1) {
      const example = first + asked - 1;
      for (let step = Math.max(0, steps - 1 - asked); step < steps; step += 1) {
        const answer = asked - (steps - 1 - step);
        for (const [index, modality] of form.modalities.entries()) {
          if (answer === asked && columns[index]?.isKnown !== true) continue;
          putStep(into.values, (example * steps + step) * bytes, modality, known[answer]?.[index] ?? 0);
        }
      }
      into.labels[example] = pupil.answers[asked]?.isRight ? 1 : 0;
      into.positions[example] = asked + 1;
    }
  };
  return { form, shape: [steps, 1, bytes], codes, warnings: unseenWords(columns, codes, splits), write };
}

/** Of each column, what validation and test have that training has not. */
function unseenWords(
  columns: AnswerLog['columns'],
  codes: readonly Code[],
  { val, test }: PupilSplits,
): readonly string[] {
  return columns.flatMap(({ title }, index) => {
    const code = codes[index];
    const strange = new Set<string>();
    let answers = 0;
    for (const { values } of [...val, ...test].flatMap((pupil) => pupil.answers)) {
      const text = values[index] ?? '';
      if (code?.unseen === undefined || code.of(text) !== code.unseen) continue;
      strange.add(text);
      answers += 1;
    }
    if (answers === 0) return [];
    const named = [...strange].slice(0, 5).join(', ');
    const more = strange.size > 5 ? ` and ${strange.size - 5} more` : '';
    return [
      `${title}: ${strange.size} values of validation or test were never seen in training, and count as unseen ` +
        `(${answers} answers): ${named}${more}.`,
    ];
  });
}
