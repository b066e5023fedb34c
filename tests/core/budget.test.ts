/** What a run has spent, by its log. */
import { describe, expect, it } from 'vitest';
import { countSpending, progressOf, trainingsOf } from '../../src/core/budget.ts';
import type { Leg } from '../../src/core/records/proposal.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import { recipeInput } from '../../src/core/records/recipe.ts';
import type { Run, SearchConfig } from '../../src/core/records/run.ts';

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

  // Closed form: legs to 3 of 9 and on are 3 + 6 epochs, one of its own schedule 3 + 9.
  it('is done with what has come to its end, and knows what of a schedule is open', () => {
    const part = asked([0, 1], { until: 3, schedule: 'part' });
    const open = spending({ epochs: 90 }, [part]);
    expect([open.done(), open.openOf(0), open.openOf(7)]).toEqual([0, { from: 0, until: 3 }, undefined]);
    const on = spending({ epochs: 90 }, [part, rested(0, 3), rested(1, 3), goneOn(0)]);
    expect([on.done(), on.openOf(0), on.openOf(1)]).toEqual([6, { from: 3, until: 9 }, undefined]);
    const told: RunEvent = { type: 'told', trial: 0, metrics: { accuracy: 0.8 } };
    // Stopped where it rests, it costs nothing more.
    const stopped: RunEvent = { type: 'failed', trial: 1, reason: 'It rested.' };
    expect(spending({ epochs: 90 }, [part, rested(0, 3), rested(1, 3), goneOn(0), told, stopped]).done()).toBe(12);
    const own = [asked([0], { until: 3, schedule: 'own' }), rested(0, 3), goneOn(0), told];
    expect(spending({ epochs: 90 }, own).done()).toBe(12);
  });

  it('is done with a search where that is told, once', () => {
    const search = { search: 0, family: 'f', method: 'darts', options: {}, epochs: 10, seed: 1 };
    const searched: RunEvent = { type: 'searched', search: 0, mixing: [], cpuSeconds: 1 };
    const log: readonly RunEvent[] = [{ type: 'asked', position: 0, proposals: [], search }, searched, searched];
    expect(spending({ epochs: 18 }, log).done()).toBe(10);
  });
});

describe('progress', () => {
  const trials = { queued: 0, running: 1, resting: 5, finished: 2, failed: 1, interrupted: 0, stopped: 3 };
  const score = { bestAccuracy: undefined, frontSize: 1, hypervolume: 0, history: [], historyStep: 1 };
  const by = (budget: SearchConfig['budget'], epochs?: number) => {
    // Sound: nothing else of the run is read.
    const run = { config: { budget, recipe } } as Run;
    return progressOf({ run, trials, score: { ...score, ...(epochs !== undefined && { epochs }) } });
  };

  // Of 11 students that began, 6 have ended: neither number says how much of 90 epochs is spent.
  it('is told in what the budget counts; of earlier runs by their whole trainings', () => {
    expect(by({ trials: 24 })).toEqual({ done: 6, total: 24, unit: 'trainings' });
    expect(by({ epochs: 90 }, 41)).toEqual({ done: 41, total: 90, unit: 'epochs' });
    expect(by({ epochs: 90 })).toEqual({ done: 54, total: 90, unit: 'epochs' });
  });
});
