/** The clock on the wall jumps (summer time, a laptop that slept, a person who sets it): durations
 * and order are none of its. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => {
  vi.useRealTimers();
  folder.remove();
});

const YEAR_MS = 365 * 24 * 3600 * 1000;

it('a search goes through jumps of a year, back and forth, with the durations that passed', async () => {
  makeResources(folder.path);
  const host = await fakeHost(folder.path, { epochMs: 10 });
  const { client } = host;
  const began = performance.now();
  const { run } = await client.runs.start({
    ...{ name: 'clock', strategy: { id: 'random' }, recipe: { epochs: 2 }, budget: { trials: 6 }, slots: 1 },
  });
  const jumps = [-YEAR_MS, 2 * YEAR_MS, -3 * YEAR_MS];
  for (const [index, jump] of jumps.entries()) {
    await untilRun(client, run.id, ({ trials }) => trials.finished > index);
    vi.setSystemTime(Date.now() + jump);
  }
  const end = await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
  const passed = (performance.now() - began) / 1000;
  expect([end.run.state, end.trials.finished]).toEqual(['finished', 6]);
  expect(end.run.seconds).toBeGreaterThan(0);
  expect(end.run.seconds).toBeLessThanOrEqual(passed);
  const trials = await client.runs.trials({ id: run.id });
  for (const { seconds } of trials) {
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThanOrEqual(passed);
  }
  expect(trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
  // Newest first, though it began two years "before" the other.
  const { run: second } = await client.runs.start({
    name: 'second',
    strategy: { id: 'random' },
    budget: { trials: 1 },
  });
  await untilRun(client, second.id, ({ run: { state } }) => state !== 'running');
  expect((await client.runs.list({})).rows.map((row) => row.run.name)).toEqual(['second', 'clock']);
  await host.close();
}, 120_000);
