/** A cluster of Ray for tests, on loopback; a reason where there can be none. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/core/errors.ts';
import type { DriverOptions } from '../../src/host/executors/ray/driver.ts';
import { pythonForRay, rayFiles } from '../../src/host/executors/ray/python.ts';

const FILES = rayFiles(fileURLToPath(new URL('../../resources', import.meta.url)));
const SCRIPT = fileURLToPath(new URL('ray-cluster.py', import.meta.url));

/** Set by scripts/e2e-ray.mjs. */
const ASKED = 'TRADE_TEST_RAY';

/** How the driver is started here; a text: why it cannot be. */
export function rayHere(): DriverOptions | string {
  try {
    const python = pythonForRay(FILES);
    execFileSync(python, ['-c', 'import ray'], { stdio: 'ignore', timeout: 60_000 });
    return { python, driver: FILES.driver };
  } catch (error) {
    return messageOf(error);
  }
}

/** The same for tests. They take half an hour, so a machine that happens to have Ray is not enough:
 * `npm run e2e:ray` asks for them. */
export const askedForRay = (): DriverOptions | string =>
  process.env[ASKED] === undefined ? 'tests of a cluster of Ray run by npm run e2e:ray' : rayHere();

export interface RayCluster {
  readonly address: string;
  /** Of the workers' shelves and folders. */
  readonly cache: string;
  /** `add`, or `kill 0`: the oldest node beside the first. */
  order(words: string): Promise<void>;
  close(): Promise<void>;
}

/** `clientPort`: 0 for none. Its environment is as docs/scale.md tells people. */
export async function startRayCluster(
  { python }: DriverOptions,
  { nodes = 2, clientPort = 0, environment = {} as Readonly<Record<string, string>> } = {},
): Promise<RayCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'ray-'));
  const cache = join(folder, 'cache');
  const child = spawn(python, [SCRIPT, String(nodes), String(clientPort)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...{ ...process.env, RAY_TMPDIR: folder, TRADE_WORKER_CACHE: cache, RAY_USAGE_STATS_ENABLED: '0' },
      ...{ GRPC_ENABLE_FORK_SUPPORT: '0', ...environment },
    },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-4000)));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<{ readonly address?: string }> => {
    const line = await lines.next();
    if (line.done) throw new Error(`The cluster ended: ${errors}`);
    return JSON.parse(line.value) as { readonly address?: string }; // our own script's
  };
  const { address = '' } = await next();
  return {
    ...{ address, cache },
    order: async (words) => {
      child.stdin.write(`${words}\n`);
      await next();
    },
    close: async () => {
      child.stdin.end();
      await once(child, 'close');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
