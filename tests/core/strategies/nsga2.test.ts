import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../src/core/records/events.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { testing } from '../../../src/core/strategies/nsga2.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { familiesProblem, singleObjective, vastProblem } from '../../contract/strategy-problems.ts';

const { NSGA2, populationSize } = testing;

/** Dimensions in which two students of the vast space differ, and by how many levels together. */
function distance(a: Candidate, b: Candidate): { readonly changed: number; readonly steps: number } {
  const gaps = Object.keys(a.config).map((name) => Math.abs(Number(a.config[name]) - Number(b.config[name])));
  return { changed: gaps.filter((gap) => gap > 0).length, steps: gaps.reduce((sum, gap) => sum + gap, 0) };
}

/** Plays NSGA-II; `accuracy` is undefined for a trial that fails. */
function play(problem: ReturnType<typeof vastProblem>, accuracy: (proposal: Proposal) => number | undefined) {
  const strategy = openStrategy('nsga2', { problem, seed: 7, options: { references: false } });
  const all: Proposal[] = [];
  for (let asked = strategy.ask(1); asked.proposals.length > 0; asked = strategy.ask(1)) {
    strategy.fold(asked);
    const proposal = asked.proposals[0]!;
    const value = accuracy(proposal);
    const { trial } = proposal;
    if (value === undefined) strategy.fold({ type: 'failed', trial, reason: 'it crashed' });
    else strategy.fold({ type: 'told', trial, metrics: { accuracy: value } });
    all.push(proposal);
  }
  return all;
}

describe('NSGA-II', () => {
  it('mutates near its parents: one dimension of twelve on average, by few levels', () => {
    // One student alone lives, so every child is a mutation of it.
    const problem = vastProblem({ budget: 60, objectives: singleObjective });
    const all = play(problem, ({ trial }) => (trial === 2 ? 0.5 : undefined));
    const children = all.filter(({ why }) => why.source === 'crossover').map(({ candidate }) => candidate);
    expect(children.length).toBeGreaterThan(40);
    const distances = children.map((child) => distance(child, all[2]!.candidate));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Of Binomial(12, 1/12) without 0 the mean is 1 / (1 − (11/12)^12) = 1.54; repeats that are
    // drawn again raise it a little.
    expect(mean(distances.map(({ changed }) => changed))).toBeGreaterThan(1.2);
    expect(mean(distances.map(({ changed }) => changed))).toBeLessThan(2.2);
    // Steps of 1, 2, ... with chances 1/2, 1/4, ...: two levels on average.
    expect(mean(distances.map(({ changed, steps }) => steps / changed))).toBeLessThan(3);
  });

  it('takes every level of a child of two parents from one of them, but for mutations', () => {
    const problem = vastProblem({ budget: 60, objectives: singleObjective });
    const parents = [0, 3];
    const all = play(problem, ({ trial }) => (parents.includes(trial) ? 0.5 : undefined));
    const [a, b] = parents.map((trial) => all[trial]!.candidate.config);
    const children = all.filter(({ why }) => why.source === 'crossover').map(({ candidate }) => candidate.config);
    const foreign = children.map(
      (child) => Object.keys(child).filter((name) => child[name] !== a![name] && child[name] !== b![name]).length,
    );
    expect(foreign.reduce((sum, count) => sum + count, 0) / foreign.length).toBeLessThan(2);
    const mixed = children.filter((child) => {
      const fromA = Object.keys(child).filter((name) => child[name] === a![name] && child[name] !== b![name]).length;
      const fromB = Object.keys(child).filter((name) => child[name] === b![name] && child[name] !== a![name]).length;
      return fromA >= 3 && fromB >= 3;
    });
    expect(mixed.length).toBeGreaterThan(children.length / 5);
  });

  it('never forgets the best: its descendants come for as long as nothing beats it', () => {
    const problem = vastProblem({ budget: 90, objectives: singleObjective });
    const all = play(problem, ({ trial }) => (trial === 1 ? 0.9 : 0.1));
    const best = all[1]!.candidate;
    const near = all.slice(60).filter(({ candidate }) => distance(candidate, best).changed <= 7);
    expect(near.length).toBeGreaterThanOrEqual(3);
  });

  it('reaches other families, too', () => {
    const problem = familiesProblem({ budget: 60 });
    const all = play(problem, ({ candidate }) => (candidate.family === 'plain' ? 0.5 : undefined));
    const children = all.filter(({ why }) => why.source === 'crossover').map(({ candidate }) => candidate.family);
    expect(new Set(children).size).toBeGreaterThan(1);
  });

  it('keeps a tenth of the budget, between 20 and 50 students', () => {
    const sizes = [10, 24, 200, 300, 5000].map((budget) => populationSize(familiesProblem({ budget })));
    expect(sizes).toEqual([20, 20, 20, 30, 50]);
    expect(NSGA2.most).toBe(50);
  });
});
