/** What the builder learns from, what it is paid, and that it learns. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/records/events.ts';
import type { Candidate, Family } from '../../../src/core/space/space.ts';
import { choicesOf, createDecisions, writeCandidate } from '../../../src/core/strategies/akd/decisions.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { sac } from '../../../src/core/strategies/sac/sac.ts';
import type { SacState } from '../../../src/core/strategies/sac/sac.ts';
import { createProblem, familiesProblem, singleObjective } from '../../contract/strategy-problems.ts';

const told = (trial: number, accuracy: number): RunEvent => ({ type: 'told', trial, metrics: { accuracy } });
const fold = (state: SacState, events: readonly RunEvent[]): SacState => events.reduce(sac.fold, state);
const actorOf = ({ agent }: SacState): Float64Array => agent.actor.theta;

function start(references = false): SacState {
  const state = sac.init({
    problem: familiesProblem({ objectives: singleObjective }),
    seed: 3,
    options: { references, alpha: 0.3 },
  });
  return sac.fold(state, sac.ask(state, 6));
}

describe('decisions', () => {
  it('write back the student that they were read of, whatever dimensions are active', () => {
    const { space } = familiesProblem();
    const decisions = createDecisions(space.families);
    const students: readonly Candidate[] = [
      { family: 'plain', config: { width: 16, depth: 2, act: 'gelu' } },
      { family: 'gated', config: { width: 8, se: true, ratio: 8 } },
      { family: 'gated', config: { width: 24, se: false } },
    ];
    for (const student of students) {
      const choices = [...choicesOf(decisions, student)];
      const written = writeCandidate(decisions, (decision) => {
        const { first, token } = choices.shift()!;
        expect(first).toBe(decision.first);
        return token - first;
      });
      expect(written).toEqual(student);
      expect(choices).toEqual([]);
    }
  });
});

describe('the builder learns', () => {
  it('from each result at once, also from students that others proposed', () => {
    for (const references of [false, true]) {
      const state = start(references);
      const [first] = state.ledger.trials;
      expect(first!.why.source).toBe(references ? 'reference' : 'actor');
      expect(actorOf(fold(state, [told(0, 0.5)]))).not.toEqual(actorOf(state));
    }
  });

  it('nothing while all students fail; then that failures are as bad as the worst', () => {
    const state = start();
    const failed = (trial: number): RunEvent => ({ type: 'failed', trial, reason: 'it crashed' });
    const lost = fold(state, [failed(0), failed(1)]);
    expect(actorOf(lost)).toEqual(actorOf(state));
    const asWorst = fold(state, [told(1, 0.3), told(2, 0.9), failed(0)]);
    const spelled = fold(state, [told(1, 0.3), told(2, 0.9), told(0, 0.3)]);
    expect(actorOf(asWorst)).toEqual(actorOf(spelled));
  });

  it('from a correction, which takes the place of what was told; heard again it is nothing new', () => {
    const state = start();
    const once = fold(state, [told(0, 0.2), told(1, 0.4)]);
    expect(actorOf(fold(once, [told(0, 0.9)]))).not.toEqual(actorOf(once));
    expect(fold(once, [told(0, 0.2)])).toEqual(once);
  });

  it('the same from accuracies in percent as from shares', () => {
    const state = start();
    const shares = fold(state, [told(0, 0.2), told(1, 0.4), told(2, 0.5)]);
    const percent = fold(state, [told(0, 20), told(1, 40), told(2, 50)]);
    actorOf(shares).forEach((value, i) => expect(actorOf(percent)[i]).toBeCloseTo(value, 7));
  });
});

describe('soft actor-critic', () => {
  /** 4^5 students; the accuracy is the share of dimensions at their third level. */
  const grid: Family = {
    ...{ name: 'grid', title: 'Grid' },
    dimensions: Array.from({ length: 5 }, (_, i) => {
      return { name: `x${i}`, title: `x${i}`, role: 'other', type: 'categorical', levels: ['a', 'b', 'c', 'd'] };
    }),
    costs: () => ({ params: 1 }),
  };

  function lateMean(id: string, seed: number): number {
    const problem = createProblem([grid], { objectives: singleObjective, budget: 96 });
    const strategy = openStrategy(id, { problem, seed, options: {} });
    const all: number[] = [];
    for (let asked = strategy.ask(1); asked.proposals.length > 0; asked = strategy.ask(1)) {
      strategy.fold(asked);
      for (const { trial, candidate } of asked.proposals) {
        const accuracy = Object.values(candidate.config).filter((level) => level === 'c').length / 5;
        all.push(accuracy);
        strategy.fold(told(trial, accuracy));
      }
    }
    return all.slice(48).reduce((sum, accuracy) => sum + accuracy / 48, 0);
  }

  it('builds better students than chance once it has learned, by more than half as much again', () => {
    // By chance .25 on average.
    for (const seed of [1, 2, 3]) expect(lateMean('sac', seed)).toBeGreaterThan(1.5 * lateMean('random', seed));
  });
});
