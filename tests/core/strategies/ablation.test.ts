import { describe, expect, it } from 'vitest';
import type { Why } from '../../../src/core/records/proposal.ts';
import { currentOptions, openStrategy, strategyInfo } from '../../../src/core/strategies/registry.ts';
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

  it('leaves no trace: no region, no hyperparameters of main effects or costs', () => {
    expect(play('trade', { regions: false }).whys.every(({ region }) => !region)).toBe(true);
    expect(play('trade', { mainEffects: false }).hyperparameters).toBe(whole.hyperparameters - 2);
    expect(play('trade', { costFeatures: false }).hyperparameters).toBeLessThan(whole.hyperparameters);
  });

  it('is an option of TRADE, one by one', () => {
    expect(Object.keys(strategyInfo('trade').defaults).sort()).toEqual(
      ['references', 'regions', 'familyArm', 'mainEffects', 'costFeatures', 'shortTrainings', 'stopRule'].sort(),
    );
  });
});

describe('the global process', () => {
  it('is TRADE without its region, and has no such option', () => {
    const { names, whys } = play('gp-ehvi', {});
    expect(names).toEqual(play('trade', { regions: false }).names);
    expect(whys.every(({ region }) => !region)).toBe(true);
    expect(Object.keys(strategyInfo('gp-ehvi').defaults)).not.toContain('regions');
  });
});

describe('options of earlier versions', () => {
  it('are left out where a run of then goes on, and refused where a new one names them', () => {
    const options = { credit: false, mainEffects: false };
    expect(currentOptions('trade', options)).toEqual({ mainEffects: false });
    expect(currentOptions('random', { credit: true })).toEqual({ credit: true });
    expect(() => play('trade', options)).toThrow(/has no option 'credit'/);
  });
});
