/** A teacher that is a file of answers: it is shown nothing, and says what it said elsewhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { dataKindOf } from '../../../core/data-kinds.ts';
import type { LogitsCard } from '../../../core/records/teacher-card.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { splitsOf } from '../../../core/teacher.ts';
import type { Dataset } from '../../data/dataset.ts';
import { decodeTensors } from '../../files/safetensors.ts';
import type { TensorFile } from '../../files/safetensors.ts';
import { assertSameFile } from '../card.ts';
import { assertLogitsAlone } from '../open-teacher.ts';
import type { OpenTeacher } from '../open-teacher.ts';

/** Throws `teacher.missing` where its file is not the one that its card names, `teacher.mismatch`
 * where its rows are not as many as the images. */
export async function openLogitsTeacher(
  card: LogitsCard,
  directory: string,
  { card: data }: Pick<Dataset, 'card'>,
): Promise<OpenTeacher> {
  const file = join(directory, card.weights.file);
  await assertSameFile(file, card.weights.sha256);
  const tensors = tensorsIn(file);
  const splits = splitsOf(card);
  const { many } = dataKindOf(data).noun;
  for (const split of splits) {
    const { count } = data.splits[split];
    if (tensors.get(split)?.shape.join() === [count, card.classes].join()) continue;
    const message =
      `Teacher "${card.name}" has other rows than data set "${data.id}" has ${SPLIT_WORDS[split]} ${many} ` +
      `(${count}). Import it again, or choose another teacher.`;
    throw new WorkbenchError('teacher.mismatch', message, { file });
  }
  return {
    card,
    splits,
    answers: async ({ split, count }, arrays, yieldToEvents, onProgress) => {
      assertLogitsAlone(card, arrays);
      await yieldToEvents();
      const rows = tensors.get(split)?.values;
      if (rows === undefined || !splits.includes(split)) {
        const message = `Teacher "${card.name}" has no answers to ${SPLIT_WORDS[split]} ${many}: its file had none.`;
        throw new WorkbenchError('teacher.mismatch', message);
      }
      onProgress(count);
      return new Map(arrays.map(({ name }) => [name, rows.subarray(0, count * card.classes)]));
    },
    dispose: () => Promise.resolve(),
  };
}

function tensorsIn(file: string): TensorFile['tensors'] {
  try {
    return decodeTensors(readFileSync(file)).tensors;
  } catch (error) {
    const message = `The teacher's file ${file} cannot be read: ${messageOf(error)}. Import it again.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}
