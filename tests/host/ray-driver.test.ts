/** The driver's beginning, without Ray: what nobody waits for any more must not end the host, and a
 * server that did not start is asked for again. */
import { ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
const quiet = { hear: (): void => undefined, waits: (): void => undefined };

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
  const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(false);
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(openDriver(NOWHERE, { address }, quiet, stopped)).rejects.toThrow('stopped');
  await expect(describeCluster(NOWHERE, { address, program: '' }, stopped)).rejects.toThrow('stopped');
  await wait(200);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
  // Else a number that lay in memory was signalled: once it was -1, every process of this user.
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
});

/** A Ray that stands in for the real one: it fails so many times to start its server for a client,
 * with Ray's own words, and then connects. */
const FAKE = `
import os
__version__ = "0.0"
failures = [int(os.environ["FAKE_RAY_FAILS"])]
connected = [False]
def init(**how):
    failures[0] -= 1
    if failures[0] >= 0:
        raise ConnectionAbortedError("Initialization failure from server:\\n" + os.environ["FAKE_RAY_WORDS"])
    connected[0] = True
def is_initialized():
    return connected[0]
def shutdown():
    pass
`;
const FAKE_GRPC = `
import contextlib
class FutureTimeoutError(Exception):
    pass
insecure_channel = lambda address: contextlib.nullcontext()
class Ready:
    def result(self, timeout):
        pass
channel_ready_future = lambda channel: Ready()
`;
const python = pythonHere();
const skipped = python ? '' : ' SKIP: no python3';

describe.skipIf(python === undefined)(`a server for clients that does not start${skipped}`, () => {
  let folder = '';
  const driver = fileURLToPath(new URL('../../resources/ray/driver.py', import.meta.url));
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fake-ray-'));
    mkdirSync(join(folder, 'ray'));
    writeFileSync(join(folder, 'ray', '__init__.py'), FAKE);
    writeFileSync(join(folder, 'grpc.py'), FAKE_GRPC);
    vi.stubEnv('PYTHONPATH', folder);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  async function opened(fails: number, words = 'RuntimeError: Starting Ray client server failed. See it.') {
    vi.stubEnv('FAKE_RAY_FAILS', String(fails));
    vi.stubEnv('FAKE_RAY_WORDS', words);
    const waits: string[] = [];
    const hears = { ...quiet, waits: (told: string) => void waits.push(told) };
    const how = await openDriver({ python: python!, driver }, { address }, hears, new AbortController().signal).then(
      async (own) => {
        await own.close();
        return own.versions.ray;
      },
      String,
    );
    return { how, waits };
  }

  it('is asked for again, in words', async () => {
    const { how, waits } = await opened(2);
    expect(how).toBe('0.0');
    expect(waits).toEqual([expect.stringContaining('2 more attempts'), expect.stringContaining('1 more attempt')]);
  });

  it('is given up after three attempts, with what helps', async () => {
    const { how, waits } = await opened(3);
    expect(how).toMatch(/did not start 3 times.*GRPC_ENABLE_FORK_SUPPORT=0/);
    expect(waits).toHaveLength(2);
  });

  it('is not asked for again where Ray refuses for another reason', async () => {
    const { how, waits } = await opened(1, 'RuntimeError: Version mismatch');
    expect(how).toContain('Version mismatch');
    expect(waits).toEqual([]);
  });
});

function pythonHere(): string | undefined {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' });
    return 'python3';
  } catch {
    return undefined;
  }
}
