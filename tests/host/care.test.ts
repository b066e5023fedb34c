/** Care of a workspace through the bridge: a copy a day, repair, and copies that the next start puts back. */
import { rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Host } from '../../src/host/create-host.ts';
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
