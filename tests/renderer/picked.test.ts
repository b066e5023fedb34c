import { describe, expect, test } from 'vitest';
import { allocationChart } from '../../src/renderer/charts/allocation.ts';
import type { ChartView } from '../../src/renderer/charts/chart.ts';
import { pickedSeries } from '../../src/renderer/charts/parts/picked.ts';
import { predictionsChart } from '../../src/renderer/charts/predictions.ts';
import { priorWeightChart } from '../../src/renderer/charts/prior-weight.ts';
import { regionsChart } from '../../src/renderer/charts/regions.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';

const { trials } = fixtureRun({ id: 'run', name: 'Run', state: 'finished', budget: 6, done: 6, seed: 1 });
const familyTitle = (family: string): string => family;

/** Where the rings of a chart stand. */
function ringsOf({ option }: ChartView): readonly unknown[] {
  const series = [option.series ?? []].flat().find(({ id }) => id === 'picked');
  const data: unknown = series?.data ?? [];
  return Array.isArray(data) ? data.map((datum: { readonly value: unknown }) => datum.value) : [];
}

describe('rings around what is picked', () => {
  const placesOf = (id: string) => (id === 'nowhere' ? [] : [{ value: [1, 2] as const, size: 9 }]);

  test('one student that is picked and pinned has one ring, and one that the chart does not have none', () => {
    const [series] = pickedSeries({ selected: 'a', pinned: ['a', 'b', 'nowhere'] }, placesOf, 'light');
    expect(series?.data).toHaveLength(2);
  });

  test('without any there is no series, so that the picture is as it was', () => {
    expect(pickedSeries({ pinned: ['nowhere'] }, placesOf, 'dark')).toEqual([]);
  });
});

describe('a chart rings the mark of the student, and no other', () => {
  const third = trials[2];
  if (third === undefined) throw new Error('The fixture has three students.');
  const picked = { selected: third.id, pinned: [] };
  const budget = trials.length;

  test('families', () => {
    const families = [...new Set(trials.map(({ candidate }) => candidate.family))];
    const view = allocationChart({ trials, families, budget, familyTitle, ...picked }, 'light');
    const row = [...families].reverse().indexOf(third.candidate.family);
    expect(ringsOf(view)).toEqual([[third.number + 1, row]]);
  });

  test('predictions', () => {
    const one = { family: 'f', mean: 0.5, deviation: 0.1 };
    const predictions = [
      { ...one, trial: 1, outcome: 0.4 },
      { ...one, trial: 2, outcome: 0.6 },
    ];
    const idOf = (trial: number): string | undefined => trials[trial]?.id;
    expect(ringsOf(predictionsChart({ predictions, budget, idOf, familyTitle, ...picked }, 'light'))).toEqual([
      [3, 0.6],
    ]);
  });

  test('a prediction whose outcome is no number has no mark to ring', () => {
    const predictions = [{ family: 'f', mean: 0.5, deviation: 0.1, trial: 2, outcome: NaN }];
    const idOf = (trial: number): string | undefined => trials[trial]?.id;
    expect(ringsOf(predictionsChart({ predictions, budget, idOf, familyTitle, ...picked }, 'light'))).toEqual([]);
  });

  test('weights of earlier runs', () => {
    const weighed = trials.map((trial) => ({ ...trial, why: { ...trial.why, priorWeight: 0.25 } }));
    expect(ringsOf(priorWeightChart({ trials: weighed, budget, ...picked }, 'light'))).toEqual([[3, 0.25]]);
  });

  test('regions: once for each thing that its result did', () => {
    const region = { id: 1, family: 'f', centre: 0, radius: '2/8', successes: 0, failures: 0 };
    const moments = [
      { trial: 0, regions: [region], ended: [], opened: [1], recentred: [] },
      { trial: 2, regions: [region], ended: [], opened: [], recentred: [1], own: { region: 1, success: true } },
    ];
    const rings = ringsOf(regionsChart({ moments, trials, budget, familyTitle, ...picked }, 'light'));
    // Success at a quarter of the dimensions, the move near the lane's floor.
    expect(rings).toEqual([
      [2, 2],
      [2, 0.5],
    ]);
  });
});
