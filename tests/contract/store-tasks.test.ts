/** The contract of the store: students that begin with the weights of others, and searches. */
import { describe, expect, test } from 'vitest';
import type { Search } from '../../src/core/records/events.ts';
import type { WarmStart } from '../../src/core/records/proposal.ts';
import type { AskedEvent } from '../../src/core/strategies/strategy.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { checkpointFile, COSTS, finished, mixed, point, proposal, searchConfig } from '../support/store-records.ts';
import { code, openSessions as open } from './store-sessions.ts';

const part = { until: 1, schedule: 'part' } as const;
const inherit = (...parents: WarmStart['parents']): WarmStart => ({ parents, map: 'inherit', seed: 3 });
const askFor = (trial: number, from: WarmStart): AskedEvent => ({
  type: 'asked',
  proposals: [{ ...proposal(trial), from }],
  position: trial + 1,
});

/** Of three students the first has ended, the second rests, and the third has failed. */
function threeStudents(store: WritableStore = open().next()): WritableStore {
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  const proposals = [proposal(0), { ...proposal(1), leg: part }, proposal(2)];
  store.recordAsked('run_1', { type: 'asked', proposals, position: 3 }, [COSTS, COSTS, COSTS], 3);
  for (const id of ['run_1-0000', 'run_1-0001', 'run_1-0002']) {
    store.startTrial(id);
    store.appendEpoch(id, point(1), checkpointFile(`${id}-1`, 1));
  }
  store.finishTrial('run_1-0000', finished('run_1-0000'));
  store.restTrial('run_1-0001', { epoch: 1, metrics: { accuracy: 0.5 }, seconds: 1 });
  store.failTrial('run_1-0002', 'the trainer died', 'failed', 1);
  return store;
}

describe('a student that begins with the weights of others', () => {
  test('keeps in row and log whose they are', () => {
    const store = threeStudents();
    const from = inherit(0, 1, 'teacher');
    expect(store.recordAsked('run_1', askFor(3, from), [COSTS], 3)).toMatchObject([{ number: 3, from }]);
    expect(store.trial('run_1-0003')?.from).toEqual(from);
    expect(store.trial('run_1-0000')).not.toHaveProperty('from');
    expect(store.events('run_1').at(-1)?.event).toMatchObject({ proposals: [{ trial: 3, from }] });
  });

  test.each([
    ['that failed', 2],
    ['that is not there', 7],
    ['that it is itself', 3],
  ])('is refused with a parent %s, and nothing is left behind', (_, parent) => {
    const store = threeStudents();
    const before = store.events('run_1');
    expect(() => store.recordAsked('run_1', askFor(3, inherit(0, parent)), [COSTS], 3)).toThrow(code('store.conflict'));
    expect(store.events('run_1')).toEqual(before);
    expect(store.trial('run_1-0003')).toBeUndefined();
  });

  // Else the weights that it begins with would depend on who is quicker.
  test('holds a parent at rest until it has ended', () => {
    const store = threeStudents();
    const goOn: AskedEvent = {
      ...{ type: 'asked', proposals: [], position: 4 },
      continues: [{ trial: 1, why: { source: 'rung' } }],
    };
    const both = { ...askFor(3, inherit(1)), continues: goOn.continues ?? [] };
    expect(() => store.recordAsked('run_1', both, [COSTS], 3)).toThrow(code('store.conflict'));
    store.recordAsked('run_1', askFor(3, inherit(1)), [COSTS], 3);
    expect(() => store.recordAsked('run_1', goOn, [], 3)).toThrow(code('store.conflict'));
    store.startTrial('run_1-0003');
    store.failTrial('run_1-0003', 'the trainer died', 'failed', 1);
    expect(store.recordAsked('run_1', goOn, [], 3)).toMatchObject([{ number: 1, state: 'queued' }]);
  });
});

describe('a student that starts afresh after a leg', () => {
  test('needs its parents’ weights again: they may not be on their way elsewhere', () => {
    const store = threeStudents();
    const leg = { until: 1, schedule: 'own' } as const;
    store.recordAsked(
      'run_1',
      { ...askFor(3, inherit(1)), proposals: [{ ...proposal(3), from: inherit(1), leg }] },
      [COSTS],
      3,
    );
    store.startTrial('run_1-0003');
    store.appendEpoch('run_1-0003', point(1), checkpointFile('c-1', 1));
    store.restTrial('run_1-0003', { epoch: 1, metrics: { accuracy: 0.5 }, seconds: 1 });
    const goOn = (...trials: readonly number[]): AskedEvent => ({
      ...{ type: 'asked', proposals: [], position: 4 },
      continues: trials.map((trial) => ({ trial, why: { source: 'rung' } })),
    });
    expect(() => store.recordAsked('run_1', goOn(3, 1), [], 3)).toThrow(code('store.conflict'));
    store.recordAsked('run_1', goOn(1), [], 3);
    expect(() => store.recordAsked('run_1', goOn(3), [], 3)).toThrow(code('store.conflict'));
  });
});

const search = (number = 0): Search => ({
  ...{ search: number, family: 'resnet', method: 'darts', options: { learningRate: 0.01 } },
  ...{ epochs: 3, seed: 7 },
});
const askSearch = (number = 0): AskedEvent => ({ type: 'asked', proposals: [], search: search(number), position: 0 });
const file = (name: string, epoch = 1) => checkpointFile(name, epoch);
const kept = (name: string, epoch = 1, number = 0) => ({ event: mixed(epoch, number), weights: file(name) });
const searched = (number = 0) => ({ type: 'searched', search: number, mixing: [0.5, -0.5], cpuSeconds: 3 }) as const;

function searching(): WritableStore {
  const store = open().next();
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  store.recordAsked('run_1', askSearch(), [], 3);
  return store;
}

describe('a search', () => {
  test('has one file, replaced as it goes on, and its weights once it has ended', () => {
    const store = searching();
    expect(store.keepSupernet('run_1', kept('a'))).toBeUndefined();
    expect(store.keepSupernet('run_1', kept('b', 2))).toBe('a');
    expect(store.supernets('run_1')).toMatchObject([{ runId: 'run_1', search: 0, epoch: 2, file: 'b' }]);
    const ended = store.finishSearch('run_1', { event: searched(), weights: file('c', 3) });
    expect(ended).toEqual({ event: searched(), files: ['b'] });
    expect(store.events('run_1').at(-1)?.event).toEqual(searched());
    expect(store.storedFiles().map((one) => one.file)).toEqual(['c']);
    expect(store.runSize('run_1').checkpointBytes).toBe(file('c').bytes);
  });

  test('that failed keeps no file, and the next one bears the next number', () => {
    const store = searching();
    store.keepSupernet('run_1', kept('a'));
    const event = { ...searched(), mixing: [], reason: 'The loss is not finite.' };
    expect(store.finishSearch('run_1', { event, weights: undefined }).files).toEqual(['a']);
    expect(store.supernets()).toEqual([]);
    store.recordAsked('run_1', askSearch(1), [], 3);
    expect(() => store.finishSearch('run_1', { event: searched(), weights: undefined })).toThrow(
      code('store.conflict'),
    );
    expect(store.finishSearch('run_1', { event: searched(1), weights: undefined }).event).toEqual(searched(1));
  });

  test('tells of each epoch in the log, with the file that it goes on from or not at all', () => {
    const store = searching();
    store.keepSupernet('run_1', kept('a'));
    store.keepSupernet('run_1', kept('b', 2));
    expect(store.events('run_1').map(({ event }) => event)).toEqual([askSearch(), mixed(1), mixed(2)]);
    expect(() => store.keepSupernet('run_1', kept('c', 3, 1))).toThrow(code('store.conflict'));
    // A name that another search's file has is refused by the table, after the event was appended.
    store.finishSearch('run_1', { event: searched(), weights: file('b', 2) });
    store.recordAsked('run_1', askSearch(1), [], 3);
    const before = store.events('run_1');
    expect(() => store.keepSupernet('run_1', kept('b', 1, 1))).toThrow();
    expect(store.events('run_1')).toEqual(before);
    expect(store.searchEvents('run_1')).toEqual(before);
  });

  test('is asked for in turn, while none is open, and ends once', () => {
    const store = searching();
    const before = store.events('run_1');
    expect(() => store.recordAsked('run_1', askSearch(1), [], 3)).toThrow(code('store.conflict'));
    expect(() => store.keepSupernet('run_1', kept('a', 1, 1))).toThrow(code('store.conflict'));
    store.finishSearch('run_1', { event: searched(), weights: undefined });
    expect(() => store.finishSearch('run_1', { event: searched(), weights: undefined })).toThrow(
      code('store.conflict'),
    );
    expect(() => store.recordAsked('run_1', askSearch(2), [], 3)).toThrow(code('store.conflict'));
    expect(store.events('run_1')).toHaveLength(before.length + 1);
  });

  test('leaves with its run', () => {
    const store = searching();
    store.keepSupernet('run_1', kept('a'));
    store.setRunState('run_1', 'paused');
    const left = [];
    for (let isGone = false; !isGone;) {
      const part = store.deletePart('run_1');
      left.push(...part.files);
      ({ isGone } = part);
    }
    expect(left).toEqual(['a']);
    expect(store.storedFiles()).toEqual([]);
  });
});
