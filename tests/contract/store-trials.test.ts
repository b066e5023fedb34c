/** The contract of the store: trials and what is kept of them. */
import { describe, expect, test } from 'vitest';
import type { Metrics } from '../../src/core/objective.ts';
import { endOf } from '../../src/core/records/trial.ts';
import type { EndedTrial } from '../../src/store/store.ts';
import {
  asked,
  checkpointFile,
  COSTS,
  costsOf,
  finished,
  LATENCY,
  point,
  proposal,
  SCORE,
  searchConfig,
  deleteRun,
} from '../support/store-records.ts';
import { code, openSessions, withRun } from './store-sessions.ts';

describe('trials', () => {
  test('proposals become queued trials with their costs, and the event comes back with its special numbers', () => {
    const { store } = withRun(openSessions(), 0, 1);
    const [first, second] = store.trials('run_1');
    expect(first).toEqual({
      id: 'run_1-0000',
      runId: 'run_1',
      number: 0,
      state: 'queued',
      candidate: proposal(0).candidate,
      seed: 0xffff_ffff,
      why: proposal(0).why,
      ...COSTS,
      metrics: {},
      epochsDone: 0,
      epochs: 3,
      seconds: 0,
      attempts: 0,
      createdAt: expect.stringMatching(/^2026/),
    });
    expect(second).toMatchObject({ id: 'run_1-0001', number: 1, candidate: proposal(1).candidate });
    expect(store.trial('run_1-0001')).toEqual(second);
    expect(store.events('run_1')).toEqual([{ seq: 0, at: expect.stringMatching(/^2026/), event: asked(0, 1) }]);
    expect(store.trials('run_2')).toEqual([]);
    expect(store.events('run_2')).toEqual([]);
  });

  test('proposals with a gap, a repetition or missing costs leave nothing behind', () => {
    const { store } = withRun(openSessions(), 0, 1);
    for (const wrong of [asked(1), asked(3), asked(2, 2), asked(2, 4)]) {
      expect(() => store.recordAsked('run_1', wrong, costsOf(wrong), 3)).toThrow(code('store.conflict'));
    }
    expect(() => store.recordAsked('run_1', asked(2, 3), [COSTS], 3)).toThrow(code('store.conflict'));
    expect(store.trials('run_1')).toHaveLength(2);
    expect(store.events('run_1')).toHaveLength(1);
    store.recordAsked('run_1', asked(2), [COSTS], 3);
    expect(store.events('run_1').map(({ seq }) => seq)).toEqual([0, 1]);
  });

  test('an answer without proposals is part of the log: the space is exhausted', () => {
    const { store } = withRun(openSessions(), 0);
    expect(store.recordAsked('run_1', asked(), [], 3)).toEqual([]);
    expect(store.events('run_1')).toHaveLength(2);
  });

  test('a trial is trained, its curve grows and each epoch checkpoint gives way to the next', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    expect(store.trial(id)).toMatchObject({ state: 'running', attempts: 1 });
    expect(store.appendEpoch(id, point(1), checkpointFile('a', 1))).toBeUndefined();
    expect(store.appendEpoch(id, point(2), checkpointFile('b', 2))).toBe('a');
    // Without a checkpoint, and with the very file that is there: neither may lose it.
    expect(store.appendEpoch(id, point(3), undefined)).toBeUndefined();
    expect(store.appendEpoch(id, point(3), checkpointFile('b', 3))).toBeUndefined();
    expect(store.epochs(id)).toEqual([point(1), point(2), point(3)]);
    expect(store.trial(id)?.epochsDone).toBe(3);
    expect(store.checkpoint(id, 'epoch')).toEqual({ trialId: id, kind: 'epoch', ...checkpointFile('b', 3) });
    expect(store.checkpoint(id, 'final')).toBeUndefined();
    expect(store.epochs('run_1-0009')).toEqual([]);
  });

  test('a curve has no gap; an attempt that began further back replaces the rest', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    expect(() => store.appendEpoch(id, point(2), undefined)).toThrow(code('store.conflict'));
    for (const epoch of [1, 2, 3]) store.appendEpoch(id, point(epoch), undefined);
    expect(() => store.appendEpoch(id, point(5), undefined)).toThrow(code('store.conflict'));
    expect(() => store.appendEpoch(id, point(1.5), undefined)).toThrow(code('store.conflict'));
    store.appendEpoch(id, { ...point(2), trainLoss: 7 }, undefined);
    expect(store.epochs(id)).toEqual([point(1), { ...point(2), trainLoss: 7 }]);
    expect(store.trial(id)?.epochsDone).toBe(2);
  });

  test('a finished trial has its metrics, checkpoint, predictions, score and event at once', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.appendEpoch(id, point(1), checkpointFile('epoch'));
    expect(store.finishTrial(id, finished('final')).files).toEqual(['epoch']);
    expect(store.trial(id)).toMatchObject({
      state: 'finished',
      metrics: { accuracy: 0.8, loss: NaN },
      seconds: 2,
      finishedAt: expect.stringMatching(/^2026/),
    });
    expect(store.checkpoint(id, 'epoch')).toBeUndefined();
    expect(store.checkpoints()).toEqual([{ trialId: id, kind: 'final', ...checkpointFile('final', 3) }]);
    expect(store.predictions(id)).toEqual(finished('final').predictions);
    expect(store.summary('run_1')?.score).toEqual(SCORE);
    expect(store.events('run_1')[1]).toEqual({
      seq: 1,
      at: expect.stringMatching(/^2026/),
      event: { type: 'told', trial: 0, metrics: { accuracy: 0.8, loss: NaN } },
    });
  });

  test('trials come in pages by their numbers, and all of them without one', () => {
    const { store, ids } = withRun(openSessions(), 0, 1, 2, 3, 4);
    const page = (offset?: number, limit?: number) =>
      store
        .trials('run_1', { ...(offset !== undefined && { offset }), ...(limit !== undefined && { limit }) })
        .map((trial) => trial.id);
    expect(page()).toEqual(ids);
    expect(page(1, 2)).toEqual(ids.slice(1, 3));
    expect(page(3)).toEqual(ids.slice(3));
    expect(page(4, 9)).toEqual(ids.slice(4));
    expect(page(5, 9)).toEqual([]);
  });

  test('trials of a state or a family come in slices that begin at a number, and so do the log and the columns', () => {
    const { store } = withRun(openSessions(), 0, 1, 2, 3);
    const run = 'run_1';
    for (const number of [0, 2, 3]) store.startTrial(`${run}-000${number}`);
    for (const number of [0, 3]) store.finishTrial(`${run}-000${number}`, finished(`${number}.bin`));
    const numbers = (query: Parameters<typeof store.trials>[1]) => store.trials(run, query).map(({ number }) => number);
    expect(numbers({ states: ['finished', 'queued'] })).toEqual([0, 1, 3]);
    expect(numbers({ states: ['finished', 'queued'], offset: 1, limit: 1 })).toEqual([1]);
    expect(numbers({ states: ['finished'], offset: 1 })).toEqual([3]);
    expect(numbers({ states: [] })).toEqual([]);
    const { family } = proposal(1).candidate;
    const ofFamily = [0, 1, 2, 3].filter((number) => proposal(number).candidate.family === family);
    expect(numbers({ family })).toEqual(ofFamily);
    expect(numbers({ family: 'none' })).toEqual([]);
    expect(store.finishedTrials(run, { offset: 1 }).ids).toEqual([`${run}-0003`]);
    expect(store.finishedTrials(run, { offset: 0, limit: 2 }).ids).toEqual([`${run}-0000`]);
    expect(store.events(run, { offset: 1, limit: 1 })).toEqual(store.events(run).slice(1, 2));
    expect([store.eventCount(run), store.eventCount('none')]).toEqual([3, 0]);
  });

  test('each entry of the log bears the time at which it was written down, in a later session too', () => {
    const sessions = openSessions();
    const { store } = withRun(sessions, 0, 1, 2);
    for (const number of [0, 1, 2]) store.startTrial(`run_1-000${number}`);
    const before = store.createRun({
      id: 'run_2',
      config: searchConfig(),
      strategyVersion: 1,
      sample: false,
    }).createdAt;
    store.finishTrial('run_1-0000', finished('0.bin'));
    store.failTrial('run_1-0001', 'It crashed.', 'failed', 1);
    store.ruleOutTrial('run_1-0002', { latencyMs: 9 }, 'Too slow.');
    const after = store.createRun({ id: 'run_3', config: searchConfig(), strategyVersion: 1, sample: false }).createdAt;
    const log = store.events('run_1');
    expect(log.map(({ seq, event }) => [seq, event.type])).toEqual([
      [0, 'asked'],
      [1, 'told'],
      [2, 'failed'],
      [3, 'told'],
    ]);
    const times = log.map(({ at }) => at);
    // The clock of these sessions goes on at every reading: each entry has a time of its own.
    const created = store.run('run_1')?.createdAt ?? '';
    expect([created, times[0], before, ...times.slice(1), after]).toEqual(
      [...new Set([created, before, ...times, after])].toSorted(),
    );
    expect(sessions.next().events('run_1')).toEqual(log);
  });

  test('what a trial is held to: points of its curve and predictions, without reading them', () => {
    const { store } = withRun(openSessions(), 0, 1);
    const run = 'run_1';
    const [first = '', second = ''] = store.trials(run).map(({ id }) => id);
    store.startTrial(first);
    for (const epoch of [1, 2]) store.appendEpoch(first, point(epoch), undefined);
    store.finishTrial(first, finished('a.bin'));
    expect(store.evidence(run)).toEqual([
      { trialId: first, epochs: 2, hasPredictions: true },
      { trialId: second, epochs: 0, hasPredictions: false },
    ]);
    expect(store.evidence('none')).toEqual([]);
    expect(store.withWeights(run)).toEqual([first]);
    store.dropWeights([first]);
    store.startTrial(second);
    store.appendEpoch(second, point(1), { ...checkpointFile('b.bin', 1) });
    expect(store.withWeights(run)).toEqual([]);
  });

  test('a running trial begins anew without its curve and its checkpoint, and tells why to its end', () => {
    const { store, id } = withRun(openSessions(), 0, 1);
    store.startTrial(id);
    store.appendEpoch(id, point(1), checkpointFile('one.safetensors'));
    store.appendEpoch(id, point(2), checkpointFile('two.safetensors', 2));
    expect(store.beginAnew(id, 'It was damaged.').files).toEqual(['two.safetensors']);
    expect(store.trial(id)).toMatchObject({ state: 'running', epochsDone: 0, reason: 'It was damaged.' });
    expect([store.epochs(id), store.checkpoint(id, 'epoch')]).toEqual([[], undefined]);
    expect(store.beginAnew(id, 'Still.').files).toEqual([]);
    store.appendEpoch(id, point(1), undefined);
    store.finishTrial(id, finished('end.safetensors'));
    expect(store.trial(id)).toMatchObject({ state: 'finished', epochsDone: 1, reason: 'Still.' });
    expect(() => store.beginAnew(id, 'Too late.')).toThrow(code('store.conflict'));
    expect(() => store.beginAnew('nobody', '')).toThrow(code('trial.missing'));
  });

  test('finished trials come as columns: none that failed; an accuracy that is missing or NaN stays so', () => {
    const { store, ids } = withRun(openSessions(), 0, 1, 2, 3);
    const metrics: readonly Metrics[] = [{ accuracy: 0.75 }, { accuracy: NaN }, {}];
    metrics.forEach((measured, index) => {
      store.startTrial(ids[index] ?? '');
      store.finishTrial(ids[index] ?? '', finished(`f${index}`, { metrics: measured }));
    });
    store.startTrial(ids[3] ?? '');
    store.failTrial(ids[3] ?? '', 'no memory', 'failed', 1);
    expect(store.finishedTrials('run_1')).toEqual({
      ids: ids.slice(0, 3),
      families: ['resnet', 'resnet', 'resnet'],
      accuracies: Float64Array.of(0.75, NaN, NaN),
      params: Float64Array.of(COSTS.params, COSTS.params, COSTS.params),
      macs: Float64Array.of(COSTS.macs, COSTS.macs, COSTS.macs),
    });
    expect(store.finishedTrials('run_2').ids).toEqual([]);
  });

  test('measured latencies are kept raw and in order, a second measurement beside the first', () => {
    const { store, id } = withRun(openSessions(), 0, 1);
    expect(store.latencies(id)).toEqual([]);
    store.recordLatency(id, [LATENCY, { ...LATENCY, batch: 32 }]);
    store.recordLatency(id, [{ ...LATENCY, otherLoad: NaN, timingsMs: Float32Array.of(7) }]);
    const measuredAt = expect.stringMatching(/^2026/);
    expect(store.latencies(id)).toEqual([
      { ...LATENCY, measuredAt },
      { ...LATENCY, batch: 32, measuredAt },
      { ...LATENCY, otherLoad: NaN, timingsMs: Float32Array.of(7), measuredAt },
    ]);
    expect(store.latencies('run_1-0001')).toEqual([]);
    expect(() => store.recordLatency('run_1-0009', [LATENCY])).toThrow(code('trial.missing'));
    deleteRun(store, 'run_1');
    expect(store.latencies(id)).toEqual([]);
  });

  test('a student that is too slow is stopped with what is known of it, which the log tells as a result', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.ruleOutTrial(id, { latencyMs: 9 }, 'Too slow.');
    expect(store.trial(id)).toMatchObject({ state: 'stopped', metrics: { latencyMs: 9 }, reason: 'Too slow.' });
    expect(store.events('run_1')[1]?.event).toEqual({ type: 'told', trial: 0, metrics: { latencyMs: 9 } });
    expect(store.summary('run_1')?.trials).toMatchObject({ stopped: 1, running: 0 });
    expect(() => store.startTrial(id)).toThrow(code('store.conflict'));
  });

  test('what ends a student gives back the event that it wrote, as a resume will read it, and the student', () => {
    const { store, ids } = withRun(openSessions(), 0, 1, 2, 3);
    const [a = '', b = '', c = '', d = ''] = ids;
    expect(store.startTrial(a)).toEqual(store.trial(a));
    for (const id of [b, c]) store.startTrial(id);
    const metrics = { accuracy: -0, loss: NaN, macs: Infinity };
    const ways: readonly (() => EndedTrial)[] = [
      () => store.finishTrial(a, finished('a', { metrics })),
      () => store.failTrial(b, 'It crashed.', 'failed', 1),
      () => store.ruleOutTrial(c, { latencyMs: NaN }, 'Too slow.'),
      () => store.failTrial(d, 'Stopped by you.', 'stopped', 0),
    ];
    const ends = ways.map((end) => {
      const { event, trial } = end();
      expect(event).toStrictEqual(store.events('run_1').at(-1)?.event);
      expect(trial).toEqual(store.trial(trial.id));
      return [trial.id, event.type, endOf(trial)];
    });
    // Two rows say `stopped`: only one of them by the person.
    expect(ends).toEqual([
      [a, 'told', 'finished'],
      [b, 'failed', 'failed'],
      [c, 'told', 'ruledOut'],
      [d, 'failed', 'stopped'],
    ]);
  });

  test('a final checkpoint in the very file of the last epoch is not handed out for removal', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.appendEpoch(id, point(1), checkpointFile('same'));
    expect(store.finishTrial(id, finished('same')).files).toEqual([]);
    expect(store.checkpoints().map(({ kind }) => kind)).toEqual(['final']);
  });

  test('the best epoch is kept beside the last, and both leave when a trial is not to keep its weights', () => {
    const { store, ids } = withRun(openSessions(), 0, 1);
    const [first = '', second = ''] = ids;
    for (const id of ids) store.startTrial(id);
    expect(() => store.dropWeights([first])).toThrow(code('store.conflict'));
    store.finishTrial(first, finished('a', { best: checkpointFile('a-best', 2) }));
    store.finishTrial(second, finished('b'));
    expect(store.checkpoint(first, 'best')).toEqual({ trialId: first, kind: 'best', ...checkpointFile('a-best', 2) });
    expect(store.checkpoint(second, 'best')).toBeUndefined();
    expect([...store.dropWeights([first])].sort()).toEqual(['a', 'a-best']);
    expect(store.checkpoints().map(({ file }) => file)).toEqual(['b']);
    expect(store.trial(first)?.state).toBe('finished');
    expect(store.predictions(first)).toBeDefined();
    // Once more is no harm; of two trials of which one has not ended, neither loses anything.
    expect(store.dropWeights([first])).toEqual([]);
    store.recordAsked('run_1', { ...asked(2), position: 3 }, [COSTS], 3);
    expect(() => store.dropWeights([second, 'run_1-0002'])).toThrow(code('store.conflict'));
    expect(store.checkpoint(second, 'final')).toBeDefined();
    expect(deleteRun(store, 'run_1')).toEqual(['b']);
  });

  test('a trial is told once', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.finishTrial(id, finished('a'));
    expect(() => store.finishTrial(id, finished('b'))).toThrow(code('store.conflict'));
    expect(() => store.failTrial(id, 'late', 'failed', 1)).toThrow(code('store.conflict'));
    expect(() => store.startTrial(id)).toThrow(code('store.conflict'));
    expect(() => store.interruptTrial(id, 1)).toThrow(code('store.conflict'));
    expect(() => store.appendEpoch(id, point(1), undefined)).toThrow(code('store.conflict'));
    expect(store.events('run_1')).toHaveLength(2);
    expect(store.trial(id)).toMatchObject({ state: 'finished', seconds: 2, attempts: 1 });
  });

  test('a finish that cannot be whole changes nothing', () => {
    const { store, ids } = withRun(openSessions(), 0, 1);
    const [first = '', second = ''] = ids;
    for (const id of ids) store.startTrial(id);
    store.finishTrial(first, finished('a'));
    const wrong = { count: 2, classes: 2, probabilities: new Float32Array(3) };
    expect(() => store.finishTrial(second, finished('a'))).toThrow(code('store.conflict'));
    expect(() => store.finishTrial(second, finished('b', { predictions: wrong }))).toThrow(code('store.conflict'));
    expect(store.trial(second)).toMatchObject({ state: 'running', seconds: 0, metrics: {} });
    expect(store.checkpoint(second, 'final')).toBeUndefined();
    expect(store.events('run_1')).toHaveLength(2);
  });

  test.each(['failed', 'stopped'] as const)(
    'a %s trial keeps its reason, tells the log and gives its checkpoint up',
    (state) => {
      const { store, ids } = withRun(openSessions(), 0, 1);
      const [first = '', second = ''] = ids;
      store.startTrial(first);
      store.appendEpoch(first, point(1), checkpointFile('a'));
      expect(store.failTrial(first, 'the trainer died', state, 4).files).toEqual(['a']);
      expect(store.trial(first)).toMatchObject({ state, reason: 'the trainer died', seconds: 4, metrics: {} });
      expect(store.checkpoints()).toEqual([]);
      // One that never began can be given up too.
      expect(store.failTrial(second, 'the run ended', state, 0).files).toEqual([]);
      const events = store.events('run_1').map(({ event }) => event);
      expect(events.slice(1)).toEqual([
        { type: 'failed', trial: 0, reason: 'the trainer died' },
        { type: 'failed', trial: 1, reason: 'the run ended' },
      ]);
      expect(() => store.failTrial(first, 'again', state, 0)).toThrow(code('store.conflict'));
    },
  );

  test('an interrupted trial goes on with its curve, its checkpoint and its seconds', () => {
    const { store, id } = withRun(openSessions(), 0);
    expect(() => store.interruptTrial(id, 1)).toThrow(code('store.conflict'));
    store.startTrial(id);
    store.appendEpoch(id, point(1), checkpointFile('a'));
    store.interruptTrial(id, 1.5);
    expect(store.trial(id)).toMatchObject({ state: 'interrupted', seconds: 1.5, epochsDone: 1 });
    expect(() => store.finishTrial(id, finished('b'))).toThrow(code('store.conflict'));
    store.startTrial(id);
    store.appendEpoch(id, point(2), undefined);
    store.finishTrial(id, finished('b'));
    expect(store.trial(id)).toMatchObject({ state: 'finished', seconds: 3.5, attempts: 2, epochsDone: 2 });
    expect(store.events('run_1')).toHaveLength(2);
  });

  test('writes to a trial that is not there say so', () => {
    const { store } = withRun(openSessions(), 0);
    const missing = code('trial.missing');
    expect(() => store.startTrial('x')).toThrow(missing);
    expect(() => store.appendEpoch('x', point(1), undefined)).toThrow(missing);
    expect(() => store.finishTrial('x', finished('a'))).toThrow(missing);
    expect(() => store.failTrial('x', 'r', 'failed', 0)).toThrow(missing);
    expect(() => store.interruptTrial('x', 0)).toThrow(missing);
    expect(() => store.recordTest('x', 0)).toThrow(missing);
  });
});
