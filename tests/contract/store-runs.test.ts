/** The contract of the store: runs, lists, summaries and sessions. */
import { describe, expect, test } from 'vitest';
import type { RunState } from '../../src/core/records/run.ts';
import type { TrialState } from '../../src/core/records/trial.ts';
import type { WritableStore } from '../../src/store/store.ts';
import {
  asked,
  checkpointFile,
  COSTS,
  deleteRun,
  finished,
  point,
  proposal,
  RECORDED_SOURCES,
  searchConfig,
} from '../support/store-records.ts';
import { code, openSessions, withRun } from './store-sessions.ts';

describe('runs', () => {
  test('a run comes back as it was created, with an infinite limit and a text that reads like a number', () => {
    const store = openSessions().next();
    const created = store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 3, sample: true });
    expect(created).toEqual({
      id: 'run_1',
      name: 'Quick search',
      state: 'running',
      config: searchConfig(),
      strategyVersion: 3,
      sample: true,
      createdAt: '2026-01-01T00:00:00.000Z',
      seconds: 0,
    });
    expect(store.run('run_1')).toEqual(created);
    expect(store.run('run_2')).toBeUndefined();
    expect(store.summary('run_2')).toBeUndefined();
  });

  test('what earlier runs told comes back whole later, apart from the configuration, and goes with the run', () => {
    const sessions = openSessions();
    const store = sessions.next();
    const prior = [
      { candidate: proposal(0).candidate, value: 0.1 + 0.2, source: 'run_0' },
      { candidate: proposal(1).candidate, value: -0, source: 'run_0' },
    ];
    const config = { ...searchConfig(), transferFrom: ['run_0'] };
    const created = store.createRun({ id: 'run_1', config, strategyVersion: 1, sample: false, prior });
    store.createRun({ id: 'run_2', config: searchConfig(), strategyVersion: 1, sample: false });
    expect(created.config).toEqual(config);
    const later = sessions.next();
    expect(later.prior('run_1')).toEqual(prior);
    expect(later.run('run_1')?.config).toEqual(config);
    expect([later.prior('run_2'), later.prior('run_3')]).toEqual([[], []]);
    deleteRun(later, 'run_1');
    expect(later.prior('run_1')).toEqual([]);
  });

  test('what a run was trained on stands with it, from its start or from when it was found out', () => {
    const sessions = openSessions();
    const store = sessions.next();
    const run = { config: searchConfig(), strategyVersion: 1, sample: false };
    store.createRun({ id: 'run_1', ...run, sources: RECORDED_SOURCES });
    store.createRun({ id: 'run_2', ...run });
    const { teacher: _, ...withoutTeacher } = RECORDED_SOURCES;
    expect([store.sources('run_1'), store.sources('run_2')]).toEqual([RECORDED_SOURCES, undefined]);
    store.setSources('run_2', withoutTeacher);
    const later = sessions.next();
    expect([later.sources('run_1'), later.sources('run_2')]).toEqual([RECORDED_SOURCES, withoutTeacher]);
    expect(later.sources('nobody')).toBeUndefined();
    expect(() => later.setSources('nobody', RECORDED_SOURCES)).toThrow(code('run.missing'));
  });

  test('an id is taken once and is safe in addresses and file names', () => {
    const store = openSessions().next();
    const run = { id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false };
    store.createRun(run);
    expect(() => store.createRun(run)).toThrow(code('store.conflict'));
    for (const id of ['', '../up', 'a b', 'x'.repeat(57)]) {
      expect(() => store.createRun({ ...run, id })).toThrow(code('store.conflict'));
    }
    expect(store.runs().total).toBe(1);
  });

  test('a name, a kept sample and seconds change; what is missing is said', () => {
    const store = openSessions().next();
    store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: true });
    store.renameRun('run_1', 'Another');
    store.keepRun('run_1');
    store.addRunSeconds('run_1', 1.5);
    store.addRunSeconds('run_1', 2);
    expect(store.run('run_1')).toMatchObject({ name: 'Another', sample: false, seconds: 3.5 });
    const missing = code('run.missing');
    expect(() => store.renameRun('run_2', 'x')).toThrow(missing);
    expect(() => store.keepRun('run_2')).toThrow(missing);
    expect(() => store.addRunSeconds('run_2', 1)).toThrow(missing);
    expect(() => store.setRunState('run_2', 'paused')).toThrow(missing);
    expect(() => deleteRun(store, 'run_2')).toThrow(missing);
    expect(() => store.recordAsked('run_2', asked(0), [COSTS], 3)).toThrow(missing);
  });

  test('a run pauses, goes on and ends; an ended one does not come back to life', () => {
    const store = openSessions().next();
    store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
    store.setRunState('run_1', 'paused', 'by the person');
    expect(store.run('run_1')).toMatchObject({ state: 'paused', reason: 'by the person', finishedAt: undefined });
    store.setRunState('run_1', 'running');
    expect(store.run('run_1')?.reason).toBeUndefined();
    store.setRunState('run_1', 'finished');
    expect(store.run('run_1')?.finishedAt).toMatch(/^2026-01-01T/);
    for (const state of ['running', 'paused', 'interrupted', 'failed'] satisfies RunState[]) {
      expect(() => store.setRunState('run_1', state)).toThrow(code('store.conflict'));
    }
    expect(() => store.recordAsked('run_1', asked(0), [COSTS], 3)).toThrow(code('store.conflict'));
  });

  test('lists are newest first, paged, searched without regard to case in any alphabet, and counted', () => {
    const store = openSessions().next();
    ['Äpfel 100%', 'birnen', 'äpfel_2'].forEach((name, index) =>
      store.createRun({ id: `run_${index}`, config: searchConfig(name), strategyVersion: 1, sample: false }),
    );
    const names = (query?: Parameters<WritableStore['runs']>[0]) => store.runs(query).rows.map(({ run }) => run.name);
    expect(names()).toEqual(['äpfel_2', 'birnen', 'Äpfel 100%']);
    expect(names({ search: 'ÄPFEL' })).toEqual(['äpfel_2', 'Äpfel 100%']);
    // Not wildcards.
    expect(names({ search: '%' })).toEqual(['Äpfel 100%']);
    expect(names({ search: '_' })).toEqual(['äpfel_2']);
    expect(names({ offset: 1, limit: 1 })).toEqual(['birnen']);
    expect(store.runs({ search: 'äpfel', limit: 1 }).total).toBe(2);
    expect(names({ search: 'none' })).toEqual([]);
  });

  test('a summary counts trials by state through every move', () => {
    const { store, ids } = withRun(openSessions(), 0, 1, 2, 3, 4);
    const [a = '', b = '', c = '', d = ''] = ids;
    for (const id of [a, b, c, d]) store.startTrial(id);
    store.finishTrial(a, finished('a'));
    store.failTrial(b, 'r', 'failed', 0);
    store.failTrial(c, 'r', 'stopped', 0);
    store.interruptTrial(d, 0);
    const counts: Record<TrialState, number> = {
      queued: 1,
      running: 0,
      resting: 0,
      finished: 1,
      failed: 1,
      interrupted: 1,
      stopped: 1,
    };
    expect(store.summary('run_1')?.trials).toEqual(counts);
    store.startTrial(d);
    expect(store.runs().rows[0]?.trials).toEqual({ ...counts, interrupted: 0, running: 1 });
  });

  test('a summary without finished trials has an empty score', () => {
    const { store } = withRun(openSessions(), 0);
    expect(store.summary('run_1')?.score).toEqual({
      bestAccuracy: undefined,
      frontSize: 0,
      hypervolume: 0,
      history: [],
      historyStep: 1,
    });
  });

  test('a deleted run takes everything with it and names its files; its id is free again', () => {
    const { store, ids } = withRun(openSessions(), 0, 1);
    const [first = '', second = ''] = ids;
    for (const id of ids) store.startTrial(id);
    store.appendEpoch(second, point(1), checkpointFile('epoch'));
    store.finishTrial(first, finished('final'));
    store.createRun({ id: 'run_2', config: searchConfig('Other'), strategyVersion: 1, sample: false });
    expect([...deleteRun(store, 'run_1')].sort()).toEqual(['epoch', 'final']);
    expect(store.run('run_1')).toBeUndefined();
    expect(store.trials('run_1')).toEqual([]);
    expect(store.events('run_1')).toEqual([]);
    expect(store.epochs(second)).toEqual([]);
    expect(store.checkpoints()).toEqual([]);
    expect(store.predictions(first)).toBeUndefined();
    expect(store.runs().total).toBe(1);
    store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
    expect(store.summary('run_1')?.trials.finished).toBe(0);
    expect(store.check()).toEqual([]);
  });

  test('a later session finds everything, interrupts what a dead one left running, and does so once', () => {
    const sessions = openSessions();
    const { store: dead, ids } = withRun(sessions, 0, 1, 2);
    const [first = '', second = '', third = ''] = ids;
    dead.startTrial(first);
    dead.finishTrial(first, finished('a'));
    dead.startTrial(second);
    dead.appendEpoch(second, point(1), checkpointFile('b'));
    const events = dead.events('run_1');

    const store = sessions.next();
    expect(store.fence > dead.fence).toBe(true);
    expect(store.sweep()).toEqual({ runs: ['run_1'], trials: [second] });
    expect(store.run('run_1')).toMatchObject({ state: 'interrupted', reason: expect.stringMatching(/./) });
    expect(store.trial(second)).toMatchObject({ state: 'interrupted', epochsDone: 1 });
    expect(store.trial(third)?.state).toBe('queued');
    expect(store.trial(first)?.state).toBe('finished');
    expect(store.checkpoint(second, 'epoch')?.file).toBe('b');
    expect(store.events('run_1')).toEqual(events);
    expect(store.sweep()).toEqual({ runs: [], trials: [] });
  });

  test('a sweep in the middle of a session leaves alone what this session runs', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    expect(store.sweep()).toEqual({ runs: [], trials: [] });
    expect(store.trial(id)?.state).toBe('running');
  });

  test('a sound store has nothing to complain of', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.finishTrial(id, finished('a'));
    expect(store.check()).toEqual([]);
  });
});
