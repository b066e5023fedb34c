import { describe, expect, test } from 'vitest';
import type { RegionsAfter } from '../../src/core/strategies/followed.ts';
import { regionHistory } from '../../src/renderer/charts/region-lanes.ts';

type Open = RegionsAfter['regions'][number];

const region = (id: number, change: Partial<Open> = {}): Open => ({
  ...{ id, family: `f${id}`, centre: id, radius: 'all', successes: 0, failures: 0 },
  ...change,
});
const after = (trial: number, regions: readonly Open[], change: Partial<RegionsAfter> = {}): RegionsAfter => ({
  ...{ trial, regions, ended: [], opened: [], recentred: [] },
  ...change,
});

/** Two slots: trial 1 ends before trial 0. */
const moments: readonly RegionsAfter[] = [
  after(1, [region(1)], { opened: [1] }),
  after(0, [region(1), region(2)], { opened: [2] }),
  after(2, [region(1, { successes: 1, centre: 2 }), region(2)], {
    own: { region: 1, success: true },
    recentred: [1],
  }),
  after(3, [region(1, { centre: 2 }), region(2, { radius: '4' })], { own: { region: 2, success: false } }),
  after(4, [region(2, { radius: '4' }), region(3)], { ended: [1], opened: [3] }),
];

describe('the history of regions', () => {
  const { lives, events, lanes } = regionHistory(moments);

  test('gives a region that takes the place of an ended one its lane: restarts stand behind each other', () => {
    expect(lives.map(({ id, lane, ended }) => [id, lane, ended])).toEqual([
      [1, 0, 5],
      [2, 1, undefined],
      [3, 0, undefined],
    ]);
    expect(lanes).toBe(2);
  });

  test('has a radius only where it changes, counted in results and not in trials', () => {
    expect(lives[1]?.radii).toEqual([
      { results: 2, radius: 'all' },
      { results: 4, radius: '4' },
    ]);
  });

  test('tells all that happened, an end with the state before it', () => {
    expect(events.map(({ kind, region: { id }, results, trial }) => [kind, id, results, trial])).toEqual([
      ['opened', 1, 1, 1],
      ['opened', 2, 2, 0],
      ['success', 1, 3, 2],
      ['recentred', 1, 3, 2],
      ['failure', 2, 4, 3],
      ['ended', 1, 5, 4],
      ['opened', 3, 5, 4],
    ]);
    expect(events.find(({ kind }) => kind === 'ended')).toMatchObject({ centre: 2, radius: 'all' });
  });

  test('of no result is empty', () => {
    expect(regionHistory([])).toEqual({ lives: [], events: [], lanes: 0 });
  });
});
