/** Runs that wait for the machine, through the host's own client, with a trainer that computes
 * nothing. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host | undefined;
let place = 0;

beforeAll(() => void makeResources(folder.path));
afterEach(async () => {
  await host?.close();
  host = undefined;
  place += 1;
});
afterAll(() => folder.remove());

const search = (name: string, more: Partial<SearchInput> = {}): SearchInput => ({
  name,
  families: ['resnet'],
  strategy: { id: 'random' },
  limits: { macs: 1_500_000 },
  budget: { trials: 2 },
  slots: 1,
  ...more,
});

/** The same workspace again where there is one. */
async function open(plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  host = await fakeHost(folder.path, plan, { workspace: join(folder.path, `queue-${place}`) });
  return host.client;
}

const untilEnd = (client: Host['client'], id: string): Promise<unknown> =>
  untilRun(client, id, ({ run }) => run.state === 'finished');
const untilFree = (): Promise<void> => expect.poll(() => host?.activeRuns(), { timeout: 20_000 }).toEqual([]);

const names = async (client: Host['client']): Promise<readonly string[]> =>
  (await client.queue.get()).runs.map(({ name }) => name);

test('runs of the queue are trained one after the other, in its order, to their end', async () => {
  const client = await open();
  const first = await client.runs.start(search('first', { budget: { trials: 4 } }));
  const made = await client.queue.enqueue({ searches: ['a', 'b', 'c'].map((name) => search(name)), tags: ['sweep'] });
  expect(made.map(({ run, tags }) => [run.state, tags])).toEqual(Array(3).fill(['paused', ['sweep']]));
  expect(host?.dueRuns()).toHaveLength(3);
  await client.queue.move({ id: made[2]?.run.id ?? '', place: 0 });
  expect(await names(client)).toEqual(['c', 'a', 'b']);
  for (const { run } of [first, ...made]) await untilEnd(client, run.id);

  const { rows } = await client.runs.list({ order: { by: 'started', descending: false } });
  const ended = rows.map(({ run }) => run).toSorted((x, y) => (x.finishedAt ?? '').localeCompare(y.finishedAt ?? ''));
  expect(ended.map(({ name }) => name)).toEqual(['first', 'c', 'a', 'b']);
  expect(await client.queue.get()).toEqual({ runs: [] });
  expect(host?.dueRuns()).toEqual([]);
});

test('a pause by the person holds the queue, and going on lets it go on', async () => {
  const client = await open({ epochMs: 30 });
  const { run } = await client.runs.start(search('first'));
  const [waiting] = await client.queue.enqueue({ searches: [search('second')] });
  await client.runs.pause({ id: run.id });
  expect((await client.queue.get()).held).toBe('You paused "first".');
  expect(host?.activeRuns()).toEqual([]);
  await client.runs.resume({ id: run.id });
  expect((await client.queue.get()).held).toBeUndefined();
  await untilEnd(client, waiting?.run.id ?? '');
});

test('a run that jumps the queue pauses what runs, which is the next one from then on', async () => {
  const client = await open({ epochMs: 30 });
  const first = await client.runs.start(search('first'));
  const [a, b] = await client.queue.enqueue({ searches: [search('a'), search('b')] });
  const jumped = await client.queue.jump({ id: b?.run.id ?? '' });
  expect(jumped.run.state).toBe('running');
  expect(await names(client)).toEqual(['first', 'a']);
  expect((await client.runs.get({ id: first.run.id })).run.reason).toBe('It made room for "b".');
  await untilEnd(client, a?.run.id ?? '');
  expect((await client.runs.get({ id: first.run.id })).run.state).toBe('finished');
});

test('one that cannot begin leaves the queue with a word, and the next one begins', async () => {
  const client = await open({ epochMs: 30 });
  await client.runs.start(search('first'));
  const [lost, next] = await client.queue.enqueue({
    searches: [search('lost', { dataset: 'fashion-mnist', seed: 5 }), search('next', { seed: 6 })],
  });
  await client.queue.remove({ ids: [next?.run.id ?? ''] });
  await client.queue.hold();
  await untilFree();
  const teachers = join(folder.path, 'resources/teachers');
  renameSync(teachers, `${teachers}-gone`);
  try {
    await client.queue.goOn();
    await expect
      .poll(async () => (await client.runs.get({ id: lost?.run.id ?? '' })).run.reason)
      .toMatch(/^Its turn came, and it could not begin: .*teacher/i);
  } finally {
    renameSync(`${teachers}-gone`, teachers);
  }
  expect(await client.queue.get()).toEqual({ runs: [] });
  await client.queue.add({ ids: [next?.run.id ?? '', lost?.run.id ?? ''] });
  await untilEnd(client, next?.run.id ?? '');
  await untilEnd(client, lost?.run.id ?? '');
});

test('a fault that every run would meet holds the queue', async () => {
  const full = join(folder.path, `full-${place}`);
  const client = await open({ diskFullWhile: full, epochMs: 30 });
  // It still trains when the disk is full, however busy the machine is.
  await client.runs.start(search('first', { budget: { trials: 200 } }));
  const [waiting] = await client.queue.enqueue({ searches: [search('second')] });
  writeFileSync(full, '');
  await expect.poll(async () => (await client.queue.get()).held, { timeout: 20_000 }).toMatch(/^"first" was paused: /);
  expect(await names(client)).toEqual(['second']);
  rmSync(full);
  await client.queue.goOn();
  await untilEnd(client, waiting?.run.id ?? '');
});

test('a queue outlives the program, and begins held', async () => {
  const client = await open({ epochMs: 30 });
  await client.runs.start(search('first'));
  const [a] = await client.queue.enqueue({ searches: [search('a'), search('b')] });
  const again = await open();
  expect(await again.queue.get()).toMatchObject({
    held: 'The program was started anew.',
    runs: [{ name: 'a' }, { name: 'b' }],
  });
  expect(host?.dueRuns()).toEqual([]);
  // A start of one's own does not set it going.
  const own = await again.runs.start(search('own'));
  await untilEnd(again, own.run.id);
  await untilFree();
  expect(await names(again)).toEqual(['a', 'b']);
  await again.queue.goOn();
  await untilEnd(again, a?.run.id ?? '');
});

test('what is trashed leaves the queue, and what runs or has ended is refused in words', async () => {
  const client = await open({ epochMs: 30 });
  const { run } = await client.runs.start(search('first'));
  const [a, b] = await client.queue.enqueue({ searches: [search('a'), search('b')] });
  await client.runs.trash({ ids: [a?.run.id ?? ''] });
  expect(await names(client)).toEqual(['b']);
  await expect(client.queue.add({ ids: [run.id] })).rejects.toThrow('"first" is running: it cannot be put into');
  await expect(client.queue.add({ ids: [a?.run.id ?? ''] })).rejects.toThrow('"a" is in the trash: restore it first.');
  await client.queue.remove({ ids: [b?.run.id ?? ''] });
  await expect(client.queue.move({ id: b?.run.id ?? '', place: 0 })).rejects.toThrow('does not wait in the queue');
  await client.runs.stop({ id: run.id });
  await expect(client.queue.add({ ids: [run.id] })).rejects.toThrow('"first" is finished: it cannot be put into');
});

test('of several runs one that is refused is named, and none is made', async () => {
  const client = await open();
  const searches = [search('fine'), search('unfit', { families: ['nobody'] }), search('fine too')];
  await expect(client.queue.enqueue({ searches })).rejects.toThrow(/^Run 2 of 3, "unfit": .*nobody/);
  expect((await client.runs.list({})).total).toBe(0);
  expect(await client.queue.get()).toEqual({ runs: [] });
});
