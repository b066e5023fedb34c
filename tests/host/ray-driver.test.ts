/** The driver's beginning, without Ray: what nobody waits for any more must not end the host. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeCluster, openDriver } from '../../src/host/executors/ray/driver.ts';

/** Takes connections, as a cluster's port does. */
const server = createServer((socket) => socket.destroy());
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Sound: it listens on a port.
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const NOWHERE = { python: '/nowhere/python3', driver: '/nowhere/driver.py' };
const quiet = (): void => undefined;

it('a driver that cannot be started is told in words', async () => {
  const never = new AbortController().signal;
  await expect(openDriver(NOWHERE, { address }, quiet, never)).rejects.toThrow(
    /\/nowhere\/python3 could not be started/,
  );
});

// Else the driver's end refused a promise that nobody had taken: Node ends a process for that.
it('one that was stopped before it began is stopped, and its end is no rejection that nobody hears', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', hear);
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(openDriver(NOWHERE, { address }, quiet, stopped)).rejects.toThrow('stopped');
  await expect(describeCluster(NOWHERE, { address, program: '' }, stopped)).rejects.toThrow('stopped');
  await wait(200);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
