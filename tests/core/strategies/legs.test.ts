/** What all strategies share of trainings that rest: the ledger, and who may play. */
import { describe, expect, test } from 'vitest';
import { countSpending } from '../../../src/core/budget.ts';
import type { RunEvent } from '../../../src/core/records/events.ts';
import { standingsOf } from '../../../src/core/records/events.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { EMPTY_LEDGER, epochsSpent, record } from '../../../src/core/strategies/ledger.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { poolProblem } from '../../contract/strategy-problems.ts';
import '../../contract/contestants.ts';

const problem = poolProblem();
const candidate = { family: 'pooled', config: { code: 'a' } };
const why = { source: 'draw' };
const leg = { until: 1, schedule: 'part' } as const;
const asked: RunEvent = { type: 'asked', proposals: [{ trial: 0, candidate, seed: 1, why, leg }], position: 1 };
const rested: RunEvent = { type: 'rested', trial: 0, epoch: 1, metrics: { accuracy: 0.5 } };
const goesOn: RunEvent = { type: 'asked', proposals: [], position: 1, continues: [{ trial: 0, why }] };
const told: RunEvent = { type: 'told', trial: 0, metrics: { accuracy: 0.9 } };

describe('the ledger', () => {
  const catalogue = createCatalogue(problem, 1);
  const after = (...events: readonly RunEvent[]) =>
    events.reduce((ledger, event) => record(ledger, event, catalogue), EMPTY_LEDGER).trials[0];

  test('holds what a leg told apart from results: it is no data, and takes no place among them', () => {
    const resting = after(asked, rested);
    const legs = [{ ...leg, metrics: { accuracy: 0.5 }, learned: 0.5 }];
    expect(resting).toMatchObject({ state: 'resting', metrics: {}, legs, isWhole: false });
    expect([resting?.value, resting?.learned, resting?.order]).toEqual([undefined, undefined, undefined]);
    expect(after(asked, rested, goesOn)).toMatchObject({ state: 'pending', legs, isWhole: true });
    expect(after(asked, rested, goesOn, told)).toMatchObject({ state: 'told', value: 0.9, order: 0, legs });
  });

  test('hears a leg once, and goes on with nothing that does not rest', () => {
    expect(after(asked, rested, goesOn, rested)).toMatchObject({ state: 'pending' });
    expect(after(asked, rested, goesOn, told, rested)).toMatchObject({ state: 'told' });
    expect(after(asked, rested, goesOn, told, goesOn)).toMatchObject({ state: 'told' });
    expect(after(rested)).toBeUndefined();
  });
});

test('a part goes on from where it rested, an own schedule starts afresh: epochs as a budget counts them', () => {
  const catalogue = createCatalogue(problem, 1);
  const recipe = { epochs: 8 };
  const ask = (schedule: 'own' | 'part', until: number): RunEvent => ({
    ...asked,
    proposals: [{ trial: 0, candidate, seed: 1, why, leg: { until, schedule } }],
  });
  const on = (until?: number): RunEvent => ({
    ...goesOn,
    continues: [{ trial: 0, why, ...(until !== undefined && { leg: { until, schedule: 'part' as const } }) }],
  });
  const rest = (epoch: number): RunEvent => ({ ...rested, epoch });
  const logs = [
    { log: [ask('part', 2)], spent: 2 },
    { log: [ask('part', 2), rest(2), on(4)], spent: 4 },
    { log: [ask('part', 2), rest(2), on(4), rest(4), on()], spent: 8 },
    { log: [ask('own', 2), rest(2), on()], spent: 10 },
    { log: [ask('own', 2), rest(2), on(4), rest(4), on()], spent: 10 },
  ] as const;
  for (const { log, spent } of logs) {
    const ledger = log.reduce((before, event) => record(before, event, catalogue), EMPTY_LEDGER);
    const counted = countSpending({ budget: { epochs: 100 }, recipe });
    log.forEach(counted.fold);
    expect([epochsSpent(ledger, 8), counted.epochs()]).toEqual([spent, spent]);
  }
});

test('where a trial stands is the last that its log says of it', () => {
  const at = (...log: readonly RunEvent[]) => standingsOf(log).get(0);
  expect(at(asked)).toEqual({ state: 'asked', leg });
  expect(at(asked, rested)).toEqual({ state: 'resting', leg });
  expect(at(asked, rested, goesOn)).toEqual({ state: 'asked', leg: undefined });
  expect(at(asked, rested, goesOn, told)).toEqual({ state: 'ended', leg: undefined });
});

test('a strategy that needs legs plays no game whose trainings have no epochs', () => {
  const open = (epochs?: number) =>
    openStrategy('toy-halving', { problem, seed: 1, options: {}, ...(epochs !== undefined && { epochs }) });
  expect(() => open()).toThrow(/count epochs/);
  expect(open(1).ask(1).proposals[0]).not.toHaveProperty('leg');
  expect(open(9).ask(1).proposals[0]).toHaveProperty('leg', leg);
  const none = { problem, seed: 1, options: {}, epochs: 9, legs: [] };
  expect(() => openStrategy('toy-halving', none)).toThrow(/no short trainings are recorded/);
});
