import { describe, expect, it } from 'vitest';
import type { Proposal, RunEvent } from '../../../src/core/records/events.ts';
import { hypervolume } from '../../../src/core/geometry/hypervolume.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import type { KnownCosts } from '../../../src/core/space/space.ts';
import { isRadius } from '../../../src/core/strategies/trade/regions.ts';
import { explainRun } from '../../../src/core/strategies/explain.ts';
import { openStrategy, STRATEGIES, strategyInfo } from '../../../src/core/strategies/registry.ts';
import type { StrategyInput } from '../../../src/core/strategies/strategy.ts';
import { ANY_EMBEDDING } from '../../contract/any-embedding.ts';
import { evaluate, familiesProblem } from '../../contract/strategy-problems.ts';

const input: StrategyInput = { problem: familiesProblem(), seed: 3, options: {}, embedding: ANY_EMBEDDING };
const { objectives, reference, space } = input.problem;

function played(id: string, trials: number, accuracyOf?: (costs: KnownCosts, trial: number) => number): RunEvent[] {
  const strategy = openStrategy(id, input);
  const log: RunEvent[] = [];
  const push = (event: RunEvent): void => {
    log.push(event);
    strategy.fold(event);
  };
  for (let i = 0; i < trials; i++) {
    const event = strategy.ask(1);
    push(event);
    for (const { trial, candidate } of event.proposals) {
      const costs = familyOf(space, candidate.family).costs(candidate.config);
      const metrics = accuracyOf ? { accuracy: accuracyOf(costs, trial) } : evaluate(space, candidate);
      push({ type: 'told', trial, metrics });
    }
  }
  return log;
}

const log = played('trade', 20);
const proposals = log.flatMap((event): readonly Proposal[] => (event.type === 'asked' ? event.proposals : []));
const explained = explainRun('trade', input, log);
const lastTrial = 19;
const withFailure = explainRun('trade', input, [...log, { type: 'failed', trial: lastTrial, reason: 'lost' }]);

describe('what a strategy says that it shows', () => {
  // A tab that stays empty whatever comes promises something that is not there.
  it.each(Object.keys(STRATEGIES))('is what runs of %s can be looked at for', (id) => {
    const { shows = [], needs = [] } = strategyInfo(id);
    if (needs.length > 0) return expect(shows).toEqual([]);
    const { predictions, regions, answer } = explainRun(id, input, played(id, 24));
    expect(answer !== undefined).toBe(shows.includes('answer'));
    expect(predictions.length > 0).toBe(shows.includes('predictions'));
    expect(regions.length > 0).toBe(shows.includes('regions'));
    return undefined;
  });
});

describe('the account of families', () => {
  it('counts each proposal once, by family and by arm', () => {
    const { families } = explained;
    expect(families.map(({ family }) => family)).toEqual(['plain', 'gated', 'pooled']);
    expect(families.reduce((sum, { proposed }) => sum + proposed, 0)).toBe(20);
    for (const { family, proposed, sources, last } of families) {
      expect(Object.values(sources).reduce((sum, count) => sum + count, 0)).toBe(proposed);
      expect(last).toBe(proposals.findLast(({ candidate }) => candidate.family === family)?.trial);
    }
  });

  it('gives each the hypervolume that would be lost without it', () => {
    const metricsOf = ({ candidate }: Proposal) => ({
      ...evaluate(space, candidate),
      ...familyOf(space, candidate.family).costs(candidate.config),
    });
    const whole = hypervolume(proposals.map(metricsOf), objectives, reference);
    for (const { family, share } of explained.families) {
      const others = proposals.filter(({ candidate }) => candidate.family !== family);
      expect(share).toBeCloseTo(1 - hypervolume(others.map(metricsOf), objectives, reference) / whole, 12);
    }
    expect(explained.families.some(({ share, front }) => share > 0 && front > 0)).toBe(true);
  });

  it('knows the best value and the mean expected gain of the family', () => {
    for (const { family, best, expectedGain } of explained.families) {
      const own = proposals.filter(({ candidate }) => candidate.family === family);
      expect(best).toBe(Math.max(...own.map(({ candidate }) => evaluate(space, candidate)['accuracy']!)));
      const gains = own.flatMap(({ why }) => why.expectedGain ?? []);
      if (gains.length > 0) expect(expectedGain).toBeCloseTo(gains.reduce((a, b) => a + b) / gains.length, 12);
      else expect(expectedGain).toBeUndefined();
    }
  });

  // The log says alike of both that no result will come.
  it('takes what rests for no failure, also where its search ended with it', () => {
    const rested: readonly RunEvent[] = [
      ...log.slice(0, -1),
      { type: 'rested', trial: lastTrial, epoch: 1, metrics: { accuracy: 0.99 } },
      { type: 'failed', trial: lastTrial, reason: 'It rested, and others were gone on with.' },
    ];
    const { families } = explainRun('trade', input, rested);
    const sum = (of: 'failed' | 'told'): number => families.reduce((all, account) => all + account[of], 0);
    expect([sum('failed'), sum('told')]).toEqual([0, 19]);
  });

  it('takes a failed trial out of what was told, and no result beyond a limit for the best', () => {
    const failed = withFailure.families.reduce((sum, account) => sum + account.failed, 0);
    expect(failed).toBe(1);
    const limited = { ...input, problem: { ...input.problem, limits: [{ metric: 'params', max: 1 }] } };
    const none = explainRun('random', limited, log);
    expect(none.families.map(({ best, front, share }) => [best, front, share])).toEqual(
      none.families.map(() => [undefined, 0, 0]),
    );
  });
});

describe('the best single student', () => {
  const asked = (trial: number, candidate: Proposal['candidate']): Proposal => {
    return { trial, candidate, seed: trial, why: { source: 'random' } };
  };
  const student = (width: number, depth: number, act: string): Proposal['candidate'] => {
    return { family: 'plain', config: { width, depth, act } };
  };
  // One step in width, one in depth, another category; two steps; two edits; the best.
  const all = [
    student(8, 2, 'relu'),
    student(16, 1, 'relu'),
    student(16, 2, 'tanh'),
    student(64, 2, 'relu'),
    student(8, 1, 'relu'),
    student(16, 2, 'relu'),
  ];
  const tellingOf = (accuracies: readonly number[]): readonly RunEvent[] => [
    { type: 'asked', proposals: all.map((candidate, trial) => asked(trial, candidate)), position: all.length },
    ...accuracies.map((accuracy, trial): RunEvent => ({ type: 'told', trial, metrics: { accuracy } })),
  ];

  // Of all that was trained instead, a flat neighbourhood would be any.
  it('stands beside the mean of its trained neighbours one edit away, and of nothing else', () => {
    const { winner } = explainRun('random', input, tellingOf([0.6, 0.7, 0.8, 0.1, 0.1, 0.9]));
    expect(winner).toEqual({ trial: 5, own: 0.9, neighbours: 3, mean: expect.closeTo(0.7, 12) });
  });

  it('is one within the limits, says nothing of neighbours where none was trained, and is none of none', () => {
    const limited = { ...input, problem: { ...input.problem, limits: [{ metric: 'params', max: 64 * 64 * 2 - 1 }] } };
    const lonely = explainRun('random', limited, tellingOf([NaN, NaN, NaN, 0.9, 0.5, NaN]));
    expect(lonely.winner).toEqual({ trial: 4, own: 0.5, neighbours: 0 });
    expect(explainRun('random', input, tellingOf([])).winner).toBeUndefined();
  });
});

describe('the history of regions', () => {
  // Nothing is better than the first: the region opens, and narrows.
  const flat = played('trade', 40, ({ params = NaN }, trial) => (trial === 0 ? 0.9 : 0.5 + (params % 7) / 1000));
  const proposed = flat.flatMap((event): readonly Proposal[] => (event.type === 'asked' ? event.proposals : []));
  const told = explainRun('trade', input, flat);

  it('has the region that proposals claim to come from, by an id that tells one from the next', () => {
    const claims = proposed.flatMap(({ why }) => why.region ?? []);
    expect(claims.length).toBeGreaterThan(0);
    const ids = told.regions.flatMap(({ opened }) => opened);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    for (const { id, radius } of claims) {
      expect(ids).toContain(id);
      expect(isRadius(radius)).toBe(true);
    }
    const guided = proposed.filter(({ why }) => why.source === 'global' || why.source === 'region').length;
    expect(told.globalShare).toBeCloseTo(1 - claims.length / guided, 12);
  });

  it('is told by nobody where an earlier version wrote the log, whose regions were boxes', () => {
    const region = { id: 1, centre: 0, radius: '4' };
    const earlier = flat.map((event): RunEvent => {
      if (event.type !== 'asked') return event;
      const proposals = event.proposals.map((one) => (one.why.region ? { ...one, why: { ...one.why, region } } : one));
      return { ...event, proposals };
    });
    expect(explainRun('trade', input, earlier).regions).toEqual([]);
  });

  it('accounts for every region: none appears, moves or goes without being named', () => {
    let alive = new Map<number, number>();
    for (const { regions, opened, ended, recentred } of told.regions) {
      const now = new Map(regions.map(({ id, centre }) => [id, centre]));
      expect([...now.keys()].filter((id) => !alive.has(id))).toEqual(opened);
      expect([...alive.keys()].filter((id) => !now.has(id))).toEqual(ended);
      expect([...now].filter(([id, centre]) => alive.has(id) && alive.get(id) !== centre).map(([id]) => id)).toEqual(
        recentred,
      );
      alive = now;
    }
  });

  it('says of each result while it is open whether it was a success: the counts follow', () => {
    const judged = told.regions.filter(({ own }) => own);
    expect(judged.length).toBeGreaterThan(0);
    for (const { own, regions, trial } of judged) {
      const region = regions.find(({ id }) => id === own?.region)!;
      const old = told.regions.find((moment) => moment.trial === trial - 1)!.regions[0]!;
      if (own?.success) expect(region.failures).toBe(0);
      else expect([old.failures + 1, 0]).toContain(region.failures);
    }
  });

  it('is empty for a strategy without regions, which is explained all the same', () => {
    const random = explainRun('random', input, played('random', 12));
    expect(random.regions).toEqual([]);
    expect(random.leftOut).toBeUndefined();
    expect(random.globalShare).toBeUndefined();
    expect(random.calibration).toBeUndefined();
    expect(random.families.reduce((sum, { proposed }) => sum + proposed, 0)).toBe(12);
  });
});

describe('predictions', () => {
  it('stand beside the outcomes that are told, not beside failed ones', () => {
    const { predictions, calibration, calibrations } = explained;
    expect(predictions.length).toBeGreaterThan(8);
    expect(calibration?.count).toBe(predictions.length);
    expect(calibrations.reduce((sum, one) => sum + one.calibration.count, 0)).toBe(predictions.length);
    expect(withFailure.predictions.map(({ trial }) => trial)).toEqual(
      predictions.map(({ trial }) => trial).filter((trial) => trial !== lastTrial),
    );
  });

  it('have the deviation of an outcome: never less than that of the latent accuracy, which the why has', () => {
    for (const { trial, deviation } of explained.predictions) {
      expect(deviation).toBeGreaterThan(proposals[trial]!.why.predicted!.deviation);
    }
  });

  it('left out one by one are better than knowing the mean alone, where accuracy follows from costs', () => {
    const { count, logScore, unaided } = explained.leftOut!;
    expect(count).toBe(20);
    expect(logScore).toBeGreaterThan(unaided);
  });
});

describe('a run that has hardly begun', () => {
  it.each([0, 1, 2])('is explained after %i events', (events) => {
    const early = explainRun('trade', input, log.slice(0, events));
    expect(early.predictions).toEqual([]);
    expect(early.leftOut).toBeUndefined();
    expect(early.families).toHaveLength(3);
  });

  it('is explained where all results are equal or no number', () => {
    const broken = log.map((event, i): RunEvent =>
      event.type === 'told' ? { ...event, metrics: { accuracy: i % 4 === 3 ? NaN : 0.5 } } : event,
    );
    const { leftOut, families } = explainRun('trade', input, broken);
    expect(leftOut).toBeUndefined();
    expect(families.every(({ best }) => best === undefined || best === 0.5)).toBe(true);
  });
});
