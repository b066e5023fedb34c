/** What the study of the agent came to. */
import { table } from '../markdown.ts';
import { meanOf } from '../statistics.ts';
import { studentFigures } from './students.ts';
import type { StudentFigures, StudentRow } from './students.ts';

export interface StudyFigures {
  readonly students?: StudentFigures;
}

export function studyFigures(rows: readonly StudentRow[]): StudyFigures {
  const students = studentFigures(rows);
  return { ...(students && { students }) };
}

export function studyText({ students }: StudyFigures): string {
  return students ? studentsText(students) : 'No students are recorded.';
}

function studentsText({ sac, akd, difference, low, high }: StudentFigures): string {
  const body = Object.entries({ 'soft actor-critic': sac, AKD: akd }).map(([title, { hypervolume, best }]) => [
    ...[title, String(hypervolume.length), meanOf(hypervolume).toFixed(4), meanOf(best).toFixed(4)],
  ]);
  const header = ['students by', 'seeds', 'share of the hypervolume, mean', 'best accuracy, mean'];
  const note =
    `Soft actor-critic minus AKD, paired: ${difference.toFixed(4)} of the hypervolume, 95 % bootstrap interval ` +
    `${low.toFixed(4)} to ${high.toFixed(4)}.`;
  return `${table(header, body)}\n\n${note}`;
}
