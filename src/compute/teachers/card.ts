/** A teacher folder: its card `teacher.json` and its weights `weights.safetensors`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { teacherCardSchema } from '../../core/records/teacher-card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import { faultOf } from '../../core/records/zod.ts';
import { canonicalText, teacherChanged, teacherChanges } from '../../core/sources.ts';
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
export function readKnownCard({ directory, known }: TeacherRef): TeacherCard {
  const card = readTeacherCard(directory);
  const changes = known && teacherChanges(known, { weights: card.weights.sha256, network: networkHash(card) });
  if (known === undefined || changes === undefined || changes.length === 0) return card;
  throw teacherChanged({ name: card.name, who: 'this training', since: known.at, changes });
}

/** Of what turns images into its answers, beside its weights. */
export function networkHash({ graph, normalisation }: Pick<TeacherCard, 'graph' | 'normalisation'>): string {
  return createHash('sha256').update(canonicalText({ graph, normalisation })).digest('hex');
}

export function writeTeacherCard(directory: string, card: TeacherCard): void {
  writeAtomically(join(directory, CARD_FILE), Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`));
}
