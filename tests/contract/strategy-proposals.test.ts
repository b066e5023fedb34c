/** What every strategy proposes: members of the space, each once, within limits and budget, to as
 * many trainers as there are. */
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../src/core/strategies/strategy.ts';
import { spaceSize } from '../support/space-size.ts';
import { CONTESTANTS } from './contestants.ts';
import { costsOf, expectNew, keys, playOut, playSlots, start } from './strategy-game.ts';
import { familiesProblem, fixedProblem, manyFamilies, nestedProblem, vastProblem } from './strategy-problems.ts';

/** Who begins with a network of its own has no references to do without. */
const byReferences = (id: string): boolean => strategyInfo(id).needs?.includes('source') !== true;
const withoutReferences = (id: string): StrategyOptions => (byReferences(id) ? { references: false } : {});

describe.each(CONTESTANTS)('proposals of %s', (id) => {
  it('spend the budget, one by one and in batches', () => {
    expect(playOut(start(id, familiesProblem()))).toHaveLength(24);
    expect(playOut(start(id, familiesProblem()), { batch: 5 })).toHaveLength(24);
    expect(playOut(start(id, vastProblem({ budget: 12 })), { batch: 2 })).toHaveLength(12);
  });

  it.each([
    ['the newest first', (running: readonly unknown[]) => running.length - 1],
    ['the oldest first', () => 0],
    ['in the middle', (running: readonly unknown[]) => running.length >> 1],
  ])('go to slots that become free %s, none of them one that is running', (_name, next) => {
    expect(playSlots(start(id, familiesProblem()), 4, next)).toHaveLength(24);
  });

  it('come for each free slot before anything has been told, and never twice when asked again', () => {
    const game = start(id, familiesProblem());
    const all = [...game.ask(12), ...game.ask(7), ...game.ask(3)];
    expect(all).toHaveLength(22);
    expectNew(game, all);
  });

  it('go on beside trials that never end', () => {
    const game = start(id, familiesProblem());
    const all = playOut(game, { answer: (_, proposal) => (proposal.trial < 4 ? undefined : game.tell(proposal)) });
    expect(all).toHaveLength(24);
  });

  it('stay within the budget, and are none when none is asked for', () => {
    const game = start(id, familiesProblem({ budget: 3 }));
    expect(game.ask(0)).toHaveLength(0);
    expect(game.ask(10)).toHaveLength(3);
    expect(game.ask(10)).toHaveLength(0);
  });

  it.each([1, 2, 3, 5])('spend a budget of %i, smaller than any initial design', (budget) => {
    expect(playOut(start(id, familiesProblem({ budget })))).toHaveLength(budget);
    expect(playOut(start(id, manyFamilies(8, { budget })), { batch: 2 })).toHaveLength(budget);
  });
});

describe.each(CONTESTANTS)('spaces of %s', (id) => {
  it('may be one family with gates behind gates, to its last student', () => {
    const problem = nestedProblem();
    expect(spaceSize(problem.space)).toBe(18);
    expect(playOut(start(id, problem))).toHaveLength(18);
  });

  it('may have a family without anything to choose, alone and beside others', () => {
    expect(playOut(start(id, fixedProblem()))).toHaveLength(1);
    const families = [...fixedProblem().space.families, ...nestedProblem().space.families];
    const all = playOut(start(id, nestedProblem({ space: { families }, budget: 40 })), { batch: 3 });
    expect(all).toHaveLength(19);
  });

  it('may be too large to list, under a limit that few of a sample keep', () => {
    // 1,352,078 of 21^12 students have a sum of levels of 12 at most; none of 2,000 drawn at
    // random.
    const problem = vastProblem({ limits: [{ metric: 'params', max: 22 }], budget: 6 });
    const all = playOut(start(id, problem, withoutReferences(id)));
    expect(all).toHaveLength(6);
    for (const proposal of all) expect(costsOf(problem, proposal)['params']).toBeLessThanOrEqual(22);
  });
});

describe.each(CONTESTANTS)('known costs of %s', (id) => {
  it('filter before anything is trained', () => {
    const limits = [
      { metric: 'params', max: 900 },
      { metric: 'macs', max: 40_000 },
    ];
    const problem = familiesProblem({ limits });
    const all = playOut(start(id, problem), { batch: 2 });
    expect(all).toHaveLength(24);
    for (const proposal of all) {
      expect(costsOf(problem, proposal)['params']).toBeLessThanOrEqual(900);
      expect(costsOf(problem, proposal)['macs']).toBeLessThanOrEqual(40_000);
    }
  });

  it('refuse a search whose limits no student keeps, naming the field and the least cost', () => {
    const problem = familiesProblem({ limits: [{ metric: 'params', max: 3 }] });
    const refusal = (): unknown => start(id, problem);
    expect(refusal).toThrow(WorkbenchError);
    expect(refusal).toThrow(/params <= 3.*16/);
    try {
      refusal();
    } catch (error) {
      expect(error).toMatchObject({ code: 'budget.unreachable', place: { field: 'limits' } });
    }
  });
});

/** Of eight families with twelve students each: the references, in the space's order. */
const REFERENCES = manyFamilies(8).space.families.map(({ name }) => `${name}{"ratio":4,"se":true,"width":8}`);

describe.each(CONTESTANTS.filter(byReferences))('reference students of %s', (id) => {
  it('come first, all of them and in the order of the space, as with every other strategy', () => {
    const all = start(id, manyFamilies(8, { budget: 40 })).ask(12);
    expect(keys(all.slice(0, 8))).toEqual(REFERENCES);
    expect(all.map(({ why }) => why.source === 'reference')).toEqual(all.map((_, i) => i < 8));
  });

  it('are none when they are not wanted', () => {
    const all = start(id, manyFamilies(8, { budget: 40 }), { references: false }).ask(12);
    expect(all.some(({ why }) => why.source === 'reference')).toBe(false);
    expect(keys(all.slice(0, 8))).not.toEqual(REFERENCES);
  });

  it('are left out where they are over a limit', () => {
    const problem = familiesProblem({ limits: [{ metric: 'params', max: 400 }] });
    expect(playOut(start(id, problem)).some(({ why }) => why.source === 'reference')).toBe(false);
  });
});
