/**
 * A teacher that is the mean of others. Of members' logits z_m `[rows][classes]`:
 *
 * - `logits`: the mean of z_m;
 * - `probabilities`: the logarithm of the mean of softmax(z_m).
 */
import { WorkbenchError } from '../../../core/errors.ts';
import type { EnsembleCard, TeacherCard } from '../../../core/records/teacher-card.ts';
import { splitsOf } from '../../../core/teacher.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { TeacherRef } from '../../tasks/inputs.ts';
import { logitOf } from '../answers.ts';
import { fittingCard } from '../card.ts';
import { assertLogitsAlone } from '../open-teacher.ts';
import type { OpenTeacher } from '../open-teacher.ts';

type Open = (ref: TeacherRef, dataset: Dataset) => Promise<OpenTeacher>;

/** Its members as they have to be. Throws `teacher.missing` where nobody says where they lie. */
export function memberRefs(
  { name, members }: EnsembleCard,
  { members: folders = [] }: TeacherRef,
): readonly TeacherRef[] {
  return members.map((known, index) => {
    const directory = folders[index];
    if (directory !== undefined) return { directory, known };
    const message = `Member "${known.name}" of the ensemble "${name}" is not here. Choose another teacher.`;
    throw new WorkbenchError('teacher.missing', message);
  });
}

/** Throws what `open` throws of its members, and `teacher.mismatch` where one is an ensemble. */
export function openEnsemble(
  card: EnsembleCard,
  refs: readonly TeacherRef[],
  dataset: Dataset,
  open: Open,
): Promise<OpenTeacher> {
  const cards = refs.map((ref) => memberCard(ref, dataset));
  const splits = splitsOf(card).filter((name) => cards.every((member) => splitsOf(member).includes(name)));
  return Promise.resolve({
    card,
    splits,
    answers: async (showing, arrays, yieldToEvents, onProgress) => {
      assertLogitsAlone(card, arrays);
      const mean = createMean(card, showing.count);
      // One after the other: each keeps the images on the device in a form of its own.
      for (const [index, ref] of refs.entries()) {
        const member = await open(ref, dataset);
        const progress = (done: number): void => onProgress((index * showing.count + done) / refs.length);
        try {
          for (const logits of (await member.answers(showing, arrays, yieldToEvents, progress)).values())
            mean.add(logits);
        } finally {
          await member.dispose();
        }
      }
      const logits = mean.logits();
      return new Map(arrays.map(({ name }) => [name, logits]));
    },
    dispose: () => Promise.resolve(),
  });
}

export function memberCard(ref: TeacherRef, { card: data }: Pick<Dataset, 'card'>): TeacherCard {
  const card = fittingCard(ref, data);
  if (card.kind !== 'ensemble') return card;
  const message = `Teacher "${card.name}" is an ensemble itself: name its members instead.`;
  throw new WorkbenchError('teacher.mismatch', message);
}

/** Of rows `[count][classes]` of each member. */
function createMean({ classes, mean, members }: EnsembleCard, count: number) {
  const sums = new Float32Array(count * classes);
  const share = 1 / members.length;
  return {
    add: (logits: Float32Array): void => {
      for (let start = 0; start < sums.length; start += classes) {
        const row = logits.subarray(start, start + classes);
        const values = mean === 'logits' ? row : softmax(row);
        values.forEach((value, label) => (sums[start + label] = (sums[start + label] ?? 0) + share * value));
      }
    },
    logits: (): Float32Array => (mean === 'logits' ? sums : sums.map((value) => logitOf(value, 'probabilities'))),
  };
}

function softmax(row: Float32Array): Float64Array {
  const highest = Math.max(...row);
  const powers = Float64Array.from(row, (value) => Math.exp(value - highest));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}
