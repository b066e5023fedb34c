/** AKD's policy and its learning against finite differences, closed forms and identities. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { enumerateSpace, validateCandidate } from '../../../src/core/space/lattice.ts';
import type { Candidate, Family } from '../../../src/core/space/space.ts';
import { AKD } from '../../../src/core/strategies/akd/constants.ts';
import { lstmStep } from '../../../src/core/strategies/akd/lstm.ts';
import { choicesOf } from '../../../src/core/strategies/akd/decisions.ts';
import { createPolicy, readChoices, sampleCandidate } from '../../../src/core/strategies/akd/policy.ts';
import { learnBatch, logProbabilities, testing } from '../../../src/core/strategies/akd/ppo.ts';
import type { Learner } from '../../../src/core/math/adam.ts';
import type { Episode } from '../../../src/core/strategies/akd/ppo.ts';
import { familiesProblem } from '../../contract/strategy-problems.ts';

const { adamStep, ppoLoss } = testing;

/** Families with a gate and with more than one role for the first token, every combination
 * legal. */
const families = familiesProblem().space.families.map(({ isLegal: _, pool: __, ...family }): Family => family);
const policy = createPolicy(families, 3);
const all = [...enumerateSpace({ families })];

/** Weights large enough that gates saturate a little and chances differ. */
const theta = ((): Float64Array => {
  const rng = createRng(4);
  return new Float64Array(policy.length).map(() => rng.normal());
})();

const STUDENTS: readonly Candidate[] = [
  { family: 'plain', config: { width: 16, depth: 2, act: 'gelu' } },
  { family: 'gated', config: { width: 8, se: true, ratio: 8 } },
  { family: 'gated', config: { width: 24, se: false } },
  { family: 'pooled', config: { code: 'c' } },
];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const logChance = (candidate: Candidate, at = theta): number =>
  sum(logProbabilities(policy, at, choicesOf(policy, candidate)));

/** ∇ log π by the closed form: one at the token chosen less each token's chance, by the logits. */
function scoreOf(candidate: Candidate): Float64Array {
  const choices = choicesOf(policy, candidate);
  const reading = readChoices(policy, theta, choices);
  const gradient = new Float64Array(policy.length);
  reading.backward(
    reading.logChances.map((logs, t) =>
      logs.map((log, c) => Number(c === choices[t]!.token - choices[t]!.first) - Math.exp(log)),
    ),
    gradient,
  );
  return gradient;
}

/** Central differences of a function of θ, `[n]`. */
function differences(f: (at: Float64Array) => number, step = 1e-5): Float64Array {
  return theta.map((value, i) => {
    const at = (x: number): number => f(theta.with(i, x));
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance = 1e-8): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance));
  expect(expected.some((value) => Math.abs(value) > 1e-3)).toBe(true);
}

describe('the LSTM', () => {
  it('is its formula, worked out by hand with one unit', () => {
    // Rows i, f, g, o; inputs x = 0.5 and h = 0.2 after c = 0.4.
    const weights = {
      units: 1,
      matrix: Float64Array.of(1, 2, -1, 0.5, 0.3, -0.7, 2, 1),
      bias: Float64Array.of(0.1, 0.2, 0.3, -0.4),
    };
    const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
    const previous = {
      ...lstmStep(weights, Float64Array.of(0)),
      cell: Float64Array.of(0.4),
      hidden: Float64Array.of(0.2),
    };
    const { cell, hidden } = lstmStep(weights, Float64Array.of(0.5), previous);
    const [i, f, g, o] = [logistic(1), logistic(-0.2), Math.tanh(0.31), logistic(0.8)];
    expect(cell[0]).toBeCloseTo(f * 0.4 + i * g, 14);
    expect(hidden[0]).toBeCloseTo(o * Math.tanh(f * 0.4 + i * g), 14);
  });
});

describe('the policy', () => {
  it('is a distribution over all students: their chances sum to one', () => {
    expect(sum(all.map((candidate) => Math.exp(logChance(candidate))))).toBeCloseTo(1, 12);
  });

  it('samples what it says: frequencies of 20,000 students within five standard errors', () => {
    const rng = createRng(9);
    const draws = 20_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const candidate = sampleCandidate(policy, theta, rng);
      if (i < 200) expect(validateCandidate({ families }, candidate)).toEqual(candidate);
      counts.set(candidateKey(candidate), (counts.get(candidateKey(candidate)) ?? 0) + 1);
    }
    for (const candidate of all) {
      const chance = Math.exp(logChance(candidate));
      const error = Math.sqrt((chance * (1 - chance)) / draws);
      expect(Math.abs((counts.get(candidateKey(candidate)) ?? 0) / draws - chance)).toBeLessThan(5 * error);
    }
  });

  it.each(STUDENTS)('has the gradient of log π that finite differences have: %j', (candidate) => {
    expectClose(
      scoreOf(candidate),
      differences((at) => logChance(candidate, at)),
    );
  });

  it('has a score whose expectation is zero', () => {
    const mean = new Float64Array(policy.length);
    for (const candidate of all) {
      const chance = Math.exp(logChance(candidate));
      scoreOf(candidate).forEach((slope, i) => (mean[i]! += chance * slope));
    }
    for (const value of mean) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

  it('decides nothing where there is one choice: no token of it, no weights', () => {
    const only: Family = { ...families[2]!, dimensions: [{ ...families[2]!.dimensions[0]!, levels: ['a'] }] };
    const single = createPolicy([only], 3);
    expect(single.tokens).toBe(0);
    expect(choicesOf(single, { family: only.name, config: { code: 'a' } })).toEqual([]);
    expect(sampleCandidate(single, new Float64Array(single.length), createRng(1)).config).toEqual({ code: 'a' });
  });
});

describe('proximal policy optimisation', () => {
  /** Ratios of all choices are e^shift. */
  const episode = (candidate: Candidate, advantage: number, shift = 0): Episode => {
    const choices = choicesOf(policy, candidate);
    return { choices, before: logProbabilities(policy, theta, choices).map((log) => log - shift), advantage };
  };
  const lossOf = (episodes: readonly Episode[], at = theta): number =>
    ppoLoss(policy, at, episodes, new Float64Array(policy.length));
  const gradientOf = (episodes: readonly Episode[]): Float64Array => {
    const gradient = new Float64Array(policy.length);
    ppoLoss(policy, theta, episodes, gradient);
    return gradient;
  };
  const entropies = (candidate: Candidate): number =>
    -sum(
      readChoices(policy, theta, choicesOf(policy, candidate)).logChances.map((logs) =>
        sum([...logs].map((log) => Math.exp(log) * log)),
      ),
    );
  /** ∇ of −β H alone: an episode without an advantage. */
  const entropyGradient = (candidate: Candidate): Float64Array => gradientOf([episode(candidate, 0)]);

  it('has the gradient that finite differences have, clipped and not', () => {
    const episodes = [0.1, -0.1, 0.5, -0.5].map((shift, i) => episode(STUDENTS[i]!, i % 2 ? -1.3 : 0.8, shift));
    expectClose(
      gradientOf(episodes),
      differences((at) => lossOf(episodes, at)),
    );
  });

  it('starts as REINFORCE: where nothing has changed yet its gradient is −A ∇ log π, and the entropy’s', () => {
    const [a, b] = [episode(STUDENTS[0]!, 1.7), episode(STUDENTS[1]!, -0.4)];
    const [scoreA, scoreB] = [scoreOf(STUDENTS[0]!), scoreOf(STUDENTS[1]!)];
    const [freeA, freeB] = [entropyGradient(STUDENTS[0]!), entropyGradient(STUDENTS[1]!)];
    const expected = scoreA.map((value, i) => (-1.7 * value + 0.4 * scoreB[i]! + freeA[i]! + freeB[i]!) / 2);
    expectClose(gradientOf([a, b]), expected, 1e-12);
    const choices = [a, b].map((one) => one.choices.length);
    const bonus = AKD.entropy * (entropies(STUDENTS[0]!) + entropies(STUDENTS[1]!));
    expect(lossOf([a, b])).toBeCloseTo(-(1.7 * choices[0]! - 0.4 * choices[1]! + bonus) / 2, 12);
  });

  it.each([
    ['a good student that has become likelier by more than the clip pulls no more', 1, 0.3, 0],
    ['nor does a bad one that has become less likely by more than it', -1, -0.3, 0],
    ['a bad student that has become likelier is pushed back by the whole ratio', -1, 0.3, Math.exp(0.3)],
    ['as is a good one that has become less likely', 1, -0.3, Math.exp(-0.3)],
    ['within the clip the ratio pulls', 1, 0.15, Math.exp(0.15)],
  ])('%s', (_name, advantage, shift, pull) => {
    const [score, free] = [scoreOf(STUDENTS[1]!), entropyGradient(STUDENTS[1]!)];
    const own = gradientOf([episode(STUDENTS[1]!, advantage, shift)]);
    own.forEach((value, i) => expect(value).toBeCloseTo(-advantage * pull * score[i]! + free[i]!, 12));
    const ratio = Math.exp(shift);
    const clipped = Math.min(1.2, Math.max(0.8, ratio));
    const gained = choicesOf(policy, STUDENTS[1]!).length * Math.min(ratio * advantage, clipped * advantage);
    const expected = -(gained + AKD.entropy * entropies(STUDENTS[1]!));
    expect(lossOf([episode(STUDENTS[1]!, advantage, shift)])).toBeCloseTo(expected, 12);
  });

  it('makes a student with an advantage likelier and one with a disadvantage less likely', () => {
    const fresh: Learner = {
      theta,
      mean: new Float64Array(policy.length),
      square: new Float64Array(policy.length),
      steps: 0,
    };
    const learned = learnBatch(policy, fresh, [episode(STUDENTS[0]!, 1), episode(STUDENTS[2]!, -1)]);
    expect(learned.steps).toBe(AKD.epochs);
    expect(logChance(STUDENTS[0]!, learned.theta)).toBeGreaterThan(logChance(STUDENTS[0]!));
    expect(logChance(STUDENTS[2]!, learned.theta)).toBeLessThan(logChance(STUDENTS[2]!));
  });

  it('steps as Adam does: the first by the learning rate against the sign, the second as worked out by hand', () => {
    const start: Learner = {
      theta: Float64Array.of(1, 1, 1),
      mean: new Float64Array(3),
      square: new Float64Array(3),
      steps: 0,
    };
    const first = adamStep(start, Float64Array.of(0.2, -3, 0));
    [1 - AKD.learningRate, 1 + AKD.learningRate, 1].forEach((value, i) => expect(first.theta[i]).toBeCloseTo(value, 9));
    const second = adamStep(first, Float64Array.of(-0.1, -3, 0));
    // m = (.9 · .02 − .1 · .1) / (1 − .81), v = (.999 · 4e-5 + .001 · .01) / (1 − .998001).
    const m = (0.9 * 0.1 * 0.2 - 0.1 * 0.1) / 0.19;
    const v = (0.999 * 0.001 * 0.04 + 0.001 * 0.01) / 0.001999;
    expect(second.theta[0]).toBeCloseTo(first.theta[0]! - (AKD.learningRate * m) / Math.sqrt(v), 9);
    expect(start.theta[0]).toBe(1);
  });
});
