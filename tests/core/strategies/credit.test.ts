import { describe, expect, it } from 'vitest';
import type { Why } from '../../../src/core/records/proposal.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import { logCredit, paid } from '../../../src/core/strategies/trade/credit.ts';
import type { Payoff } from '../../../src/core/strategies/trade/credit.ts';
import { singleObjective, vastProblem } from '../../contract/strategy-problems.ts';

const after = (...payoffs: readonly (readonly [expected: number, realised: number])[]): readonly Payoff[] =>
  payoffs.reduce<readonly Payoff[]>((known, [expected, realised]) => paid(known, { expected, realised }), []);

const creditOf = (payoffs: readonly Payoff[], gain: number): number => Math.exp(logCredit(payoffs, Math.log(gain)));

describe('the credit of a region', () => {
  it('is whole where nothing was promised yet, or all was kept', () => {
    expect(creditOf([], 2)).toBe(1);
    expect(creditOf(after([3, 3], [1, 1]), 2)).toBeCloseTo(1, 12);
  });

  it('is what was made of what was promised, the present promise counted as kept', () => {
    expect(creditOf(after([3, 1], [2, 0]), 1)).toBeCloseTo((1 + 1) / (1 + 5), 12);
  });

  it('forgets: a promise broken long ago is not held against it', () => {
    const kept = Array.from({ length: TRADE.creditTrials }, () => [1, 1] as const);
    expect(creditOf(after([9, 0], ...kept), 1)).toBeCloseTo(1, 12);
  });

  it('lets one lucky trial make up for no other', () => {
    expect(creditOf(after([1, 100], [1, 0]), 1)).toBeCloseTo(2 / 3, 12);
  });

  it('says nothing where nothing is promised: no 0 / 0', () => {
    expect(logCredit(after([5, 0]), -Infinity)).toBe(0);
  });
});

/** Nothing that is proposed is ever better than the start. */
function disappoint(options: Readonly<Record<string, boolean>>): readonly Why[] {
  const problem = vastProblem({ objectives: singleObjective, budget: 30 });
  const strategy = openStrategy('trade', { problem, seed: 4, options });
  const whys: Why[] = [];
  for (let i = 0; i < 30; i++) {
    const asked = strategy.ask(1);
    strategy.fold(asked);
    for (const { trial, why } of asked.proposals) {
      whys.push(why);
      strategy.fold({ type: 'told', trial, metrics: { accuracy: trial < 4 ? 0.6 + trial / 100 : 0.5 } });
    }
  }
  return whys;
}

describe('a search that every region disappoints', () => {
  it('looks outside of them more often than one that goes on believing', () => {
    const outside = (whys: readonly Why[]): number => whys.filter(({ source }) => source === 'global').length;
    expect(outside(disappoint({}))).toBeGreaterThan(outside(disappoint({ credit: false })));
  });
});
