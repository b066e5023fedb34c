/** A one-shot search as its tab shows it: the drawing of the cell, and words of its course. */
import { describe, expect, test } from 'vitest';
import { pathMarks } from '../../src/renderer/charts/parts/path-marks.ts';
import { leadingPaths } from '../../src/renderer/charts/path-shares.ts';
import { CELL_SIZE, cellLayout } from '../../src/renderer/run/supernet/cell-layout.ts';
import {
  costFacts,
  courseWords,
  derivedTrial,
  testing as words,
} from '../../src/renderer/run/supernet/supernet-words.ts';
import { testing } from '../../src/renderer/run/supernet/use-searches.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { fixtureSearch } from '../support/gallery/search-fixtures.ts';

const { asBefore } = testing;
const { secondsLeft } = words;
const search = fixtureSearch();
const { edges } = search;
const sharesAt = (epoch: number): readonly number[] => search.mixed[epoch - 1]?.shares ?? [];

describe('the drawing of a cell', () => {
  const layout = cellLayout(edges, sharesAt(12));
  const widthsOf = (edge: number): readonly number[] => layout?.bands[edge]?.strands.map(({ width }) => width) ?? [];

  test('has its nodes in a row and a band an edge, all inside the picture', () => {
    expect(layout?.nodes.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
    expect(layout?.bands.map(({ edge }) => edge)).toEqual(edges.map(({ id }) => id));
    // Words stand over their band, the highest of all that is drawn.
    const heights = layout?.bands.map(({ label: { y } }) => y) ?? [];
    expect(Math.min(...heights)).toBeGreaterThan(10);
    expect(Math.max(...heights)).toBeLessThan(CELL_SIZE.height - 30);
    // Two edges on one line would hide each other.
    expect(new Set(layout?.bands.map(({ line }) => line)).size).toBe(6);
  });

  // A path that counts three times as much is drawn three times as wide.
  test('has paths as wide as they count', () => {
    const shares = sharesAt(12).slice(0, 4);
    const [first = NaN] = widthsOf(0);
    expect(widthsOf(0).map((width) => width / first)).toEqual(
      shares.map((share) => expect.closeTo(share / (shares[0] ?? NaN), 0)),
    );
    expect(widthsOf(0).reduce((sum, width) => sum + width, 0)).toBeCloseTo(18, 0);
  });

  test('draws no width of what is not finite, or no share', () => {
    const odd = cellLayout(edges, [NaN, Infinity, -3, 40, ...sharesAt(1).slice(4)]);
    expect(odd?.bands[0]?.strands.map(({ width }) => width)).toEqual([0.6, 0.6, 0.6, 18]);
    expect(JSON.stringify(odd)).not.toMatch(/NaN|Infinity|null,/);
  });

  test('is not there for edges that are of no cell', () => {
    expect(cellLayout([{ id: 'first', title: 'First', paths: ['a', 'b'] }], [0.5, 0.5])).toBeUndefined();
    expect(cellLayout([], [])).toBeUndefined();
  });

  test('tells paths apart by colour and by dash', () => {
    for (const theme of ['light', 'dark'] as const) {
      const marks = [...pathMarks(edges, theme).values()];
      expect(marks).toHaveLength(4);
      expect(new Set(marks.map(({ color }) => color)).size).toBe(4);
      expect(new Set(marks.map(({ dash }) => dash.join())).size).toBe(4);
    }
  });
});

describe('words of a search', () => {
  test('name of each edge the path that counts most', () => {
    expect(leadingPaths(edges, sharesAt(20)).map(({ path }) => path)).toEqual([
      ...['conv3x3', 'skip', 'conv3x3', 'skip', 'pool3x3', 'conv3x3'],
    ]);
  });

  // A run that was paused over night would else be told to take days.
  test('tell the time left by the median epoch, and none where it is over', () => {
    const open = fixtureSearch(5, 'open');
    expect(secondsLeft(open)).toBe(15 * 60);
    const night = open.mixed.map((one, index) => (index < 3 ? one : { ...one, at: one.at.replace('24T', '25T') }));
    expect(secondsLeft({ ...open, mixed: night })).toBe(15 * 60);
    expect(secondsLeft(fixtureSearch(0, 'open'))).toBeUndefined();
    expect(secondsLeft(search)).toBeUndefined();
    expect(courseWords(open, 'running')).toBe('DARTS (Liu et al. 2019): epoch 5 of 20, about 15 min left.');
    expect(courseWords(open, 'paused')).toBe('DARTS (Liu et al. 2019): epoch 5 of 20, it goes on when the run does.');
    expect(courseWords(search, 'finished')).toBe('DARTS (Liu et al. 2019): 20 epochs, 20 min of all processors.');
    expect(courseWords(fixtureSearch(3, 'failed'), 'running')).toBe(
      'DARTS (Liu et al. 2019): it failed after 3 epochs.',
    );
  });

  test('find the student among those of the run by its network, and its costs beside the limits', () => {
    const { trials } = fixtureRun({ id: 'f', name: 'f', state: 'finished', budget: 4, done: 4, seed: 2 });
    expect(derivedTrial(search, trials)).toBeUndefined();
    const other = { ...trials[1]!, candidate: { family: 'cells', config: {} }, why: { source: 'derived' } };
    expect(derivedTrial(search, [...trials, other])).toBe(other);
    const own = { ...trials[0]!, candidate: { family: 'cells', config: search.student?.config ?? {} } };
    expect(derivedTrial(search, [...trials, other, own])).toBe(own);
    expect(costFacts(own, search.limits).map(([, text]) => text)).toEqual([
      expect.stringMatching(/ of 20/),
      expect.stringMatching(/ of 2/),
    ]);
    expect(costFacts(own, undefined)[0]?.[1]).not.toContain(' of ');
  });
});

test('a search that has not gone on is the same object, and its chart stands still', () => {
  const before = [fixtureSearch(3, 'open')];
  expect(asBefore(before, [fixtureSearch(3, 'open')])).toBe(before);
  expect(asBefore(before, [fixtureSearch(4, 'open')])[0]?.mixed).toHaveLength(4);
  expect(asBefore(before, [fixtureSearch(3, 'failed')])[0]?.state).toBe('failed');
  expect(asBefore(undefined, before)).toEqual(before);
});
