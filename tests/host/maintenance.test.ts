/** Maintenance of a workspace through the bridge: a copy a day, repair, and copies that the next
 * start puts back. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
makeResources(folder.path);
let host: Host | undefined;
afterEach(async () => {
  await host?.close();
  rmSync(join(folder.path, 'workspace'), { recursive: true, force: true });
});

async function open(plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  host = await fakeHost(folder.path, plan);
  return host.client;
}

async function searched(client: Host['client'], trials = 2): Promise<string> {
  const { run } = await client.runs.start({
    ...{ name: 'x', strategy: { id: 'random' }, recipe: { epochs: 2 }, budget: { trials }, slots: 1 },
  });
  await untilRun(client, run.id, ({ run: { state } }) => state !== 'running');
  return run.id;
}

it('copies once a day at the start of a session, and not where there is nothing to lose', async () => {
  const first = await open();
  expect(await first.backups.list()).toEqual([]);
  await searched(first);
  const second = await open();
  await expect
    .poll(() => second.backups.list(), { timeout: 20_000 })
    .toMatchObject([{ kind: 'daily', restorable: true }]);
  const third = await open();
  await third.system.info();
  await host?.close();
  expect(readdirSync(join(folder.path, 'workspace/backups'))).toHaveLength(1);
}, 60_000);

it('repairs after a copy, refuses while a search runs, and tells what is left', async () => {
  const client = await open({ epochMs: 30 });
  const id = await searched(client);
  const checkpoints = join(folder.path, 'workspace/checkpoints');
  rmSync(join(checkpoints, readdirSync(checkpoints)[0] ?? ''));
  expect((await client.system.doctor()).ok).toBe(false);
  const { run } = await client.runs.start({ name: 'y', strategy: { id: 'random' }, budget: { trials: 50 } });
  await expect(client.doctor.repair()).rejects.toMatchObject({
    code: 'run.state',
    message: expect.stringMatching(/pause it/),
  });
  await client.runs.pause({ id: run.id });
  const repair = await client.doctor.repair();
  expect(repair).toMatchObject({ restart: false, done: [expect.stringMatching(/has lost its weights/)] });
  expect((await client.backups.list()).map(({ name }) => name)).toContain(repair.backup);
  expect((await client.runs.get({ id })).trials.finished).toBe(2);
}, 60_000);

it('puts a copy back at the next start, says so, and goes on from there', async () => {
  const client = await open();
  const id = await searched(client);
  const { name } = await client.backups.make();
  await client.runs.rename({ id, name: 'renamed' });
  await client.backups.restore({ name });
  // Until then everything is as it was.
  expect((await client.runs.get({ id })).run.name).toBe('renamed');
  const again = await open();
  expect(host?.recovery).toMatchObject({ what: 'restored', from: name, done: [] });
  expect((await again.runs.get({ id })).run.name).toBe('x');
  await expect(again.backups.restore({ name: 'none' })).rejects.toMatchObject({ code: 'usage.invalid' });
  expect(await searched(again)).not.toBe(id);
}, 60_000);

it('lists damaged copies and weights put aside with their sizes, and removes one by its name alone', async () => {
  const client = await open();
  await searched(client);
  const backups = join(folder.path, 'workspace/backups');
  const aside = 'checkpoints-2026-01-02T03-04-05-678Z';
  const damaged = 'workspace-v0-2026-01-01T00-00-00-000Z-damaged.sqlite';
  mkdirSync(join(backups, aside));
  writeFileSync(join(backups, aside, 'weights.bin'), 'x'.repeat(1000));
  writeFileSync(join(backups, damaged), 'bytes');
  writeFileSync(join(backups, `${damaged}-wal`), 'more');
  writeFileSync(join(backups, 'notes of the person.txt'), 'mine');
  const { name: copy } = await client.backups.make();
  const list = await client.backups.list();
  expect(list.map(({ name, kind, bytes, restorable }) => [name, kind, bytes, restorable])).toEqual([
    [copy, 'asked', expect.any(Number), true],
    [aside, 'checkpoints', 1000, false],
    [damaged, 'damaged', 5, false],
  ]);
  for (const name of ['notes of the person.txt', '../workspace.sqlite', '..', '.', '', 'checkpoints-']) {
    await expect(client.backups.remove({ name })).rejects.toMatchObject({ code: 'usage.invalid' });
  }
  await client.backups.restore({ name: copy });
  await expect(client.backups.remove({ name: copy })).rejects.toThrow(/put back by the next start/);
  for (const name of [aside, damaged]) await client.backups.remove({ name });
  expect((await client.backups.list()).map(({ name }) => name)).toEqual([copy]);
  expect(readdirSync(backups).sort()).toEqual(['notes of the person.txt', copy].sort());
  expect(existsSync(join(folder.path, 'workspace/workspace.sqlite'))).toBe(true);
}, 60_000);
