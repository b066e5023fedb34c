/** RANK-NOSH: its levels, and what a pyramid over them costs. */
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Leg } from '../../../src/core/records/proposal.ts';
import { levelsOf } from '../../../src/core/strategies/rank-nosh/levels.ts';
import { meansOf, testing } from '../../../src/core/strategies/rank-nosh/pyramid.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { familiesProblem, singleObjective } from '../../contract/strategy-problems.ts';

const { costToEnd, pyramidCost } = testing;

const single = (changes: Partial<Problem> = {}): Problem =>
  familiesProblem({ objectives: singleObjective, ...changes });

describe('levels', () => {
  const levels = (epochs: number, more: { levels?: string; legs?: readonly Leg[] } = {}) =>
    levelsOf({
      ...{ problem: single(), seed: 1, epochs, options: { levels: more.levels ?? '' } },
      ...(more.legs && { legs: more.legs }),
    });
  const recorded = (schedule: Leg['schedule'], ...untils: readonly number[]): readonly Leg[] =>
    untils.map((until) => ({ until, schedule }));

  it('are a quarter, half and the whole, or the divisors nearest to that', () => {
    const found = [1, 2, 3, 7, 8, 9, 10, 12, 30, 200].map((epochs) => levels(epochs).epochs.join('/'));
    expect(found).toEqual(['1', '1/2', '1/3', '1/7', '2/4/8', '3/9', '2/5/10', '3/6/12', '6/15/30', '50/100/200']);
    expect(levels(8).schedule).toBe('part');
  });

  it('are those of a table: parts of the training, or else whole short ones', () => {
    const parts = recorded('part', 1, 2, 3, 4, 5, 6, 7);
    expect(levels(8, { legs: [...recorded('own', 2), ...parts] })).toEqual({ epochs: [2, 4, 8], schedule: 'part' });
    expect(levels(200, { legs: recorded('own', 12) })).toEqual({ epochs: [12, 200], schedule: 'own' });
    expect(levels(8, { legs: recorded('part', 3) }).epochs).toEqual([3, 8]);
  });

  it('are as they are written, where that is possible', () => {
    expect(levels(8, { levels: '1/2/4/8' }).epochs).toEqual([1, 2, 4, 8]);
    expect(levels(8, { levels: ' 8 ' }).epochs).toEqual([8]);
    expect(levels(8, { levels: '3/8', legs: recorded('part', 3, 5) }).epochs).toEqual([3, 8]);
    expect(levels(200, { levels: '12/200', legs: recorded('own', 12) })).toEqual({
      epochs: [12, 200],
      schedule: 'own',
    });
  });

  it.each([
    ['3/8', /have 3, which does not divide the 8 epochs.*for example "2\/4\/8"/],
    ['2/4/16', /go past the 8 epochs/],
    ['2/4', /do not end with the 8 epochs of a whole training/],
    ['4/2/8', /do not rise/],
    ['2/2/8', /do not rise/],
    ['2/x/8', /no whole numbers/],
    ['2.5/8', /no whole numbers/],
    ['0/8', /no whole numbers/],
    ['/', /no whole numbers/],
  ])('%s is refused in words, naming the option', (text, words) => {
    const refusal = (): unknown =>
      openStrategy('rank-nosh', { problem: single(), seed: 3, options: { levels: text }, epochs: 8 });
    expect(refusal).toThrow(words);
    expect(refusal).toThrow(WorkbenchError);
    try {
      refusal();
    } catch (error) {
      expect(error).toMatchObject({ code: 'config.invalid', place: { field: 'strategy.options.levels' } });
    }
  });

  it('that a table does not have are refused', () => {
    expect(() => levels(8, { levels: '4/8', legs: recorded('part', 2) })).toThrow(
      /no training of 4 epochs is recorded/,
    );
  });
});

describe('what a pyramid costs', () => {
  const part = { epochs: [2, 4, 8], schedule: 'part' } as const;
  const own = { epochs: [12, 200], schedule: 'own' } as const;

  it('is each level by its width: half of the one below, and one at least', () => {
    // 8 students: 8 x 2, 4 x 2 more, 2 x 4 more.
    expect(pyramidCost(part, 8)).toBe(8 * 2 + 4 * 2 + 2 * 4);
    expect([1, 2, 3].map((n) => pyramidCost(part, n))).toEqual([8, 2 * 2 + 2 + 4, 3 * 2 + 2 + 4]);
    expect(pyramidCost(own, 4)).toBe(4 * 12 + 2 * 200);
    expect(pyramidCost(part, 0)).toBe(0);
    expect([-1, 0, 1, 2].map((level) => costToEnd(part, level))).toEqual([8, 6, 4, 0]);
    expect(costToEnd(own, 0)).toBe(200);
  });

  it('is what a budget in epochs pays, and what is left over lets more begin', () => {
    const means = (budgetEpochs: number) => meansOf({ problem: single(), seed: 1, options: {}, budgetEpochs }, own);
    // One whole training and its short one are 212; 88 epochs are no second one, but seven more
    // short ones.
    expect(means(300)).toMatchObject({ paid: 3, begun: 3 + Math.floor((300 - 236) / 12) });
    expect(means(212 + 11)).toMatchObject({ paid: 1, begun: 1 });
  });

  it('in trainings is a pool of so many students', () => {
    const means = meansOf({ problem: single({ budget: 24 }), seed: 1, options: {} }, part);
    expect(means).toEqual({ most: 24, paid: 24, begun: 24, epochs: 24 * 2 + 12 * 2 + 6 * 4 });
  });
});
