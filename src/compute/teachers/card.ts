/** A teacher folder: its card `teacher.json` and the files that the card names. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { teacherCardSchema } from '../../core/records/teacher-card.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { GraphCard, TeacherCard } from '../../core/records/teacher-card.ts';
import { faultOf } from '../../core/records/zod.ts';
import { canonicalText, teacherChanged, teacherChanges } from '../../core/sources.ts';
import { classesOf, inputShapeOf, membersText, networkOf, withGraph } from '../../core/teacher.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import type { TeacherRef } from '../tasks/inputs.ts';

const CARD_FILE = 'teacher.json';
export const WEIGHTS_FILE = 'weights.safetensors';

/** Throws `teacher.missing` when there is no sound card. */
export function readTeacherCard(directory: string): TeacherCard {
  const file = join(directory, CARD_FILE);
  try {
    return teacherCardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const finding = faultOf(error);
    const message = `There is no usable teacher in ${file}: ${finding}. Choose another teacher, or train one.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

/**
 * The same, held to what is known of it; its weights are compared with the hash in the card when
 * they are read. Throws `teacher.changed`, too.
 */
function readKnownCard({ directory, known }: TeacherRef): TeacherCard {
  const card = readTeacherCard(directory);
  const changes = known && teacherChanges(known, { weights: weightsHash(card), network: networkHash(card) });
  if (known === undefined || changes === undefined || changes.length === 0) return card;
  throw teacherChanged({ name: card.name, who: 'this training', since: known.at, changes });
}

/** One that can be shown these images. Throws `teacher.mismatch`, too. */
export function fittingCard(
  teacher: TeacherRef,
  { id, shape, classes }: Pick<DatasetCard, 'id' | 'shape' | 'classes'>,
): TeacherCard {
  const card = readKnownCard(teacher);
  const own = inputShapeOf(card);
  const cause =
    own.join() !== shape.join()
      ? `reads examples of ${own.join(' x ')}, and those of data set "${id}" are ${shape.join(' x ')}`
      : classesOf(card) !== classes.length
        ? `knows ${classesOf(card)} classes, and data set "${id}" has ${classes.length}`
        : undefined;
  if (cause === undefined) return card;
  throw new WorkbenchError('teacher.mismatch', `Teacher "${card.name}" ${cause}. Choose another teacher.`, {
    file: teacher.directory,
  });
}

/** The same of a teacher that is a network of ours. `what`: what is asked of it, in the plural.
 * Throws `teacher.mismatch`, too. */
export const readKnownGraph = (ref: TeacherRef, what: string): GraphCard => withGraph(readKnownCard(ref), what);

/** Of what its answers are made of. */
export const weightsHash = (card: TeacherCard): string =>
  card.kind === 'ensemble' ? createHash('sha256').update(membersText(card)).digest('hex') : card.weights.sha256;

/** Of what turns images into its answers, beside its weights. */
export function networkHash(card: TeacherCard): string {
  return createHash('sha256')
    .update(canonicalText(networkOf(card)))
    .digest('hex');
}

export function writeTeacherCard(directory: string, card: TeacherCard): void {
  writeAtomically(join(directory, CARD_FILE), Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`));
}

/** Throws `teacher.missing` where the file is not the one that a card names. */
export async function assertSameFile(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  const remedy = 'Import the teacher again, or choose another one.';
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    const message = `The teacher's file ${file} cannot be read: ${String(error)}. ${remedy}`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
  if (hash.digest('hex') === sha256) return;
  throw new WorkbenchError('teacher.missing', `${file} is not the file that the teacher's card names. ${remedy}`, {
    file,
  });
}
