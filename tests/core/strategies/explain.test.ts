import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import { familyAllocation, predictionQuality, regionHistory } from '../../../src/core/strategies/explain.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { StrategyInput } from '../../../src/core/strategies/strategy.ts';
import { evaluate, familiesProblem } from '../../contract/strategy-problems.ts';

const input: StrategyInput = { problem: familiesProblem(), seed: 3, options: {} };

function played(trials: number): RunEvent[] {
  const strategy = openStrategy('trade', input);
  const log: RunEvent[] = [];
  const push = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
  };
  for (let i = 0; i < trials; i++) {
    const event = strategy.ask(1);
    push(event);
    for (const { trial, candidate } of event.proposals) {
      push({ type: 'told', trial, metrics: evaluate(input.problem.space, candidate) });
    }
  }
  return log;
}

const log = played(20);

describe('views of a run', () => {
  it('count each proposal once, by family and by arm', () => {
    const allocation = familyAllocation(input.problem, log);
    expect(allocation.map(({ family }) => family)).toEqual(['plain', 'gated', 'pooled']);
    expect(allocation.reduce((sum, { cumulative }) => sum + (cumulative.at(-1) ?? 0), 0)).toBe(20);
    for (const { cumulative, sources } of allocation) {
      expect(Object.values(sources).reduce((sum, count) => sum + count, 0)).toBe(cumulative.at(-1));
    }
  });

  it('tell every region that a proposal claims to come from, with the centre it had then', () => {
    const history = new Map(regionHistory(input, log).map((moment) => [moment.trial, moment.regions]));
    let claims = 0;
    for (const event of log) {
      if (event.type !== 'asked') continue;
      for (const { trial, why } of event.proposals) {
        if (!why.region) continue;
        claims++;
        const before = history.get(trial - 1)?.find(({ id }) => id === why.region?.id);
        expect(before).toMatchObject({ centre: why.region.centre, radius: why.region.radius });
      }
    }
    expect(claims).toBeGreaterThan(0);
  });

  it('account for every region: none appears or goes without being named', () => {
    const alive = new Set<number>();
    for (const { regions, opened, ended } of regionHistory(input, log)) {
      opened.forEach((id) => alive.add(id));
      ended.forEach((id) => alive.delete(id));
      expect(regions.map(({ id }) => id).sort()).toEqual([...alive].sort());
      expect(regions.length).toBeLessThanOrEqual(3);
    }
  });

  it('set predictions beside the outcomes that are told, not beside failed ones', () => {
    const { pairs, calibration } = predictionQuality(input.problem, log);
    expect(pairs.length).toBeGreaterThan(8);
    expect(calibration?.count).toBe(pairs.length);
    const last = pairs.at(-1)!.trial;
    const failed = predictionQuality(input.problem, [...log, { type: 'failed', trial: last, reason: 'lost' }]);
    expect(failed.pairs.map(({ trial }) => trial)).not.toContain(last);
  });
});
