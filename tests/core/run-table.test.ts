/** Runs side by side: a setting's effect is read from pairs that differ in nothing else. */
import { describe, expect, test } from 'vitest';
import { differingSettings, overSeeds, settingEffects, settingsOf } from '../../src/core/run-table.ts';
import type { ScoredRun } from '../../src/core/run-table.ts';
import { searchConfig } from '../support/store-records.ts';

let made = 0;
function run(changes: Readonly<Record<string, string>>, score?: number): ScoredRun {
  made += 1;
  const base = { 'strategy.id': 'trade', dataset: 'fashion', teacher: 'resnet', seed: '1', 'recipe.epochs': '8' };
  return { id: `r${made}`, settings: new Map(Object.entries({ ...base, ...changes })), score };
}
const seeds = (count: number, changes: Readonly<Record<string, string>>, score: (seed: number) => number) =>
  Array.from({ length: count }, (_, i) => run({ ...changes, seed: String(i + 1) }, score(i + 1)));

test('of a configuration the settings are told by their paths, and what follows from them is not', () => {
  const settings = settingsOf({
    ...searchConfig('a name'),
    limits: [{ metric: 'params', max: 5000 }],
    datasetFingerprint: 'abc',
  });
  expect(settings.get('limits.params')).toBe('5000');
  expect(settings.get('recipe.epochs')).toMatch(/^\d+$/);
  expect([...settings.keys()].filter((path) => /^(name|reference|datasetFingerprint)/.test(path))).toEqual([]);
  expect([...settings.values()].filter((value) => value.includes('[object'))).toEqual([]);
});

test('what differs comes with the strategy first and the seed last; what one run alone has differs too', () => {
  const runs = [
    run({ seed: '2', 'recipe.epochs': '4' }),
    run({ 'strategy.id': 'random', 'strategy.options.batch': '4' }),
  ];
  expect(differingSettings(runs)).toEqual(['strategy.id', 'recipe.epochs', 'strategy.options.batch', 'seed']);
  expect(differingSettings([run({}), run({})])).toEqual([]);
});

test('runs that differ in their seeds alone stand together', () => {
  const groups = overSeeds([run({ seed: '1' }), run({ 'recipe.epochs': '4' }), run({ seed: '2' })]);
  expect(groups.map((group) => group.length)).toEqual([2, 1]);
});

describe('the effect of a setting', () => {
  test('is the mean of the differences within pairs, whatever the seeds and data sets are like', () => {
    // Seeds and data sets move both scores by far more than the strategies do.
    const runs = ['fashion', 'cifar'].flatMap((dataset, k) => [
      ...seeds(4, { dataset, 'strategy.id': 'trade' }, (seed) => 10 * seed + 100 * k + 2 + (seed % 2) / 10),
      ...seeds(4, { dataset, 'strategy.id': 'random' }, (seed) => 10 * seed + 100 * k),
    ]);
    const [effect] = settingEffects(runs, 'strategy.id', 'random');
    expect(effect).toMatchObject({ value: 'trade', pairs: 8, verdict: 'better' });
    expect(effect?.mean).toBeCloseTo(2.05, 10);
    // The least that 2^8 signs can give, of one test alone.
    expect(effect?.p).toBeCloseTo(2 ** -7, 10);
    expect(settingEffects(runs, 'strategy.id', 'trade')[0]).toMatchObject({ value: 'random', verdict: 'worse' });
  });

  test('is none where something else differs, too, or a score is missing', () => {
    const runs = [
      ...seeds(6, { 'strategy.id': 'trade', 'recipe.epochs': '4' }, () => 1),
      ...seeds(6, { 'strategy.id': 'random' }, () => 0),
    ];
    expect(settingEffects(runs, 'strategy.id', 'random')).toEqual([]);
    const unscored = [run({ 'strategy.id': 'trade' }, NaN), run({ 'strategy.id': 'random' }, 1)];
    expect(settingEffects(unscored, 'strategy.id', 'random')).toEqual([]);
  });

  test('options of a strategy do not part it from others, nor those of a loss', () => {
    const runs = [
      ...seeds(5, { 'strategy.id': 'trade', 'strategy.options.batch': '4' }, (seed) => seed + 1),
      ...seeds(5, { 'strategy.id': 'random' }, (seed) => seed),
    ];
    expect(settingEffects(runs, 'strategy.id', 'random')[0]?.pairs).toBe(5);
  });

  test('of few pairs claims nothing; several runs of the same settings are one', () => {
    const few = [
      ...seeds(4, { 'strategy.id': 'trade' }, () => 1),
      ...seeds(4, { 'strategy.id': 'trade' }, () => 3),
      ...seeds(4, { 'strategy.id': 'random' }, () => 0),
    ];
    expect(settingEffects(few, 'strategy.id', 'random')[0]).toMatchObject({ pairs: 4, mean: 2, verdict: 'few' });
  });

  test('chance is no effect: of 40 games between equals with two rivals few are called one', () => {
    let called = 0;
    for (let game = 0; game < 40; game += 1) {
      const noise = (which: number) => (seed: number) => Math.sin(1 + 1000 * (game * 64 + which * 16 + seed) ** 1.5);
      const runs = ['a', 'b', 'c'].flatMap((id, which) => seeds(8, { 'strategy.id': id }, noise(which)));
      called += settingEffects(runs, 'strategy.id', 'a').filter(({ verdict }) => verdict !== 'open').length > 0 ? 1 : 0;
    }
    expect(called).toBeLessThanOrEqual(6);
  });
});
