/** What all strategies share of trainings that rest: the ledger, and who may play. */
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/core/records/events.ts';
import { standingsOf } from '../../../src/core/records/events.ts';
import { createCatalogue } from '../../../src/core/strategies/catalogue.ts';
import { EMPTY_LEDGER, record } from '../../../src/core/strategies/ledger.ts';
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
    expect(resting).toMatchObject({ state: 'resting', metrics: {}, rested: { epoch: 1, metrics: { accuracy: 0.5 } } });
    expect([resting?.value, resting?.learned, resting?.order]).toEqual([undefined, undefined, undefined]);
    expect(after(asked, rested, goesOn)).toMatchObject({ state: 'pending' });
    expect(after(asked, rested, goesOn, told)).toMatchObject({ state: 'told', value: 0.9, order: 0 });
  });

  test('hears a leg once, and goes on with nothing that does not rest', () => {
    expect(after(asked, rested, goesOn, rested)).toMatchObject({ state: 'pending' });
    expect(after(asked, rested, goesOn, told, rested)).toMatchObject({ state: 'told' });
    expect(after(asked, rested, goesOn, told, goesOn)).toMatchObject({ state: 'told' });
    expect(after(rested)).toBeUndefined();
  });
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
});
