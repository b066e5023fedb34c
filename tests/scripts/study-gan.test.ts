/** The study of E2GAN's agent: who is paired with whom, and which figures come out. */
import { describe, expect, it } from 'vitest';
import { studyFigures, studyText } from '../../scripts/study/gan/figures.ts';
import { studentOrders } from '../../scripts/study/gan/students.ts';
import type { Builder, StudentRow } from '../../scripts/study/gan/students.ts';

const student = (builder: Builder, seed: number, share: number): StudentRow => {
  return { id: `students/${builder}/${seed}`, kind: 'students', builder, seed, hypervolume: [0.1, share], best: 0.9 };
};

describe('students', () => {
  it('are built by both agents on each seed', () => {
    expect(studentOrders(2).map(({ id }) => id)).toEqual([
      ...['students/sac/1', 'students/akd/1', 'students/sac/2', 'students/akd/2'],
    ]);
  });

  it('are compared after all trainings, in pairs of one seed: who has no partner is left out', () => {
    const rows = [student('sac', 3, 0.1), student('akd', 2, 0.5), student('sac', 2, 0.6), student('sac', 1, 0.9)];
    const { students } = studyFigures([...rows, student('akd', 1, 0.6)]);
    expect(students?.sac.hypervolume).toEqual([0.9, 0.6]);
    expect(students?.akd.hypervolume).toEqual([0.6, 0.5]);
    expect(students?.difference).toBeCloseTo(0.2, 12);
    expect(students?.low).toBeCloseTo(0.1, 12);
    expect(students?.high).toBeCloseTo(0.3, 12);
  });

  it('of whom none are recorded are said to be missing', () => {
    expect(studyFigures([])).toEqual({});
    expect(studyText({})).toContain('No students');
  });
});
