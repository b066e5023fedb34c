import { describe, expect, it } from 'vitest';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import { armOf, GLOBAL_ARM, logCredit, paid } from '../../../src/core/strategies/trade/credit.ts';
import type { Credits } from '../../../src/core/strategies/trade/credit.ts';

const after = (...payoffs: readonly (readonly [expected: number, realised: number])[]): Credits =>
  payoffs.reduce<Credits>((credits, [expected, realised]) => paid(credits, 1, { expected, realised }), new Map());

const creditOf = (credits: Credits, gain: number): number => Math.exp(logCredit(credits, 1, Math.log(gain)));

describe('the credit of an arm', () => {
  it('is whole where nothing was promised yet, or all was kept', () => {
    expect(creditOf(new Map(), 2)).toBe(1);
    expect(creditOf(after([3, 3], [1, 1]), 2)).toBeCloseTo(1, 12);
  });

  it('is what was made of what was promised, the present promise counted as kept', () => {
    expect(creditOf(after([3, 1], [2, 0]), 1)).toBeCloseTo((1 + 1) / (1 + 5), 12);
  });

  it('forgets: a promise broken long ago is held against nobody', () => {
    const old = [9, 0] as const;
    const kept = Array.from({ length: TRADE.creditTrials }, () => [1, 1] as const);
    expect(creditOf(after(old, ...kept), 1)).toBeCloseTo(1, 12);
  });

  it('lets one lucky trial make up for no other', () => {
    expect(creditOf(after([1, 100], [1, 0]), 1)).toBeCloseTo(2 / 3, 12);
  });

  it('is kept apart for each arm, and of trials that no arm promised not at all', () => {
    const credits = after([5, 0]);
    expect(logCredit(credits, GLOBAL_ARM, 0)).toBe(0);
    expect(paid(credits, undefined, { expected: 5, realised: 0 })).toBe(credits);
    expect(armOf({ source: 'global' })).toBe(GLOBAL_ARM);
    expect(armOf({ source: 'region', region: { id: 4, centre: 0, radius: '2' } })).toBe(4);
    expect(armOf({ source: 'initial' })).toBeUndefined();
  });

  it('says nothing where nothing is promised: no 0 / 0', () => {
    expect(logCredit(after([5, 0]), 1, -Infinity)).toBe(0);
  });
});
