/** AKD's reward (card of MnasNet and of AKD in the sources), what it learns from, and that
 * it learns. */
import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Candidate, Family } from '../../../src/core/space/space.ts';
import { akd } from '../../../src/core/strategies/akd/akd.ts';
import type { AkdState } from '../../../src/core/strategies/akd/akd.ts';
import { AKD } from '../../../src/core/strategies/akd/constants.ts';
import { rewardOf } from '../../../src/core/strategies/akd/reward.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { createProblem, familiesProblem, manyFamilies, singleObjective } from '../../contract/strategy-problems.ts';
import { tellPlaces } from './points.ts';
import type { Place } from './points.ts';

describe('the reward', () => {
  const rewardsOf = (places: readonly Place[], changes: Partial<Problem> = {}): readonly (number | undefined)[] => {
    const { problem, ledger } = tellPlaces(places, changes);
    return ledger.trials.map((trial) => rewardOf(problem, trial));
  };
  const places: readonly Place[] = [
    [1000, 0.8],
    [2000, 0.84],
    [500, 0.7],
  ];

  it('is ACC (COST / T)^−0.07 but for the factor T^0.07, which is the same for all', () => {
    const rewards = rewardsOf(places);
    const mnasnet = (accuracy: number, cost: number): number => accuracy * (cost / 700) ** -0.07;
    [mnasnet(0.8, 1000), mnasnet(0.84, 2000), mnasnet(0.7, 500)].forEach((value, i) =>
      expect(rewards[i]).toBeCloseTo(value * 700 ** -0.07, 12),
    );
  });

  it('holds that a doubled cost is worth about five percent of the accuracy, as Tan et al. derive it', () => {
    const [small, large] = rewardsOf([
      [1000, 0.8],
      [2000, 0.8 * 1.05],
    ]);
    expect(large! / small!).toBeCloseTo(1.05 * 2 ** -0.07, 12);
    expect(Math.abs(large! / small! - 1)).toBeLessThan(0.001);
  });

  it('is the accuracy itself with one objective, and the problem’s own reward where it has one', () => {
    expect(rewardsOf(places, { objectives: singleObjective })).toEqual([0.8, 0.84, 0.7]);
    const hard = rewardsOf(places, {
      objectives: [{ metric: 'reward', goal: 'maximize', known: false }],
      reward: { cost: 'params', target: 1000, under: 0, over: -1 },
    });
    [0.8, 0.42, 0.7].forEach((value, i) => expect(hard[i]).toBeCloseTo(value, 12));
  });

  it('falls as costs rise, also where the value is a loss', () => {
    const objectives = [
      { metric: 'loss', goal: 'minimize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ] as const;
    const losses: readonly Place[] = [1000, 2000].map((cost) => [cost, { loss: 0.5 }] as const);
    const [small, large] = rewardsOf(losses, { objectives });
    expect(large).toBeLessThan(small!);
  });

  it('is none for what failed, runs, gave no number or broke a measured limit', () => {
    const told = (latencyMs: number) => ({ accuracy: 0.5, latencyMs });
    const places: readonly Place[] = [
      [1, 'failed'],
      [1, 'running'],
      [1, NaN],
      [1, told(2)],
      [1, told(0.5)],
    ];
    const rewards = rewardsOf(places, { objectives: singleObjective, limits: [{ metric: 'latencyMs', max: 1 }] });
    expect(rewards).toEqual([undefined, undefined, undefined, undefined, 0.5]);
  });
});

/** The strategy's own state after events, with `count` trials asked at once first. */
function stateAfter(problem: Problem, count: number, results: (proposals: readonly Proposal[]) => readonly RunEvent[]) {
  const start = akd.init({ problem, seed: 3, options: { references: false } });
  const asked = akd.ask(start, count);
  const before = akd.fold(start, asked);
  return { before, after: results(asked.proposals).reduce((state, event) => akd.fold(state, event), before) };
}

const told = (trial: number, accuracy: number): RunEvent => ({ type: 'told', trial, metrics: { accuracy } });
const thetaOf = ({ learner }: AkdState): Float64Array => learner.theta;

describe('the controller learns', () => {
  const problem = familiesProblem({ objectives: singleObjective });
  const first = (proposals: readonly Proposal[], n: number): readonly RunEvent[] =>
    proposals.slice(0, n).map(({ trial }) => told(trial, 0.5 + trial / 100));

  it('from every eight students that end, in whatever order, and then starts anew', () => {
    const seven = stateAfter(problem, 12, (proposals) => first(proposals, 7));
    expect(thetaOf(seven.after)).toEqual(thetaOf(seven.before));
    const eight = stateAfter(problem, 12, (proposals) => [...first(proposals, 8)].reverse());
    expect(eight.after.learner.steps).toBe(AKD.epochs);
    expect(eight.after.ended).toEqual([]);
    expect([...eight.after.open.keys()]).toEqual([8, 9, 10, 11]);
  });

  it('by the last word on a trial until then, and by no correction after', () => {
    const late = stateAfter(problem, 8, (proposals) => [told(0, 0.1), ...first(proposals, 8)]);
    const plain = stateAfter(problem, 8, (proposals) => first(proposals, 8));
    expect(thetaOf(late.after)).toEqual(thetaOf(plain.after));
    const corrected = stateAfter(problem, 8, (proposals) => [...first(proposals, 8), told(0, 0.99)]);
    expect(thetaOf(corrected.after)).toEqual(thetaOf(plain.after));
  });

  it('nothing from reference students, which it has not written', () => {
    const start = akd.init({ problem: manyFamilies(8), seed: 3, options: {} });
    const asked = akd.ask(start, 8);
    const after = asked.proposals.reduce(
      (state, { trial }) => akd.fold(state, told(trial, 0.5)),
      akd.fold(start, asked),
    );
    expect(thetaOf(after)).toEqual(thetaOf(start));
  });

  it('nothing while all students fail; once one is known, that failures are as bad as the worst', () => {
    const failures = (proposals: readonly Proposal[]): readonly RunEvent[] =>
      proposals.map(({ trial }) => ({ type: 'failed', trial, reason: 'it crashed' }));
    const lost = stateAfter(problem, 8, failures);
    expect(thetaOf(lost.after)).toEqual(thetaOf(lost.before));
    const asWorst = stateAfter(problem, 8, (proposals) => [
      ...failures(proposals).slice(0, 6),
      told(6, 0.3),
      told(7, 0.9),
    ]);
    const spelled = stateAfter(problem, 8, (proposals) => [
      ...proposals.slice(0, 6).map(({ trial }) => told(trial, 0.3)),
      ...[told(6, 0.3), told(7, 0.9)],
    ]);
    expect(thetaOf(asWorst.after)).toEqual(thetaOf(spelled.after));
  });

  it('the same from accuracies in percent as from shares: advantages are in deviations of the rewards', () => {
    const shares = stateAfter(problem, 8, (proposals) => first(proposals, 8));
    const percent = stateAfter(problem, 8, (proposals) => proposals.map(({ trial }) => told(trial, 50 + trial)));
    thetaOf(shares.after).forEach((value, i) => expect(thetaOf(percent.after)[i]).toBeCloseTo(value, 9));
  });
});

describe('AKD', () => {
  /** 4^5 students; the accuracy is the share of dimensions at their third level. */
  const grid: Family = {
    ...{ name: 'grid', title: 'Grid' },
    dimensions: Array.from({ length: 5 }, (_, i) => {
      return { name: `x${i}`, title: `x${i}`, role: 'other', type: 'categorical', levels: ['a', 'b', 'c', 'd'] };
    }),
    costs: () => ({ params: 1 }),
  };
  const accuracyOf = ({ config }: Candidate): number =>
    Object.values(config).filter((level) => level === 'c').length / 5;

  function lateHits(id: string, seed: number): number {
    const problem = createProblem([grid], { objectives: singleObjective, budget: 96 });
    const strategy = openStrategy(id, { problem, seed, options: {} });
    const all: number[] = [];
    for (let asked = strategy.ask(1); asked.proposals.length > 0; asked = strategy.ask(1)) {
      strategy.fold(asked);
      for (const { trial, candidate } of asked.proposals) {
        all.push(accuracyOf(candidate));
        strategy.fold(told(trial, accuracyOf(candidate)));
      }
    }
    return all.slice(48).filter((accuracy) => accuracy >= 0.6).length;
  }

  it('finds good students more often than chance does once it has learned: one in ten of all is good', () => {
    // (C(5,3) 3² + C(5,4) 3 + 1) / 4^5 = 106 / 1024.
    for (const seed of [1, 2, 3]) {
      const learned = lateHits('akd', seed);
      expect(learned).toBeGreaterThan(2 * lateHits('random', seed));
      expect(learned).toBeGreaterThan(48 / 3);
    }
  });
});
