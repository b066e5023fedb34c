/** TPE's parts against Optuna 5.0.0, whose defaults they have, and against what densities have to
 * be. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import type { Metrics } from '../../../src/core/objective.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import type { Candidate, Dimension, Family } from '../../../src/core/space/space.ts';
import { enumerateSpace } from '../../../src/core/space/lattice.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { EMPTY_LEDGER, record } from '../../../src/core/strategies/ledger.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { createDensity } from '../../../src/core/strategies/tpe/parzen.ts';
import { splitTrials } from '../../../src/core/strategies/tpe/split.ts';
import { testing } from '../../../src/core/strategies/tpe/tpe.ts';
import { familiesProblem, singleObjective, vastProblem } from '../../contract/strategy-problems.ts';
import { tellPlaces } from './points.ts';
import type { Place } from './points.ts';

const { ageWeights } = testing;

const act: Dimension = { name: 'act', title: 'Act', role: 'other', type: 'categorical', levels: ['a', 'b', 'c'] };
const width: Dimension = { name: 'width', title: 'Width', role: 'width', type: 'ordinal', levels: [4, 8, 16, 32, 64] };
const small: Family = { name: 'small', title: 'Small', dimensions: [act, width], costs: () => ({ params: 1 }) };
const student = (a: number, w: number): Candidate => {
  return { family: 'small', config: { act: act.levels[a]!, width: width.levels[w]! } };
};

/** Families with gates, every combination legal. */
const { families } = familiesProblem().space;
const open = families.map(({ isLegal: _, pool: __, ...family }): Family => family);
const told: readonly Candidate[] = [
  { family: 'plain', config: { width: 16, depth: 2, act: 'gelu' } },
  { family: 'plain', config: { width: 32, depth: 2, act: 'relu' } },
  { family: 'gated', config: { width: 8, se: true, ratio: 8 } },
  { family: 'gated', config: { width: 8, se: false } },
  { family: 'pooled', config: { code: 'c' } },
];

describe('the Parzen density', () => {
  it('is that of Optuna in one family', () => {
    const asked = [student(0, 0), student(1, 1), student(2, 3), student(2, 4)];
    const four = [student(0, 0), student(2, 3), student(0, 3), student(1, 1)];
    const density = createDensity([small], four, [1, 1, 1, 1]);
    const expected = [-2.26074496, -2.69213534, -2.65891982, -2.86544291];
    asked.forEach((one, i) => expect(density.logDensity(one)).toBeCloseTo(expected[i]!, 7));
    const single = createDensity([small], [student(1, 3)], [1]);
    const alone = [-3.04571975, -2.39563056, -2.87561814, -2.92772318];
    asked.forEach((one, i) => expect(single.logDensity(one)).toBeCloseTo(alone[i]!, 7));
  });

  it.each([
    ['of trials in all families', told],
    ['of none', []],
    ['of one repeated', [told[2]!, told[2]!, told[2]!]],
  ])('sums to one over families and gates: %s', (_, trials) => {
    const density = createDensity(
      open,
      trials,
      trials.map((__, i) => 1 / (i + 1)),
    );
    const total = [...enumerateSpace({ families: open })].reduce(
      (sum, candidate) => sum + Math.exp(density.logDensity(candidate)),
      0,
    );
    expect(total).toBeCloseTo(1, 10);
  });

  it('samples what it says: frequencies of 20,000 draws within five standard errors', () => {
    const density = createDensity(open, told, [1, 0.5, 2, 1, 1]);
    const rng = createRng(11);
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const key = candidateKey(density.sample(rng));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const candidate of enumerateSpace({ families: open })) {
      const chance = Math.exp(density.logDensity(candidate));
      const error = Math.sqrt((chance * (1 - chance)) / draws);
      expect(Math.abs((counts.get(candidateKey(candidate)) ?? 0) / draws - chance)).toBeLessThan(5 * error);
    }
  });

  it('stays a number a thousand levels away from its only trial', () => {
    const long: Family = { ...small, dimensions: [{ ...width, levels: Array.from({ length: 1001 }, (_, i) => i) }] };
    const near = Array.from({ length: 200 }, (_, i): Candidate => ({ family: 'small', config: { width: i % 3 } }));
    const density = createDensity(
      [long],
      near,
      near.map(() => 1),
    );
    const far = density.logDensity({ family: 'small', config: { width: 1000 } });
    expect(far).toBeGreaterThan(-20);
    expect(far).toBeLessThan(density.logDensity({ family: 'small', config: { width: 1 } }));
  });
});

describe('the split', () => {
  const goodOf = (places: readonly Place[], changes = {}): readonly number[] => {
    const { problem, ledger } = tellPlaces(places, changes);
    const { good, rest } = splitTrials(problem, ledger);
    expect(good.length + rest.length).toBe(places.length);
    return good.map(({ config }) => Number(String(config['id']).slice(1)));
  };

  it('takes a tenth, rounded up, and with one objective 25 at most', () => {
    const rising = (count: number): readonly Place[] => Array.from({ length: count }, (_, i) => [1, i / count]);
    expect(goodOf(rising(11), { objectives: singleObjective })).toEqual([9, 10]);
    expect(goodOf(rising(400), { objectives: singleObjective })).toHaveLength(25);
    expect(goodOf(rising(400))).toHaveLength(40);
  });

  it('takes whole ranks before it cuts one', () => {
    // One student dominates all; behind it stands a front of ten, of which one more fits.
    const places: Place[] = [[1, 0.99], ...Array.from({ length: 10 }, (_, i): Place => [10 + i, 0.5 + 0.04 * i])];
    const good = goodOf(places);
    expect(good).toHaveLength(2);
    expect(good[0]).toBe(0);
  });

  it('counts what failed, runs or gave no number to the rest, and to no tenth', () => {
    const places: Place[] = [[1, 0.5], [1, 'failed'], [1, 'running'], [1, NaN], ...Array<Place>(9).fill([2, 0.4])];
    expect(goodOf(places)).toEqual([0]);
  });

  it('falls back on the least broken where all broke a measured limit', () => {
    const late = [3, 1.2, 2].map((latencyMs, i): Place => [i + 1, { accuracy: 0.5, latencyMs }]);
    expect(goodOf(late, { limits: [{ metric: 'latencyMs', max: 1 }] })).toEqual([1]);
  });

  it('weighs old trials as Optuna does', () => {
    const weights = ageWeights(30);
    [0.03333333, 0.275, 0.51666667, 0.75833333, 1, 1].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 7));
    expect(ageWeights(25)).toEqual(new Array(25).fill(1));
    expect(ageWeights(26)[0]).toBeCloseTo(1 / 26, 12);
    expect(ageWeights(0)).toEqual([]);
  });
});

describe('TPE', () => {
  const level = ({ config }: Candidate): number => Number(config['x0']);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  /** `undefined` fails. */
  const play = (answer: (candidate: Candidate) => Metrics | undefined, changes = {}, seed = 3) => {
    const problem = vastProblem({ budget: 60, objectives: singleObjective, ...changes });
    const strategy = openStrategy('tpe', { problem, seed, options: { references: false } });
    const proposals: Proposal[] = [];
    const log: RunEvent[] = [];
    const fold = (event: RunEvent): void => {
      strategy.fold(event);
      log.push(event);
    };
    for (let asked = strategy.ask(1); asked.proposals.length > 0; asked = strategy.ask(1)) {
      fold(asked);
      for (const { trial, candidate } of asked.proposals) {
        const metrics = answer(candidate);
        fold(metrics ? { type: 'told', trial, metrics } : { type: 'failed', trial, reason: 'it crashed' });
      }
      proposals.push(...asked.proposals);
    }
    return { problem, proposals, log, strategy };
  };

  it('draws at random until ten results are in, then from its densities', () => {
    const sources = play(() => ({ accuracy: 0.5 })).proposals.map(({ why }) => why.source);
    expect(sources.slice(0, 10)).toEqual(new Array(10).fill('initial'));
    expect(new Set(sources.slice(10))).toEqual(new Set(['density']));
  });

  it.each([
    ['large', singleObjective, (candidate: Candidate) => ({ accuracy: level(candidate) / 20 })],
    [
      'small, where that is the goal',
      [{ metric: 'loss', goal: 'minimize', known: false }],
      (candidate: Candidate) => ({ loss: -level(candidate) }),
    ],
  ] as const)('moves to where results are better: %s', (_name, objectives, answer) => {
    const all = play(answer, { objectives }).proposals.map(({ candidate }) => level(candidate));
    expect(mean(all.slice(40))).toBeGreaterThan(mean(all.slice(0, 10)) + 4);
  });

  it('takes failures for bad results: it leaves where they are', () => {
    // 10 of 21 levels fail, and what does not is all the same.
    const fails = (candidate: Candidate): boolean => level(candidate) > 10;
    const answer = (candidate: Candidate) => (fails(candidate) ? undefined : { accuracy: 0.5 });
    const late = [1, 2].flatMap((seed) => play(answer, {}, seed).proposals.slice(30));
    expect(mean(late.map(({ candidate }) => Number(fails(candidate))))).toBeLessThan(0.5 * (10 / 21));
  });

  it('proposes the best of 24 draws: few further ones promise more', () => {
    const { problem, log } = play((candidate) => ({ accuracy: level(candidate) / 20 }));
    const catalogue = createCatalogue(problem, 3);
    const rng = createRng(1);
    const shares: number[] = [];
    let ledger = EMPTY_LEDGER;
    for (const event of log) {
      if (
        event.type === 'asked' &&
        event.proposals.length > 0 &&
        ledger.trials.length % 2 === 1 &&
        ledger.trials.length > 30
      ) {
        const { good, rest } = splitTrials(problem, ledger);
        const weights = good.map(() => 1);
        const better = createDensity(problem.space.families, good, weights);
        const other = createDensity(problem.space.families, rest, ageWeights(rest.length));
        const promise = (one: Candidate): number => better.logDensity(one) - other.logDensity(one);
        const own = promise(event.proposals[0]!.candidate);
        shares.push(mean(Array.from({ length: 100 }, () => Number(promise(better.sample(rng)) > own))));
      }
      ledger = record(ledger, event, catalogue);
    }
    expect(shares).toHaveLength(15);
    // The best of 24 uniform ranks has 1/25 above it on average.
    expect(mean(shares)).toBeGreaterThan(0.02);
    expect(mean(shares)).toBeLessThan(0.07);
  });
});
