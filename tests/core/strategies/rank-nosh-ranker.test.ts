/** The ranker of RANK-NOSH: its gradient, what it learns, and what it sees of a student. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { NOSH } from '../../../src/core/strategies/rank-nosh/constants.ts';
import { createFeatures, scoreOf, teachRanker, testing } from '../../../src/core/strategies/rank-nosh/ranker.ts';
import type { Inputs, Judged, Ranker } from '../../../src/core/strategies/rank-nosh/ranker.ts';
import { createEncoding } from '../../../src/core/surrogate/encoding.ts';
import { familiesProblem, nestedProblem } from '../../contract/strategy-problems.ts';

const { createRanker, pairLoss } = testing;

const dense = (values: readonly number[]): Inputs => ({ places: values.map((_, place) => place), values });

/** `count` students of `width` inputs in [-1, 1]. */
function drawn(count: number, width: number, seed: number): readonly Inputs[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => dense(Array.from({ length: width }, () => 2 * rng.uniform() - 1)));
}

const lossOf = (ranker: Ranker, students: readonly Judged[]): number =>
  pairLoss(ranker, students, new Float64Array(ranker.theta.length));

const squares = ({ theta }: Ranker): number => theta.reduce((sum, value) => sum + value * value, 0);

describe('the loss over pairs', () => {
  const judged = drawn(7, 5, 3).map((inputs, i): Judged => ({ inputs, merit: [4, 1, 1, 3, 0, 4, 2][i]! }));

  it('has the gradient that central differences have', () => {
    const ranker = createRanker(5, createRng(1));
    // Biases begin at 0, where an error in them would not be seen.
    ranker.theta.forEach((value, j) => (ranker.theta[j] = value + 0.1 * Math.sin(j)));
    const gradient = new Float64Array(ranker.theta.length);
    pairLoss(ranker, judged, gradient);
    const step = 1e-5;
    const differences = ranker.theta.map((value, j) => {
      const at = (theta: number): number => lossOf({ ...ranker, theta: ranker.theta.with(j, theta) }, judged);
      return (at(value + step) - at(value - step)) / (2 * step);
    });
    gradient.forEach((slope, j) => expect(slope, `theta[${j}]`).toBeCloseTo(differences[j]!, 8));
  });

  it('of one pair is log(1 + exp(worse - better)), and its mean of several', () => {
    const ranker = createRanker(5, createRng(2));
    const [a, b, c] = drawn(3, 5, 4) as [Inputs, Inputs, Inputs];
    const pair = (better: Inputs, worse: Inputs): number =>
      Math.log(1 + Math.exp(scoreOf(ranker, worse) - scoreOf(ranker, better)));
    const decay = (NOSH.decay / 2) * squares(ranker);
    const two = [
      { inputs: a, merit: 0 },
      { inputs: b, merit: 1 },
    ];
    expect(lossOf(ranker, two)).toBeCloseTo(pair(b, a) + decay, 12);
    const three = [...two, { inputs: c, merit: 1 }]; // b and c are equals, and no pair
    expect(lossOf(ranker, three)).toBeCloseTo((pair(b, a) + pair(c, a)) / 2 + decay, 12);
  });

  it('of equals, of one student and of none is the decay alone', () => {
    const ranker = createRanker(5, createRng(2));
    const equals = judged.map((one) => ({ ...one, merit: 1 }));
    for (const students of [equals, equals.slice(0, 1), []]) {
      const gradient = new Float64Array(ranker.theta.length);
      expect(pairLoss(ranker, students, gradient)).toBeCloseTo((NOSH.decay / 2) * squares(ranker), 12);
      expect([...gradient]).toEqual([...ranker.theta].map((value) => NOSH.decay * value));
    }
  });

  it('stays finite where scores are far apart', () => {
    const ranker = createRanker(1, createRng(2));
    ranker.theta.fill(1e4);
    const far = [-1, 1].map((value, merit): Judged => ({ inputs: dense([value]), merit: -merit }));
    expect(lossOf(ranker, far)).toBeLessThan(Infinity);
  });
});

describe('the ranker', () => {
  /** Pairs of new students that are scored in the order of their worth. */
  function rightPairs(ranker: Ranker, worth: ({ values }: Inputs) => number, width: number): number {
    const others = drawn(60, width, 99);
    let [right, all] = [0, 0];
    others.forEach((a, i) =>
      others.slice(0, i).forEach((b) => {
        all += 1;
        if (worth(a) > worth(b) === scoreOf(ranker, a) > scoreOf(ranker, b)) right += 1;
      }),
    );
    return right / all;
  }

  const slope = ({ values }: Inputs): number => 2 * values[0]! - values[1]! + 0.5 * values[2]!;
  const judgedBy = (count: number, worth: (inputs: Inputs) => number): readonly Judged[] =>
    drawn(count, 4, 7).map((inputs) => ({ inputs, merit: worth(inputs) }));

  it('ranks students that it never saw, where a slope tells them apart', () => {
    expect(rightPairs(teachRanker(4, judgedBy(40, slope), createRng(1)), slope, 4)).toBeGreaterThan(0.93);
  });

  it('learns a peak in the middle, which no slope could', () => {
    const peak = ({ values }: Inputs): number => -(values[0]! ** 2);
    expect(rightPairs(teachRanker(4, judgedBy(60, peak), createRng(1)), peak, 4)).toBeGreaterThan(0.8);
  });

  it('learns from many students by parts of them', () => {
    const many = judgedBy(NOSH.students + 50, slope);
    expect(rightPairs(teachRanker(4, many, createRng(1)), slope, 4)).toBeGreaterThan(0.95);
  });

  it('is the same for the same seed, and another for another', () => {
    const teach = (seed: number) => [...teachRanker(4, judgedBy(12, slope), createRng(seed)).theta];
    expect(teach(1)).toEqual(teach(1));
    expect(teach(2)).not.toEqual(teach(1));
  });

  it('of nothing, of one and of equals gives scores that are numbers', () => {
    const inputs = drawn(2, 4, 5);
    for (const students of [[], [{ inputs: inputs[0]!, merit: 1 }], inputs.map((one) => ({ inputs: one, merit: 0 }))]) {
      const ranker = teachRanker(4, students, createRng(1));
      for (const one of inputs) expect(scoreOf(ranker, one)).toBeTypeOf('number');
      expect(Number.isFinite(scoreOf(ranker, inputs[0]!))).toBe(true);
    }
  });
});

describe('what the ranker sees', () => {
  const featuresOf = (problem: ReturnType<typeof familiesProblem>) => {
    const { families, costMetrics } = createCatalogue(problem, 1);
    const members = families.flatMap((family) => family.members);
    return { members, features: createFeatures(createEncoding(problem.space, costMetrics, members)) };
  };

  it('tells every student from every other one', () => {
    for (const problem of [familiesProblem(), nestedProblem()]) {
      const { members, features } = featuresOf(problem);
      const seen = members.map((member) => JSON.stringify(features.of(member)));
      expect(new Set(seen).size).toBe(members.length);
    }
  });

  it('shares the costs among families, and nothing else', () => {
    const { members, features } = featuresOf(familiesProblem());
    const places = (name: string) =>
      new Set(members.filter(({ candidate }) => candidate.family === name).flatMap((one) => features.of(one).places));
    const [plain, gated] = [places('plain'), places('gated')];
    // Of params and MACs the first two inputs.
    expect([...plain].filter((place) => gated.has(place)).sort()).toEqual([0, 1]);
    for (const { candidate, costs } of members) {
      for (const place of features.of({ candidate, costs }).places) expect(place).toBeLessThan(features.width);
    }
  });

  it('gives a category one input a level, and none to a level that is not active', () => {
    const { members, features } = featuresOf(nestedProblem());
    const of = (config: Readonly<Record<string, unknown>>) =>
      features.of(
        members.find(({ candidate }) => Object.entries(config).every(([k, v]) => candidate.config[k] === v))!,
      );
    const ones = ({ places, values }: Inputs) => places.filter((_, i) => values[i] === 1);
    const [conv, mix] = [of({ stages: 2, second: 'conv' }), of({ stages: 2, second: 'mix' })];
    expect(ones(conv).some((place) => !ones(mix).includes(place))).toBe(true);
    expect(of({ stages: 1 }).places.length).toBeLessThan(conv.places.length);
  });
});
