import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { TRADE_F } from '../../../src/core/strategies/trade-f/constants.ts';
import { testing } from '../../../src/core/strategies/trade-f/episode.ts';
import type { Episode } from '../../../src/core/strategies/trade-f/episode.ts';
import { drawJointly } from '../../../src/core/strategies/trade-f/thompson.ts';
import { createEncoding, encode } from '../../../src/core/surrogate/encoding.ts';
import { createGp, posterior } from '../../../src/core/surrogate/gp.ts';
import { createLayout } from '../../../src/core/surrogate/hyperparameters.ts';
import type { DataTrial } from '../../../src/core/strategies/ledger.ts';
import { costedCandidates, oracleSpace, readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { evaluate, familiesProblem, singleObjective, vastProblem } from '../../contract/strategy-problems.ts';

const { FRESH, nextEpisode } = testing;

const trial = {} as DataTrial; // the law never looks into one
const told = (count: number): readonly DataTrial[] => Array.from({ length: count }, () => trial);

describe('the law of a family', () => {
  const filled: Episode = { ...FRESH, results: told(8) };
  const after = (start: Episode, outcomes: readonly boolean[], d = 3): Episode =>
    outcomes.reduce((episode, success) => nextEpisode(episode, trial, success, 8, d), start);

  it('neither fails nor succeeds while the region is filled', () => {
    const first = Array.from({ length: 8 }, () => false).reduce((e, s) => nextEpisode(e, trial, s, 8, 3), FRESH);
    expect(first).toMatchObject({ side: TRADE_F.side, failures: 0 });
    expect(first.results).toHaveLength(8);
  });

  it('doubles after three successes, at most to its widest, and halves after max(5, d) failures', () => {
    expect(after(filled, [true, true, true]).side).toBeCloseTo(1.6, 12);
    expect(after(filled, [true, true, true, true, true, true]).side).toBeCloseTo(TRADE_F.widest, 12);
    expect(after(filled, [false, false, false, false]).side).toBeCloseTo(0.8, 12);
    expect(after(filled, [false, false, false, false, false]).side).toBeCloseTo(0.4, 12);
    expect(after(filled, [false, false, false, false, false], 7).side).toBeCloseTo(0.8, 12);
    expect(after(filled, [false, false, false, false, true, false])).toMatchObject({ failures: 1, side: 0.8 });
  });

  it('starts anew without its data when the box collapses', () => {
    const narrow: Episode = { side: 1.5 * TRADE_F.narrowest, successes: 0, failures: 4, results: told(20) };
    expect(after(narrow, [false])).toEqual(FRESH);
  });
});

describe('a joint draw', () => {
  const oracle = readSurrogateOracle();
  const costed = costedCandidates(oracle);
  const encoding = createEncoding(oracleSpace(oracle), ['macs', 'params'], costed);
  const model = { encoding, layout: createLayout(encoding) };
  const pointOf = (index: number) => encode(encoding, costed[index]!);
  const gp = createGp(
    model,
    new Float64Array(model.layout.count),
    oracle.train.map(pointOf),
    Float64Array.from(oracle.y),
  );

  it('has the posterior mean, the variance with noise, and the covariance of what is alike', () => {
    // The same point twice: two noisy results of one student.
    const points = [...oracle.test.slice(0, 3).map(pointOf), pointOf(oracle.test[0]!)];
    const rng = createRng(5);
    const draws = Array.from({ length: 4000 }, () => drawJointly(gp, points, rng));
    const mean = (of: (draw: Float64Array) => number): number =>
      draws.reduce((sum, draw) => sum + of(draw), 0) / draws.length;
    points.forEach((point, i) => {
      const expected = posterior(gp, point);
      const spread = expected.variance + gp.terms.noise;
      const average = mean((draw) => draw[i]!);
      expect(Math.abs(average - expected.mean)).toBeLessThan(4 * Math.sqrt(spread / draws.length));
      const variance = mean((draw) => (draw[i]! - average) ** 2);
      // Relative deviation of a sample variance: sqrt(2 / n).
      expect(Math.abs(variance / spread - 1)).toBeLessThan(4 * Math.sqrt(2 / draws.length));
    });
    const between = mean((draw) => (draw[0]! - draw[3]!) ** 2);
    expect(Math.abs(between / (2 * gp.terms.noise) - 1)).toBeLessThan(4 * Math.sqrt(2 / draws.length));
  });
});

describe('TRADE-F', () => {
  it('gives every family its first draws, then goes by regions', () => {
    const problem = familiesProblem({ objectives: singleObjective, budget: 40 });
    const strategy = openStrategy('trade-f', { problem, seed: 4, options: { references: false } });
    const families = new Set<string>();
    const sources: string[] = [];
    for (let i = 0; i < 40; i++) {
      const asked = strategy.ask(1);
      strategy.fold(asked);
      for (const { trial: number, candidate, why } of asked.proposals) {
        if (why.source === 'initial') families.add(candidate.family);
        sources.push(why.source);
        strategy.fold({ type: 'told', trial: number, metrics: evaluate(problem.space, candidate) });
      }
    }
    expect(families.size).toBe(3);
    const firstRegion = sources.indexOf('region');
    expect(firstRegion).toBeGreaterThanOrEqual(6);
    expect(firstRegion).toBeLessThanOrEqual(20);
  });

  it('gives a family all of whose trainings fail its first draws and no more', () => {
    const problem = familiesProblem({ objectives: singleObjective, budget: 15 });
    const strategy = openStrategy('trade-f', { problem, seed: 4, options: { references: false } });
    const broken = problem.space.families[0]!.name;
    let tried = 0;
    for (let i = 0; i < 15; i++) {
      const asked = strategy.ask(1);
      strategy.fold(asked);
      for (const { trial: number, candidate } of asked.proposals) {
        const fails = candidate.family === broken;
        if (fails) tried++;
        strategy.fold(
          fails
            ? { type: 'failed', trial: number, reason: 'out of memory' }
            : { type: 'told', trial: number, metrics: evaluate(problem.space, candidate) },
        );
      }
    }
    expect(tried).toBeGreaterThan(0);
    expect(tried).toBeLessThanOrEqual(5);
  });

  it('gets better in a space too large to list: the last third beats the first draws', () => {
    const problem = vastProblem({ budget: 60, objectives: singleObjective });
    const strategy = openStrategy('trade-f', { problem, seed: 1, options: { references: false } });
    const values: number[] = [];
    for (let i = 0; i < 60; i++) {
      const asked = strategy.ask(1);
      strategy.fold(asked);
      for (const { trial: number, candidate } of asked.proposals) {
        const metrics = evaluate(problem.space, candidate);
        values.push(metrics['accuracy']!);
        strategy.fold({ type: 'told', trial: number, metrics });
      }
    }
    const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
    expect(mean(values.slice(40))).toBeGreaterThan(mean(values.slice(0, 12)));
  });
});
