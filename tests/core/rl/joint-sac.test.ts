/** The agent of actions in parts against finite differences, sums by hand and dynamic
 * programming. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { testing as shared } from '../../../src/core/rl/actor-critic.ts';
import type { SacSettings } from '../../../src/core/rl/actor-critic.ts';
import { createJointSac, createStage, learnJointSac, partChances, testing } from '../../../src/core/rl/joint-sac.ts';
import type { JointSac, Move, Moves, Stage } from '../../../src/core/rl/joint-sac.ts';
import { mlpForward } from '../../../src/core/rl/mlp.ts';
import { SAC } from '../../../src/core/rl/sac.ts';

const { actorLoss, lesser, readingOf, softValue } = testing;
const { criticLoss } = shared;

const rng = createRng(12);
const random = (length: number): Float64Array => new Float64Array(length).map(() => rng.normal());
const stage = (parts: readonly number[]): Stage => createStage(random(3), parts);
const SMALL = createJointSac({ state: 3, tokens: 5 }, { ...SAC, hidden: 4, gamma: 0.9, alpha: 0.3 }, 6);

function expectSlopes(theta: Float64Array, f: (theta: Float64Array) => number, gradient: Float64Array): void {
  const step = 1e-6;
  theta.forEach((value, i) => {
    const at = (x: number): number => f(theta.with(i, x));
    expect(gradient[i]).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 6);
  });
  expect(gradient.some((slope) => Math.abs(slope) > 1e-3)).toBe(true);
}

describe('an action', () => {
  it('is a level of each part: all of them, each once', () => {
    expect(stage([2, 3]).actions).toEqual([
      ...[
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 0],
        [1, 1],
        [1, 2],
      ],
    ]);
  });

  it('is read beside the state, a 1 for each level', () => {
    const from = stage([2, 3]);
    const [one, two] = SMALL.targets;
    const value = (theta: Float64Array): number =>
      mlpForward(SMALL.criticShape, theta, Float64Array.of(...from.state, 0, 1, 0, 0, 1), [0]).values[0]!;
    expect(lesser(SMALL.criticShape, SMALL.targets, from)[5]).toBe(Math.min(value(one), value(two)));
  });

  it('has the chances of its parts, each a softmax of its own', () => {
    const from = stage([2, 3]);
    const { values } = mlpForward(SMALL.actorShape, SMALL.actor.theta, from.state, [0, 1, 2, 3, 4]);
    const softmax = (own: readonly number[]): readonly number[] => {
      const total = own.reduce((sum, value) => sum + Math.exp(value), 0);
      return own.map((value) => Math.exp(value) / total);
    };
    const wanted = [softmax([...values.slice(0, 2)]), softmax([...values.slice(2)])];
    partChances(SMALL, from).forEach((chances, part) =>
      chances.forEach((chance, level) => expect(chance).toBeCloseTo(wanted[part]![level]!, 12)),
    );
  });
});

describe('its losses', () => {
  const batch: readonly Move[] = [
    { from: stage([2, 3]), action: [1, 2], reward: 1 },
    { from: stage([2]), action: [0], reward: -2 },
  ];

  it('have the gradients that finite differences have: the critic’s', () => {
    const wanted = [0.4, -1.2];
    const { criticShape, critics } = SMALL;
    const { theta } = critics[0];
    const readings = batch.map((move) => readingOf(criticShape, move));
    const gradient = new Float64Array(theta.length);
    criticLoss(criticShape, theta, readings, wanted, gradient);
    const loss = (at: Float64Array): number =>
      criticLoss(criticShape, at, readings, wanted, new Float64Array(theta.length));
    expectSlopes(theta, loss, gradient);
  });

  it('and the actor’s, whose expectation is over all actions', () => {
    const values = new Map(batch.map(({ from }) => [from, random(from.actions.length)]));
    const { theta } = SMALL.actor;
    const loss = (at: Float64Array, gradient = new Float64Array(theta.length)): number => {
      const sac: JointSac = { ...SMALL, actor: { ...SMALL.actor, theta: at } };
      return actorLoss(sac, batch, (from) => values.get(from)!, gradient);
    };
    const gradient = new Float64Array(theta.length);
    loss(theta, gradient);
    expectSlopes(theta, loss, gradient);
  });

  it('want of a stage the lesser target less α log π, in expectation over its actions', () => {
    const from = stage([2, 3]);
    const [first, second] = partChances(SMALL, from);
    const values = lesser(SMALL.criticShape, SMALL.targets, from);
    let soft = 0;
    for (const [a, one] of first!.entries()) {
      for (const [b, two] of second!.entries()) soft += one * two * (values[3 * a + b]! - 0.3 * Math.log(one * two));
    }
    expect(softValue(SMALL, from)).toBeCloseTo(soft, 12);
  });
});

/**
 * Two stages. The first has one part of two levels, 0 and .3 now; after it either of two last
 * stages, whose parts pay on their own. What pays less at first leads to more.
 */
const SETTINGS: SacSettings = { ...SAC, hidden: 16, learningRate: 3e-3, tau: 0.05, batch: 32 };
const START = createStage(Float64Array.of(1, 0, 0), [2]);
const ENDS = [createStage(Float64Array.of(0, 1, 0), [2, 3]), createStage(Float64Array.of(0, 0, 1), [2, 3])];
const NOW = [0, 0.3];
/** By end, part and level. */
const PAY = [
  [
    [0.5, 0.3],
    [0.1, 0, 0.4],
  ],
  [
    [0, 0.1],
    [0, 0.2, 0.1],
  ],
];
const WAYS: readonly Move[] = [
  ...NOW.map((reward, level): Move => ({ from: START, action: [level], reward, to: ENDS[level]! })),
  ...ENDS.flatMap((from, end) =>
    from.actions.map((action): Move => {
      return { from, action, reward: action.reduce((sum, level, part) => sum + PAY[end]![part]![level]!, 0) };
    }),
  ),
];

/** α log Σ exp(v / α), and the softmax that it belongs to. */
function soft(values: readonly number[]): { readonly value: number; readonly chances: readonly number[] } {
  const total = values.reduce((sum, value) => sum + Math.exp(value / SETTINGS.alpha), 0);
  return {
    value: SETTINGS.alpha * Math.log(total),
    chances: values.map((value) => Math.exp(value / SETTINGS.alpha) / total),
  };
}

describe('the agent', () => {
  const replay: Moves = { count: WAYS.length, at: (index) => WAYS[index]! };
  const start = (seed: number, settings = SETTINGS): JointSac =>
    createJointSac({ state: 3, tokens: 5 }, settings, seed);

  it('learns the policy that dynamic programming finds: parts that pay alone are chosen alone', () => {
    const ends = PAY.map((parts) => parts.map(soft));
    const first = soft(NOW.map((now, level) => now + ends[level]!.reduce((sum, { value }) => sum + value, 0)));
    expect(first.chances[0]!).toBeGreaterThan(first.chances[1]!);
    for (const seed of [1, 2]) {
      const sac = learnJointSac(start(seed), replay, 1500, createRng(seed));
      const wanted = [[first.chances], ...ends.map((parts) => parts.map(({ chances }) => chances))];
      [START, ...ENDS].forEach((at, place) =>
        partChances(sac, at).forEach((chances, part) =>
          chances.forEach((chance, level) =>
            expect(Math.abs(chance - wanted[place]![part]![level]!)).toBeLessThan(0.03),
          ),
        ),
      );
    }
  }, 60_000);

  it('is a function of seed and data, and leaves the agent of before alone', () => {
    const [before, copy] = [start(5, { ...SETTINGS, batch: 4 }), start(5, { ...SETTINGS, batch: 4 })];
    const learn = (sac: JointSac, seed = 4): JointSac => learnJointSac(sac, replay, 20, createRng(seed));
    expect(learn(before)).toEqual(learn(copy));
    expect(before).toEqual(copy);
    expect(learn(before).actor.theta).not.toEqual(before.actor.theta);
    expect(learn(before, 5)).not.toEqual(learn(before));
    expect(learnJointSac(before, { count: 0, at: replay.at }, 20, createRng(4))).toBe(before);
  });

  it('moves its targets by τ: they lag behind the critics', () => {
    const before = start(5);
    const after = learnJointSac(before, replay, 1, createRng(4));
    after.targets.forEach((target, index) =>
      target.forEach((value, i) => {
        const [was, now] = [before.targets[index]![i]!, after.critics[index]!.theta[i]!];
        expect(value).toBeCloseTo(was + SETTINGS.tau * (now - was), 14);
      }),
    );
  });
});
