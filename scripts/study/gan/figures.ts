/** What the study of the agent came to. */
import type { AgentName } from '../../../src/core/generator/row.ts';
import { table } from '../markdown.ts';
import { meanOf } from '../statistics.ts';
import { generatorFigures } from './generators.ts';
import type { AgentFigures, GeneratorsRow } from './generators.ts';
import { studentFigures } from './students.ts';
import type { StudentFigures, StudentRow } from './students.ts';

export type GanRow = StudentRow | GeneratorsRow;

export interface StudyFigures {
  readonly generators: Readonly<Partial<Record<AgentName, AgentFigures>>>;
  readonly students?: StudentFigures;
}

export function studyFigures(rows: readonly GanRow[]): StudyFigures {
  const students = studentFigures(rows.filter((row): row is StudentRow => row.kind === 'students'));
  const generators = generatorFigures(rows.filter((row): row is GeneratorsRow => row.kind === 'generators'));
  return { generators, ...(students && { students }) };
}

export function studyText({ generators, students }: StudyFigures): string {
  return [
    Object.keys(generators).length > 0 ? generatorsText(generators) : 'No generators are recorded.',
    students ? studentsText(students) : 'No students are recorded.',
  ].join('\n\n');
}

const TITLES: Readonly<Record<AgentName, string>> = {
  sac: 'soft actor-critic',
  reinforce: "AKD's policy",
  random: 'chance',
};

function generatorsText(generators: StudyFigures['generators']): string {
  const body = Object.entries(generators).map(([agent, { fdc, isc, cells }]) => [
    // Sound: they are the record's keys.
    ...[TITLES[agent as AgentName], String(cells), meanOf(fdc).toFixed(2), fdc.map((one) => one.toFixed(2)).join(' ')],
    meanOf(isc).toFixed(2),
  ]);
  return table(['cells by', 'cells trained', 'least FD-c, mean', 'each seed', 'their IS-c, mean'], body);
}

function studentsText({ sac, akd, difference, low, high }: StudentFigures): string {
  const body = Object.entries({ [TITLES.sac]: sac, AKD: akd }).map(([title, { hypervolume, best }]) => [
    ...[title, String(hypervolume.length), meanOf(hypervolume).toFixed(4), meanOf(best).toFixed(4)],
  ]);
  const header = ['students by', 'seeds', 'share of the hypervolume, mean', 'best accuracy, mean'];
  const note =
    `Soft actor-critic minus AKD, paired: ${difference.toFixed(4)} of the hypervolume, 95 % bootstrap interval ` +
    `${low.toFixed(4)} to ${high.toFixed(4)}.`;
  return `${table(header, body)}\n\n${note}`;
}
