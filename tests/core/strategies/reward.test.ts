/** Searches by the MnasNet reward: strategies are given accuracies, and go by what accuracy and
 * cost make together. */
import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import type { Problem, Reward } from '../../../src/core/objective.ts';
import { withReward } from '../../../src/core/reward.ts';
import { explainRun } from '../../../src/core/strategies/explain.ts';
import { STRATEGIES, openStrategy } from '../../../src/core/strategies/registry.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { ANY_EMBEDDING } from '../../contract/any-embedding.ts';
import { evaluate, familiesProblem, latencyOf } from '../../contract/strategy-problems.ts';

const problemOf = (reward: Reward, changes: Partial<Problem> = {}): Problem =>
  familiesProblem({
    objectives: [{ metric: 'reward', goal: 'maximize', known: false }],
    reference: { reward: 0 },
    reward,
    ...changes,
  });

/** All that is known of a candidate in the end, its reward included. */
function outcome({ space, reward }: Problem, candidate: Candidate) {
  const costs = space.families.find(({ name }) => name === candidate.family)?.costs(candidate.config);
  const latencyMs = latencyOf(space, candidate);
  return withReward(reward, { ...costs, ...evaluate(space, candidate), latencyMs });
}

const rewardIn = (problem: Problem, candidate: Candidate): number => outcome(problem, candidate)['reward'] ?? NaN;

const allOf = ({ space }: Problem): readonly Candidate[] =>
  space.families.flatMap((family) => [...enumerateFamily(family)].map((config) => ({ family: family.name, config })));

function play(id: string, problem: Problem, seed = 1): { proposals: readonly Proposal[]; log: readonly RunEvent[] } {
  const strategy = openStrategy(id, {
    problem,
    seed,
    options: {},
    epochs: 8,
    keepsWeights: true,
    embedding: ANY_EMBEDDING,
  });
  const proposals: Proposal[] = [];
  const log: RunEvent[] = [];
  const fold = (event: RunEvent): void => {
    strategy.fold(event);
    log.push(event);
  };
  while (proposals.length < problem.budget) {
    const asked = strategy.ask(1);
    fold(asked);
    const { search } = asked.search ?? {};
    // A search that learns nothing leaves its students to chance.
    if (search !== undefined) fold({ type: 'searched', search, mixing: [], cpuSeconds: 0, reason: 'none' });
    else if (asked.proposals.length === 0) break;
    for (const { trial, candidate } of asked.proposals) {
      // Without the reward: what it is stands in the problem.
      fold({ type: 'told', trial, metrics: { ...outcome(problem, candidate), reward: 123 } });
    }
    proposals.push(...asked.proposals);
  }
  return { proposals, log };
}

const soft: Reward = { cost: 'params', target: 1000, under: -0.07, over: -0.07 };
const hard: Reward = { ...soft, target: 500, under: 0, over: -1 };
const timed: Reward = { cost: 'latencyMs', target: 0.15, under: -0.07, over: -0.5 };

describe('TRADE by reward', () => {
  it.each([
    ['the soft setting', soft],
    ['a hard target', hard],
    ['latency, of which only a forecast is known', timed],
  ])('finds one of the best two in 24 of 73 students: %s', (_name, reward) => {
    const problem = problemOf(reward);
    const rewards = allOf(problem).map((candidate) => rewardIn(problem, candidate));
    const second = rewards.sort((a, b) => b - a)[1] ?? NaN;
    for (const seed of [1, 2, 3]) {
      const found = play('trade', problem, seed).proposals.map(({ candidate }) => rewardIn(problem, candidate));
      expect(Math.max(...found)).toBeGreaterThanOrEqual(second);
    }
  });

  it('predicts accuracies, and expects gains of the reward', () => {
    const problem = problemOf(soft);
    const { log, proposals } = play('trade', problem);
    const { predictions } = explainRun('trade', { problem, seed: 1, options: {} }, log);
    expect(predictions.length).toBeGreaterThan(12);
    for (const { mean, outcome: accuracy } of predictions.slice(4)) expect(Math.abs(mean - accuracy)).toBeLessThan(0.2);
    const best = Math.max(...allOf(problem).map((candidate) => rewardIn(problem, candidate)));
    for (const { why } of proposals) expect(why.expectedGain ?? 0).toBeLessThan(best);
  });

  it('gives other students for another exponent: the cost counts', () => {
    const mean = (reward: Reward): number => {
      const problem = problemOf(reward);
      const late = play('trade', problem).proposals.slice(12);
      return late.reduce((sum, { candidate }) => sum + Math.log(outcome(problem, candidate)['params'] ?? NaN), 0) / 12;
    };
    expect(mean({ ...soft, under: -0.5, over: -0.5 })).toBeLessThan(mean({ ...soft, under: 0, over: 0 }) - 0.5);
  });
});

it.each(Object.keys(STRATEGIES))('%s plays by reward within the budget, each student once', (id) => {
  const { proposals } = play(id, problemOf(soft));
  expect(new Set(proposals.map(({ candidate }) => JSON.stringify(candidate))).size).toBe(24);
});

it.each([
  ['a reward that nobody says', { objectives: [{ metric: 'reward', goal: 'maximize', known: false }] }],
  ['a reward beside an accuracy', { reward: soft }],
  [
    'a reward against a cost',
    {
      reward: soft,
      objectives: [
        { metric: 'reward', goal: 'maximize', known: false },
        { metric: 'params', goal: 'minimize', known: true },
      ],
    },
  ],
] satisfies [string, Partial<Problem>][])('%s is refused', (_name, changes) => {
  expect(() => openStrategy('trade', { problem: familiesProblem(changes), seed: 1, options: {} })).toThrow('reward');
});
