/** The contract of the store's lists: what stands in which order, what is one with what, and what
 * has no place. */
import { describe, expect, test } from 'vitest';
import type { RunOrder } from '../../src/core/records/run-list.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { SCORE, asked, costsOf, finished, searchConfig } from '../support/store-records.ts';
import { openSessions } from './store-sessions.ts';

interface Made {
  readonly id: string;
  readonly name?: string;
  readonly accuracy?: number | undefined;
  readonly strategy?: string;
  readonly dataset?: string;
  readonly teacher?: string;
  readonly seconds?: number;
}

/** In the order of their making; each with one finished student where an accuracy is given. */
function make(store: WritableStore, ...runs: readonly Made[]): WritableStore {
  for (const { id, name = id, seconds = 0, ...more } of runs) {
    const { strategy = 'trade', dataset = 'fashion-mnist', teacher = 'fashion-resnet' } = more;
    const config = { ...searchConfig(name), strategy: { id: strategy, options: {} }, dataset, teacher };
    store.createRun({ id, config, strategyVersion: 1, sample: false });
    if (seconds > 0) store.addRunSeconds(id, seconds);
    if (!('accuracy' in more)) continue;
    const event = asked(0);
    const [trial] = store.recordAsked(id, event, costsOf(event), 3);
    store.startTrial(trial?.id ?? '');
    const score = { ...SCORE, bestAccuracy: more.accuracy };
    store.finishTrial(trial?.id ?? '', finished(`${id}.bin`, { score }));
  }
  return store;
}

const idsOf = (store: WritableStore, by: RunOrder, descending: boolean): readonly string[] =>
  store.runs({ order: { by, descending } }).rows.map(({ run }) => run.id);

describe('lists', () => {
  test('of what is alike the newest stands first, whichever way the order goes', () => {
    const store = make(
      openSessions().next(),
      ...[
        { id: 'a', name: 'Same' },
        { id: 'b', name: 'same' },
        { id: 'c', name: 'Other' },
        { id: 'd', name: 'SAME' },
      ],
    );
    expect(idsOf(store, 'name', false)).toEqual(['c', 'd', 'b', 'a']);
    expect(idsOf(store, 'name', true)).toEqual(['d', 'b', 'a', 'c']);
    expect(idsOf(store, 'started', false)).toEqual(['a', 'b', 'c', 'd']);
    expect(idsOf(store, 'started', true)).toEqual(['d', 'c', 'b', 'a']);
  });

  test('what has no value, or one that is no number, stands last both ways, the newest of it first', () => {
    const store = make(
      openSessions().next(),
      ...[{ id: 'none' }, { id: 'low', accuracy: 0.2 }, { id: 'nan', accuracy: NaN }, { id: 'high', accuracy: 0.9 }],
      ...[
        { id: 'endless', accuracy: Infinity },
        { id: 'unmeasured', accuracy: undefined },
      ],
    );
    const without = ['unmeasured', 'endless', 'nan', 'none'];
    expect(idsOf(store, 'accuracy', true)).toEqual(['high', 'low', ...without]);
    expect(idsOf(store, 'accuracy', false)).toEqual(['low', 'high', ...without]);
  });

  test('each order is that of its own column', () => {
    const store = make(
      openSessions().next(),
      ...[
        { id: 'a', seconds: 2, accuracy: 0.5 },
        { id: 'b', seconds: 3 },
        { id: 'c', seconds: 1, accuracy: 0.6 },
      ],
    );
    store.setRunState('b', 'failed');
    const event = asked(1, 2);
    store.recordAsked('c', event, costsOf(event), 3);
    const orders = (['time', 'state', 'students', 'front', 'hypervolume'] as const).map((by) => idsOf(store, by, true));
    expect(orders).toEqual([
      ...[
        ['b', 'a', 'c'],
        ['c', 'a', 'b'],
        ['c', 'a', 'b'],
        ['c', 'a', 'b'],
        ['c', 'a', 'b'],
      ],
    ]);
  });

  test('a page is a part of the order, and its total counts all', () => {
    const store = make(openSessions().next(), ...['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })));
    const page = (query: { readonly offset?: number; readonly limit?: number }) => {
      const { rows, total } = store.runs(query);
      return [rows.map(({ run }) => run.id).join(''), total];
    };
    expect(page({ limit: 2 })).toEqual(['ed', 5]);
    expect(page({ offset: 3, limit: 2 })).toEqual(['ba', 5]);
    expect(page({ offset: 4 })).toEqual(['a', 5]);
    expect(page({ offset: 9, limit: 1 })).toEqual(['', 5]);
    expect(page({ limit: 0 })).toEqual(['', 5]);
  });

  test('facets count runs by value in the order of letters, whatever their case, and leave the trash out', () => {
    const store = make(
      openSessions().next(),
      { id: 'a', strategy: 'zeta', dataset: 'Beta', teacher: 'x' },
      { id: 'b', strategy: 'Alpha', dataset: 'alpha', teacher: 'X2' },
      { id: 'c', strategy: 'zeta', dataset: 'gamma', teacher: 'x' },
      { id: 'd', strategy: 'gone', dataset: 'gone', teacher: 'gone' },
    );
    store.tagRuns(['b', 'd'], { add: ['Zoo', 'Ärger', 'gone'], remove: [] });
    store.tagRuns(['a'], { add: ['zoo', 'apple'], remove: [] });
    store.tagRuns(['b'], { add: [], remove: ['GONE'] });
    for (const id of ['a', 'b', 'd']) store.setRunState(id, 'paused');
    store.trashRuns(['d']);
    expect(store.runFacets()).toEqual({
      states: [
        { value: 'paused', runs: 2 },
        { value: 'running', runs: 1 },
      ],
      strategies: [
        { value: 'Alpha', runs: 1 },
        { value: 'zeta', runs: 2 },
      ],
      datasets: ['alpha', 'Beta', 'gamma'].map((value) => ({ value, runs: 1 })),
      teachers: [
        { value: 'x', runs: 2 },
        { value: 'X2', runs: 1 },
      ],
      tags: [
        { value: 'apple', runs: 1 },
        { value: 'Zoo', runs: 2 },
        { value: 'Ärger', runs: 1 },
      ],
    });
  });

  test('tags stand in one order on every machine, beyond the alphabets too', () => {
    const store = make(openSessions().next(), { id: 'a' });
    store.tagRuns(['a'], { add: ['～', '😀', 'b', 'A', 'ä'], remove: [] });
    expect(store.summary('a')?.tags).toEqual(['A', 'b', 'ä', '😀', '～']);
  });

  test('each filter holds by itself, and all of them together', () => {
    const store = make(
      openSessions().next(),
      { id: 'a', strategy: 'random', dataset: 'x', teacher: 't' },
      { id: 'b', strategy: 'random', dataset: 'y', teacher: 't' },
      { id: 'c', strategy: 'trade', dataset: 'x', teacher: 'u' },
    );
    store.tagRuns(['a', 'c'], { add: ['One'], remove: [] });
    store.tagRuns(['c'], { add: ['two'], remove: [] });
    store.setRunState('b', 'failed');
    const found = (filter: Parameters<WritableStore['runs']>[0]) =>
      store
        .runs(filter)
        .rows.map(({ run }) => run.id)
        .join('');
    expect(found({ strategies: ['random'] })).toBe('ba');
    expect(found({ datasets: ['x', 'z'] })).toBe('ca');
    expect(found({ teachers: ['u'] })).toBe('c');
    expect(found({ states: ['failed', 'paused'] })).toBe('b');
    expect(found({ tags: ['ONE'] })).toBe('ca');
    expect(found({ tags: ['one', 'Two'] })).toBe('c');
    expect(found({ states: [], strategies: [], tags: [] })).toBe('cba');
    expect(found({ strategies: ['random'], datasets: ['x'], tags: ['one'], states: ['running'] })).toBe('a');
    expect(found({ strategies: ['trade'], datasets: ['y'] })).toBe('');
  });

  test('a list of runs by their trash is what it says', () => {
    const store = make(openSessions().next(), { id: 'a' }, { id: 'b' });
    store.setRunState('a', 'paused');
    store.trashRuns(['a']);
    const found = (trash?: 'without' | 'only' | 'with') =>
      store.runs(trash === undefined ? {} : { trash }).rows.map(({ run }) => run.id);
    expect([found(), found('without'), found('only'), found('with')]).toEqual([['b'], ['b'], ['a'], ['b', 'a']]);
  });
});
