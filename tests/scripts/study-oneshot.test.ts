/** The study of one-shot searches: its orders, what it keeps of a run, and what it counts. */
import { describe, expect, it } from 'vitest';
import { benchmarkOf } from '../../scripts/study/oneshot/benchmark.ts';
import { figuresOf } from '../../scripts/study/oneshot/figures.ts';
import { armsOf, configOf, FIXED, ordersOf } from '../../scripts/study/oneshot/plan.ts';
import { cellsOf, chosenWithin, percentileOf } from '../../scripts/study/oneshot/rivals.ts';
import type { Cell } from '../../scripts/study/oneshot/rivals.ts';
import { rowOf } from '../../scripts/study/oneshot/rows.ts';
import type { SearchRow } from '../../scripts/study/oneshot/rows.ts';
import { searchInputSchema } from '../../src/bridge/schemas/records.ts';
import { parseTable } from '../../src/core/strategies/recorded-table.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';

const EDGES = ['edge01', 'edge02', 'edge12', 'edge03', 'edge13', 'edge23'];
const cell = (test: number, told = test, cpuSeconds = 10): Cell => ({ key: '', test, told, params: 1, cpuSeconds });
const config = (ops: string): Readonly<Record<string, string>> =>
  Object.fromEntries(EDGES.map((name, edge) => [name, ops.split(' ')[edge] ?? 'none']));

describe('orders', () => {
  const data = { dataset: 'fashion-mnist', teacher: 'fashion-resnet' };

  it.each(armsOf('fashion'))('make %s a search that the product takes', (arm) => {
    const [order] = ordersOf('fashion', 1, [arm]);
    const parsed = searchInputSchema.parse(configOf(order!, data));
    expect(parsed.budget.trials).toBe(1);
    const { defaults } = strategyInfo(parsed.strategy.id);
    expect(Object.keys(parsed.strategy.options).filter((name) => !(name in defaults))).toEqual([]);
    expect(parsed.limits.params).toBe(arm.startsWith('rc-') ? FIXED.params : undefined);
  });

  it('go seed by seed, each once', () => {
    const orders = ordersOf('fashion', 3);
    expect(orders.slice(0, armsOf('fashion').length).every(({ seed }) => seed === 1)).toBe(true);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(3 * armsOf('fashion').length);
  });
});

describe('a row', () => {
  const order = { id: 'fashion/darts/1', task: 'fashion', arm: 'darts', seed: 1 } as const;

  it('keeps what the run tells of its search and of its student', () => {
    const derived = config('skip skip none none none conv3x3');
    const mixed = [
      { entropy: 1, params: 20, shares: [0.5, 0.5] },
      { entropy: 0.2, params: 30, shares: [0.9, 0.1] },
    ];
    const searches = [{ cpuSeconds: 12, mixed, student: { config: derived } }];
    const trials = [{ config: derived, accuracy: 0.875, params: 3, macs: 4 }];
    expect(rowOf({ run: { why: { searches }, trials } }, order).isNamed).toBe(true);
    // Nothing reaches the last node of what the method names: another one is trained.
    const unnamed = searches.map(({ student: _, ...rest }) => rest);
    expect(rowOf({ run: { why: { searches: unnamed }, trials } }, order)).toMatchObject({ derived, isNamed: false });
    expect(rowOf({ run: { why: { searches }, trials } }, order)).toMatchObject({
      ...{ ...order, epochs: 2, cpuSeconds: 12, entropy: [1, 0.2], params: [20, 30], shares: [0.9, 0.1], derived },
      student: { accuracy: 0.875, params: 3, macs: 4 },
    });
  });

  it('says why a search came to nothing', () => {
    const row = rowOf({ run: { why: { searches: [{ reason: 'NaN', mixed: [] }] }, trials: [{}] } }, order);
    expect(row).toMatchObject({ reason: 'NaN', epochs: 0, shares: [] });
    expect(row.derived).toBeUndefined();
    expect(row.student).toBeUndefined();
  });
});

describe('a cell’s percentile', () => {
  const cells = [1, 2, 2, 3].map((test) => cell(test));

  it('is the share that it leaves behind, ties by half', () => {
    expect([0, 1, 2, 3, 4].map((test) => percentileOf(cells, test))).toEqual([0, 12.5, 50, 87.5, 100]);
  });
});

describe('a search within seconds', () => {
  it('chooses by what it is told, of the trainings that fit, the first always', () => {
    const order = [cell(0.1, 0.5, 40), cell(0.2, 0.6, 40), cell(0.9, 0.9, 40)];
    expect([1, 79, 80, 119, 120].map((seconds) => chosenWithin(order, seconds)?.test)).toEqual([
      0.1, 0.1, 0.2, 0.2, 0.9,
    ]);
    expect(chosenWithin([cell(0.9, 0.1), cell(0.1, 0.9)], 100)?.test).toBe(0.1);
  });
});

describe('figures', () => {
  const parameters = EDGES.map((name) => ({
    name,
    type: 'categorical',
    values: ['none', 'skip', 'pool3x3', 'conv3x3'],
  }));
  const rows = ['none', 'skip', 'pool3x3', 'conv3x3'].map((op, place) => [
    ...['skip', 'none', 'none', op, 'none', 'none'],
    ...[0.8 + place / 100, 20_000 + 10_000 * place, 0.7 + place / 100, 10, 0.9 - place / 100],
  ]);
  const told = parseTable(
    {
      ...{
        format: 'trade-replay/1',
        name: 'cells',
        metrics: ['accuracy', 'params', 'testAccuracySeed2', 'cpuSeconds', 'testAccuracy'],
      },
      objectives: [
        { metric: 'accuracy', goal: 'maximize' },
        { metric: 'params', goal: 'minimize', known: true },
      ],
      ...{ reference: { accuracy: 0, params: 1e6 }, complete: false, families: [{ name: 'cells', parameters, rows }] },
    },
    'cells.json',
  );
  const cells = cellsOf({ table: told, missing: { kd: 0, second: 0 } });
  const row = (arm: SearchRow['arm'], seed: number, op: string): SearchRow => ({
    ...{ id: `fashion/${arm}/${seed}`, task: 'fashion', arm, seed, epochs: 1, cpuSeconds: 1000, entropy: [0.5] },
    ...{ params: [1], shares: [1], isNamed: true, derived: config(`skip none none ${op} none none`) },
    origin: { date: '', commit: '', machine: '' } as unknown as SearchRow['origin'],
  });

  it('place each search’s student among all cells, and count ops that do nothing', () => {
    const { methods } = figuresOf([row('dr-nas', 1, 'conv3x3'), row('dr-nas', 2, 'skip')], cells);
    // Of four cells the best and the second worst; in 1,010 s a random search trains all four.
    expect(methods['dr-nas']).toMatchObject({ seeds: [87.5, 37.5], percentile: 62.5, cpuSeconds: 1000, idle: 5.5 });
    expect(methods['dr-nas']).toHaveProperty('regret', expect.closeTo(1, 9));
    expect(methods['dr-nas']).toHaveProperty('overRandom.mean', expect.closeTo(-1, 9));
    expect(methods['random']).toEqual({ percentile: 87.5, cpuSeconds: 1000 });
  });

  // Half a column would leave cells out, and place students among the rest.
  it('go by the first training while the second of one cell is missing', () => {
    const first = cellsOf({ table: told, missing: { kd: 0, second: 1 } });
    const figures = figuresOf([row('dr-nas', 1, 'conv3x3')], first);
    expect(figures).toMatchObject({ scoredBy: 1, methods: { 'dr-nas': { seeds: [12.5] } } });
    expect(cells.scoredBy).toBe(2);
  });

  it('tell of searches with a limit how many stayed within it', () => {
    const { methods } = figuresOf([row('rc-darts', 1, 'conv3x3'), row('rc-darts', 2, 'skip')], cells);
    expect(methods['rc-darts']).toHaveProperty('within', 0.5);
    expect(methods['dr-nas']).toBeUndefined();
  });
});

it('NAS-Bench-201 is asked by its own names of ops, whatever the order of its edges', () => {
  const names = EDGES.toReversed();
  const ops = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'];
  const written = [
    ['avg_pool_3x3', 'nor_conv_3x3', 'nor_conv_1x1', 'skip_connect', 'none', 'none', 90, 93],
    ['none', 'none', 'none', 'none', 'none', 'none', 10, 10],
  ];
  const table = {
    ...{ format: 'trade-replay/1', name: 'b', metrics: ['accuracy', 'testAccuracy'], reference: { accuracy: 0 } },
    objectives: [{ metric: 'accuracy', goal: 'maximize' }],
    families: [
      { name: 'cell', parameters: names.map((name) => ({ name, type: 'categorical', values: ops })), rows: written },
    ],
  };
  const { testOf } = benchmarkOf(table, 'b.json');
  expect(testOf(config('none none skip conv1x1 conv3x3 pool3x3'))).toEqual({ test: 93, percentile: 50 });
  expect(testOf(config('skip skip skip skip skip skip'))).toBeUndefined();
});
