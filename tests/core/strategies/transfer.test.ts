import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import { cholesky, packedLength, solve } from '../../../src/core/math/linear-algebra.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { PriorResult } from '../../../src/core/records/run.ts';
import { createContext } from '../../../src/core/strategies/trade/context.ts';
import { initialDesign } from '../../../src/core/strategies/trade/init.ts';
import { createPrior, fitWithPrior, isUsable, testing } from '../../../src/core/strategies/trade/transfer.ts';
import { createGp } from '../../../src/core/surrogate/gp.ts';
import { kernelMatrix } from '../../../src/core/surrogate/kernel.ts';
import { evaluate, familiesProblem, singleObjective } from '../../contract/strategy-problems.ts';

const { TRANSFER, weigh } = testing;

const problem = familiesProblem({ budget: 40 });
const context = createContext({ problem, seed: 1, options: {} }, {});
const { catalogue, model, pointOf } = context;
const members = createRng(4).shuffle(catalogue.families.flatMap((family) => family.members));

/** What a run of the same task was told of some students, on a scale of its own. */
function earlierRun(shift = 0, scale = 1, source = 'a', from = members.slice(0, 30)): PriorResult[] {
  return from.map(({ candidate }) => ({
    candidate,
    value: shift + scale * evaluate(problem.space, candidate)['accuracy']!,
    source,
  }));
}

/** Told one by one; `results` is the log. */
function play(prior: readonly PriorResult[], trials: number, played: Problem = problem, isPriorFromOtherData = false) {
  const game = openStrategy('trade', { problem: played, seed: 2, options: {}, prior, isPriorFromOtherData });
  const log: RunEvent[] = [];
  const proposals: Proposal[] = [];
  for (let i = 0; i < trials; i++) {
    const asked = game.ask(1);
    const told = asked.proposals.map(({ trial, candidate }): RunEvent => ({
      type: 'told',
      trial,
      metrics: evaluate(played.space, candidate),
    }));
    for (const event of [asked, ...told]) {
      log.push(event);
      game.fold(event);
    }
    proposals.push(...asked.proposals);
  }
  return { game, log, proposals };
}

describe('the weight of earlier runs', () => {
  const points = members.slice(0, 9).map(pointOf);
  const rng = createRng(9);
  const y = Float64Array.from(points, () => rng.normal());
  const m = y.map((value) => 0.5 * value + rng.normal());
  const theta = Array.from({ length: model.layout.count }, (_, i) => 0.3 * Math.sin(i));
  const gp = createGp(model, theta, points, y);
  const n = points.length;

  /** The covariance with the weight integrated, K + τ² m mᵀ, without the rows in `left`. */
  function factorWithout(left: number) {
    const kernel = kernelMatrix(model.encoding, gp.terms, gp.scaled);
    const kept = [...Array(n).keys()].filter((i) => i !== left);
    const entry = (i: number, j: number): number =>
      kernel[packedLength(Math.max(i, j)) + Math.min(i, j)]! + TRANSFER.weightDeviation ** 2 * m[i]! * m[j]!;
    const packed = Float64Array.from(kept.flatMap((i, row) => kept.slice(0, row + 1).map((j) => entry(i, j))));
    return { kept, entry, factor: cholesky(packed, kept.length)! };
  }

  it('scores by leaving one out as conditioning on the others one by one does', () => {
    let score = 0;
    for (let left = 0; left < n; left++) {
      const { kept, entry, factor } = factorWithout(left);
      const residual = Float64Array.from(kept, (i) => y[i]! - TRANSFER.weight * m[i]!);
      const cross = Float64Array.from(kept, (i) => entry(left, i));
      const explained = solve(factor, residual);
      const mean = TRANSFER.weight * m[left]! + cross.reduce((sum, value, i) => sum + value * explained[i]!, 0);
      const variance = entry(left, left) - solve(factor, cross).reduce((sum, value, i) => sum + value * cross[i]!, 0);
      score -= 0.5 * ((y[left]! - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
    }
    expect(weigh(gp, m).score).toBeCloseTo(score, 8);
  });

  it('is the posterior mean of the coefficient: its normal equation holds', () => {
    const { weight } = weigh(gp, m);
    const residual = y.map((value, i) => value - weight * m[i]!);
    const pull = solve(gp.factor, residual).reduce((sum, value, i) => sum + value * m[i]!, 0);
    expect(pull).toBeCloseTo((weight - TRANSFER.weight) / TRANSFER.weightDeviation ** 2, 8);
  });

  it('is nothing after ten results where they are of other data, however well they predict', () => {
    const weights = (isFromOtherData: boolean) =>
      play(earlierRun(), 16, problem, isFromOtherData).proposals.flatMap(({ why }) => why.priorWeight ?? []);
    // The same task: of the same data they would be kept.
    expect(weights(false).at(-1)).toBeGreaterThan(0.5);
    const own = weights(true);
    expect(own[0]).toBeGreaterThan(0);
    expect(own.at(-1)).toBe(0);
  });

  it('is kept where earlier runs tell what comes, and dropped where they tell the opposite', () => {
    const many = members.slice(0, 24).map(pointOf);
    const truth = Float64Array.from(many, (_, i) => Math.sin(2.7 * i * i));
    const noisy = truth.map((value) => value + 0.1 * rng.normal());
    const kept = fitWithPrior(model, many, noisy, truth, undefined, 20);
    expect(kept.weight).toBeGreaterThan(0.7);
    const opposite = truth.map((value) => -value);
    expect(fitWithPrior(model, many, noisy, opposite, undefined, 20).weight).toBeLessThan(0.4);
    const unrelated = Float64Array.from(many, () => 3 * rng.normal());
    expect(fitWithPrior(model, many, noisy, unrelated, undefined, 20).weight).toBeLessThan(0.2);
  });
});

describe('results of earlier runs', () => {
  it('say the same on whatever scale a run told them, and each run by its own', () => {
    const means = (results: readonly PriorResult[]): number[] =>
      members.slice(0, 40).map(createPrior(catalogue, model, pointOf, results)!.mean);
    const plain = means(earlierRun());
    means(earlierRun(-3, 40)).forEach((mean, i) => expect(mean).toBeCloseTo(plain[i]!, 8));
    const half = members.slice(0, 15);
    const shifted = means([...earlierRun(0, 1, 'a', half), ...earlierRun(5, 1, 'b', half)]);
    means([...earlierRun(0, 1, 'a', half), ...earlierRun(0, 1, 'b', half)]).forEach((mean, i) =>
      expect(shifted[i]).toBeCloseTo(mean, 8),
    );
  });

  it('count only where they are finite and of a student of this space', () => {
    const candidate: Candidate = { family: 'plain', config: { width: 8, depth: 2, act: 'relu' } };
    const usable = (changed: Partial<PriorResult>): boolean =>
      isUsable(problem.space, { candidate, value: 0.5, source: 'a', ...changed });
    expect(usable({})).toBe(true);
    expect(usable({ value: NaN })).toBe(false);
    expect(usable({ value: -Infinity })).toBe(false);
    expect(usable({ candidate: { ...candidate, family: 'gone' } })).toBe(false);
    expect(usable({ candidate: { ...candidate, config: { width: 9, depth: 2, act: 'relu' } } })).toBe(false);
    expect(usable({ candidate: { ...candidate, config: { width: 8, depth: 2 } } })).toBe(false);
    expect(usable({ candidate: { ...candidate, config: { ...candidate.config, more: 1 } } })).toBe(false);
    expect(usable({ candidate: { family: 'pooled', config: { code: 'b' } } })).toBe(false);
    expect(createPrior(catalogue, model, pointOf, [{ candidate, value: NaN, source: 'a' }])).toBeUndefined();
  });

  it('have a front of students that no other of them beats', () => {
    const results = earlierRun();
    const { front } = createPrior(catalogue, model, pointOf, results)!;
    expect(front.length).toBeGreaterThan(2);
    for (const { candidate, costs } of front) {
      const { accuracy } = evaluate(problem.space, candidate);
      const beaten = results.some((other) => {
        const params = catalogue.costsOf(other.candidate)['params']!;
        return other.value > accuracy! && params <= costs['params']!;
      });
      expect(beaten).toBe(false);
    }
  });

  it('over a limit of this run are left out: a student that is too large cannot be proposed', () => {
    const small = createCatalogue({ ...problem, limits: [{ metric: 'params', max: 600 }] }, 1);
    const { front } = createPrior(small, model, pointOf, earlierRun())!;
    expect(front.every(({ costs }) => costs['params']! <= 600)).toBe(true);
  });
});

describe('a search with earlier runs', () => {
  it('begins with references, then half of its design from the earlier front', () => {
    const { front } = createPrior(catalogue, model, pointOf, earlierRun())!;
    const design = initialDesign(catalogue, 1, { references: true }, front);
    expect(design).toHaveLength(initialDesign(catalogue, 1, { references: true }).length);
    const sources = design.map(({ why }) => why.source);
    expect(sources[0]).toBe('reference');
    expect(sources.filter((source) => source === 'earlier')).toHaveLength(Math.floor(design.length / 2));
    expect(new Set(design.map(({ member }) => member.key)).size).toBe(design.length);
  });

  it('trains what the earlier run found best, although that is known', () => {
    const single = { ...problem, objectives: singleObjective };
    const results = earlierRun();
    const best = results.reduce((a, b) => (b.value > a.value ? b : a));
    const { proposals } = play(results, 4, single);
    expect(proposals.map(({ candidate }) => candidateKey(candidate))).toContain(candidateKey(best.candidate));
  });

  it('goes on from log and prior alone exactly as the unbroken run does', () => {
    const prior = earlierRun(0.1, 0.5);
    const { game, log, proposals } = play(prior, 18);
    expect(proposals.some(({ why }) => (why.priorWeight ?? 0) !== 0)).toBe(true);
    const stored = JSON.parse(JSON.stringify({ prior, log })) as { prior: PriorResult[]; log: RunEvent[] };
    const resumed = openStrategy('trade', { problem, seed: 2, options: {}, prior: stored.prior });
    stored.log.forEach(resumed.fold);
    expect(resumed.ask(2)).toEqual(game.ask(2));
  });

  it('without a usable result is the search without any', () => {
    const unusable = earlierRun().map((result) => ({ ...result, value: NaN }));
    expect(play(unusable, 12).proposals).toEqual(play([], 12).proposals);
  });

  it('is refused by a strategy that would not look at them', () => {
    const start = () => openStrategy('random', { problem, seed: 1, options: {}, prior: earlierRun() });
    expect(start).toThrow(/learns nothing from earlier runs: choose trade/);
    expect(() => openStrategy('random', { problem, seed: 1, options: {}, prior: [] })).not.toThrow();
  });
});
