/** arch2vec's searches: slopes against differences, what they choose and learn from, and an
 * embedding that is found by names. */
import { describe, expect, it } from 'vitest';
import { cellsFamily } from '../../../src/core/arch/families/cells/cells.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Candidate, Configuration, Family } from '../../../src/core/space/space.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { enumerateFamily } from '../../../src/core/space/lattice.ts';
import { arch2vecBo, testing as bo } from '../../../src/core/strategies/arch2vec/bo.ts';
import { ARCH2VEC } from '../../../src/core/strategies/arch2vec/constants.ts';
import { fitDngo, testing as dngo } from '../../../src/core/strategies/arch2vec/dngo.ts';
import { createTheta, point, reinforceLoss, shapeOf } from '../../../src/core/strategies/arch2vec/policy.ts';
import { arch2vecRl, testing as rl } from '../../../src/core/strategies/arch2vec/rl.ts';
import { cellEmbedding } from '../../../src/core/strategies/embedding.ts';
import { checkOptionValues, needsOf, openStrategy } from '../../../src/core/strategies/registry.ts';
import type { Strategy, StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import { ANY_EMBEDDING } from '../../contract/any-embedding.ts';
import { createProblem, familiesProblem, singleObjective } from '../../contract/strategy-problems.ts';

const IDS = ['arch2vec-bo', 'arch2vec-rl'] as const;

/** Two edges of two ops: the code (a, b) is the vector [10 a + b]. */
const tiny = cellEmbedding({
  name: 'tiny',
  edges: ['edge01', 'edge12'],
  ops: [['none'], ['skip', 'skip_connect']],
  length: 1,
  values: Float64Array.from([0, 1, 10, 11]),
});

describe('an embedding of cells', () => {
  it('is found by the names of edges and ops, in both spellings and in whatever order they stand', () => {
    const places = [
      { edge01: 'skip', edge12: 'none' },
      { edge12: 'none', edge01: 'skip_connect' },
    ].map((config) => [...(tiny.vectorOf(config) ?? [])]);
    expect(places).toEqual([[10], [10]]);
  });

  it.each<[string, Configuration]>([
    ['an op that it does not know', { edge01: 'skip', edge12: 'conv3x3' }],
    ['an edge less', { edge01: 'skip' }],
    ['a choice more, such as a width', { edge01: 'skip', edge12: 'none', width: 8 }],
  ])('has no place for %s', (_, config) => {
    expect(tiny.vectorOf(config)).toBeUndefined();
  });

  it('covers a family by all its levels: one that it lacks is another space', () => {
    const dimension = (name: string, ...levels: string[]) => ({ name, levels });
    const [first, second] = [dimension('edge01', 'skip_connect', 'none'), dimension('edge12', 'none')];
    expect(tiny.covers({ dimensions: [second, first] })).toBe(true);
    expect(tiny.covers({ dimensions: [first] })).toBe(false);
    expect(tiny.covers({ dimensions: [first, dimension('edge12', 'none', 'pool3x3')] })).toBe(false);
    expect(tiny.covers(cellsFamily({ inputShape: [28, 28, 1], classes: 10 }))).toBe(false);
  });
});

describe.each(IDS)('%s', (id) => {
  it('is refused where the space has no embedding, in words that say what to do', () => {
    const open = (embedding?: typeof tiny) => () =>
      openStrategy(id, { problem: familiesProblem(), seed: 1, options: {}, ...(embedding && { embedding }) });
    for (const refused of [open(), open(tiny)]) {
      expect(refused).toThrow(
        /arch2vec .*no place in it: choose the family cells alone and space "compact", or .*"one-hot"/,
      );
    }
    expect(open(ANY_EMBEDDING)).not.toThrow();
  });

  it('needs none with one-hot levels, and knows no other encoding', () => {
    const options: StrategyOptions = { encoding: 'one-hot' };
    expect([needsOf({ id, options }), needsOf({ id, options: {} })]).toEqual([[], ['embedding']]);
    expect(() => openStrategy(id, { problem: familiesProblem(), seed: 1, options })).not.toThrow();
    expect(() => checkOptionValues(id, { options: { encoding: 'path' } })).toThrow(/arch2vec or one-hot, not "path"/);
  });
});

/** Central differences of a loss by some of its parameters. */
function differences(loss: () => number, theta: Float64Array, places: readonly number[]): readonly number[] {
  const step = 1e-5;
  return places.map((place) => {
    const before = theta[place]!;
    theta[place] = before + step;
    const above = loss();
    theta[place] = before - step;
    const below = loss();
    theta[place] = before;
    return (above - below) / (2 * step);
  });
}

const somePlaces = (length: number): readonly number[] =>
  Array.from({ length: 40 }, (_, i) => Math.floor(((i + 0.5) * length) / 40));

/** A wave along the first input, which no linear model follows. */
function wave(count: number) {
  const rng = createRng(7);
  const rows = Float64Array.from({ length: 2 * count }, () => 4 * rng.uniform() - 2);
  return { rows, values: Array.from({ length: count }, (_, i) => Math.sin(2 * rows[2 * i]!)) };
}

describe('the network of DNGO', () => {
  it('has the slopes of its squared error, by differences', () => {
    const { rows, values } = wave(5);
    const net = dngo.createNet(2, createRng(3));
    const gradient = new Float64Array(net.theta.length);
    const batch = [0, 2, 4];
    dngo.squaredError(net, rows, values, batch, gradient);
    const places = [...somePlaces(gradient.length), gradient.length - 1];
    const loss = (): number => dngo.squaredError(net, rows, values, batch, new Float64Array(gradient.length));
    differences(loss, net.theta, places).forEach((slope, i) => expect(gradient[places[i]!]).toBeCloseTo(slope, 7));
  });

  it('follows what it was told, and is sure of that rather than of what lies outside', () => {
    const { rows, values } = wave(60);
    const predict = fitDngo(rows, values, 2, createRng(1));
    const errors = values.map((value, i) => Math.abs((predict?.(rows, 2 * i).mean ?? NaN) - value));
    expect(errors.reduce((sum, error) => sum + error / 60, 0)).toBeLessThan(0.1);
    const far = predict?.(Float64Array.from([9, -9]), 0).deviation ?? NaN;
    expect(far).toBeGreaterThan(3 * (predict?.(rows, 0).deviation ?? NaN));
  });

  it('knows nothing without results, and does not stumble over equal inputs', () => {
    expect(fitDngo(new Float64Array(0), [], 2, createRng(1))).toBeUndefined();
    const same = fitDngo(new Float64Array(8).fill(3), [1, 2, 3, 4], 2, createRng(1));
    expect(same?.(Float64Array.from([3, 3]), 0).mean).toBeCloseTo(2.5, 1);
  });
});

/** One edge of 30 ops, whose vectors lie on a line; the best is the one at 21. */
const LEVELS = Array.from({ length: 30 }, (_, i) => `op${i}`);
const line = cellEmbedding({
  ...{ name: 'line', edges: ['edge'], ops: LEVELS.map((level) => [level]), length: 1 },
  values: Float64Array.from(LEVELS, (_, i) => i / 10),
});
const onLine: Family = {
  ...{ name: 'line', title: 'Line' },
  dimensions: [{ name: 'edge', title: 'Edge', role: 'other', type: 'categorical', levels: LEVELS }],
  costs: () => ({ params: 1 }),
};
const problem = createProblem([onLine], { objectives: singleObjective, budget: 20 });
const placeOf = ({ config }: Candidate): number => LEVELS.indexOf(String(config['edge']));
const accuracyOf = (candidate: Candidate): number => 0.9 - ((placeOf(candidate) - 21) / 30) ** 2;

/** Plays by hand, and gives the state with what was proposed. */
function play<S>(strategy: Strategy<S>, trials: number, ends: (trial: number) => 'told' | 'failed' = () => 'told') {
  const options = { ...strategy.defaults };
  let state = strategy.init({ problem, seed: 4, options, embedding: line });
  const asked: { readonly candidate: Candidate; readonly source: string }[] = [];
  for (let i = 0; i < trials; i++) {
    const event = strategy.ask(state, 1);
    state = strategy.fold(state, event);
    for (const { trial, candidate, why } of event.proposals) {
      asked.push({ candidate, source: why.source });
      const told = { type: 'told', trial, metrics: { accuracy: accuracyOf(candidate) } } as const;
      state = strategy.fold(state, ends(trial) === 'told' ? told : { type: 'failed', trial, reason: 'lost' });
    }
  }
  return { state, asked };
}

describe('arch2vec with Bayesian optimisation', () => {
  it('begins with a third of a small budget by chance, then takes the most expected improvement', () => {
    const { state, asked } = play(arch2vecBo, 12);
    expect(bo.initialSize(20)).toBe(7);
    expect(bo.initialSize(200)).toBe(ARCH2VEC.initial);
    expect(asked.map(({ source }) => source)).toEqual([...Array(7).fill('initial'), ...Array(5).fill('network')]);
    const fitted = bo.fit(state);
    const known = new Set(asked.map(({ candidate }) => candidateKey(candidate)));
    const gains = fitted && bo.gainsOf(fitted, state, known);
    const most = state.listed.members[gains?.indexOf(Math.max(...gains)) ?? -1];
    expect(arch2vecBo.ask(state, 1).proposals[0]?.candidate).toEqual(most?.candidate);
  });

  it('finds the best of a smooth line soon, where chance would need half of all', () => {
    const { asked } = play(arch2vecBo, 14);
    expect(asked.map(({ candidate }) => placeOf(candidate))).toContain(21);
  });

  it('goes by chance as long as nothing but failures has come in', () => {
    const { asked } = play(arch2vecBo, 10, () => 'failed');
    expect(new Set(asked.map(({ source }) => source))).toEqual(new Set(['initial', 'random']));
  });
});

describe('arch2vec with a policy', () => {
  it('has the slopes of its loss, by differences', () => {
    const shape = { ...shapeOf(3), units: 4 };
    const rng = createRng(9);
    const theta = createTheta(shape, rng);
    const walked = [1.5, -0.5, 0.25].map((advantage) => ({
      from: Float64Array.from({ length: 3 }, rng.normal),
      place: Float64Array.from({ length: 3 }, rng.normal),
      advantage,
    }));
    const gradient = new Float64Array(theta.length);
    reinforceLoss(shape, theta, walked, gradient);
    const places = somePlaces(theta.length);
    const loss = (): number => reinforceLoss(shape, theta, walked, new Float64Array(theta.length));
    differences(loss, theta, places).forEach((slope, i) => expect(gradient[places[i]!]).toBeCloseTo(slope, 7));
  });

  it('has the loss of a normal density: of a place at its mean, A/2 log 2π a number', () => {
    const shape = { ...shapeOf(2), units: 3 };
    const theta = createTheta(shape, createRng(2));
    const from = Float64Array.from([0.3, -1]);
    const { mean: place } = point(shape, theta, from);
    const loss = reinforceLoss(shape, theta, [{ from, place, advantage: 2 }], new Float64Array(theta.length));
    expect(loss).toBeCloseTo(2 * Math.log(2 * Math.PI), 12);
  });

  it('walks from student to student, and learns once all of an episode have ended', () => {
    const early = play(arch2vecRl, 16).state;
    const [late, failed] = [play(arch2vecRl, 17).state, play(arch2vecRl, 17, () => 'failed').state];
    // The first is by chance, and the place of the walk's begin.
    expect([early.steps.length, early.learner.steps]).toEqual([15, 0]);
    expect([late.steps.length, late.open.length, late.learner.steps, late.rewards.count]).toEqual([0, 0, 1, 16]);
    // Nothing but failures tells nothing.
    expect([failed.open.length, failed.learner.steps]).toEqual([0, 0]);
  });

  it('counts a failure as the worst so far', () => {
    const { state } = play(arch2vecRl, 17, (trial) => (trial === 9 ? 'failed' : 'told'));
    const told = state.ledger.trials.filter(({ value }) => value !== undefined).slice(1);
    expect(state.rewards.worst).toBe(Math.min(...told.map(({ value = NaN }) => value)));
    expect(state.learner.steps).toBe(1);
  });

  it('takes advantages from a moving average, in deviations: the mean of the first episode begins it', () => {
    const empty = { count: 0, baseline: 0, squares: 0, worst: 0 };
    const { rewards, advantages } = rl.weigh(empty, [1, 3]);
    // Baseline 2, then 1.9: distances −1 and 1.1.
    const deviation = Math.sqrt((1 + 1.21) / 2);
    expect(advantages[0]).toBeCloseTo(-1 / deviation, 12);
    expect(advantages[1]).toBeCloseTo(1.1 / deviation, 12);
    expect(rewards.baseline).toBeCloseTo(1.9 + 0.11, 12);
    expect(rl.weigh(empty, [5, 5]).advantages).toEqual([0, 0]);
  });
});

it('lists every student of the line once', () => {
  const { state } = play(arch2vecBo, 0);
  expect(state.listed.members).toHaveLength([...enumerateFamily(onLine)].length);
});
