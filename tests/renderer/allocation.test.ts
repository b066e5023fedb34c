import { describe, expect, test } from 'vitest';
import { allocationChart } from '../../src/renderer/charts/allocation.ts';
import { LISTED, STRATEGIES } from '../../src/core/strategies/registry.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';

const { trials } = fixtureRun({ id: 'run', name: 'Run', state: 'finished', budget: 12, done: 12, seed: 1 });
const families = [...new Set(trials.map(({ candidate }) => candidate.family))];

/** The chart of a run whose students come from these sources, by turns. */
function seriesOf(sources: readonly string[]) {
  const chart = allocationChart(
    {
      ...{ families, budget: trials.length, familyTitle: (family: string) => family, pinned: [] },
      trials: trials.map((trial, i) => ({ ...trial, why: { source: sources[i % sources.length] ?? '' } })),
    },
    'light',
  );
  return [chart.option.series ?? []].flat().flatMap((series) => (series.type === 'scatter' ? [series] : []));
}

describe('marks of who proposed a student', () => {
  test.each(
    [...Object.values(STRATEGIES), LISTED].map(({ info, sources }) => [info.title, Object.keys(sources)] as const),
  )('no two of %s are alike, and none is that of a stranger', (_, sources) => {
    const marksOf = (names: readonly string[]): readonly string[] =>
      seriesOf(names).map(({ symbol, color }) => JSON.stringify([symbol, color]));
    const marks = new Set([...marksOf(sources), ...marksOf(['of a later strategy'])]);
    expect(marks.size).toBe(sources.length + 1);
  });

  test('each sits on the line of its family: pins and arrows hang from their points', () => {
    const sources = ['mutation', 'policy', 'of a later strategy'];
    expect(seriesOf(sources)).toHaveLength(3);
    for (const { symbol } of seriesOf(sources)) expect(symbol).not.toMatch(/pin|arrow/);
  });
});
