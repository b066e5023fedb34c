import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import type { Problem } from '../../../src/core/objective.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import { adjacentExchange } from '../../../src/core/space/neighbours.ts';
import type { Family, Space } from '../../../src/core/space/space.ts';
import { checkOptionValues, explainBy, needsOf, openStrategy } from '../../../src/core/strategies/registry.ts';
import type { StrategyInput, StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import { createProblem, singleObjective, vastProblem } from '../../contract/strategy-problems.ts';

interface Played {
  readonly all: readonly Proposal[];
  readonly log: readonly RunEvent[];
  readonly input: StrategyInput;
}

/** `accuracyOf`: undefined of a training that fails. */
function play(
  problem: Problem,
  accuracyOf: (proposal: Proposal) => number | undefined,
  { batch = 1, ...options }: StrategyOptions & { readonly batch?: number } = {},
): Played {
  const input = { problem, seed: 3, options: { references: false, ...options } };
  const strategy = openStrategy('na-rs', input);
  const log: RunEvent[] = [];
  const push = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
  };
  for (let asked = strategy.ask(batch); asked.proposals.length > 0; asked = strategy.ask(batch)) {
    push(asked);
    for (const proposal of asked.proposals) {
      const { trial } = proposal;
      const accuracy = accuracyOf(proposal);
      if (accuracy === undefined) push({ type: 'failed', trial, reason: 'it crashed' });
      else push({ type: 'told', trial, metrics: { accuracy } });
    }
  }
  return { all: log.flatMap((event) => (event.type === 'asked' ? event.proposals : [])), log, input };
}

const answerOf = ({ input, log }: Pick<Played, 'input' | 'log'>) => explainBy('na-rs', input, log)?.answer;

const isNear = (space: Space, a: Proposal, b: Proposal): boolean =>
  a.candidate.family === b.candidate.family &&
  adjacentExchange(familyOf(space, a.candidate.family), a.candidate.config)
    .map((config) => candidateKey({ family: a.candidate.family, config }))
    .includes(candidateKey(b.candidate));

/** Levels in a row: of each but the ends there are two neighbours. */
const line = (count: number): Family => ({
  name: 'line',
  title: 'Line',
  dimensions: [
    {
      ...{ name: 'x', title: 'x', role: 'other', type: 'ordinal' },
      levels: Array.from({ length: count }, (_, level) => level),
    },
  ],
  costs: ({ x }) => ({ params: 1 + Number(x) }),
});

const lineProblem = (count: number, budget: number, changes: Partial<Problem> = {}): Problem =>
  createProblem([line(count)], { budget, ...changes });

const placeOf = ({ candidate: { config } }: Proposal): number => Number(config['x']);

describe('NA-RS', () => {
  it('trains each centre with m students one edit away from it, alone or some at a time', () => {
    const problem = vastProblem({ budget: 30 });
    const all = play(problem, () => 0.5, { neighbours: 5 }).all;
    expect(all.map(({ why }) => why.source === 'centre')).toEqual(all.map((_, i) => i % 6 === 0));
    for (const [i, one] of all.entries())
      if (i % 6 > 0) expect(isNear(problem.space, all[i - (i % 6)]!, one)).toBe(true);
    // A batch that ends within a neighbourhood goes on with it.
    expect(play(problem, () => 0.5, { neighbours: 5, batch: 4 }).all).toEqual(all);
  });

  it('judges by the mean, or by the least: a centre alone on its height is not the answer', () => {
    const problem = lineProblem(100, 90, { objectives: singleObjective });
    // Centres are drawn whatever is told: one of them is a peak that nothing good is beside.
    const drawn = play(problem, () => 0.5, { neighbours: 2 }).all.filter(({ why }) => why.source === 'centre');
    const peak = drawn.map(placeOf).find((x) => x > 0 && x < 99)!;
    const height = (x: number): number => (x === peak ? 0.99 : Math.abs(x - peak) === 1 ? 0.1 : 0.9 - x / 200);
    const played = play(problem, (proposal) => height(placeOf(proposal)), { neighbours: 2 });
    const centres = played.all.filter(({ why }) => why.source === 'centre').map(placeOf);
    expect(centres).toContain(peak);
    const near = (x: number): readonly number[] => [x - 1, x, x + 1].filter((at) => at >= 0 && at < 100).map(height);
    const mean = (x: number): number => near(x).reduce((sum, value) => sum + value, 0) / near(x).length;
    const best = centres.reduce((a, b) => (mean(b) > mean(a) ? b : a));
    expect(best).not.toBe(peak);
    const answer = answerOf(played)!;
    expect(answer.by).toBe('mean');
    expect(answer.centres).toEqual([
      expect.objectContaining({ own: height(best), score: expect.closeTo(mean(best), 12) }),
    ]);
    expect(placeOf(played.all[answer.centres[0]!.trial]!)).toBe(best);
    const least = answerOf({ ...played, input: { ...played.input, options: { neighbours: 2, aggregate: 'min' } } })!;
    expect(least.centres[0]!.score).toBe(Math.max(...centres.map((x) => Math.min(...near(x)))));
  });

  it('counts what was trained before of a neighbourhood, and trains nothing twice', () => {
    const played = play(lineProblem(9, 9), (proposal) => placeOf(proposal) / 10, { neighbours: 2 });
    expect(new Set(played.all.map(placeOf)).size).toBe(9);
    // All is trained, so that all centres are judged, each by both of its neighbours.
    const values = answerOf(played)!.centres;
    expect(values.length).toBeGreaterThan(0);
    for (const { trial, score } of values) {
      const x = placeOf(played.all[trial]!);
      const near = [x - 1, x, x + 1].filter((at) => at >= 0 && at < 9);
      expect(score).toBeCloseTo(near.reduce((sum, at) => sum + at / 10, 0) / near.length, 12);
    }
  });

  it('answers with the front of centres by score and their own costs where there are costs', () => {
    const played = play(vastProblem({ budget: 60 }), ({ trial }) => ((trial * 7919) % 101) / 101, { neighbours: 3 });
    const costs = played.all.map(({ candidate }) =>
      Object.values(candidate.config).reduce<number>((sum, level) => sum + Number(level), 10),
    );
    const value = (trial: number): number => ((trial * 7919) % 101) / 101;
    const centres = Array.from({ length: 15 }, (_, i) => ({
      ...{ trial: 4 * i, cost: costs[4 * i]! },
      score: [0, 1, 2, 3].reduce((sum, step) => sum + value(4 * i + step), 0) / 4,
    }));
    const front = centres.filter((one) => !centres.some((o) => o.score > one.score && o.cost <= one.cost));
    const expected = front.sort((a, b) => b.score - a.score).map(({ trial }) => trial);
    expect(answerOf(played)!.centres.map(({ trial }) => trial)).toEqual(expected);
  });

  it('judges a centre when all of its neighbours have ended, and never one that has none', () => {
    const problem = lineProblem(100, 3, { objectives: singleObjective });
    const played = play(problem, ({ trial }) => (trial === 1 ? undefined : 0.5 + trial / 10), { neighbours: 2 });
    // A failed one is no result: the centre's .5 and the other's .7.
    expect(answerOf(played)!.centres).toEqual([{ trial: 0, own: 0.5, neighbours: 1, score: expect.closeTo(0.6, 12) }]);
    expect(answerOf({ ...played, log: played.log.slice(0, -1) })!.centres).toEqual([]);
    const broken = play(problem, ({ trial }) => (trial === 0 ? undefined : 0.5), { neighbours: 2 });
    expect(answerOf(broken)!.centres).toEqual([]);
    const lonely = play(createProblem([line(1)], { budget: 3 }), () => 0.5);
    expect([lonely.all.length, answerOf(lonely)!.centres.length]).toEqual([1, 0]);
  });

  it('tells values in the unit of what is minimised, too', () => {
    const objectives = [{ metric: 'accuracy', goal: 'minimize' as const, known: false }];
    const played = play(lineProblem(50, 30, { objectives }), (proposal) => placeOf(proposal), { neighbours: 2 });
    const [best] = answerOf(played)!.centres;
    const lowest = Math.min(...played.all.filter(({ why }) => why.source === 'centre').map(placeOf));
    expect(best!.own).toBe(lowest);
    expect(best!.score).toBeGreaterThanOrEqual(0);
  });

  it('needs nothing of a run, and refuses options that are none, naming them', () => {
    expect(needsOf({ id: 'na-rs', options: {} })).toEqual([]);
    for (const neighbours of [0, -1, 1.5, NaN, 1e6]) {
      expect(() => checkOptionValues('na-rs', { options: { neighbours } })).toThrow(/whole number from 1 to 1000/);
    }
    expect(() => checkOptionValues('na-rs', { options: { aggregate: 'max' } })).toThrow(/mean or min/);
  });
});
