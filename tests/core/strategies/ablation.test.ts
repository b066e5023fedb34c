import { describe, expect, it } from 'vitest';
import type { Why } from '../../../src/core/records/proposal.ts';
import type { Dimension, Family } from '../../../src/core/space/space.ts';
import { openStrategy, strategyInfo } from '../../../src/core/strategies/registry.ts';
import type { StrategyId } from '../../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import { evaluate, familiesProblem } from '../../contract/strategy-problems.ts';

function play(id: StrategyId, options: StrategyOptions, trials = 24) {
  const problem = familiesProblem({ budget: 40 });
  const strategy = openStrategy(id, { problem, seed: 2, options });
  const whys: Why[] = [];
  let hyperparameters = 0;
  const names: string[] = [];
  for (let i = 0; i < trials; i++) {
    const asked = strategy.ask(1);
    strategy.fold(asked);
    if (asked.warmStart) hyperparameters = asked.warmStart.length;
    for (const { trial, candidate, why } of asked.proposals) {
      whys.push(why);
      names.push(JSON.stringify(candidate));
      strategy.fold({ type: 'told', trial, metrics: evaluate(problem.space, candidate) });
    }
  }
  return { whys, hyperparameters, names };
}

describe('a part that is switched off', () => {
  const whole = play('trade', {});

  it('leaves no trace: no regions, no hyperparameters of main effects or costs', () => {
    expect(whole.whys.some(({ region }) => region)).toBe(true);
    expect(play('trade', { regions: false }).whys.every(({ region }) => !region)).toBe(true);
    expect(play('trade', { mainEffects: false }).hyperparameters).toBe(whole.hyperparameters - 2);
    expect(play('trade', { costFeatures: false }).hyperparameters).toBeLessThan(whole.hyperparameters);
    const sure = play('trade', { amplitudeDoubt: false });
    expect(sure.hyperparameters).toBe(whole.hyperparameters);
    expect(sure.names).not.toEqual(whole.names);
  });

  it('is an option of TRADE, one by one', () => {
    expect(Object.keys(strategyInfo('trade').defaults).sort()).toEqual(
      ['references', 'regions', 'credit', 'familyArm', 'mainEffects', 'costFeatures', 'amplitudeDoubt'].sort(),
    );
  });
});

describe('TRADE-M', () => {
  it('proposes from one region at a time, and from all only where there is none', () => {
    const { whys } = play('trade-m', {});
    const late = whys.filter(({ source }) => source === 'region' || source === 'global');
    expect(late.filter(({ source }) => source === 'region').length).toBeGreaterThan(0.7 * late.length);
    // Ids rise: a region that gave way does not come back beside another.
    const ids = late.flatMap(({ region }) => region?.id ?? []);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });
});

describe('the global process', () => {
  it("is TRADE without regions, their credit and a family's arm, and has none of them as options", () => {
    const { names, whys } = play('gp-ehvi', {});
    expect(names).toEqual(play('trade', { regions: false, credit: false, familyArm: false }).names);
    expect(whys.every(({ region }) => !region)).toBe(true);
    expect(Object.keys(strategyInfo('gp-ehvi').defaults)).not.toContain('regions');
  });

  it('proposes what TRADE does in a family whose neighbours can be listed, but not where they cannot', () => {
    const names = (id: StrategyId, levels: number): readonly string[] => {
      const dimensions = Array.from({ length: 8 }, (_, i): Dimension => {
        const places = Array.from({ length: levels }, (__, level) => level);
        return { name: `d${i}`, title: `d${i}`, role: 'other', type: 'ordinal', levels: places };
      });
      const family: Family = { name: 'large', title: 'Large', dimensions, costs: () => ({}) };
      const objectives = [{ metric: 'accuracy', goal: 'maximize', known: false }] as const;
      const problem = { space: { families: [family] }, objectives, limits: [], reference: {}, budget: 24 };
      const strategy = openStrategy(id, { problem, seed: 1, options: {} });
      return Array.from({ length: 24 }, () => {
        const asked = strategy.ask(1);
        strategy.fold(asked);
        const { trial, candidate } = asked.proposals[0]!; // the space is far larger than the budget
        const misses = Object.values(candidate.config).map((level, i) => (Number(level) / (levels - 1) - i / 8) ** 2);
        const accuracy = 1 - misses.reduce((sum, miss) => sum + miss) / 8;
        strategy.fold({ type: 'told', trial, metrics: { accuracy } });
        return JSON.stringify(candidate);
      });
    };
    // 65,536 members with 32 levels in all, 16,777,216 with 64, and one level more in each
    // dimension.
    expect(names('trade', 4)).toEqual(names('gp-ehvi', 4));
    expect(names('trade', 8)).toEqual(names('gp-ehvi', 8));
    expect(names('trade', 9)).not.toEqual(names('gp-ehvi', 9));
  });
});
