/** Searches that begin with short trainings (docs/trade.md, step 11). */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import type { RunEvent } from '../../../src/core/records/events.ts';
import type { Leg } from '../../../src/core/records/proposal.ts';
import { countSpending } from '../../../src/core/budget.ts';
import { explainRun } from '../../../src/core/strategies/explain.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import { checkOptionValues, openStrategy } from '../../../src/core/strategies/registry.ts';
import { createTableGame, createTableProblem, replay } from '../../../src/core/strategies/replay.ts';
import type { AskedEvent, OpenedGame } from './short-game.ts';
import { openGame, playOut } from './short-game.ts';

const OWN = { epochs: 2, schedule: 'own', metric: 'short' };
const HALF = { epochs: 4, schedule: 'part', metric: 'half' };
const now = (): number => 0;

/** Two families of 40; the late one is the better in the end, and far behind after two epochs. */
function tableWith(legs: readonly unknown[], changes: Record<string, unknown> = {}): RecordedTable {
  const rng = createRng(5);
  const levels = Array.from({ length: 40 }, (_, x) => x);
  const families = ['early', 'late'].map((name) => {
    const isLate = name === 'late';
    const rows = levels.map((x) => {
      const whole = 0.7 + 0.05 * Math.log(1 + x) + (isLate ? 0.02 : 0) + 0.002 * rng.normal();
      const short = whole - (isLate ? 0.09 : 0.03) + 0.002 * rng.normal();
      return [x, whole, short, (whole + short) / 2, 1000 + 100 * x];
    });
    return { name, parameters: [{ name: 'x', type: 'ordinal', values: levels }], rows };
  });
  return parseTable({
    ...{ format: 'trade-replay/1', name: 'late', complete: true, epochs: 8, legs, families },
    metrics: ['accuracy', 'short', 'half', 'params'],
    objectives: [
      { metric: 'accuracy', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { accuracy: 0.5, params: 6000 },
    ...changes,
  });
}

const table = tableWith([OWN, HALF]);

describe('a search that begins with short trainings', () => {
  it('begins students with the short schedule, and trains whole those that promise most, within the epochs', () => {
    for (const budget of [40, 160, 161, 163, 167]) {
      const { log } = playOut(openGame(table, budget));
      const spending = countSpending({ budget: { epochs: budget }, recipe: { epochs: 8 } });
      log.forEach(spending.fold);
      expect(spending.epochs()).toBeLessThanOrEqual(budget);
      // Less than what one more student would take is left over.
      expect(budget - spending.epochs()).toBeLessThan(10);
      const asked = log.flatMap((event) => (event.type === 'asked' ? [event] : []));
      expect(asked[0]?.proposals[0]?.leg).toEqual({ until: 2, schedule: 'own' });
      const promoted = asked.flatMap(({ continues = [] }) => continues);
      expect(promoted.length).toBeGreaterThan(1);
      for (const { why, leg } of promoted) {
        expect([why.source, leg, Number.isFinite(why.predicted?.mean), why.expectedGain! > 0]).toEqual([
          ...['promoted', undefined, true, true],
        ]);
      }
    }
  });

  it('sees through a family that learns late: it ends on the front, which short trainings alone would miss', () => {
    const { log } = playOut(openGame(table, 240));
    const whole = log.flatMap((event) => (event.type === 'told' ? [event.trial] : []));
    const families = log.flatMap((event) => (event.type === 'asked' ? event.proposals : []));
    const late = whole.filter((trial) => families[trial]?.candidate.family === 'late');
    expect(late.length).toBeGreaterThan(whole.length / 2);
  });

  it('trains whole at once where the budget has no room for a short training first', () => {
    const { log } = playOut(openGame(table, 9));
    const [asked] = log;
    expect(asked?.type === 'asked' && asked.proposals[0]).not.toHaveProperty('leg');
    expect(log.map(({ type }) => type)).toEqual(['asked', 'told']);
  });

  it('takes half of the long schedule where there is no short one, and trains whole where there is neither', () => {
    const { log } = playOut(openGame(tableWith([HALF, { ...HALF, epochs: 1 }]), 80));
    expect(log[0]?.type === 'asked' && log[0].proposals[0]?.leg).toEqual({ until: 4, schedule: 'part' });
    expect(log.some(({ type }) => type === 'rested')).toBe(true);
    const none = replay(tableWith([]), { strategy: 'gp-ehvi', seed: 1, budgetEpochs: 80, now });
    expect(none.epochs).toEqual([8, 16, 24, 32, 40, 48, 56, 64, 72, 80]);
  });

  it('is the search without, letter for letter, where the option is off', () => {
    const options = { strategy: 'trade', seed: 3, now, options: { shortTrainings: false } };
    const plain = replay(table, { ...options, budgetEpochs: 160 });
    expect(plain.rows).toEqual(replay(table, { ...options, budgetEpochs: 160, noLegs: true }).rows);
  });

  it('goes on from its log as the unbroken one does', () => {
    for (const strategy of ['gp-ehvi', 'trade']) {
      const game = openGame(table, 120, strategy);
      const { log } = playOut(game);
      for (const cut of [1, 9, 20, 31]) {
        const again = openGame(table, 120, strategy);
        log.slice(0, cut).forEach((event) => again.strategy.fold(event));
        const next = log.slice(cut).find(({ type }) => type === 'asked');
        if (log[cut]?.type === 'asked') expect(again.strategy.ask(1)).toEqual(next);
      }
    }
  });
});

describe('several at a time', () => {
  it('asks as many as it is asked for, none twice, and none that is not resting goes on', () => {
    const game = openGame(table, 160);
    const open = new Map<number, Leg | undefined>();
    const resting = new Set<number>();
    const begun = new Set<string>();
    for (let event = game.strategy.ask(3); open.size > 0 || size(event) > 0; event = game.strategy.ask(3 - open.size)) {
      for (const { trial, candidate, leg } of event.proposals) {
        expect(begun.has(JSON.stringify(candidate))).toBe(false);
        begun.add(JSON.stringify(candidate));
        open.set(trial, leg);
      }
      for (const { trial } of event.continues ?? []) {
        expect(resting.delete(trial)).toBe(true);
        open.set(trial, undefined);
      }
      game.strategy.fold(event);
      game.remember(event);
      const [first] = [...open];
      if (!first) break;
      open.delete(first[0]);
      const end = game.end(first[0], first[1]);
      if (end.type === 'rested') resting.add(first[0]);
      game.strategy.fold(end);
    }
    expect(begun.size).toBeGreaterThan(10);
  });
});

const size = (event: AskedEvent): number => event.proposals.length + (event.continues?.length ?? 0);

describe('short trainings that tell nothing', () => {
  it.each([
    ['not a number', (event: RunEvent): RunEvent => ({ ...event, metrics: { accuracy: NaN } }) as RunEvent],
    [
      'a failure',
      (event: RunEvent): RunEvent => ({ type: 'failed', trial: 'trial' in event ? event.trial : 0, reason: 'x' }),
    ],
  ])('as %s: the student is left alone, the search goes on', (_, spoil) => {
    const game = openGame(table, 120);
    const { log } = playOut(game, (end) => (end.type === 'rested' && end.trial % 3 === 0 ? spoil(end) : end));
    const goneOn = log.flatMap((event) => (event.type === 'asked' ? (event.continues ?? []) : []));
    expect(goneOn.length).toBeGreaterThan(0);
    for (const { trial } of goneOn) expect(trial % 3).not.toBe(0);
  });

  it('as nothing at all: all of them fail, and the budget ends', () => {
    const { log } = playOut(openGame(table, 60), (end) =>
      end.type === 'rested' ? { type: 'failed', trial: end.trial, reason: 'x' } : end,
    );
    expect(log.filter(({ type }) => type === 'failed').length).toBeGreaterThan(10);
  });
});

it('is explained from its log: predictions beside whole trainings, and regions where it has them', () => {
  const game: OpenedGame = openGame(table, 200, 'trade');
  const { log } = playOut(game);
  const { predictions, families } = explainRun('trade', game.input, log);
  expect(predictions.length).toBeGreaterThan(3);
  expect(predictions.every(({ deviation }) => deviation > 0)).toBe(true);
  expect(families.reduce((sum, { told }) => sum + told, 0)).toBe(log.filter(({ type }) => type === 'told').length);
  expect(createTableGame(table, { seed: 1, budget: 5 }).short?.budget).toBe(40);
  expect(createTableProblem(table, { seed: 1, budgetEpochs: 41 }).problem.budget).toBe(6);
  expect(openStrategy('trade', game.input).info.defaults['shortTrainings']).toBe(false);
});

describe('the stop rule', () => {
  const stops = [2, 4, 6].map((epochs) => ({ epochs, schedule: 'part', metric: 'half' }));
  const parts = tableWith([OWN, ...stops]);
  /** Where each trial stood, by its legs and its end. */
  const standings = (log: readonly RunEvent[]) => {
    const told = new Set(log.flatMap((event) => (event.type === 'told' ? [event.trial] : [])));
    const rested = new Set(log.flatMap((event) => (event.type === 'rested' ? [event.trial] : [])));
    return { told, given: [...rested].filter((trial) => !told.has(trial)) };
  };

  it('gives trainings up at a quarter, half and three quarters, once some have ended', () => {
    const { log } = playOut(openGame(parts, 400, 'gp-ehvi', { stopRule: true }));
    const { told, given } = standings(log);
    expect(told.size).toBeGreaterThan(6);
    expect(given.length).toBeGreaterThan(3);
    // Nobody is given up before there are results to tell by.
    const sixth = log.flatMap((event, at) => (event.type === 'told' ? [at] : []))[5]!;
    const early = log.slice(0, sixth).flatMap((event) => (event.type === 'rested' ? [event.trial] : []));
    for (const trial of early) expect(given).not.toContain(trial);
    const legs = log.flatMap((event) =>
      event.type === 'asked' ? [...event.proposals, ...(event.continues ?? [])] : [],
    );
    expect(new Set(legs.map(({ leg }) => leg?.until))).toEqual(new Set([2, 4, 6, undefined]));
    expect(new Set(legs.flatMap(({ leg }) => leg?.schedule ?? []))).toEqual(new Set(['part']));
  });

  it('gives up nobody whose end would have gained the front: none of the whole front rests', () => {
    const { log } = playOut(openGame(parts, 640, 'gp-ehvi', { stopRule: true }));
    const { given } = standings(log);
    const game = openGame(parts, 640);
    for (const event of log) if (event.type === 'asked') game.remember(event);
    const ends = log.flatMap((event) => (event.type === 'told' ? [event.metrics] : []));
    const gains = given.filter((trial) => {
      const { metrics } = game.end(trial, undefined);
      return ends.every(({ accuracy = 0, params = 0 }) => {
        return !(accuracy >= (metrics['accuracy'] ?? 0) - 0.004 && params <= (metrics['params'] ?? 0));
      });
    });
    expect(gains).toEqual([]);
  });

  it('keeps to the epochs, with short trainings too', () => {
    for (const shortTrainings of [false, true]) {
      const options = { stopRule: true, shortTrainings };
      const { log } = playOut(openGame(parts, 203, 'trade', options));
      const spending = countSpending({ budget: { epochs: 203 }, recipe: { epochs: 8 } });
      log.forEach(spending.fold);
      expect(spending.epochs()).toBeLessThanOrEqual(203);
      expect(spending.epochs()).toBeGreaterThan(190);
    }
  });

  it('goes on from its log as the unbroken one does', () => {
    const options = { stopRule: true, shortTrainings: true };
    const { log } = playOut(openGame(parts, 160, 'gp-ehvi', options));
    for (const cut of log.keys()) {
      if (cut % 7 !== 0 || log[cut]?.type !== 'asked') continue;
      const again = openGame(parts, 160, 'gp-ehvi', options);
      log.slice(0, cut).forEach((event) => again.strategy.fold(event));
      expect(again.strategy.ask(1)).toEqual(log[cut]);
    }
  });
});

it.each(['shortTrainings', 'stopRule'])('%s is refused where training goes by seconds', (name) => {
  const check = (epochs?: number) =>
    checkOptionValues('trade', { options: { [name]: true }, ...(epochs && { epochs }) });
  expect(() => check()).toThrow(`strategy.options.${name}: it goes by epochs`);
  expect(() => check(8)).not.toThrow();
});
