/** The study of E2GAN's agent: who is paired with whom, and which figures come out. */
import { describe, expect, it } from 'vitest';
import { studyFigures, studyText } from '../../scripts/study/gan/figures.ts';
import { generatorOrders, playGenerators } from '../../scripts/study/gan/generators.ts';
import type { GeneratorsRow } from '../../scripts/study/gan/generators.ts';
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
    expect(studyFigures([])).toEqual({ generators: {} });
    expect(studyText({ generators: {} })).toContain('No students');
  });
});

describe('generators', () => {
  it('are built by three agents on each seed, by the command line', async () => {
    expect(generatorOrders(1).map(({ id }) => id)).toEqual([
      ...['generators/sac/1', 'generators/reinforce/1', 'generators/random/1'],
    ]);
    const [order] = generatorOrders(1);
    const generators = [
      { score: 1.5, distance: 20 },
      { score: 1.7, distance: 12 },
    ];
    const asked: string[] = [];
    const row = await playGenerators(order!, '/work', (args) => {
      asked.push(...args);
      const last = { event: 'study.finished', study: { cells: 4, generators } };
      return Promise.resolve({ code: 0, last, lines: [last] });
    });
    expect(asked.slice(0, 6)).toEqual(['study', 'gan', '--agent', 'sac', '--out', '/work/sac-1']);
    expect(row).toEqual({ ...order, kind: 'generators', cells: 4, isc: [1.5, 1.7], fdc: [20, 12] });
    const stopped = { code: 130, last: {}, lines: [] };
    expect(await playGenerators(order!, '/work', () => Promise.resolve(stopped))).toBeUndefined();
  });

  it('count by the least FD-c of a finished one, with its own IS-c', () => {
    const row = (seed: number, isc: readonly number[], fdc: readonly number[]): GeneratorsRow => {
      return { id: `generators/random/${seed}`, kind: 'generators', agent: 'random', seed, cells: 4, isc, fdc };
    };
    const figures = studyFigures([row(2, [9, 1], [30, 10]), row(1, [2, 3], [5, 6])]);
    expect(figures.generators).toEqual({ random: { fdc: [5, 10], isc: [2, 1], cells: 4 } });
    expect(studyText(figures)).toContain('| chance | 4 | 7.50 | 5.00 10.00 | 1.50 |');
  });
});
