/** The list of runs in a window: its look, what the host is asked for, and where a run goes that
 * appears, leaves or comes back. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BridgeClient } from '../../src/bridge/client.ts';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import type { RunListInput } from '../../src/bridge/schemas/upkeep.ts';
import { installClient } from '../../src/renderer/api.ts';
import { testing } from '../../src/renderer/components/rows/use-column-widths.ts';
import { RUN_ROW, sizedColumns } from '../../src/renderer/experiments/run-columns.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { useRecords } from '../../src/renderer/stores/records.ts';
import { PLAIN_LOOK, sameLook, useRunList } from '../../src/renderer/stores/run-list.ts';
import { useTrash } from '../../src/renderer/stores/trash.ts';

const { leastWidth } = testing;

let asked: RunListInput[];
let rows: readonly RunSummaryView[];
let revision = 0;

const summaryOf = (id: string, day: number, changes: Partial<RunSummaryView> = {}): RunSummaryView => {
  const made = fixtureSummary(fixtureRun({ id, name: id, state: 'finished', budget: 3, done: 3, seed: day }));
  revision += 1;
  return { ...made, revision, run: { ...made.run, createdAt: `2026-01-0${day}T00:00:00.000Z` }, ...changes };
};

beforeEach(() => {
  const kept = new Map<string, string>();
  Object.assign(globalThis, {
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
  });
  setActivePinia(createPinia());
  asked = [];
  rows = [summaryOf('c', 3), summaryOf('b', 2), summaryOf('a', 1)];
  const base = mockHost('empty').client;
  const answer = (ids: readonly string[], trashedAt: string | undefined): readonly RunSummaryView[] =>
    rows.filter(({ run }) => ids.includes(run.id)).map((one) => ({ ...one, revision: ++revision, trashedAt }));
  const client: BridgeClient = {
    ...base,
    runs: {
      ...base.runs,
      list: async (query) => {
        asked.push(query);
        return { rows, total: rows.length, noteHits: [{ runId: 'b', text: `… ${query.search} …` }] };
      },
      trash: async ({ ids }) => answer(ids, '2026-02-01'),
      restore: async ({ ids }) => answer(ids, undefined),
    },
  };
  installClient(client);
});

const ids = (): readonly string[] => useRecords().runs.map(({ run }) => run.id);

describe('the look', () => {
  test('asks the host for what it says, and an empty search for nothing', async () => {
    const list = useRunList();
    list.set({ search: 'x' });
    list.toggle('tags', 'paper');
    list.toggle('states', 'finished');
    list.sortBy('name');
    await useRecords().readRuns();
    expect(asked.at(-1)).toMatchObject({
      search: 'x',
      tags: ['paper'],
      states: ['finished'],
      order: { by: 'name', descending: false },
    });
    list.toggle('tags', 'paper');
    list.set({ search: '' });
    await useRecords().readRuns();
    expect(asked.at(-1)).not.toHaveProperty('search');
    expect(asked.at(-1)?.tags).toEqual([]);
  });

  test('turns an order round at the second wish, and begins numbers with the largest', () => {
    const list = useRunList();
    list.sortBy('accuracy');
    expect(list.look.order).toEqual({ by: 'accuracy', descending: true });
    list.sortBy('accuracy');
    expect(list.look.order).toEqual({ by: 'accuracy', descending: false });
    list.sortBy('state');
    expect(list.look.order).toEqual({ by: 'state', descending: false });
  });

  test('lasts over a reload of the window; what is no look is forgotten', () => {
    sessionStorage.setItem('trade.run-list', JSON.stringify({ ...PLAIN_LOOK, tags: ['kept'] }));
    expect(useRunList().look.tags).toEqual(['kept']);
    setActivePinia(createPinia());
    sessionStorage.setItem('trade.run-list', '{"columns":["nothing"]}');
    expect(useRunList().look).toEqual(PLAIN_LOOK);
  });

  test('is the same in whatever order its filters were chosen', () => {
    const look = { ...PLAIN_LOOK, tags: ['a', 'b'] };
    expect(sameLook(look, { ...PLAIN_LOOK, tags: ['b', 'a'], search: '', states: [] })).toBe(true);
    expect(sameLook(look, PLAIN_LOOK)).toBe(false);
  });

  test('fits a window of 1280 pixels with the columns that are shown first', () => {
    // The rail takes 196, the view's borders 34.
    expect(leastWidth(sizedColumns(PLAIN_LOOK.columns), RUN_ROW)).toBeLessThanOrEqual(1280 - 196 - 34);
    expect(sizedColumns([]).map(({ id }) => id)).toEqual(['name']);
  });
});

describe('a search in notes', () => {
  test('says of the runs that it finds where; without a search nothing is said any more', async () => {
    const [list, records] = [useRunList(), useRecords()];
    list.set({ search: 'idea' });
    await records.readRuns();
    expect(records.noteHits.get('b')?.text).toBe('… idea …');
    expect(records.noteHits.has('a')).toBe(false);
  });
});

describe('a run', () => {
  test('that appears has its place by its age; one in a filtered list is asked for', async () => {
    const records = useRecords();
    await records.readRuns();
    records.apply([{ type: 'run.changed', summary: summaryOf('d', 4) }]);
    expect([ids(), records.total]).toEqual([['d', 'c', 'b', 'a'], 4]);
    useRunList().set({ search: 'x' });
    const before = asked.length;
    records.apply([{ type: 'run.changed', summary: summaryOf('e', 5) }]);
    expect(ids()).not.toContain('e');
    expect(asked).toHaveLength(before + 1);
  });

  test('of a page that was not read yet is not listed by a change of it', async () => {
    const records = useRecords();
    await records.readRuns();
    const old = summaryOf('old', 1);
    records.putRuns([old]);
    records.apply([{ type: 'run.changed', summary: { ...old, revision: ++revision } }]);
    expect(ids()).not.toContain('old');
  });

  test('goes to the trash and comes back to its place; the answer and the event change it once', async () => {
    const [records, trash] = [useRecords(), useTrash()];
    await records.readRuns();
    const [, second] = records.runs;
    await trash.trash(second ? [second] : []);
    expect([ids(), records.total, trash.shown?.words]).toEqual([['c', 'a'], 2, '“b”']);
    records.apply([{ type: 'run.changed', summary: { ...summaryOf('b', 2), trashedAt: '2026-02-01' } }]);
    expect(records.total).toBe(2);
    expect((await trash.undo())?.ids).toEqual(['b']);
    expect([ids(), records.total, trash.last, trash.shown]).toEqual([['c', 'b', 'a'], 3, undefined, undefined]);
    expect(await trash.undo()).toBeUndefined();
  });

  test('thrown away twice is undone step by step; one that is gone for good is no step any more', async () => {
    const [records, trash] = [useRecords(), useTrash()];
    await records.readRuns();
    const [first, second, third] = records.runs;
    await trash.trash(first ? [first] : []);
    await trash.trash(second && third ? [second, third] : []);
    expect(trash.shown?.words).toBe('2 runs');
    trash.forget(['a']);
    expect([trash.shown, trash.last?.ids]).toEqual([undefined, ['c']]);
  });
});
