/** The contract of the store: what people write onto runs, the trash, lists and their views. */
import { describe, expect, test } from 'vitest';
import { RUN_ORDERS } from '../../src/core/records/run-list.ts';
import type { RunQuery, WritableStore } from '../../src/store/store.ts';
import { asked, checkpointFile, costsOf, deleteRun, finished, SCORE, searchConfig } from '../support/store-records.ts';
import { code, openSessions, withRun } from './store-sessions.ts';

function withRuns(store: WritableStore, ...names: readonly string[]): void {
  names.forEach((name, index) =>
    store.createRun({ id: `run_${index + 1}`, config: searchConfig(name), strategyVersion: 1, sample: false }),
  );
}

const idsOf = (store: WritableStore, query?: RunQuery): readonly string[] =>
  store.runs(query).rows.map(({ run }) => run.id);

describe('upkeep', () => {
  test('tags come and go in one go for many runs; one differs from another by more than its case', () => {
    const sessions = openSessions();
    const store = sessions.next();
    withRuns(store, 'One', 'Two');
    store.tagRuns(['run_1', 'run_2'], { add: ['Übung', 'keep'], remove: [] });
    store.tagRuns(['run_1'], { add: ['KEEP', 'a'], remove: ['übung', 'never there'] });
    expect(() => store.tagRuns(['run_1', 'run_9'], { add: ['b'], remove: ['keep'] })).toThrow(code('run.missing'));
    const later = sessions.next();
    expect(later.summary('run_1')?.tags).toEqual(['a', 'keep']);
    expect(later.summary('run_2')?.tags).toEqual(['keep', 'Übung']);
    expect(later.runFacets().tags).toEqual([
      { value: 'a', runs: 1 },
      { value: 'keep', runs: 2 },
      { value: 'Übung', runs: 1 },
    ]);
  });

  test('notes come back as they were written, and go with their run', () => {
    const sessions = openSessions();
    const { store, id } = withRun(sessions, 0);
    expect([store.runNote('run_1'), store.trialNote(id)]).toEqual(['', '']);
    store.setRunNote('run_1', '# Why\n\n<b>NaN</b> \u0000 ok');
    store.setTrialNote(id, 'first');
    store.setTrialNote(id, 'second');
    expect(() => store.setRunNote('run_9', 'x')).toThrow(code('run.missing'));
    expect(() => store.setTrialNote('nobody', 'x')).toThrow(code('trial.missing'));
    const later = sessions.next();
    expect([later.runNote('run_1'), later.trialNote(id)]).toEqual(['# Why\n\n<b>NaN</b> \u0000 ok', 'second']);
    expect(later.summary('run_1')?.hasNote).toBe(true);
    later.setTrialNote(id, '');
    later.setRunNote('run_1', '');
    expect([later.trialNote(id), later.summary('run_1')?.hasNote]).toEqual(['', false]);
    later.setRunNote('run_1', 'again');
    deleteRun(later, 'run_1');
    expect(later.runNote('run_1')).toBe('');
  });

  test('a search finds what notes of runs and students say, in any case and alphabet, and where', () => {
    const sessions = openSessions();
    const { store, id } = withRun(sessions, 0);
    for (const more of ['run_2', 'run_3']) {
      store.createRun({ id: more, config: searchConfig(more), strategyVersion: 1, sample: false });
    }
    const long = `${'before '.repeat(20)}the ÜBER\n\nidea${' behind'.repeat(30)}`;
    store.setRunNote('run_2', long);
    store.setTrialNote(id, 'an über 100%_net');
    store.setRunNote('run_3', 'nothing of it');
    expect(idsOf(store, { search: 'über' })).toEqual(['run_2', 'run_1']);
    // Wildcards and quotes are letters like others.
    expect(idsOf(store, { search: '100%_' })).toEqual(['run_1']);
    expect(idsOf(store, { search: '1%net' })).toEqual([]);
    expect(idsOf(store, { search: `' OR '1'='1` })).toEqual([]);
    expect(store.runs({ search: 'über', limit: 1 }).total).toBe(2);

    const hits = store.noteHits(['run_3', 'run_2', 'run_1', 'run_9'], 'Über');
    expect(hits.map(({ runId, trial }) => [runId, trial])).toEqual([
      ['run_2', undefined],
      ['run_1', 0],
    ]);
    expect(hits[1]?.text).toBe('an über 100%_net');
    expect(hits[0]?.text).toMatch(/^…[^\n]*the ÜBER idea behind[^\n]*…$/);
    expect(hits[0]?.text.length).toBeLessThan(200);
    // The run's own notes come before those of its students.
    store.setRunNote('run_1', 'über all');
    expect(store.noteHits(['run_1'], 'über')).toEqual([{ runId: 'run_1', text: 'über all' }]);
    expect(store.noteHits(['run_1'], '')).toEqual([]);
  });

  test('a run in the trash is in the lists of the trash alone, keeps all it has, and comes back as it was', () => {
    const sessions = openSessions();
    const { store, id } = withRun(sessions, 0);
    expect(() => store.trashRuns(['run_1'])).toThrow(code('store.conflict'));
    store.setRunState('run_1', 'paused');
    store.createRun({ id: 'run_2', config: searchConfig('Other'), strategyVersion: 1, sample: false });
    expect(() => store.trashRuns(['run_1', 'run_2'])).toThrow(code('store.conflict'));
    expect(store.summary('run_1')?.trashedAt).toBeUndefined();
    const before = store.summary('run_1');
    store.trashRuns(['run_1']);
    const at = store.summary('run_1')?.trashedAt;
    store.trashRuns(['run_1']);
    const later = sessions.next();
    expect(later.summary('run_1')?.trashedAt).toBe(at);
    expect(at).toMatch(/^2026-/);
    expect([idsOf(later), idsOf(later, { trash: 'only' })]).toEqual([['run_2'], ['run_1']]);
    expect(idsOf(later, { trash: 'with' })).toEqual(['run_2', 'run_1']);
    expect(later.runs({ trash: 'only' }).total).toBe(1);
    expect(later.runFacets().states.reduce((sum, { runs }) => sum + runs, 0)).toBe(1);
    expect(later.trial(id)?.state).toBe('queued');
    later.restoreRuns(['run_1', 'run_2']);
    expect(later.summary('run_1')).toEqual(before);
    expect(idsOf(later)).toEqual(['run_2', 'run_1']);
    expect(() => later.restoreRuns(['run_1', 'run_9'])).toThrow(code('run.missing'));
  });

  test('a long run leaves by parts, every file told once; half gone when a session dies, it goes with the next', () => {
    const sessions = openSessions();
    const store = sessions.next();
    const long = (id: string): readonly string[] => {
      store.createRun({ id, config: searchConfig(), strategyVersion: 1, sample: false });
      const event = asked(...Array(230).keys());
      return store.recordAsked(id, event, costsOf(event), 3).map((trial) => trial.id);
    };
    for (const id of long('run_1').filter((_id, index) => index % 100 === 7)) {
      store.startTrial(id);
      store.finishTrial(id, finished(`${id}.st`));
    }
    long('run_2');
    expect([...deleteRun(store, 'run_1')].sort()).toEqual(['run_1-0007.st', 'run_1-0107.st', 'run_1-0207.st']);
    expect([store.run('run_1'), store.events('run_1'), store.trials('run_1')]).toEqual([undefined, [], []]);
    store.deletePart('run_2');
    const later = sessions.next();
    expect([later.run('run_2'), later.runs({ trash: 'with' }).total]).toEqual([undefined, 0]);
    expect(later.check()).toEqual([]);
    expect(() => later.deletePart('run_2')).toThrow(code('run.missing'));
  });

  test('students off the front give up their weights once the run is at rest, and the run says so', () => {
    const sessions = openSessions();
    const { store, ids } = withRun(sessions, 0, 1);
    for (const id of ids) {
      store.startTrial(id);
      store.finishTrial(id, finished(`${id}.st`, { best: checkpointFile(`${id}-best.st`, 2) }));
    }
    const [first = '', second = ''] = ids;
    expect(store.runSize('run_1').checkpointBytes).toBe(12);
    expect(() => store.keepFrontOnly('run_1', [second])).toThrow(code('store.conflict'));
    expect(store.checkpoint(second, 'final')).toBeDefined();
    store.setRunState('run_1', 'finished');
    expect(store.keepFrontOnly('run_1', [second])).toEqual([`${second}.st`, `${second}-best.st`]);
    expect(store.checkpoints().map(({ trialId }) => trialId)).toEqual([first, first]);
    expect(store.runSize('nobody')).toEqual({ checkpointBytes: 0, recordBytes: 0 });
    expect(sessions.next().summary('run_1')?.frontOnly).toBe(true);
  });

  test('lists are filtered by state, strategy, data set, teacher, every tag, and words in name or tag', () => {
    const store = openSessions().next();
    withRuns(store, 'Alpha', 'Beta 100%', 'Gamma');
    const other = {
      ...searchConfig('Delta'),
      dataset: 'cats',
      teacher: 'big',
      strategy: { id: 'random', options: {} },
    };
    store.createRun({ id: 'run_4', config: other, strategyVersion: 1, sample: false });
    store.setRunState('run_2', 'finished');
    store.tagRuns(['run_1', 'run_2'], { add: ['Paper'], remove: [] });
    store.tagRuns(['run_2'], { add: ['late'], remove: [] });
    expect(idsOf(store, { search: '0%' })).toEqual(['run_2']);
    expect(idsOf(store, { search: 'PAP' })).toEqual(['run_2', 'run_1']);
    expect(idsOf(store, { states: ['finished', 'failed'] })).toEqual(['run_2']);
    expect(idsOf(store, { strategies: ['random'] })).toEqual(['run_4']);
    expect(idsOf(store, { datasets: ['cats', 'dogs'] })).toEqual(['run_4']);
    expect(idsOf(store, { teachers: ['fashion-resnet'], states: ['running'] })).toEqual(['run_3', 'run_1']);
    expect(idsOf(store, { tags: ['paper', 'LATE'] })).toEqual(['run_2']);
    expect(idsOf(store, { tags: [`x' OR 1=1 --`] })).toEqual([]);
    expect(idsOf(store, { states: [], tags: [] })).toHaveLength(4);
    expect(store.runFacets()).toMatchObject({
      states: [
        { value: 'finished', runs: 1 },
        { value: 'running', runs: 3 },
      ],
      strategies: [
        { value: 'random', runs: 1 },
        { value: 'trade', runs: 3 },
      ],
      datasets: [
        { value: 'cats', runs: 1 },
        { value: 'fashion-mnist', runs: 3 },
      ],
      teachers: [
        { value: 'big', runs: 1 },
        { value: 'fashion-resnet', runs: 3 },
      ],
    });
  });

  test('every order has the same runs, pages by it, and puts last what was never measured', () => {
    const sessions = openSessions();
    const { store, id } = withRun(sessions, 0);
    store.startTrial(id);
    store.finishTrial(id, finished('a.st', { score: { ...SCORE, bestAccuracy: 0.5 } }));
    store.createRun({ id: 'run_2', config: searchConfig('best'), strategyVersion: 1, sample: false });
    store.createRun({ id: 'run_3', config: searchConfig('Nan'), strategyVersion: 1, sample: false });
    store.addRunSeconds('run_3', 7);
    for (const by of RUN_ORDERS) {
      for (const descending of [true, false]) {
        const whole = idsOf(store, { order: { by, descending } });
        expect([...whole].sort()).toEqual(['run_1', 'run_2', 'run_3']);
        const pages = [0, 1, 2].flatMap((offset) => idsOf(store, { order: { by, descending }, offset, limit: 1 }));
        expect(pages, by).toEqual(whole);
      }
    }
    expect(idsOf(store, { order: { by: 'name', descending: false } })).toEqual(['run_2', 'run_3', 'run_1']);
    expect(idsOf(store, { order: { by: 'accuracy', descending: false } })[0]).toBe('run_1');
    expect(idsOf(store, { order: { by: 'accuracy', descending: true } })[0]).toBe('run_1');
    expect(idsOf(store, { order: { by: 'time', descending: true } })[0]).toBe('run_3');
    expect(idsOf(store, { order: { by: 'started', descending: false } })[0]).toBe('run_1');
    expect(idsOf(store, { order: { by: 'students', descending: true } })[0]).toBe('run_1');
  });

  test('a view of the list is kept under its name, takes the place of one of that name, and goes', () => {
    const store = openSessions().next();
    const best = store.saveView('Best', '{"a":1}');
    store.saveView('all', '{}');
    expect(store.saveView('BEST', '{"a":2}')).toEqual({ id: best.id, name: 'BEST', content: '{"a":2}' });
    expect(store.savedViews().map(({ name }) => name)).toEqual(['all', 'BEST']);
    store.removeView(best.id);
    expect(store.savedViews().map(({ name }) => name)).toEqual(['all']);
    expect(() => store.removeView(best.id)).toThrow(code('usage.invalid'));
  });
});
