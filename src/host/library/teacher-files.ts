/** Teacher folders as the host reads them: the card that stands beside the weights. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochPointSchema } from '../../core/records/epoch.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { teacherCardSchema } from '../../core/records/teacher-card.ts';
import type { EnsembleCard, TeacherCard } from '../../core/records/teacher-card.ts';
import { faultOf, z } from '../../core/records/zod.ts';
import { canonicalText, teacherChanged, teacherChanges } from '../../core/sources.ts';
import { filesOf, membersText, networkOf } from '../../core/teacher.ts';
import type { TeacherSources } from '../../core/records/sources.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import { writeWhole } from '../../store/disk.ts';
import { readJson, writeJson } from '../../store/numbers.ts';

const CARD_FILE = 'teacher.json';

/** Throws `teacher.missing` when card or weights are not there or not sound. */
export async function readTeacherCard(directory: string): Promise<TeacherCard> {
  const file = join(directory, CARD_FILE);
  try {
    const card = teacherCardSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    for (const { file: name } of filesOf(card)) await access(join(directory, name));
    return card;
  } catch (error) {
    const finding = faultOf(error);
    const message = `There is no usable teacher in ${file}: ${finding}. Choose another teacher, or train one.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

export function writeTeacherCard(directory: string, card: TeacherCard): void {
  writeWhole(join(directory, CARD_FILE), `${JSON.stringify(card, undefined, 2)}\n`);
}

/** As its card has it: of the file of its weights, or of its members. */
export const fingerprintOf = (card: TeacherCard): string =>
  card.kind === 'ensemble' ? createHash('sha256').update(membersText(card)).digest('hex') : card.weights.sha256;

interface Placed {
  readonly directory: string;
  readonly card: TeacherCard;
}

/**
 * What the teacher is, of the bytes that training reads: its weights, and what its card says of how
 * they answer, as it stands there. `members`: those of an ensemble, in the order of its card.
 * Throws `teacher.missing`, and `teacher.changed` where a member is another one.
 */
export async function readTeacherSources(
  { directory, card }: Placed,
  members: readonly Placed[] = [],
): Promise<TeacherSources> {
  if (card.kind === 'ensemble') await assertSameMembers(card, members);
  const file = join(directory, card.kind === 'ensemble' ? CARD_FILE : card.weights.file);
  const hash = createHash('sha256');
  try {
    const written: unknown = JSON.parse(await readFile(join(directory, CARD_FILE), 'utf8'));
    // Sound: it was parsed by the schema a moment ago, or is told to be missing.
    if (card.kind === 'ensemble') hash.update(membersText(card));
    else for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
    const network = createHash('sha256').update(canonicalText(networkOf(written as TeacherCard)));
    return { weights: hash.digest('hex'), network: network.digest('hex') };
  } catch (error) {
    const message =
      `The teacher in ${directory} cannot be read: ${String(error)}. Choose another teacher, ` + 'or train one.';
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

async function assertSameMembers({ name, members }: EnsembleCard, found: readonly Placed[]): Promise<void> {
  for (const [index, known] of members.entries()) {
    const member = found[index];
    const changes = member === undefined ? ['all of it'] : teacherChanges(known, await readTeacherSources(member));
    if (changes.length === 0) continue;
    const who = `the ensemble "${name}"`;
    throw teacherChanged({ name: known.name, who, since: known.at, changes, instead: 'make the ensemble anew' });
  }
}

const CURVE_FILE = 'curve.json';
const curveSchema = z.array(epochPointSchema);

/** Points of the epochs so far; none where the folder keeps none, as that of the bundled teacher
 * does. */
export async function readCurve(directory: string): Promise<readonly EpochPoint[]> {
  const written = await readFile(join(directory, CURVE_FILE), 'utf8')
    .then(readJson)
    .catch(() => undefined);
  return curveSchema.safeParse(written).data ?? [];
}

export function writeCurve(directory: string, points: readonly EpochPoint[]): void {
  writeWhole(join(directory, CURVE_FILE), writeJson(points));
}
