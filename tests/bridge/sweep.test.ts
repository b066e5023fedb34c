/** A sweep is worked out before a run is made: which searches it is, and what cannot be one. */
import { describe, expect, test } from 'vitest';
import { axisOf, sweepOf } from '../../src/bridge/config/sweep.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';

const base: SearchInput = {
  name: 'Base',
  strategy: { id: 'trade', options: { batch: 4 } },
  recipe: { distillation: { loss: 'kd', temperature: 3 } },
  seed: 9,
};
const axes = (...texts: readonly string[]) => texts.map(axisOf);
const refused = (texts: readonly string[], given = base): string => {
  try {
    sweepOf(given, axes(...texts));
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
};

describe('an axis', () => {
  test.each([
    ['seed=1..3', { field: 'seed', values: [1, 2, 3] }],
    ['seed=5, 1..2', { field: 'seed', values: [5, 1, 2] }],
    ['strategy=trade, random', { field: 'strategy.id', values: ['trade', 'random'] }],
    ['recipe.learningRate=0.03,6e-2', { field: 'recipe.learningRate', values: [0.03, 0.06] }],
    ['families=["resnet"],["vit","resnet"]', { field: 'families', values: [['resnet'], ['vit', 'resnet']] }],
    ['recipe.augmentation.flip=true,false', { field: 'recipe.augmentation.flip', values: [true, false] }],
    ['dataset=a=b', { field: 'dataset', values: ['a=b'] }],
  ])('%s', (text, axis) => expect(axisOf(text)).toEqual(axis));

  test.each([
    ['seed', /write a field and its values/],
    ['=1', /write a field and its values/],
    ['seed=3..1', /3\.\.1 has no number in it/],
    // Nothing is laid out for a million.
    ['seed=1..999999999', /999,999,999 runs/],
  ])('%s is refused', (text, words) => expect(() => axisOf(text)).toThrow(words));
});

test('every combination is a search, the last axis the fastest, each by a name of its own', () => {
  const made = sweepOf(base, axes('strategy=trade,random', 'seed=1..2', 'budget.trials=6,8'));
  expect(made).toHaveLength(8);
  expect(new Set(made.map(({ name }) => name)).size).toBe(8);
  expect(made[1]).toMatchObject({ name: 'Base · trade · seed 1 · trials 8', seed: 1, budget: { trials: 8 } });
  expect(made[6]).toMatchObject({ name: 'Base · random · seed 2 · trials 6', seed: 2, budget: { trials: 6 } });
});

test('what a search says beside a strategy or a loss goes with that one alone', () => {
  const made = sweepOf(base, axes('strategy=trade,random', 'loss=kd,dist'));
  expect(made.map(({ strategy, recipe }) => [strategy, recipe.distillation])).toEqual([
    [base.strategy, expect.objectContaining({ loss: 'kd', temperature: 3 })],
    [base.strategy, expect.not.objectContaining({ temperature: 3 })],
    [{ id: 'random', options: {} }, expect.objectContaining({ loss: 'kd', temperature: 3 })],
    [{ id: 'random', options: {} }, expect.objectContaining({ loss: 'dist' })],
  ]);
  const [options] = sweepOf(base, axes('strategy.options.batch=2', 'strategy=random'));
  expect(options?.strategy).toEqual({ id: 'random', options: { batch: 2 } });
});

test('a long name makes room for what differs', () => {
  const [made] = sweepOf({ ...base, name: 'x'.repeat(120) }, axes('seed=1'));
  expect([made?.name.length, made?.name.endsWith(' · seed 1')]).toEqual([120, true]);
});

test.each([
  [[], /a sweep of nothing/],
  [['seed='], /seed: one of its values is missing/],
  [['seed=1,,2'], /seed: one of its values is missing/],
  [['seed=1,2,1'], /seed: 1 stands there twice/],
  [['seed=1', 'seed=2'], /stands there twice/],
  [['strategy.options=1', 'strategy.options.batch=2'], /the one is within the other/],
  [['seed=1..100', 'budget.trials=1..100', 'recipe.epochs=1..100'], /1,000,000 runs; 500/],
  [['seed=1,x'], /^Run 2 of 2, "Base · seed x": seed: /],
  [['recipe.learnrate=1'], /unknown key "learnrate" in recipe: did you mean "learningRate"/],
  [['__proto__.x=1'], /^Run 1 of 1/],
])('%j is refused in words', (texts, words) => expect(refused(texts)).toMatch(words));
