/**
 * A web shell that searches, with few files to open, under connections of somebody who may not come
 * in: it goes on, its own window stays, memory and handles are what they were. `FUZZ` sets the
 * connections; 10,000 are tried by hand.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectToHost } from '../../src/bridge/connect.ts';
import type { HostConnection } from '../../src/bridge/connect.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import { fuzz } from '../support/fuzz.ts';
import { memoryOf } from '../support/live-heap.ts';
import { closePages, openPage } from '../support/page.ts';
import { attacks, createAttacker } from './hostile-connections.ts';

const CONNECTIONS = Number(process.env['FUZZ'] ?? 400);
/** Of everything: its own files, its trainers' pipes, windows, strangers. */
const OPEN_FILES = 128;
const ENTRY = fileURLToPath(new URL('../support/fake-web.ts', import.meta.url));

describe('a searching web shell under hostile connections', () => {
  const folder = temporaryFolder();
  let child: ChildProcess;
  let output = '';
  let address = '';
  let ended: Promise<number | null>;

  beforeAll(async () => {
    const args = [
      '--inspect=127.0.0.1:0',
      ENTRY,
      makeResources(folder.path),
      '--print',
      '--workspace',
      join(folder.path, 'workspace'),
    ];
    const limited = `ulimit -n ${OPEN_FILES} && exec "$0" "$@"`;
    const started =
      process.platform === 'win32'
        ? ([process.execPath, args] as const)
        : (['/bin/sh', ['-c', limited, process.execPath, ...args]] as const);
    child = spawn(started[0], started[1], {
      env: { ...process.env, FAKE_TRAINER: JSON.stringify({ epochMs: 20 }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    ended = new Promise((resolve) => child.once('close', resolve));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)));
    address = await new Promise<string>((found, failed) => {
      child.stdout?.on('data', () => {
        const seen = /http:\/\/127\.0\.0\.1:\S+/.exec(output)?.[0];
        if (seen !== undefined) found(seen);
      });
      void ended.then(() => failed(new Error(output)));
    });
  });
  afterAll(() => {
    closePages();
    child.kill('SIGKILL');
    folder.remove();
  });

  /** 0 where the system does not tell. */
  const openFiles = (): number => (process.platform === 'linux' ? readdirSync(`/proc/${child.pid}/fd`).length : 0);

  interface Usage {
    readonly heap: number;
    readonly resident: number;
    readonly files: number;
  }

  /** Files of the moment, then MB after a collection. */
  async function usage(): Promise<Usage> {
    const files = openFiles();
    const { heapUsed, rss } = await memoryOf(output);
    return { heap: heapUsed / 1e6, resident: rss / 1e6, files };
  }

  const alive = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The web shell ended:\n${output}`);
  };

  it(
    'goes on with its search and its window',
    async () => {
      const owner = openPage(address);
      const connection = await connectToHost(owner.page);
      const { client } = connection;
      const changes: string[] = [];
      connection.onState(({ kind }) => changes.push(kind));
      const { run } = await client.runs.start({
        ...{ name: 'under attack', strategy: { id: 'random' }, recipe: { epochs: 2 }, slots: 1 },
        ...{ budget: { trials: 5000 } },
      });
      const finished = async (): Promise<number> => (await client.runs.get({ id: run.id })).trials.finished;
      await expect.poll(finished, { timeout: 60_000 }).toBeGreaterThan(0);
      const attacker = createAttacker(Number(new URL(address).port), owner.storage.get('trade.secret') ?? '');

      /** As a reload or a second window: in spite of those who hold connections open. */
      async function openAnother(): Promise<HostConnection> {
        const another = await connectToHost(openPage(new URL('/', address).href, new Map(owner.storage)).page);
        expect((await another.client.system.info()).shell).toBe('web');
        return another;
      }

      const before = await usage();
      // More than it may open files: the search does not pause for want of one, and a window comes
      // in.
      await attacker.crowd(3 * OPEN_FILES);
      const crowded = await finished();
      await expect.poll(finished, { timeout: 60_000 }).toBeGreaterThan(crowded + 1);
      await openAnother();
      let warm = before;
      let struck = 0;
      const trials: number[] = [await finished()];
      const property = fc.asyncProperty(attacks, async (attack) => {
        await attacker.strike(attack);
        alive();
        struck += 1;
        if (struck % 100 === 0) trials.push(await finished());
        if (struck === Math.ceil(CONNECTIONS / 5)) {
          await openAnother();
          warm = await usage();
        }
      });
      await fuzz('connections to the web shell', property, CONNECTIONS);
      await openAnother();
      const during = await usage();
      attacker.leave();
      // The first window was never cut.
      expect([connection.state().kind, changes]).toEqual(['connected', []]);
      // Three windows more than before, and what the search has open at the moment.
      await expect.poll(openFiles, { timeout: 60_000 }).toBeLessThanOrEqual(before.files + 6);
      await expect.poll(finished, { timeout: 60_000 }).toBeGreaterThan(trials.at(-1) ?? 0);
      const { run: last } = await client.runs.get({ id: run.id });
      expect(last.state).toBe('running');
      expect(during.files).toBeLessThan(OPEN_FILES);
      const after = await usage();
      const figures = [before, warm, during, after];
      const told = (name: keyof Usage): string => figures.map((figure) => figure[name].toFixed(0)).join(' -> ');
      process.stdout.write(
        `${CONNECTIONS} connections, ${attacker.answered()} of them answered or cut; before -> after a fifth -> ` +
          'at the end -> ' +
          `when they had gone: heap ${told('heap')} MB, resident ${told('resident')} MB, open files ` +
          `${told('files')}; ` +
          `students ${trials[0]} -> ${await finished()}\n`,
      );
      expect(after.heap).toBeLessThan(warm.heap + 10);

      child.kill('SIGINT');
      expect(await ended).toBe(130);
    },
    240_000 + 100 * CONNECTIONS,
  );
});
