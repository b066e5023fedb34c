/** RANK-NOSH: who goes on, who enters, and what it does with a budget. */
import { describe, expect, it } from 'vitest';
import type { Metrics, Problem } from '../../../src/core/objective.ts';
import type { Leg } from '../../../src/core/records/proposal.ts';
import type { Continuation, Proposal, RunEvent } from '../../../src/core/records/events.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import { countSpending } from '../../../src/core/budget.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { EMPTY_LEDGER, record } from '../../../src/core/strategies/ledger.ts';
import { NOSH } from '../../../src/core/strategies/rank-nosh/constants.ts';
import { byMerit } from '../../../src/core/strategies/rank-nosh/merit.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import {
  evaluate,
  familiesProblem,
  poolProblem,
  singleObjective,
  vastProblem,
} from '../../contract/strategy-problems.ts';

const EPOCHS = 8;
const single = (changes: Partial<Problem> = {}): Problem =>
  familiesProblem({ objectives: singleObjective, ...changes });

interface Plan {
  readonly problem?: Problem;
  readonly budgetEpochs?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly options?: StrategyOptions;
  readonly legs?: readonly Leg[];
  readonly epochs?: number;
  /** What a task tells; `undefined`: it fails. */
  readonly tells?: (trial: number, epochs: number, proposal: Proposal) => Metrics | undefined;
}

/** Plays to the end; every ask is answered before the next. */
function play(plan: Plan) {
  const { problem = single(), budgetEpochs, batch = 1, seed = 3, options = {}, legs, epochs = EPOCHS } = plan;
  const { tells = (_t, _e, { candidate }) => evaluate(problem.space, candidate) } = plan;
  const input = { problem, seed, options: { references: false, ...options }, epochs };
  const strategy = openStrategy('rank-nosh', {
    ...input,
    ...(budgetEpochs !== undefined && { budgetEpochs }),
    ...(legs && { legs }),
  });
  const spending = countSpending({ budget: { epochs: budgetEpochs ?? Infinity }, recipe: { epochs } });
  const log: RunEvent[] = [];
  const fold = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
    spending.fold(event);
  };
  const known: Proposal[] = [];
  for (;;) {
    const event = strategy.ask(batch);
    const tasks: readonly (Proposal | Continuation)[] = [...event.proposals, ...(event.continues ?? [])];
    if (tasks.length === 0) break;
    fold(event);
    known.push(...event.proposals);
    for (const { trial, leg } of tasks) {
      const metrics = tells(trial, leg?.until ?? epochs, known[trial]!);
      if (metrics === undefined) fold({ type: 'failed', trial, reason: 'it crashed' });
      else if (leg) fold({ type: 'rested', trial, epoch: leg.until, metrics });
      else fold({ type: 'told', trial, metrics });
    }
  }
  return { log, known, strategy, spent: spending.epochs() };
}

/** Each continuation in order: trial and the epoch to which it goes. */
const climbs = (log: readonly RunEvent[]): readonly (readonly [number, number])[] =>
  log.flatMap((event) =>
    event.type === 'asked'
      ? (event.continues ?? []).map(({ trial, leg }) => [trial, leg?.until ?? EPOCHS] as const)
      : [],
  );
const of = (log: readonly RunEvent[], type: RunEvent['type']): number =>
  log.filter((event) => event.type === type).length;

describe('who goes on', () => {
  /** By trial; equal at every epoch. */
  const byTrial =
    (values: readonly number[]) =>
    (trial: number): Metrics => ({ accuracy: values[trial] ?? 0 });

  it('is the better half of a level after each round of six, and the best of those at the end', () => {
    const values = [0.3, 0.9, 0.5, 0.8, 0.2, 0.4];
    const { log } = play({ problem: single({ budget: 6 }), tells: byTrial(values) });
    // Three of six to epoch 4; one of three to the end.
    expect(climbs(log)).toEqual([
      [1, 4],
      [3, 4],
      [2, 4],
      [1, EPOCHS],
    ]);
    expect(of(log, 'told')).toBe(1);
  });

  it('may be one that stayed behind, where the next round is worse', () => {
    // Of the first round 4, 5 and 3 go on; the second one has a single student that is better than
    // what was left behind.
    const values = [0.5, 0.6, 0.4, 0.7, 0.9, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.65];
    const { log } = play({ problem: single({ budget: 12 }), tells: byTrial(values) });
    const risen = climbs(log).filter(([, until]) => until === 4);
    expect(risen.slice(0, 3).map(([trial]) => trial)).toEqual([4, 5, 3]);
    expect(risen.slice(3).map(([trial]) => trial)).toEqual([11, 1, 0]);
  });

  it('is judged by what the level told, not by what an earlier one did', () => {
    // Best after 2 epochs, worst after 4.
    const tells = (trial: number, epochs: number): Metrics => ({ accuracy: epochs <= 2 ? trial / 10 : 1 - trial / 10 });
    const { log } = play({ problem: single({ budget: 12 }), tells });
    const risen = climbs(log).filter(([, until]) => until === 4);
    expect(risen.slice(0, 3).map(([trial]) => trial)).toEqual([5, 4, 3]);
    const whole = climbs(log).filter(([, until]) => until === EPOCHS);
    expect(whole.at(-1)?.[0]).not.toBe(11);
  });

  it('waits for nobody: the next round enters while one is in training, and the end waits for all', () => {
    const problem = single({ budget: 12 });
    const strategy = openStrategy('rank-nosh', { problem, seed: 1, options: {}, epochs: EPOCHS });
    const first = strategy.ask(12);
    expect(first.proposals).toHaveLength(12);
    strategy.fold(first);
    expect(strategy.ask(1)).toMatchObject({ proposals: [] });
    expect(strategy.ask(1).continues ?? []).toEqual([]);
    for (let trial = 0; trial < 5; trial++) {
      strategy.fold({ type: 'rested', trial, epoch: 2, metrics: { accuracy: trial / 10 } });
    }
    // Nobody else can enter, so that no round is waited for: two of five.
    const two = strategy.ask(4);
    expect(two.continues?.map(({ trial }) => trial)).toEqual([4, 3]);
    // Three of six: the best that rests, not one that is in training again.
    strategy.fold(two);
    strategy.fold({ type: 'rested', trial: 5, epoch: 2, metrics: { accuracy: 0.05 } });
    expect(strategy.ask(4).continues?.map(({ trial }) => trial)).toEqual([2]);
  });

  it('is one at least, once all have come in: not the first one that does', () => {
    const strategy = openStrategy('rank-nosh', {
      ...{ problem: single({ budget: 3 }), seed: 1, options: {}, epochs: EPOCHS },
    });
    strategy.fold(strategy.ask(3));
    strategy.fold({ type: 'rested', trial: 0, epoch: 2, metrics: { accuracy: 0.1 } });
    expect(strategy.ask(3)).toMatchObject({ proposals: [] });
    expect(strategy.ask(3).continues ?? []).toEqual([]);
    for (const trial of [1, 2]) {
      strategy.fold({ type: 'rested', trial, epoch: 2, metrics: { accuracy: trial / 4 } });
    }
    expect(strategy.ask(3).continues?.map(({ trial }) => trial)).toEqual([2]);
  });

  it('has what is left over only when nobody is in training any more', () => {
    const problem = poolProblem({ objectives: singleObjective });
    const strategy = openStrategy('rank-nosh', { problem, seed: 1, options: {}, epochs: EPOCHS, budgetEpochs: 100 });
    strategy.fold(strategy.ask(3));
    const rest = (trial: number): void =>
      strategy.fold({ type: 'rested', trial, epoch: 2, metrics: { accuracy: trial / 4 } });
    rest(0);
    rest(1);
    const promoted = strategy.ask(3);
    expect(promoted.continues?.map(({ trial }) => trial)).toEqual([1]);
    strategy.fold(promoted);
    expect(strategy.ask(3).continues ?? []).toEqual([]);
  });

  it('is nobody whose leg failed or told no number, and others have their epochs', () => {
    const tells = (trial: number): Metrics | undefined =>
      trial % 3 === 0 ? undefined : { accuracy: trial % 3 === 1 ? NaN : 0.5 + trial / 100 };
    const { log, spent } = play({ budgetEpochs: 160, tells });
    expect(climbs(log).every(([trial]) => trial % 3 === 2)).toBe(true);
    expect(of(log, 'told')).toBeGreaterThan(3);
    expect(spent).toBeLessThanOrEqual(160);
  });
});

describe('a budget in epochs', () => {
  it('is kept to, brings one student to the end at least, and leaves nothing that would bring another', () => {
    for (const batch of [1, 4]) {
      for (const budgetEpochs of [8, 9, 11, 12, 13, 20, 37, 64, 100, 159, 160]) {
        const { log, spent, known } = play({
          problem: vastProblem({ objectives: singleObjective }),
          budgetEpochs,
          batch,
        });
        const name = `${budgetEpochs} epochs, ${batch} at once`;
        expect(spent, name).toBeLessThanOrEqual(budgetEpochs);
        expect(of(log, 'told'), name).toBeGreaterThan(0);
        expect(spent, name).toBeGreaterThan(budgetEpochs - 4);
        // Short trainings make more students than whole ones would.
        if (budgetEpochs > 11) expect(known.length, name).toBeGreaterThan(Math.floor(budgetEpochs / EPOCHS));
      }
    }
  });

  it('with one level trains whole students alone', () => {
    const { log, known, spent } = play({ budgetEpochs: 44, options: { levels: '8' } });
    expect([known.length, of(log, 'told'), of(log, 'rested'), spent]).toEqual([5, 5, 0, 40]);
  });

  it('of a table with whole short trainings charges both', () => {
    const legs = [{ until: 12, schedule: 'own' }] as const;
    const { log, spent, known } = play({ budgetEpochs: 300, legs, epochs: 200 });
    expect([known.length, of(log, 'told'), spent]).toEqual([8, 1, 8 * 12 + 200]);
    // The one whole training that is paid for goes to the best of all eight.
    expect(climbs(log.slice(0, 16))).toEqual([]);
  });

  it('larger than the space trains every student to its end', () => {
    const { known, log } = play({ budgetEpochs: 10_000, batch: 5 });
    expect(of(log, 'told')).toBe(known.length);
    expect(known.length).toBeGreaterThan(60);
  });

  it('is spent where all fail, on short trainings alone, until it brings nobody to the end', () => {
    const { known, spent } = play({ budgetEpochs: 40, tells: () => undefined });
    expect([known.length, spent]).toEqual([17, 34]);
  });
});

describe('who enters', () => {
  const sources = (known: readonly Proposal[]): readonly string[] => known.map(({ why }) => why.source);

  it('is drawn by chance in the first round, and ranked from then on', () => {
    const { known } = play({ problem: vastProblem({ objectives: singleObjective }), budgetEpochs: 80 });
    expect(sources(known)).toEqual(known.map((_, i) => (i < NOSH.round ? 'initial' : 'ranked')));
  });

  it('is ranked towards what was better: past the first round students are worth more', () => {
    const problem = vastProblem({ objectives: singleObjective, limits: [] });
    // The more the first two levels add, the better: 21 levels each.
    const worth = ({ candidate: { config } }: Proposal): number => Number(config['x0']) + Number(config['x1']);
    const tells = (_t: number, _e: number, proposal: Proposal): Metrics => ({ accuracy: worth(proposal) / 40 });
    const mean = (some: readonly Proposal[]): number => some.reduce((sum, one) => sum + worth(one), 0) / some.length;
    for (const seed of [1, 2, 3]) {
      const { known } = play({ problem, budgetEpochs: 200, seed, tells });
      expect(mean(known.slice(-12))).toBeGreaterThan(mean(known.slice(0, 6)) + 5);
    }
  });

  it('comes from around the best where not all are listed, and climbs past all that are', () => {
    const problem = vastProblem({ objectives: singleObjective });
    const worth = (config: Candidate['config']): number =>
      Object.values(config).reduce<number>((sum, level) => sum + Number(level), 0);
    const tells = (_t: number, _e: number, { candidate }: Proposal): Metrics => ({
      accuracy: worth(candidate.config) / 240,
    });
    const { known } = play({ problem, budgetEpochs: 400, tells });
    const most = (some: readonly Candidate[]): number => Math.max(...some.map(({ config }) => worth(config)));
    const listed = createCatalogue(problem, 3).families.flatMap(({ members }) => members);
    expect(most(known.map(({ candidate }) => candidate))).toBeGreaterThan(
      most(listed.map(({ candidate }) => candidate)),
    );
  });

  it('is by chance throughout without a ranker, and says nothing of one', () => {
    const { known } = play({ budgetEpochs: 80, options: { ranker: false } });
    expect(new Set(sources(known))).toEqual(new Set(['initial', 'random']));
    expect(known.every(({ why }) => why.fallback === undefined)).toBe(true);
  });

  it('is by chance, and says so, where all have told the same', () => {
    const { known } = play({
      budgetEpochs: 24,
      batch: 12,
      options: { levels: '2/4/8' },
      tells: () => ({ accuracy: 0.5 }),
    });
    for (const { why } of known.slice(NOSH.round)) {
      expect(why).toMatchObject({ source: 'random', fallback: 'nothing has come in that tells students apart' });
    }
  });

  it('of a round is ranked by what was known at its beginning', () => {
    const problem = vastProblem({ objectives: singleObjective });
    const open = () => {
      const strategy = openStrategy('rank-nosh', { problem, seed: 4, options: {}, epochs: EPOCHS, budgetEpochs: 200 });
      const first = strategy.ask(6);
      strategy.fold(first);
      const tell = (trial: number, accuracy: number): void =>
        strategy.fold({ type: 'rested', trial, epoch: 2, metrics: { accuracy } });
      for (const trial of [0, 1, 2, 3, 4]) tell(trial, trial / 10);
      const one = strategy.ask(1);
      strategy.fold(one);
      return { strategy, tell };
    };
    const [without, late] = [open(), open()];
    late.tell(5, 0.9);
    late.strategy.fold(late.strategy.ask(3)); // what is promoted
    const next = late.strategy.ask(2).proposals.map(({ candidate }) => candidate);
    expect(next).toEqual(without.strategy.ask(2).proposals.map(({ candidate }) => candidate));
  });
});

describe('who is better', () => {
  const levels = { epochs: [2, 4, 8], schedule: 'part' } as const;
  /** `[trial, epochs it has behind it, accuracy]` of students with 100, 300 and 900 params. */
  function meritOf(
    told: readonly (readonly [number, number, number])[],
    objectives: Problem['objectives'],
    failed: readonly number[] = [],
  ) {
    const pool = familiesProblem({ objectives });
    const catalogue = createCatalogue(pool, 1);
    const members = catalogue.families.flatMap(({ members: own }) => own);
    const legTo = (until: number) => (until < EPOCHS ? { leg: { until, schedule: 'part' as const } } : {});
    const proposals = told.map(([trial, epochs]) => {
      const candidate = members[trial * 3]!.candidate;
      return { trial, candidate, seed: 1, why: { source: 'draw' }, ...legTo(Math.min(2, epochs)) };
    });
    const events: RunEvent[] = [{ type: 'asked', proposals, position: told.length }];
    for (const [trial, epochs, accuracy] of told) {
      for (const until of levels.epochs.filter((level) => level <= epochs)) {
        if (until > 2) {
          const continues = [{ trial, why: { source: 'promoted' }, ...legTo(until) }];
          events.push({ type: 'asked', proposals: [], position: told.length, continues });
        }
        const metrics = { accuracy };
        events.push(
          until < EPOCHS ? { type: 'rested', trial, epoch: until, metrics } : { type: 'told', trial, metrics },
        );
      }
    }
    for (const trial of failed) events.push({ type: 'failed', trial, reason: 'it crashed' });
    const ledger = events.reduce((before, event) => record(before, event, catalogue), EMPTY_LEDGER);
    return {
      groups: byMerit(catalogue, levels, ledger).map((own) => own.map(({ trial }) => trial.trial)),
      costs: ledger.trials.map(({ costs }) => costs['params'] ?? NaN),
    };
  }

  it('is the one on the higher level, whatever was told, and on one level the one that told more', () => {
    const told = [
      [0, 2, 0.9],
      [1, 4, 0.5],
      [2, 4, 0.6],
      [3, 2, 0.9],
      [4, 8, 0.4],
      [5, 2, NaN],
    ] as const;
    expect(meritOf(told, singleObjective).groups).toEqual([[0, 3], [1], [2], [4]]);
  });

  it('of several objectives is the one on the front: a cheap one before a dear one that tells as much', () => {
    const objectives = [...singleObjective, { metric: 'params', goal: 'minimize', known: true }] as const;
    const told = [0, 1, 2, 3].map((trial) => [trial, 2, [0.5, 0.6, 0.55, 0.9][trial]!] as const);
    const { groups, costs } = meritOf(told, objectives);
    // By costs, rising, 2 is dominated by 1, and the others are the front.
    expect([...costs].sort((a, b) => a - b)).toEqual(costs);
    expect(groups[0]).toEqual([2]);
    expect(groups.flat().at(-1)).toBe(3);
  });

  it('on a front is the one without which it loses more: the cheap one, where dear ones tell hardly more', () => {
    const objectives = [...singleObjective, { metric: 'params', goal: 'minimize', known: true }] as const;
    const told = [0, 1, 2].map((trial) => [trial, 2, [0.85, 0.8501, 0.8502][trial]!] as const);
    expect(meritOf(told, objectives).groups.at(-1)).toEqual([0]);
  });

  it('is nobody who failed, whatever a leg had told', () => {
    const told = [0, 1, 2].map((trial) => [trial, 2, trial / 10] as const);
    expect(meritOf(told, singleObjective, [2]).groups).toEqual([[0], [1]]);
  });
});
