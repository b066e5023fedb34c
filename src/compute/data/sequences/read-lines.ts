/** Three lines a pupil: how many answers, their skills, and 0 or 1 for each, with commas. */
import type { AnswerLog, Pupil } from '../../../core/sequences/answers.ts';
import { readBytes } from '../idx.ts';
import { createRowFaults } from './rows.ts';

const LINES = 3;

/** Throws `dataset.missing` and `dataset.corrupt`. */
export function readLines(file: string, skipBroken: boolean): AnswerLog {
  const faults = createRowFaults(file, skipBroken);
  const lines = readBytes(file)
    .toString('utf8')
    .split(/\r?\n/)
    .map((text, index) => ({ line: index + 1, text: text.trim().replace(/,$/, '') }))
    .filter(({ text }) => text !== '');
  const pupils: Pupil[] = [];
  for (let first = 0; first < lines.length; first += LINES) {
    const [count, skills = [], answers = []] = lines.slice(first, first + LINES).map(({ text }) => text.split(','));
    const line = lines[first]?.line ?? 0;
    const wanted = Number(count?.[0]);
    const stray = answers.find((answer) => !/^[01]$/.test(answer.trim()));
    if (count?.length !== 1 || !Number.isInteger(wanted)) faults.note(line, 'is not a number of answers');
    else if (skills.length !== wanted || answers.length !== wanted) {
      faults.note(line, `says ${wanted} answers, and ${skills.length} skills and ${answers.length} answers follow`);
    } else if (stray !== undefined) faults.note(line + 2, `has the correctness "${stray}", not 0 or 1`);
    else {
      const values = skills.map((skill) => [skill.trim()]);
      const name = `pupil ${pupils.length + 1}`;
      pupils.push({
        name,
        answers: answers.map((answer, index) => ({ isRight: answer.trim() === '1', values: values[index] ?? [] })),
      });
    }
  }
  faults.assertNone();
  return {
    columns: [{ name: 'skill', title: 'Skill', isKnown: true, type: 'text' }],
    pupils,
    warnings: faults.warnings(),
  };
}
