import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../src/core/records/events.ts';
import type { Metrics, Problem } from '../../../src/core/objective.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import { adjacentExchange } from '../../../src/core/space/neighbours.ts';
import type { Candidate, Space } from '../../../src/core/space/space.ts';
import { testing } from '../../../src/core/strategies/evolution.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import {
  createProblem,
  evaluate,
  familiesProblem,
  singleObjective,
  vastProblem,
} from '../../contract/strategy-problems.ts';

const { EVOLUTION, initialSize } = testing;

function play(problem: Problem, answer: (proposal: Proposal) => Metrics | undefined, seed = 1): readonly Proposal[] {
  const strategy = openStrategy('evolution', { problem, seed, options: { references: false } });
  const all: Proposal[] = [];
  for (let asked = strategy.ask(1); asked.proposals.length > 0; asked = strategy.ask(1)) {
    strategy.fold(asked);
    for (const proposal of asked.proposals) {
      const metrics = answer(proposal);
      const { trial } = proposal;
      strategy.fold(metrics ? { type: 'told', trial, metrics } : { type: 'failed', trial, reason: 'it crashed' });
      all.push(proposal);
    }
  }
  return all;
}

const isMutation = (space: Space, parent: Candidate, child: Candidate): boolean =>
  parent.family === child.family &&
  adjacentExchange(familyOf(space, parent.family), parent.config).some(
    (config) => candidateKey({ family: parent.family, config }) === candidateKey(child),
  );

const childrenOf = (all: readonly Proposal[]): readonly Proposal[] =>
  all.filter(({ why }) => why.source === 'mutation');

describe('regularised evolution', () => {
  it('starts from a tenth of the budget, 8 students at least and a population at most', () => {
    expect([3, 24, 100, 200, 1000].map((budget) => initialSize(familiesProblem({ budget })))).toEqual([
      8, 8, 10, 20, 32,
    ]);
    const all = play(vastProblem({ budget: 30 }), () => ({ accuracy: 0.5 }));
    expect(all.map(({ why }) => why.source === 'initial')).toEqual(all.map((_, i) => i < 8));
    expect(childrenOf(all)).toHaveLength(22);
  });

  it('makes each child by one mutation of one of the youngest', () => {
    const problem = vastProblem({ budget: 80 });
    const all = play(problem, ({ candidate }) => evaluate(problem.space, candidate));
    for (const { trial, candidate } of childrenOf(all)) {
      const alive = all.slice(Math.max(0, trial - EVOLUTION.population), trial);
      expect(alive.some((parent) => isMutation(problem.space, parent.candidate, candidate))).toBe(true);
    }
  });

  it('lets the best die of age: it is a parent while it is young, and never after', () => {
    const problem = vastProblem({ budget: 90, objectives: singleObjective });
    const own = [1, 2, 3].flatMap((seed) => {
      const all = play(problem, ({ trial }) => ({ accuracy: trial === 4 ? 0.9 : 0.1 }), seed);
      return childrenOf(all).filter(({ candidate }) => isMutation(problem.space, all[4]!.candidate, candidate));
    });
    // It wins each tournament that it is drawn for: 8 of up to 32, over 28 trials.
    expect(own.length).toBeGreaterThan(3 * 7);
    expect(Math.max(...own.map(({ trial }) => trial))).toBeLessThanOrEqual(4 + EVOLUTION.population);
  });

  it('chooses parents by what they add to the front: the dominated have no children while others have', () => {
    // Of the first eight, by cost: .5, .2, .2, .8, .2, .2, 1.1 and at the dearest 1, which is
    // dominated and second by value. All that comes later fails, so that they stay the population.
    const values = [0.5, 0.2, 0.2, 0.8, 0.2, 0.2, 1.1, 1];
    const problem = vastProblem({ budget: 60 });
    const costs = ({ candidate }: Proposal): number =>
      familyOf(problem.space, 'vast').costs(candidate.config)['params']!;
    const first = play(vastProblem({ budget: 60 }), () => undefined).slice(0, 8);
    const byCost = [...first].sort((a, b) => costs(a) - costs(b)).map(({ trial }) => trial);
    const front = [byCost[0]!, byCost[3]!, byCost[6]!];
    const all = play(problem, ({ trial }) => (trial < 8 ? { accuracy: values[byCost.indexOf(trial)]! } : undefined));
    const parents = childrenOf(all).map(({ candidate }) =>
      all.slice(0, 8).filter((one) => isMutation(problem.space, one.candidate, candidate)),
    );
    expect(parents.length).toBeGreaterThan(40);
    for (const possible of parents) expect(possible.some(({ trial }) => front.includes(trial))).toBe(true);
  });

  it('reaches families of which nothing lives', () => {
    const problem = familiesProblem({ budget: 60 });
    const found = [1, 2, 3].map((seed) => {
      // Only one family lives, so others come by mutation of it alone.
      const answer = ({ candidate }: Proposal): Metrics | undefined =>
        candidate.family === 'plain' ? { accuracy: 0.5 } : undefined;
      return childrenOf(play(problem, answer, seed)).filter(({ candidate }) => candidate.family !== 'plain').length;
    });
    for (const count of found) expect(count).toBeGreaterThan(0);
  });

  it('goes on breeding in a sparse pool, where no student has a neighbour', () => {
    const levels = [0, 1, 2, 3, 4, 5, 6, 7];
    // Any two differ in both coordinates or by more than one step.
    const pool = levels.flatMap((a) => levels.filter((b) => a % 2 === 0 && b % 2 === 0).map((b) => ({ a, b })));
    const dimension = (name: string) => ({
      name,
      title: name,
      role: 'other' as const,
      type: 'ordinal' as const,
      levels,
    });
    const family = {
      name: 'pool',
      title: 'Pool',
      dimensions: [dimension('a'), dimension('b')],
      pool,
      costs: () => ({ params: 1 }),
    };
    const problem = createProblem([family], { objectives: singleObjective, budget: 40 });
    const all = play(problem, ({ candidate: { config } }) => ({ accuracy: Number(config['a']) + Number(config['b']) }));
    expect(all).toHaveLength(16);
    expect(childrenOf(all).length).toBeGreaterThanOrEqual(6);
  });

  it('draws by chance while nothing has given a result, and says why', () => {
    const all = play(familiesProblem(), () => undefined);
    for (const { why } of all.slice(8))
      expect(why).toEqual({ source: 'random', fallback: expect.stringMatching(/no parent/) });
  });
});
