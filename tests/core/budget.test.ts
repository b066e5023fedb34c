/** What a run has spent, by its log. */
import { describe, expect, it } from 'vitest';
import { countSpending, trainingsOf } from '../../src/core/budget.ts';
import type { Leg } from '../../src/core/records/proposal.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import { recipeInput } from '../../src/core/records/recipe.ts';
import type { SearchConfig } from '../../src/core/records/run.ts';

const recipe = recipeInput.parse({ epochs: 9 });
const spending = (budget: SearchConfig['budget'], log: readonly RunEvent[] = []) => {
  const counted = countSpending({ budget, recipe });
  log.forEach(counted.fold);
  return counted;
};

const why = { source: 'x' };
const asked = (trials: readonly number[], leg?: Leg): RunEvent => ({
  type: 'asked',
  position: 0,
  proposals: trials.map((trial) => ({
    trial,
    candidate: { family: 'f', config: {} },
    seed: 1,
    why,
    ...(leg && { leg }),
  })),
});
const goneOn = (trial: number, leg?: Leg): RunEvent => ({
  type: 'asked',
  position: 0,
  proposals: [],
  continues: [{ trial, why, ...(leg && { leg }) }],
});
const rested = (trial: number, epoch: number): RunEvent => ({ type: 'rested', trial, epoch, metrics: {} });

describe('a budget in trainings', () => {
  it('is spent by what is asked for, whatever becomes of it; what rests may go on past it', () => {
    const two = spending({ trials: 3 }, [asked([0, 1]), { type: 'failed', trial: 0, reason: 'x' }]);
    expect([two.left(), two.room(4, 0)]).toEqual([1, 4]);
    const three = spending({ trials: 3 }, [asked([0, 1, 2], { until: 3, schedule: 'part' }), rested(0, 3)]);
    expect([three.left(), three.room(4, 0), three.room(4, 1)]).toEqual([0, 0, 4]);
  });
});

describe('a budget in epochs', () => {
  it('is as many whole trainings as are begun within it', () => {
    expect(trainingsOf({ budget: { epochs: 18 }, recipe })).toBe(2);
    expect(trainingsOf({ budget: { epochs: 19 }, recipe })).toBe(3);
    expect(trainingsOf({ budget: { trials: 5 }, recipe })).toBe(5);
    expect(spending({ epochs: 19 }, [asked([0, 1])]).left()).toBe(1);
    expect(spending({ epochs: 18 }, [asked([0, 1])]).left()).toBe(0);
  });

  it('counts legs by their epochs, so that short ones make room for more trials', () => {
    const legs = [asked([0, 1, 2], { until: 3, schedule: 'part' }), rested(0, 3), rested(1, 3)];
    expect(spending({ epochs: 18 }, legs).room(4, 2)).toBe(1);
    expect(spending({ epochs: 9 }, legs).room(4, 2)).toBe(0);
  });

  it('pays a whole training as long as it has the epochs of one, though what is left begins one', () => {
    expect(spending({ epochs: 18 }, [asked([0])]).pays()).toBe(true);
    expect(spending({ epochs: 17 }, [asked([0])]).pays()).toBe(false);
    expect(spending({ epochs: 17 }, [asked([0])]).left()).toBe(1);
    expect([spending({ trials: 2 }, [asked([0])]).pays(), spending({ trials: 1 }, [asked([0])]).pays()]).toEqual([
      true,
      false,
    ]);
  });

  it('counts the epochs of a search, whose network is no student', () => {
    const search = { search: 0, family: 'f', method: 'darts', options: {}, epochs: 10, seed: 1 };
    const log: readonly RunEvent[] = [{ type: 'asked', position: 0, proposals: [], search }];
    expect(spending({ epochs: 18 }, log).left()).toBe(1);
    expect(spending({ trials: 3 }, log).left()).toBe(3);
  });

  it('counts a leg that goes on from where it goes on, and one that starts afresh from its start', () => {
    const part = [asked([0], { until: 3, schedule: 'part' }), rested(0, 3), goneOn(0)];
    expect(spending({ epochs: 9 }, part).left()).toBe(0);
    expect(spending({ epochs: 10 }, part).left()).toBe(1);
    const own = [asked([0], { until: 3, schedule: 'own' }), rested(0, 3), goneOn(0)];
    expect(spending({ epochs: 12 }, own).left()).toBe(0);
    expect(spending({ epochs: 13 }, own).left()).toBe(1);
    const again = [...own.slice(0, 2), goneOn(0, { until: 6, schedule: 'part' }), rested(0, 6), goneOn(0)];
    expect(spending({ epochs: 12 }, again).left()).toBe(0);
  });
});
