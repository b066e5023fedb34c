import { describe, expect, it } from 'vitest';
import type { JobView } from '../../src/bridge/schemas/job.ts';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import { afterEvent, keepsAwake, NO_WORK, noticesBetween, progressOf, workOf } from '../../src/main/work-signs.ts';
import type { Work } from '../../src/main/work-signs.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';

type State = RunSummaryView['run']['state'];

const run = (id: string, state: State, changes: Partial<RunSummaryView> = {}): RunSummaryView => ({
  ...fixtureSummary(fixtureRun({ id, name: id, state, budget: 24, done: 24, seed: 1 })),
  ...changes,
});
const live = (done: number, total = 24) => ({ live: { stage: 'training', done, total } });
const job = (kind: JobView['kind'], state: JobView['state'], changes: Partial<JobView> = {}): JobView => ({
  ...{ id: kind, kind, subject: 'cats', state, stage: '', done: 0, total: 0, startedAt: '' },
  ...changes,
});
const running: Work = workOf([run('a', 'running', live(6))], []);

describe('what the desktop is shown', () => {
  it('is nothing while nothing runs: old runs and paused ones keep no machine awake', () => {
    const work = workOf(
      [run('a', 'finished'), run('b', 'paused'), run('c', 'interrupted')],
      [job('latency', 'running')],
    );
    expect(work).toEqual(NO_WORK);
    expect([keepsAwake(work), progressOf(work)]).toEqual([false, undefined]);
  });

  it('is how far the search is, and the machine stays awake for it', () => {
    expect([keepsAwake(running), progressOf(running)]).toEqual([true, 0.25]);
    const { work, notices } = afterEvent(running, { type: 'run.changed', summary: run('a', 'running', live(12)) });
    expect([progressOf(work), notices]).toEqual([0.5, []]);
  });

  it('is that something runs, where nobody can say how far it is', () => {
    const work = workOf([], [job('teacher', 'running')]);
    expect([keepsAwake(work), progressOf(work)]).toEqual([true, 'busy']);
  });

  it('is the search alone where a teacher trains beside it', () => {
    const work = workOf([run('a', 'running', live(6))], [job('teacher', 'running', { done: 9, total: 10 })]);
    expect(progressOf(work)).toBe(0.25);
  });
});

describe('the notice at the end', () => {
  it('tells what came of a search, once', () => {
    const finished = run('a', 'finished');
    const { work, notices } = afterEvent(running, { type: 'run.changed', summary: finished });
    const { bestAccuracy = NaN, frontSize } = finished.score;
    const best = `the best at ${(100 * bestAccuracy).toFixed(1)} % validation accuracy`;
    const students = `${finished.trials.finished} students`;
    expect(notices).toEqual([
      { title: 'Search finished: a', body: `${students}, ${best}; ${frontSize} on the front.` },
    ]);
    expect(keepsAwake(work)).toBe(false);
    expect(afterEvent(work, { type: 'run.changed', summary: finished }).notices).toEqual([]);
  });

  it('tells why a search failed', () => {
    const failed = run('a', 'failed');
    const summary = { ...failed, run: { ...failed.run, reason: 'The disk is full.' } };
    const { notices } = afterEvent(running, { type: 'run.changed', summary });
    expect(notices).toEqual([{ title: 'Search failed: a', body: 'The disk is full.' }]);
  });

  it('is not there for a pause, which the person asked for, but sleep is allowed again', () => {
    const { work, notices } = afterEvent(running, { type: 'run.changed', summary: run('a', 'paused') });
    expect([notices, keepsAwake(work)]).toEqual([[], false]);
  });

  it('comes of a teacher and of a data set too, not of one that was stopped', () => {
    const work = workOf([], [job('teacher', 'running'), job('import', 'running')]);
    expect(afterEvent(work, { type: 'job.changed', job: job('teacher', 'finished') }).notices).toEqual([
      { title: 'Teacher trained: cats', body: '' },
    ]);
    const fault = { code: 'data.invalid', message: 'No images.' };
    expect(afterEvent(work, { type: 'job.changed', job: job('import', 'failed', { fault }) }).notices).toEqual([
      { title: 'Failed: cats', body: 'No images.' },
    ]);
    expect(afterEvent(work, { type: 'job.changed', job: job('import', 'stopped') }).notices).toEqual([]);
  });

  it('is not lost where events were: what ran before and is over at the next reading is told', () => {
    expect(noticesBetween(running, [run('a', 'finished'), run('old', 'finished')], [])).toHaveLength(1);
  });
});
