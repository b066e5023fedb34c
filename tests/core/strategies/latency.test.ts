/** TRADE with a latency objective: forecasts come from the log, and steer the search. */
import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../src/core/records/events.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { evaluate, latencyOf, latencyProblem } from '../../contract/strategy-problems.ts';

const LIMIT = 0.2;

function play(id: string, max: number | undefined, trials = 24): readonly Proposal[] {
  const problem = latencyProblem({
    limits: max === undefined ? [] : [{ metric: 'latencyMs', max }],
    budget: trials,
  });
  const strategy = openStrategy(id, { problem, seed: 2, options: {} });
  const proposals: Proposal[] = [];
  for (let i = 0; i < trials; i++) {
    const asked = strategy.ask(1);
    strategy.fold(asked);
    for (const { trial, candidate } of asked.proposals) {
      const latencyMs = latencyOf(problem.space, candidate);
      const trained = max === undefined || latencyMs <= max ? evaluate(problem.space, candidate) : {};
      strategy.fold({ type: 'told', trial, metrics: { ...trained, latencyMs } });
    }
    proposals.push(...asked.proposals);
  }
  return proposals;
}

const { space } = latencyProblem();
const tooSlow = (proposals: readonly Proposal[]): number =>
  proposals.filter(({ candidate }) => latencyOf(space, candidate) > LIMIT).length;

describe('a search under a latency limit', () => {
  it('tries fewer students that are too slow than chance does', () => {
    expect(tooSlow(play('trade', LIMIT))).toBeLessThan(tooSlow(play('random', LIMIT)) / 2);
  });

  it('finds students that are quick enough where all of the first ones are too slow', () => {
    const quickest = 0.13;
    const found = play('trade', quickest).filter(({ candidate }) => latencyOf(space, candidate) <= quickest);
    expect(found.length).toBeGreaterThan(0);
  });
});

it('a forecast that a proposal carries is near what is measured then', () => {
  const forecasts = play('trade', undefined)
    .slice(12)
    .map(({ candidate, why }) => Math.log((why.predictedLatencyMs ?? NaN) / latencyOf(space, candidate)));
  expect(forecasts.length).toBeGreaterThan(5);
  for (const error of forecasts) expect(Math.abs(error)).toBeLessThan(0.5);
});
