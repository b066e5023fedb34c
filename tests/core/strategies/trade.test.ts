import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import type { Member } from '../../../src/core/strategies/catalogue.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { initialDesign } from '../../../src/core/strategies/trade/init.ts';
import { createContext } from '../../../src/core/strategies/trade/context.ts';
import { learn, testing as learnTesting } from '../../../src/core/strategies/trade/learn.ts';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import { EMPTY_LEDGER, record } from '../../../src/core/strategies/ledger.ts';
import {
  addGlobalCandidates,
  addRegionCandidates,
  CandidateSet,
} from '../../../src/core/strategies/trade/candidates.ts';
import { exchangeRadius, testing } from '../../../src/core/strategies/trade/regions.ts';
import { createGain } from '../../../src/core/strategies/trade/gain.ts';
import {
  best,
  createScorer,
  glance,
  refine,
  testing as scoreTesting,
} from '../../../src/core/strategies/trade/score.ts';
import { createCrossCache } from '../../../src/core/surrogate/cross-cache.ts';
import { createGp } from '../../../src/core/surrogate/gp.ts';
import { createStandardiser, toOutput } from '../../../src/core/surrogate/standardise.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import { adjacentExchange } from '../../../src/core/space/neighbours.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { Family } from '../../../src/core/space/space.ts';
import {
  createProblem,
  evaluate,
  familiesProblem,
  singleObjective,
  vastProblem,
} from '../../contract/strategy-problems.ts';

const { exchangeDistance, WHOLE_SPACE } = testing;

const { fittedTo } = learnTesting;
const { look } = scoreTesting;

function play(problem: Problem, trials: number, seed = 1, id = 'trade'): { proposals: Proposal[]; log: RunEvent[] } {
  const strategy = openStrategy(id, { problem, seed, options: {} });
  const log: RunEvent[] = [];
  const proposals: Proposal[] = [];
  for (let i = 0; i < trials; i++) {
    const asked = strategy.ask(1);
    for (const event of [
      asked,
      ...asked.proposals.map((proposal): RunEvent => ({
        type: 'told',
        trial: proposal.trial,
        metrics: evaluate(problem.space, proposal.candidate),
      })),
    ]) {
      log.push(event);
      strategy.fold(event);
    }
    proposals.push(...asked.proposals);
  }
  return { proposals, log };
}

describe('the initial design', () => {
  it('takes a quarter of the budget at most, references first, every family in it, costs spread', () => {
    const catalogue = createCatalogue(familiesProblem({ budget: 60 }), 1);
    const design = initialDesign(catalogue, 1, { references: true });
    expect(design).toHaveLength(6);
    expect(design[0]?.why.source).toBe('reference');
    expect(new Set(design.map(({ member }) => member.candidate.family)).size).toBe(3);
    const costs = design.map(({ member }) => Math.log(member.costs['params']!)).sort((a, b) => a - b);
    expect(costs.at(-1)! - costs[0]!).toBeGreaterThan(Math.log(10));
    expect(initialDesign(createCatalogue(familiesProblem({ budget: 20 }), 1), 1, {}).length).toBeLessThanOrEqual(5);
  });

  it('has one student a family where the budget is small: two would leave too little to learn by', () => {
    const design = (budget: number) => initialDesign(createCatalogue(familiesProblem({ budget }), 1), 1, {});
    expect(
      design(50)
        .map(({ member }) => member.candidate.family)
        .sort(),
    ).toEqual(['gated', 'plain', 'pooled']);
    expect(design(51)).toHaveLength(6);
  });
});

describe('reference students', () => {
  it('are all in it however small the budget: every strategy of a comparison has them all, or none has', () => {
    const { space, ...rest } = familiesProblem({ budget: 12 });
    const first = space.families.find(({ reference }) => reference !== undefined)!;
    const families = Array.from({ length: 6 }, (_, i) => ({ ...first, name: `family${i}` }));
    const design = initialDesign(createCatalogue({ ...rest, space: { families } }, 1), 1, { references: true });
    expect(design.filter(({ why }) => why.source === 'reference')).toHaveLength(6);
  });
});

describe('the search', () => {
  it('finds the best student of a small union in less than half of it', () => {
    const problem = familiesProblem({ objectives: singleObjective });
    const all = problem.space.families.flatMap(
      ({ name }) => createCatalogue(problem, 1).families.find(({ family }) => family.name === name)!.members,
    );
    const top = Math.max(...all.map(({ candidate }) => evaluate(problem.space, candidate)['accuracy']!));
    const found = play(problem, 20).proposals.map(({ candidate }) => evaluate(problem.space, candidate)['accuracy']!);
    expect(Math.max(...found)).toBeCloseTo(top, 12);
    expect(all.length).toBeGreaterThan(60);
  });

  it('explains what it expects: predictions in the objective, gains, the claiming region', () => {
    const late = play(familiesProblem(), 16).proposals.slice(6);
    for (const { why } of late) {
      expect(['global', 'region']).toContain(why.source);
      expect(why.predicted!.mean).toBeGreaterThan(0);
      expect(why.predicted!.mean).toBeLessThan(1.2);
      expect(why.predicted!.deviation).toBeGreaterThan(0);
      expect(why.expectedGain).toBeGreaterThanOrEqual(0);
    }
  });

  it('writes its hyperparameters into the log, and folds them back', () => {
    const { log } = play(familiesProblem(), 12);
    const last = log.findLast((event) => event.type === 'asked' && event.warmStart !== undefined);
    expect(last).toBeDefined();
    const context = createContext({ problem: familiesProblem(), seed: 1, options: {} }, {});
    const ledger = log.reduce((before, event) => record(before, event, context.catalogue), EMPTY_LEDGER);
    expect(ledger.warmStart).toEqual(last?.type === 'asked' ? last.warmStart : undefined);
    expect(ledger.warmStart).toHaveLength(context.model.layout.count);
  });

  it('gives the same whether factors and kernel vectors are remembered or computed anew', () => {
    const problem = vastProblem({ budget: 30 });
    const { log } = play(problem, 14);
    const fresh = openStrategy('trade', { problem, seed: 1, options: {} });
    const asked = log.filter((event) => event.type === 'asked');
    let checked = 0;
    for (const event of log) {
      // A fresh memory is only asked at a few places: asking would warm it.
      if (event === asked.at(-1)) {
        expect(fresh.ask(1)).toEqual(event);
        checked++;
      }
      fresh.fold(event);
    }
    expect(checked).toBe(1);
  });
});

describe('what a fit looks at', () => {
  it('is everything as long as that is little, in the order it came', () => {
    const y = Float64Array.from({ length: TRADE.fitResults }, (_, i) => Math.sin(i));
    expect(fittedTo(y)).toEqual(Array.from(y.keys()));
  });

  it('is of more the best half of what it may be, and others from the whole of the rest, each once', () => {
    const y = Float64Array.from({ length: 4 * TRADE.fitResults }, (_, i) => Math.sin(i));
    const chosen = fittedTo(y);
    expect(new Set(chosen).size).toBe(TRADE.fitResults);
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
    const ranks = Array.from(y.keys()).sort((a, b) => y[b]! - y[a]!);
    const rankOf = new Map(ranks.map((index, rank) => [index, rank]));
    const seen = chosen.map((index) => rankOf.get(index)!).sort((a, b) => a - b);
    expect(seen.slice(0, TRADE.fitResults / 2)).toEqual(Array.from({ length: TRADE.fitResults / 2 }, (_, i) => i));
    const gaps = seen.slice(TRADE.fitResults / 2).map((rank, i, all) => rank - (all[i - 1] ?? TRADE.fitResults / 2));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(7);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(y.length - 8);
  });
});

describe('candidates', () => {
  it('hold every unasked member of listed families once, and neighbours of the centres in vast ones', () => {
    const catalogue = createCatalogue(familiesProblem(), 1);
    const all = catalogue.families.flatMap(({ members }) => members);
    const set = new CandidateSet(catalogue, new Set([all[3]!.key]));
    addGlobalCandidates(set, [], 0, createRng(1));
    expect(set.members.map(({ key }) => key).sort()).toEqual(
      all
        .map(({ key }) => key)
        .filter((key) => key !== all[3]!.key)
        .sort(),
    );

    const vast = createCatalogue(vastProblem(), 1);
    const centre = vast.families[0]!.members[5]!;
    const found = new CandidateSet(vast, new Set([centre.key]));
    addGlobalCandidates(found, [centre.candidate], 0, createRng(1));
    const distance = (config: Readonly<Record<string, unknown>>): number =>
      Object.entries(centre.candidate.config).filter(([name, level]) => config[name] !== level).length;
    const near = found.members.filter(({ candidate }) => distance(candidate.config) <= 2);
    expect(near.length).toBeGreaterThan(40);
  });

  it('near a centre differ in all dimensions too where those are long, and in two at most where they are not', () => {
    const vastFamily = (levels: number, count: number): Family => ({
      ...{ name: 'vast', title: 'Vast', costs: (config) => ({ params: 1 + Number(config['x0']) }) },
      dimensions: Array.from({ length: count }, (_, i) => {
        const codes = Array.from({ length: levels }, (_, code) => code);
        return { name: `x${i}`, title: 'x', role: 'other', type: 'ordinal', levels: codes } as const;
      }),
    });
    const distances = (family: Family): ReadonlyMap<number, number> => {
      const catalogue = createCatalogue(createProblem([family]), 1);
      const { members } = catalogue.families[0]!;
      const listed = new Set(members.map(({ key }) => key));
      const set = new CandidateSet(catalogue, listed);
      const { candidate } = members[7]!;
      addGlobalCandidates(set, [candidate], 0, createRng(1));
      const counts = new Map<number, number>();
      for (const { candidate: near } of set.members) {
        const apart = exchangeDistance(family, near.config, candidate.config);
        counts.set(apart, (counts.get(apart) ?? 0) + 1);
      }
      return counts;
    };
    const long = distances(vastFamily(101, 5));
    expect(long.get(5)).toBeGreaterThan(20);
    expect(long.get(2)).toBeGreaterThan(20);
    expect(Math.max(...distances(vastFamily(6, 8)).keys())).toBe(2);
  });

  it('of the region lie around its centres, at every distance up to its radius', () => {
    const catalogue = createCatalogue(vastProblem(), 1);
    const candidate = catalogue.families[0]!.members[700]!.candidate;
    const family = familyOf(catalogue.problem.space, 'vast');
    for (const step of [1, 2, 3]) {
      const set = new CandidateSet(catalogue, new Set());
      const region = { ...WHOLE_SPACE, id: 1, step };
      addRegionCandidates(set, region, [{ trial: 0, candidate }], createRng(step));
      const distances = set.members.map((member) =>
        exchangeDistance(family, member.candidate.config, candidate.config),
      );
      expect(set.members.length).toBeGreaterThan(10);
      expect([...new Set(distances)].sort()).toEqual(
        Array.from({ length: exchangeRadius(region, family) }, (_, i) => i + 1),
      );
    }
  });
});

describe('the argmax', () => {
  it('is the one that looking closely at every candidate finds, though most are only glanced at', () => {
    const problem = familiesProblem();
    const { log } = play(problem, 18);
    const context = createContext({ problem, seed: 1, options: {} }, {});
    const ledger = log.reduce((before, event) => record(before, event, context.catalogue), EMPTY_LEDGER);
    const { gp, scale, cross } = learn(context, ledger);
    const told = ledger.trials.map(({ value, costs }) => ({ value: value!, costs: [costs['params']!] }));
    // Any share of the gain, and costs that may turn out higher: the bounds must bound what is left
    // of it.
    const forecast = {
      logFeasible: ({ costs }: Pick<Member, 'costs'>) => -(costs['params']! % 7) / 3,
      quickest: ({ costs }: Pick<Member, 'costs'>) => costs,
      draws: ({ costs }: Pick<Member, 'costs'>) => [1, 1.1, 1.5].map((times) => ({ params: times * costs['params']! })),
    };
    const scorer = createScorer({
      gp,
      settled: gp.points.length,
      cross,
      gain: createGain(problem, told, { value: 0.1, costs: [20_000] }, scale, forecast),
      writePoint: context.writePoint,
      offset: (member: { costs: Readonly<Record<string, number>> }) => Math.sin(member.costs['params']!) / 3,
    });
    const asked = new Set(ledger.trials.map(({ key }) => key));
    const members = context.catalogue.families.flatMap((family) => family.members).filter(({ key }) => !asked.has(key));
    const glanced = members.map((member) => glance(scorer, member));
    const exact = glanced.map((item) => look(scorer, item, -Infinity)!);
    exact.forEach((item, i) => {
      const refined = refine(scorer, glanced[i]!);
      expect(item.logGain).toBeLessThanOrEqual(glanced[i]!.logGain + 1e-9);
      expect(refined.logGain).toBeLessThanOrEqual(glanced[i]!.logGain + 1e-9);
    });
    const top = exact.reduce((a, b) => (b.logGain > a.logGain ? b : a));
    expect(best(scorer, glanced)).toMatchObject({ member: top.member, logGain: top.logGain });
  });

  it('is so of many results too, where part of them rules out most of what a glance leaves', () => {
    const problem = vastProblem({ budget: 200, objectives: singleObjective });
    const { log } = play(problem, 170, 1, 'random');
    const context = createContext({ problem, seed: 1, options: {} }, {});
    const { catalogue, model, pointOf, writePoint } = context;
    const { trials } = log.reduce((before, event) => record(before, event, catalogue), EMPTY_LEDGER);
    const values = trials.map(({ value }) => value!);
    const scale = createStandardiser(values);
    const outputs = Float64Array.from(values, (value) => toOutput(scale, value));
    // The prior's own length scales: as little is known as can be.
    const gp = createGp(model, new Float64Array(model.layout.count), trials.map(pointOf), outputs);
    const sure = { logFeasible: () => 0, quickest: () => ({}), draws: () => [{}] };
    // A record far above what is promised: what is not known decides.
    const high = Math.max(...values) + 3 * scale.unit;
    const told = [...values, high].map((value) => ({ value, costs: [] }));
    const gain = createGain(problem, told, { value: 0, costs: [] }, scale, sure);
    const parts = { settled: trials.length, cross: createCrossCache(), offset: () => 0 };
    const scorer = createScorer({ gp, gain, writePoint, ...parts });
    const set = new CandidateSet(catalogue, new Set(trials.map(({ key }) => key)));
    const centres = trials.toSorted((a, b) => b.value! - a.value!).map(({ candidate }) => candidate);
    // All as near to what is known: none of them leads from afar.
    const family = familyOf(problem.space, 'vast');
    for (const { config } of centres.slice(0, 20)) {
      for (const near of adjacentExchange(family, config)) set.addConfig(family, near);
    }
    const glanced = set.members.map((member) => glance(scorer, member));
    const found = best(scorer, glanced);
    const closely = glanced.filter(({ entry }) => entry.solved > 0).length;
    const exact = glanced.map((item) => look(scorer, item, -Infinity)!);
    const top = exact.reduce((a, b) => (b.logGain > a.logGain ? b : a));
    expect(found).toMatchObject({ member: top.member, logGain: top.logGain });
    const left = glanced.filter(({ logGain }) => logGain > top.logGain).length;
    expect(left).toBeGreaterThan(50);
    expect(closely).toBeLessThan(left / 2);
  });
});
