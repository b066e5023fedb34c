import { describe, expect, test } from 'vitest';
import { parallelAxes, studentsWithin } from '../../src/renderer/charts/parallel.ts';
import { fixtureFamilies, fixtureRun } from '../support/gallery/fixtures.ts';
import { dimensionsOf, FEWEST_STUDENTS, importanceOf, largestFamily } from '../../src/renderer/run/parameters.ts';

const { trials } = fixtureRun({ id: 'p', name: 'p', state: 'finished', budget: 200, done: 200, seed: 2 });
const familiesOf = (...names: readonly string[]) => fixtureFamilies.filter(({ name }) => names.includes(name));

const titles = { familyTitle: (name: string) => name, dimensionTitle: (_: string, name: string) => name };

describe('axes of parameters', () => {
  test('of one family are its own; of several those that every one has, behind the family', () => {
    expect(dimensionsOf(familiesOf('resnet')).map(({ name }) => name)).toContain('blocks1');
    const shared = dimensionsOf(familiesOf('resnet', 'mobilenet-v2'));
    expect(shared.map(({ name }) => name)).toEqual(['family', 'width1', 'width2', 'width3']);
    // Numbers in their order, not in that of the families.
    for (const { levels } of shared.slice(1)) expect(levels).toEqual([...levels].sort((a, b) => Number(a) - Number(b)));
  });

  test('intervals on two axes select the students that lie in both', () => {
    const resnets = trials.filter(({ candidate }) => candidate.family === 'resnet');
    const [dimensions, metrics] = [dimensionsOf(familiesOf('resnet')), ['params'] as const];
    const axes = parallelAxes({ dimensions, metrics, titles });
    const levels = dimensions.find(({ name }) => name === 'width3')?.levels ?? [];
    const intervals = new Map([
      ['dimension-width3', [[1.5, levels.length]] as const],
      ['metric-params', [[0, Math.log10(60_000)]] as const],
    ]);
    const chosen = studentsWithin(resnets, axes, intervals);
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen).toEqual(
      resnets.filter(
        ({ candidate, params }) => Number(candidate.config['width3']) >= Number(levels[2]) && params <= 60_000,
      ),
    );
    expect(studentsWithin(resnets, axes, new Map([['dimension-width3', []]]))).toEqual([]);
  });
});

describe('importance of parameters', () => {
  test('widths say more of the size than kernels do, and what has one level says nothing', () => {
    const rows = importanceOf(trials, dimensionsOf(familiesOf('mobilenet-v2')), 'params');
    const shareOf = (name: string) => rows.find((row) => row.name === name)?.share ?? NaN;
    expect(shareOf('width3')).toBeGreaterThan(shareOf('kernel'));
    const one = { name: 'width1', title: 'w', levels: [4] };
    const alike = trials.map((trial) => ({
      ...trial,
      candidate: { ...trial.candidate, config: { ...trial.candidate.config, width1: 4 } },
    }));
    expect(importanceOf(alike, [one], 'params')[0]?.share).toBeNaN();
  });

  test('is not told of fewer students than chance needs', () => {
    const few = trials.slice(0, FEWEST_STUDENTS - 1);
    expect(
      importanceOf(few, dimensionsOf(familiesOf('resnet')), 'params').every(({ share }) => Number.isNaN(share)),
    ).toBe(true);
  });
});

test('parameters open on the family of which most students have finished', () => {
  const [one] = trials;
  if (one === undefined) throw new Error('There is a student.');
  const of = (family: string, state: 'finished' | 'running') => ({ ...one, state, candidate: { family, config: {} } });
  const some = [of('vit', 'running'), of('vit', 'running'), of('resnet', 'finished'), of('vit', 'finished')];
  expect(largestFamily([])).toBe('');
  expect(largestFamily(some)).toBe('resnet');
  expect(largestFamily([...some, of('vit', 'finished')])).toBe('vit');
});
