/** What an imported teacher is made of: a network, its answers, or other teachers. */
import { isAnswersName } from '../../bridge/schemas/teacher-import.ts';
import type { ParsedTeacherEnsemble, ParsedTeacherImport } from '../../bridge/schemas/teacher-import.ts';
import type { Input } from '../../compute/tasks/tasks.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { DatasetSources, Recorded } from '../../core/records/sources.ts';
import { MOST_MEMBERS, SAID_OF_PIXELS } from '../../core/records/teacher-card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';
import { mismatchOf } from '../runs/plan-teacher.ts';
import type { Catalog, Found } from './catalog.ts';
import { assertTaughtOn } from './known-sources.ts';
import { readTeacherSources } from './teacher-files.ts';

type Source = Input<'importTeacher'>['source'];

/** What an import is made of. Throws `usage.invalid`, and `teacher.*` for members. */
export async function sourceOf(
  catalog: Pick<Catalog, 'teacher'>,
  order: ParsedTeacherImport | ParsedTeacherEnsemble,
  dataset: Found<DatasetCard>,
  found: Recorded<DatasetSources>,
): Promise<Source> {
  if (!('members' in order)) return fileSource(order, dataset.card);
  const members: Extract<Source, { kind: 'ensemble' }>['members'] = [];
  for (const teacher of await membersIn(catalog, order.members, dataset)) {
    assertTaughtOn(teacher, dataset.name, found);
    const { name, directory } = teacher;
    members.push({ name, directory, at: found.at, ...(await readTeacherSources(teacher)) });
  }
  return { kind: 'ensemble', mean: order.mean, members };
}

/** Throws `teacher.missing` for a name of none, `usage.invalid` for those that make no ensemble on
 * the data set. */
async function membersIn(
  catalog: Pick<Catalog, 'teacher'>,
  names: readonly string[],
  dataset: Found<DatasetCard>,
): Promise<readonly Found<TeacherCard>[]> {
  const refuse = (problem: string): WorkbenchError =>
    new WorkbenchError('usage.invalid', `ensemble: ${problem}`, { field: 'ensemble' });
  if (names.length < 2 || names.length > MOST_MEMBERS) {
    throw refuse(`2 to ${MOST_MEMBERS} members are expected, and ${names.length} are named.`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`"${twice}" is named twice.`);
  const members: Found<TeacherCard>[] = [];
  for (const name of names) {
    const member = await catalog.teacher(name);
    const mismatch = mismatchOf(member, dataset);
    if (mismatch !== undefined) throw refuse(`"${name}" is no teacher of ${dataset.name}: ${mismatch}.`);
    if (member.card.kind === 'ensemble') throw refuse(`"${name}" is an ensemble itself: name its members.`);
    members.push(member);
  }
  return members;
}

/** Answers are read by what their file is called; everything else is a network, or is told to be
 * none. Throws `usage.invalid` where more is said than they can have. */
function fileSource(
  { path: file, name: _n, title: _t, dataset: _d, ...said }: ParsedTeacherImport,
  card: DatasetCard,
): Source {
  const refuse = (field: string, why: string): WorkbenchError =>
    new WorkbenchError('usage.invalid', `${field}: ${why} Leave it out.`, { field });
  if (!isAnswersName(file)) {
    const { gives, noun } = dataKindOf(card);
    const ofPixels = Object.keys(said).find((field) => SAID_OF_PIXELS.includes(field));
    if (gives === 'map' || ofPixels === undefined) return { kind: 'onnx', file, said };
    throw refuse(ofPixels, `${noun.many} have no pixels.`);
  }
  const { gives, classes, ...others } = said;
  const [stray] = Object.keys(others);
  if (stray !== undefined) throw refuse(stray, 'a file of answers has none: it is shown no examples.');
  return { kind: 'logits', file, said: { ...(gives && { gives }), ...(classes && { classes }) } };
}
