/** What a budget comes to, and how far a run is, in words. */
import { describe, expect, it } from 'vitest';
import { testing } from '../../src/bridge/config/expand-config.ts';
import { parseSearch } from '../../src/bridge/config/parse-config.ts';
import { budgetWords, progressShort, progressWords } from '../../src/bridge/words/progress-words.ts';

const { budgetOf } = testing;

describe('words of progress', () => {
  it('say what is counted', () => {
    const trained = { done: 8, total: 24, unit: 'trainings' } as const;
    const epochs = { done: 1200, total: 1920, unit: 'epochs' } as const;
    expect([progressWords(trained), progressShort(trained)]).toEqual(['8 of 24 students', '8/24']);
    expect(progressWords(trained, { trainings: 'training' })).toBe('8 of 24 trainings');
    expect([progressWords(epochs), progressShort(epochs)]).toEqual(['1,200 of 1,920 epochs', '1,200/1,920 epochs']);
    expect(progressWords({ done: 0, total: 1, unit: 'epochs' })).toBe('0 of 1 epoch');
  });

  it('say what a budget comes to in the other unit', () => {
    const whole = { trainings: 24, epochs: 192, unit: 'trainings', isShort: false } as const;
    expect(budgetWords(whole)).toBe('24 trainings, 192 epochs in all.');
    expect(budgetWords({ trainings: 1, unit: 'trainings', isShort: false })).toBe('1 training.');
    expect(budgetWords({ ...whole, unit: 'epochs' })).toBe('192 epochs in all: 24 whole trainings.');
    expect(budgetWords({ trainings: 2.5, epochs: 20, unit: 'epochs', isShort: true })).toBe(
      '20 epochs in all: about 2.5 whole trainings, or more short ones.',
    );
  });
});

describe('a budget in trainings', () => {
  const search = (more: Parameters<typeof parseSearch>[0]) =>
    budgetOf(parseSearch({ name: 'x', recipe: { epochs: 8 }, budget: { trials: 24 }, ...Object(more) }));

  // By students, forty short trainings would be more than the budget, and cost half of it.
  it('is so many times the epochs of one where a strategy asks for short ones', () => {
    expect(search({})).toEqual({ trials: 24 });
    expect(search({ strategy: { id: 'trade', options: { shortTrainings: false } } })).toEqual({ trials: 24 });
    expect(search({ strategy: { id: 'trade', options: { shortTrainings: true } } })).toEqual({ epochs: 192 });
    const asked = { strategy: { id: 'trade', options: { shortTrainings: true } }, budget: { epochs: 100 } };
    expect(search(asked)).toEqual({ epochs: 100 });
  });
});
