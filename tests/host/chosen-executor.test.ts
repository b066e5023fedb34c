/** Where trainings run is the person's choice: kept with them, refused while something is at work,
 * and without Ray the program says so and works as before. No Ray is needed here. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { executorOf } from '../../src/cli/executor-options.ts';
import type { Host, HostOptions } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const config = join(folder.path, 'config');
const kept = join(config, 'executor.json');
const ray = { kind: 'ray', address: '127.0.0.1:9', cpus: 2, gpus: 0.5 } as const;
const search = { name: 'here', families: ['resnet'], budget: { trials: 1 }, slots: 1 };
let host: Host;

beforeAll(() => {
  makeResources(folder.path);
  // As on a machine where nobody has asked for Ray.
  vi.stubEnv('XDG_CACHE_HOME', join(folder.path, 'cache'));
  vi.stubEnv('TRADE_PYTHON', '');
});
afterEach(() => host.close());
afterAll(() => {
  vi.unstubAllEnvs();
  folder.remove();
});

const open = async (more: Partial<HostOptions> = {}): Promise<Host['client']> =>
  (host = await fakeHost(folder.path, { epochMs: 200 }, more)).client;

it('is this machine where nothing was chosen, says what Ray lacks, and trains', async () => {
  const client = await open();
  const status = await client.executor.status();
  expect(status).toMatchObject({ executor: { kind: 'local' }, isForNow: false, trainers: [] });
  expect(status.missing).toContain('Ray is not installed for this program.');
  const { run } = await client.runs.start(search);
  // Half a search here and half of it elsewhere would be neither.
  await expect(client.executor.choose(ray)).rejects.toMatchObject({ code: 'run.state' });
  expect((await untilRun(client, run.id, left)).run.state).toBe('finished');
  await expect(client.executor.test(ray)).rejects.toMatchObject({ code: 'backend.missing' });
  expect(existsSync(join(folder.path, 'cache'))).toBe(false);
});

it('is kept with the user, and counts for the next session and every workspace', async () => {
  const first = await open();
  expect(await first.executor.choose(ray)).toMatchObject({ executor: ray });
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(ray);
  await host.close();
  const second = await open({ workspace: join(folder.path, 'other') });
  expect(await second.executor.status()).toMatchObject({ executor: ray, isForNow: false });
  // A search that cannot begin leaves nothing behind.
  await expect(second.runs.start(search)).rejects.toMatchObject({ code: 'backend.missing' });
  expect((await second.runs.list({})).rows).toEqual([]);
  await host.close();
  const named = await open({ executor: { kind: 'local' } });
  expect(await named.executor.status()).toMatchObject({ executor: { kind: 'local' }, isForNow: true });
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(ray);
});

it.each(['', '{"kind": "ray"}', '{"kind": "ray", "address": "a:1", "cpus": "many"}', '\0'])(
  'is this machine where the file of the choice says %j',
  async (text) => {
    mkdirSync(config, { recursive: true });
    writeFileSync(kept, text);
    const client = await open();
    expect(await client.executor.status()).toMatchObject({ executor: { kind: 'local' } });
  },
);

it.each(['nowhere', 'ray://', 'http://a:1', 'ray://a:b', 'ray://a b:1', 'ray://a:1/path', '--a:1 '])(
  'refuses the address %j in words',
  async (address) => {
    const client = await open();
    await expect(client.executor.choose({ ...ray, address })).rejects.toMatchObject({ code: 'config.invalid' });
    expect(() => executorOf({ executor: 'ray', address })).toThrow('give it as in ray://head.example.org:10001');
  },
);

it.skipIf(process.platform === 'win32')('believes no other program in the place of Python, and lives on', async () => {
  const python = join(folder.path, 'python');
  writeFileSync(python, '#!/bin/sh\necho "Hello!"\nexec sleep 30\n', { mode: 0o755 });
  vi.stubEnv('TRADE_PYTHON', python);
  const listener = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const client = await open();
  const test = client.executor.test({ ...ray, address: `127.0.0.1:${port}` });
  await expect(test).rejects.toMatchObject({
    code: 'backend.missing',
    message: expect.stringContaining('what our driver does not say') as string,
  });
  expect((await client.executor.status()).trainers).toEqual([]);
  listener.close();
  vi.stubEnv('TRADE_PYTHON', '');
});

it('is named on the command line in whole', async () => {
  await open();
  expect(executorOf({})).toBeUndefined();
  expect(executorOf({ executor: 'local' })).toEqual({ kind: 'local' });
  expect(executorOf({ address: 'ray://a:1', gpus: 1 })).toEqual({
    kind: 'ray',
    address: 'ray://a:1',
    cpus: 1,
    gpus: 1,
  });
  expect(() => executorOf({ executor: 'ray' })).toThrow('Name the cluster');
  expect(() => executorOf({ executor: 'local', cpus: 2 })).toThrow('go with --executor ray');
});
