/** Recorded tables, played by every strategy: rows only, each once; and tables that are none. */
import { describe, expect, it } from 'vitest';
import { playsTables, STRATEGIES, strategyInfo } from '../../src/core/strategies/registry.ts';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import { replay } from '../../src/core/strategies/replay.ts';
import { ANY_EMBEDDING } from './any-embedding.ts';

type Cell = string | number;
type Row = readonly Cell[];

const grid: readonly Row[] = [1, 2, 3, 4].flatMap((depth) =>
  ['a', 'b', 'c'].map((kind, k): Row => [depth, kind, 50 + depth * 10 + k, 100 * depth + 7 * k]),
);
/** A second family with parameters of its own. */
const line: readonly Row[] = [1, 2, 3, 4, 5].map((width): Row => [width, 60 + width, 80 * width]);

function tableOf(rows: readonly Row[], others: readonly Row[], complete: boolean): Record<string, unknown> {
  const depth = { name: 'depth', type: 'ordinal', values: [1, 2, 3, 4] };
  const kind = { name: 'kind', type: 'categorical', values: ['a', 'b', 'c'] };
  const width = { name: 'width', type: 'ordinal', values: [1, 2, 3, 4, 5] };
  return {
    ...{ format: 'trade-replay/1', name: 'tiny', source: 'made here', licence: 'MIT', complete },
    metrics: ['accuracy', 'params'],
    objectives: [
      { metric: 'accuracy', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { accuracy: 0, params: 1000 },
    families: [
      { name: 'grid', parameters: [depth, kind], rows },
      { name: 'line', parameters: [width], rows: others },
    ],
  };
}

const now = (): number => 0;
const given = { now, embedding: ANY_EMBEDDING };
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const sorted = (rows: readonly number[]): readonly number[] => [...rows].sort((a, b) => a - b);

/** For who begins with short trainings: what they tell is another column. */
const SHORT = { epochs: 8, legs: [{ epochs: 2, schedule: 'part', metric: 'params' }] };

describe.each(Object.keys(STRATEGIES).filter((id) => playsTables(strategyInfo(id))))('tables of %s', (strategy) => {
  const needsLegs = strategyInfo(strategy).needs?.includes('legs') === true;
  const tableFor = (...of: Parameters<typeof tableOf>) =>
    parseTable({ ...tableOf(...of), ...(needsLegs ? SHORT : {}) });

  it('are played to the last row, each once, with a budget larger than they are', () => {
    const { rows, hypervolume } = replay(tableFor(grid, line, true), { strategy, seed: 1, budget: 40, ...given });
    expect(sorted(rows)).toEqual(count(17));
    expect(hypervolume.at(-1)).toBeCloseTo(1, 12);
  });

  it('that are samples of their space give rows only, though most neighbours of a row were never trained', () => {
    const table = tableFor(
      [0, 4, 8, 9, 11].map((i) => grid[i]!),
      [line[0]!, line[4]!],
      false,
    );
    for (const batch of [1, 3]) {
      const { rows } = replay(table, { strategy, seed: 2, budget: 40, batch, ...given });
      expect(sorted(rows)).toEqual(count(7));
    }
  });

  it('keep to a limit and to one objective', () => {
    const options = { strategy, seed: 1, budget: 40, limits: [{ metric: 'params', max: 250 }], single: true, ...given };
    const { rows, best } = replay(tableFor(grid, line, true), options);
    expect(rows).toHaveLength(9);
    expect(best.at(-1)).toBe(72);
  });

  it('may hold trials that gave no number', () => {
    const failed = grid.map((row, i): Row => (i % 3 === 1 ? [row[0]!, row[1]!, 'NaN', row[3]!] : row));
    const { rows, hypervolume } = replay(tableFor(failed, line, true), {
      strategy,
      seed: 1,
      budget: 40,
      ...given,
    });
    expect(sorted(rows)).toEqual(count(17));
    expect(hypervolume.at(-1)).toBeCloseTo(1, 12);
  });
});

describe('a table', () => {
  const broken: readonly (readonly [string, readonly Row[], RegExp])[] = [
    ['with a missing column', [[1, 'a', 60]], /families\[0\]\.rows\[0\] has 3 columns instead of 4/],
    ['with a column too many', [[1, 'a', 60, 100, 5]], /rows\[0\] has 5 columns instead of 4/],
    ['with a row outside its space', [grid[0]!, [1, 'd', 60, 100]], /rows\[1\] has kind = "d", outside its values/],
    ['with a row twice', [...grid, [2, 'b', 1, 1]], /rows\[12\] repeats the parameters of an earlier row/],
    ['with a row twice, once as text', [...grid, ['2', 'b', 1, 1]], /rows\[12\] repeats/],
    ['with a value that is no number', [[1, 'a', 'good', 100]], /rows\[0\] \(accuracy\) must be a number, not "good"/],
  ];
  it.each(broken)('%s is refused, naming the file, the row and what is wrong', (_name, rows, message) => {
    const parse = (): unknown => parseTable(tableOf(rows, line, false), 'tiny.json');
    expect(parse).toThrow(/^tiny\.json: /);
    expect(parse).toThrow(message);
  });

  it('without short trainings is refused by a search that begins with them', () => {
    const table = parseTable(tableOf(grid, line, true));
    expect(() => replay(table, { strategy: 'rank-nosh', seed: 1, budget: 4, now })).toThrow(
      /RANK-NOSH .* no short trainings are recorded here/,
    );
  });

  it('without a row is refused', () => {
    expect(() => parseTable(tableOf([], [], false), 'tiny.json')).toThrow(/hold no rows/);
  });
});
