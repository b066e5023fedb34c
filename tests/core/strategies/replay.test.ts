import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import { createTableProblem, replay } from '../../../src/core/strategies/replay.ts';

/** 4 x 3 rows, `quality` rising with both parameters, as text and numbers mixed. */
function tableJson(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const rows = [1, 2, 3, 4].flatMap((depth) =>
    ['a', 'b', 'c'].map((kind, k) => [depth, kind, String(depth * 10 + k), 100 * depth + 7 * k]),
  );
  return {
    format: 'trade-replay/1',
    name: 'tiny',
    source: 'made here',
    licence: 'MIT',
    metrics: ['quality', 'params'],
    objectives: [
      { metric: 'quality', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { quality: 0, params: 1000 },
    complete: true,
    families: [
      {
        name: 'tiny',
        parameters: [
          { name: 'depth', type: 'ordinal', values: [1, 2, 3, 4] },
          { name: 'kind', type: 'categorical', values: ['a', 'b', 'c'] },
        ],
        rows,
      },
    ],
    ...changes,
  };
}

const LEG = { epochs: 2, schedule: 'own', metric: 'quality' };

let ticks = 0;
const now = (): number => ticks++;

describe('replay', () => {
  for (const strategy of ['trade', 'random', 'evolution']) {
    it(`plays ${strategy} through every row once, to the whole hypervolume`, () => {
      const result = replay(parseTable(tableJson()), { strategy, seed: 1, budget: 50, now });
      expect([...result.rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
      expect(result.hypervolume.at(-1)).toBeCloseTo(1, 12);
      expect(result.best.at(-1)).toBe(42);
      result.hypervolume.reduce((before, share) => {
        expect(share).toBeGreaterThanOrEqual(before);
        return share;
      }, 0);
    });
  }

  it('proposes only rows of a table that is a sample of its space', () => {
    const whole = tableJson();
    const [family] = whole['families'] as { rows: unknown[] }[]; // the form written above
    const json = tableJson({ complete: false, families: [{ ...family, rows: family!.rows.slice(0, 7) }] });
    expect([...replay(parseTable(json), { strategy: 'trade', seed: 2, budget: 20, now }).rows].sort()).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
  });

  it('hides what is not known before training, and permutes categories by the seed', () => {
    const orders = [1, 2, 3, 4, 5, 6].map((seed) => {
      const { problem } = createTableProblem(parseTable(tableJson()), { seed, budget: 5 });
      const [family] = problem.space.families;
      expect(family?.costs({ depth: 2, kind: 'b' })).toEqual({ params: 207 });
      expect(family?.dimensions[0]?.levels).toEqual([1, 2, 3, 4]);
      return family?.dimensions[1]?.levels.join('');
    });
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('keeps to a limit and to a single objective', () => {
    const table = parseTable(tableJson());
    const limited = replay(table, {
      strategy: 'trade',
      seed: 1,
      budget: 50,
      limits: [{ metric: 'params', max: 250 }],
      single: true,
      now,
    });
    expect(limited.rows).toHaveLength(6);
    expect(limited.best.at(-1)).toBe(22);
    expect(limited.hypervolume.at(-1)).toBeCloseTo(1, 12);
  });

  it.each([
    [
      'a missing column',
      { families: [{ name: 'f', parameters: [{ name: 'p', type: 'ordinal', values: [1] }], rows: [[1, 2]] }] },
      /rows\[0\] has 2 columns instead of 3/,
    ],
    [
      'a row outside its space',
      { families: [{ name: 'f', parameters: [{ name: 'p', type: 'ordinal', values: [1] }], rows: [[2, 0, 0]] }] },
      /p = 2, outside/,
    ],
    [
      'a row told twice',
      {
        families: [
          {
            name: 'f',
            parameters: [{ name: 'p', type: 'ordinal', values: [1] }],
            rows: [
              [1, 0, 0],
              ['1', 3, 3],
            ],
          },
        ],
      },
      /repeats/,
    ],
    [
      'a metric that is no number',
      { families: [{ name: 'f', parameters: [{ name: 'p', type: 'ordinal', values: [1] }], rows: [[1, 'good', 0]] }] },
      /must be a number/,
    ],
    [
      'an objective that is no metric',
      { objectives: [{ metric: 'accuracy', goal: 'maximize' }] },
      /not among the metrics/,
    ],
    ['another format', { format: 'csv' }, /format must be/],
    ['legs of trainings of unknown length', { legs: [LEG] }, /epochs must say how long a whole training is/],
    ['a leg longer than the training', { epochs: 2, legs: [LEG] }, /legs\[0\].epochs must be below the 2 epochs/],
    [
      'a leg of an unknown metric',
      { epochs: 8, legs: [{ ...LEG, metric: 'short' }] },
      /legs\[0\].metric names 'short'/,
    ],
    ['a leg told twice', { epochs: 8, legs: [LEG, LEG] }, /legs\[1\] has 2 epochs of schedule 'own' twice/],
    ['a leg of another kind', { epochs: 8, legs: [{ ...LEG, schedule: 'half' }] }, /must be 'own' or 'part'/],
    [
      'no reference for an objective',
      { reference: { quality: 0 } },
      /reference has no value for the objective 'params'/,
    ],
    ['a reference without measure', { reference: { quality: 0, params: 'NaN' } }, /reference.params must be finite/],
    ['a word for whether it is complete', { complete: 'yes' }, /complete must be true or false/],
    ['a metric that is listed twice', { metrics: ['quality', 'params', 'quality'] }, /metrics has "quality" twice/],
    [
      'two families of one name, whose rows would be taken for each other',
      {
        families: [1, 2].map((p) => ({
          name: 'f',
          parameters: [{ name: 'p', type: 'ordinal', values: [p] }],
          rows: [[p, 0, 0]],
        })),
      },
      /families has "f" twice/,
    ],
    [
      'two parameters of one name, of which a row could tell but one',
      {
        families: [
          {
            name: 'f',
            parameters: [1, 2].map((p) => ({ name: 'p', type: 'ordinal', values: [p] })),
            rows: [[1, 2, 0, 0]],
          },
        ],
      },
      /families\[0\].parameters has "p" twice/,
    ],
    [
      'a value as number and as text',
      { families: [{ name: 'f', parameters: [{ name: 'p', type: 'ordinal', values: [1, '1'] }], rows: [[1, 0, 0]] }] },
      /families\[0\].parameters\[0\].values has "1" twice/,
    ],
  ])('refuses %s, naming file and field', (_, changes, message) => {
    const parse = (): unknown => parseTable(tableJson(changes), 'tiny.json');
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^tiny\.json: /);
    expect(parse).toThrow(WorkbenchError);
  });
});
