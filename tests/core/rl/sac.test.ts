/** The network and the agent against finite differences, hand-worked numbers and dynamic
 * programming. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { testing as shared } from '../../../src/core/rl/actor-critic.ts';
import type { SacSettings } from '../../../src/core/rl/actor-critic.ts';
import { createMlp, mlpBackward, mlpForward, testing as mlp } from '../../../src/core/rl/mlp.ts';
import { chancesOf, createSac, learnSac, SAC, testing } from '../../../src/core/rl/sac.ts';
import type { Replay, Sac, Situation, Transition } from '../../../src/core/rl/sac.ts';

const { expectedOf } = testing;

const { mlpLength } = mlp;

const { actorLoss, readingOf, targetOf } = testing;
const { criticLoss } = shared;

const SHAPE = { inputs: 3, hidden: 4, outputs: 5 };
const rng = createRng(11);
const random = (length: number): Float64Array => new Float64Array(length).map(() => rng.normal());
const THETA = random(mlpLength(SHAPE));

function expectSlopes(f: (theta: Float64Array) => number, gradient: Float64Array): void {
  const step = 1e-6;
  THETA.forEach((value, i) => {
    const at = (x: number): number => f(THETA.with(i, x));
    expect(gradient[i]).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 6);
  });
  expect(gradient.some((slope) => Math.abs(slope) > 1e-2)).toBe(true);
}

const situation = (actions: readonly number[]): Situation => ({ features: random(3), actions });

describe('the network', () => {
  it('is its formula, worked out by hand with one unit a layer: a unit below 0 gives nothing', () => {
    const shape = { inputs: 2, hidden: 1, outputs: 2 };
    // W1 = (2, −1), b1 = .5; W2 = 3, b2 = −1; W3 = (−2, 4), b3 = (.1, .2).
    const theta = Float64Array.of(2, -1, 0.5, 3, -1, -2, 4, 0.1, 0.2);
    expect(theta.length).toBe(mlpLength(shape));
    const { values } = mlpForward(shape, theta, Float64Array.of(1, 0.5), [1, 0]);
    // h1 = 2 − .5 + .5 = 2, h2 = 5.
    expect([...values]).toEqual([20.2, -9.9]);
    expect([...mlpForward(shape, theta, Float64Array.of(-1, 0), [0]).values]).toEqual([0.1]);
  });

  it('has the gradient that finite differences have, of the outputs that are asked for alone', () => {
    const input = Float64Array.of(0.7, 0, -1.1);
    const slopes = Float64Array.of(1.5, -0.3);
    const gradient = new Float64Array(THETA.length);
    mlpBackward(SHAPE, THETA, mlpForward(SHAPE, THETA, input, [4, 1]), slopes, gradient);
    expectSlopes((theta) => {
      const { values } = mlpForward(SHAPE, theta, input, [4, 1]);
      return slopes.reduce((sum, slope, i) => sum + slope * values[i]!, 0);
    }, gradient);
  });

  it('begins within 1 / √(inputs of a layer), each seed its own', () => {
    const theta = createMlp({ inputs: 100, hidden: 25, outputs: 2 }, createRng(3));
    const first = theta.subarray(0, 100 * 25);
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(0.1);
    expect(Math.max(...first)).toBeGreaterThan(0.099);
    expect(Math.max(...theta.map(Math.abs))).toBeGreaterThan(0.19);
    expect(Math.max(...theta.map(Math.abs))).toBeLessThanOrEqual(0.2);
    expect(createMlp(SHAPE, createRng(4))).not.toEqual(createMlp(SHAPE, createRng(5)));
  });
});

describe('its losses', () => {
  const batch: readonly Transition[] = [
    { from: situation([0, 2, 3]), chosen: 1, reward: 1 },
    { from: situation([1, 4]), chosen: 0, reward: -2 },
  ];

  it('have the gradients that finite differences have: the critic’s', () => {
    const wanted = [0.4, -1.2];
    const readings = batch.map(readingOf);
    const gradient = new Float64Array(THETA.length);
    criticLoss(SHAPE, THETA, readings, wanted, gradient);
    expectSlopes((theta) => criticLoss(SHAPE, theta, readings, wanted, new Float64Array(THETA.length)), gradient);
  });

  it('and the actor’s, whose expectation is over all legal actions', () => {
    const given = { values: batch.map(({ from }) => random(from.actions.length)), alpha: 0.3 };
    const gradient = new Float64Array(THETA.length);
    actorLoss(SHAPE, THETA, batch, given, gradient);
    expectSlopes((theta) => actorLoss(SHAPE, theta, batch, given, new Float64Array(THETA.length)), gradient);
  });

  it('want the reward alone at the end, and before it the lesser target less α log π, in expectation', () => {
    const sac = createSac({ features: 3, actions: 5 }, { ...SAC, hidden: 4, gamma: 0.9 }, 6);
    const to = situation([1, 3]);
    expect(targetOf(sac, { from: to, chosen: 0, reward: 0.7 })).toBe(0.7);
    const chances = chancesOf(sac, to);
    const [one, two] = sac.targets.map((theta) => mlpForward(sac.shape, theta, to.features, to.actions).values);
    const soft = [0, 1].reduce(
      (sum, b) => sum + chances[b]! * (Math.min(one![b]!, two![b]!) - 0.1 * Math.log(chances[b]!)),
      0,
    );
    expect(targetOf(sac, { from: to, chosen: 0, reward: 0.7, to })).toBeCloseTo(0.7 + 0.9 * soft, 12);
  });
});

/**
 * Four places in a row and an end. From each but the last `stay on` (0) leads to the next, `leave`
 * (1) ends. Leaving pays .3 more the later, going on costs .1, and only the last place pays well:
 * who looks one step ahead leaves at once.
 */
const PLACES = 4;
const PAY = [0.2, 0.1, 0.0, 1];
const COST = 0.1;
const SETTINGS: SacSettings = { ...SAC, hidden: 16, learningRate: 3e-3, tau: 0.05 };

const placeAt = (place: number): Situation => ({
  features: new Float64Array(PLACES).fill(0).with(place, 1),
  actions: place < PLACES - 1 ? [0, 1] : [1],
});

const WAYS: readonly Transition[] = Array.from({ length: PLACES }, (_, place): readonly Transition[] => {
  const from = placeAt(place);
  const leave = { from, chosen: from.actions.length - 1, reward: PAY[place]! };
  return place < PLACES - 1 ? [leave, { from, chosen: 0, reward: -COST, to: placeAt(place + 1) }] : [leave];
}).flat();

/** Q*(s, ·) of the entropy-regularised problem, backwards from the end: V = α log Σ exp(Q / α). */
function softValues(alpha: number): readonly (readonly number[])[] {
  const all: number[][] = [];
  for (let place = PLACES - 1, behind = NaN; place >= 0; place--) {
    const values = place < PLACES - 1 ? [behind - COST, PAY[place]!] : [PAY[place]!];
    all.unshift(values);
    behind = alpha * Math.log(values.reduce((sum, value) => sum + Math.exp(value / alpha), 0));
  }
  return all;
}

describe('the agent', () => {
  const replay: Replay = { count: WAYS.length, at: (index) => WAYS[index]! };

  it('learns the values that dynamic programming finds, and the policy that is best by them', () => {
    const optimum = softValues(SETTINGS.alpha);
    expect(optimum[0]![0]!).toBeGreaterThan(optimum[0]![1]!);
    for (const seed of [1, 2]) {
      const sac = learnSac(createSac({ features: PLACES, actions: 2 }, SETTINGS, seed), replay, 1500, createRng(seed));
      optimum.forEach((wanted, place) => {
        const expected = expectedOf(sac, placeAt(place));
        const chances = chancesOf(sac, placeAt(place));
        const total = wanted.reduce((sum, value) => sum + Math.exp(value / SETTINGS.alpha), 0);
        wanted.forEach((value, b) => {
          expect(Math.abs(expected[b]! - value)).toBeLessThan(0.03);
          expect(Math.abs(chances[b]! - Math.exp(value / SETTINGS.alpha) / total)).toBeLessThan(0.03);
        });
      });
    }
  });

  it('learns them from what a policy by chance did, in batches: it is off-policy', () => {
    const chance = createRng(8);
    const walked = Array.from({ length: 300 }, () => WAYS[chance.int(WAYS.length)]!);
    const start = createSac({ features: PLACES, actions: 2 }, { ...SETTINGS, batch: 32 }, 3);
    const sac = learnSac(start, { count: walked.length, at: (index) => walked[index]! }, 1500, createRng(2));
    const best = Math.max(...softValues(SETTINGS.alpha)[0]!);
    expect(Math.abs(Math.max(...expectedOf(sac, placeAt(0))) - best)).toBeLessThan(0.05);
    expect(chancesOf(sac, placeAt(0))[0]).toBeGreaterThan(0.9);
  });

  it('is a function of seed and data, and leaves the agent of before alone', () => {
    const start = createSac({ features: PLACES, actions: 2 }, SETTINGS, 5);
    const copy = structuredClone(start);
    const learn = (sac: Sac): Sac => learnSac(sac, replay, 20, createRng(4));
    expect(learn(start)).toEqual(learn(copy));
    expect(start).toEqual(copy);
    expect(learn(start).actor.theta).not.toEqual(start.actor.theta);
    expect(learnSac(start, { count: 0, at: replay.at }, 20, createRng(4))).toBe(start);
  });

  it('moves its targets by τ: they lag behind the critics', () => {
    const start = createSac({ features: PLACES, actions: 2 }, SETTINGS, 5);
    const after = learnSac(start, replay, 1, createRng(4));
    after.targets.forEach((target, index) =>
      target.forEach((value, i) => {
        const [before, now] = [start.targets[index]![i]!, after.critics[index]!.theta[i]!];
        expect(value).toBeCloseTo(before + SETTINGS.tau * (now - before), 14);
      }),
    );
  });
});
