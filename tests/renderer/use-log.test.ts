/** The log as it is read: its end first, none of it lost or doubled, new entries at a pace, all
 * anew after a gap. */
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick, shallowRef } from 'vue';
import type { EffectScope } from 'vue';
import type { LogEntryView } from '../../src/bridge/schemas/log.ts';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { installClient } from '../../src/renderer/api.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { useLog } from '../../src/renderer/run/log/use-log.ts';
import { useLive } from '../../src/renderer/stores/live.ts';

const records = fixtureRun({ id: 'a', name: 'A', state: 'running', budget: 20, done: 3, seed: 1 });
const before = fixtureSummary(records);
const after = (finished: number): RunSummaryView => ({ ...before, trials: { ...before.trials, finished } });
const summary = shallowRef(before);

let scope: EffectScope;
/** Entries on the host. */
let count: number;
let pages: { readonly from: number; readonly limit: number }[];
let isBroken: boolean;
/** Runs before each answer. */
let onPage: () => void;
/** Another one in each life of the host's log: what was read again can be told from what was
 * kept. */
let life: string;

const entry = (seq: number): LogEntryView => ({ seq, at: life, type: 'told', trial: seq, metrics: {} });

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  [count, pages, isBroken, onPage, life] = [3, [], false, () => undefined, 'first'];
  const { client } = mockHost('empty');
  const log = async ({ from, limit = 200 }: { from?: number; limit?: number }): Promise<readonly LogEntryView[]> => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (isBroken) throw new WorkbenchError('internal', 'The line is cut.');
    const first = from ?? Math.max(0, count - limit);
    pages.push({ from: first, limit });
    const page = Array.from({ length: Math.min(limit, Math.max(0, count - first)) }, (_, at) => entry(first + at));
    onPage();
    return page;
  };
  installClient({ ...client, runs: { ...client.runs, log } });
  summary.value = before;
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const use = () => scope.run(() => useLog(() => summary.value))!; // an open scope runs
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const seqs = ({ entries }: ReturnType<typeof use>) => entries.value?.map(({ seq }) => seq);
const upTo = (end: number): readonly number[] => Array.from({ length: end }, (_, seq) => seq);

test.each([0, 1, 200, 201, 1200, 1201, 5000])(
  'all of %i entries are there, in order, the last ones first',
  async (all) => {
    count = all;
    const used = use();
    await pass(2);
    expect(seqs(used)?.at(-1)).toBe(all === 0 ? undefined : all - 1);
    await pass(100);
    expect(seqs(used)).toEqual(upTo(all));
    expect(used.isWhole.value).toBe(true);
    expect(pages[0]?.limit).toBeLessThanOrEqual(200);
    expect(Math.max(...pages.map(({ limit }) => limit))).toBeLessThanOrEqual(1000);
  },
);

test('what is added while earlier pages are read is neither lost nor doubled', async () => {
  count = 3000;
  onPage = () => {
    if (count >= 3002) return;
    count += 1;
    summary.value = after(count);
  };
  const used = use();
  await pass(1000);
  expect(seqs(used)).toEqual(upTo(3002));
});

test('new entries are read from the last on, once for all changes in a pause, in as many pages as needed', async () => {
  const used = use();
  await pass(1000);
  expect(pages).toHaveLength(1);
  for (let change = 0; change < 10; change += 1) {
    count += 250;
    summary.value = after(count);
    await pass(20);
  }
  await pass(1000);
  expect(seqs(used)).toEqual(upTo(2503));
  // At the first change, and for all of the others together.
  expect(pages.slice(1).map(({ from }) => from)).toEqual([3, 253, 1253, 2253]);
});

test('a run that goes on without a word in its log asks nothing', async () => {
  use();
  await pass(1000);
  summary.value = { ...before, revision: before.revision + 1 };
  await pass(1000);
  expect(pages).toHaveLength(1);
});

test('after a lost connection all of it is read again, and what is read stays in sight meanwhile', async () => {
  count = 1300;
  const used = use();
  const live = useLive();
  live.synced = true;
  await pass(1000);
  [live.synced, life] = [false, 'second'];
  await nextTick();
  live.synced = true;
  const lengths = new Set<number>();
  for (let ms = 0; ms < 1000; ms += 1) {
    await pass(1);
    lengths.add(used.entries.value?.length ?? -1);
  }
  expect([...lengths]).toEqual([1300]);
  expect(new Set(used.entries.value?.map(({ at }) => at))).toEqual(new Set(['second']));
});

test('a reading that failed says so, and is made good when the connection is back', async () => {
  isBroken = true;
  const used = use();
  await pass(1000);
  expect([used.error.value?.message, used.entries.value]).toEqual(['The line is cut.', undefined]);
  isBroken = false;
  useLive().synced = true;
  await pass(1000);
  expect([used.error.value, seqs(used)]).toEqual([undefined, upTo(3)]);
});

test('a tab that was left reads no more', async () => {
  count = 9000;
  use();
  await pass(3);
  scope.stop();
  const read = pages.length;
  await pass(1000);
  expect(pages.length).toBeLessThanOrEqual(read + 1);
});
