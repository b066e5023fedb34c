import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick, shallowRef } from 'vue';
import type { EffectScope } from 'vue';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { installClient } from '../../src/renderer/api.ts';
import { fixtureExplanation } from '../support/gallery/explain-fixtures.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import { mockHost } from '../support/mock/mock-host.ts';
import { useExplanation } from '../../src/renderer/run/explained/use-explanation.ts';
import { useLive } from '../../src/renderer/stores/live.ts';

const recordsOf = (done: number) => fixtureRun({ id: 'a', name: 'A', state: 'running', budget: 20, done, seed: 1 });
const after = (done: number): RunSummaryView => fixtureSummary(recordsOf(done));

const summary = shallowRef(after(3));
let scope: EffectScope;
let asked: number;
let answerMs: number;
let isBroken: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  [asked, answerMs, isBroken] = [0, 0, false];
  const { client } = mockHost('empty');
  const explain = async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, answerMs));
    if (isBroken) throw new WorkbenchError('internal', 'The line is cut.');
    return fixtureExplanation(recordsOf(summary.value.trials.finished + summary.value.trials.failed));
  };
  installClient({ ...client, runs: { ...client.runs, explain } });
  summary.value = after(3);
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const use = () => scope.run(() => useExplanation(() => summary.value))!; // an open scope runs
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const toldBy = ({ explanation }: ReturnType<typeof use>): number =>
  explanation.value?.families.reduce((sum, { told }) => sum + told, 0) ?? 0;

test('it is asked at once, and again when trials have ended: once for all that end within a pause', async () => {
  const used = use();
  await pass(10);
  expect([asked, toldBy(used)]).toEqual([1, 3]);
  for (const done of [4, 5, 6]) {
    summary.value = after(done);
    await pass(1000);
  }
  expect(asked).toBe(1);
  await pass(2000);
  expect([asked, toldBy(used)]).toEqual([2, 6]);
  await pass(60_000);
  expect(asked).toBe(2);
});

test('a slow answer makes the pause longer, and no second question is asked meanwhile', async () => {
  answerMs = 3000;
  use();
  await pass(1000);
  summary.value = after(4);
  await pass(20_000);
  expect(asked).toBe(1);
  await pass(13_000);
  expect(asked).toBe(2);
});

test('what is known is not asked again by another tab, and a tab that was left asks no more', async () => {
  use();
  await pass(10);
  scope.stop();
  scope = effectScope();
  use();
  await pass(10_000);
  expect(asked).toBe(1);
  scope.stop();
  summary.value = after(5);
  await nextTick();
  await pass(10_000);
  expect(asked).toBe(1);
});

test('a failure is told, not repeated without end, and made good when the connection is back', async () => {
  isBroken = true;
  const used = use();
  await pass(60_000);
  expect([asked, used.error.value?.message]).toEqual([1, 'The line is cut.']);
  isBroken = false;
  useLive().synced = true;
  await pass(10_000);
  expect([asked, used.error.value, toldBy(used)]).toEqual([2, undefined, 3]);
});
