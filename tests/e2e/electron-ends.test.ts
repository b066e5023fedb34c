/**
 * Every way to end the program ends it, with all the processes that it has started. A handler that
 * waits for an event which Electron does not send leaves a program without a window behind.
 * `npm run e2e:electron -- --ends N` does it N times in all, and tells how long it took.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeResources } from '../support/fake-host.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { familyOf, stillThere } from './processes-of.ts';
import { whyNoElectron } from './real-electron.ts';
import { startUndebugged } from './undebugged.ts';
import type { Undebugged } from './undebugged.ts';

const why = whyNoElectron();
const TIMES = Number(process.env['TRADE_E2E_ENDS'] ?? '0');

/** Some end the program before it can answer: whether it ends is told by its process. */
const signal = (name: NodeJS.Signals) => (program: Undebugged) => program.kill(name);
const WAYS: Readonly<Record<string, (program: Undebugged) => unknown>> = {
  'its window': ({ inMain }) => inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
  'its menu': ({ inMain }) =>
    inMain(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      items.find(({ role }) => role === 'quit')?.click();
    }),
  'app.quit': ({ inMain }) => inMain(({ app }) => app.quit()),
  SIGTERM: signal('SIGTERM'),
  SIGINT: signal('SIGINT'),
  SIGHUP: signal('SIGHUP'),
  'the end of the session': ({ inMain }) =>
    inMain(({ powerMonitor }) => {
      powerMonitor.emit('shutdown', { preventDefault: () => undefined });
    }),
};

interface Times {
  readonly usableMs: number;
  readonly endedMs: number;
}

describe.skipIf(why !== undefined)(`the end of the program${why === undefined ? '' : ` SKIP: ${why}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e ends '));
  const workspace = join(folder, 'workspace');
  const seen: Times[] = [];

  afterAll(() => {
    const [usable, ended] = [seen.map(({ usableMs }) => usableMs), seen.map(({ endedMs }) => endedMs)].map(spread);
    console.log(`${seen.length} starts and ends: usable after ${usable}, ended after ${ended}`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** One that a failed test leaves behind is ended after it. */
  function start(...given: Parameters<typeof startUndebugged>): Undebugged {
    const program = startUndebugged(...given);
    onTestFinished(() => program.kill('SIGKILL'));
    return program;
  }

  async function startAndEnd(end: (program: Undebugged) => unknown): Promise<void> {
    const began = performance.now();
    const program = start(workspace);
    await program.shows({ heading: 'Experiments' });
    const usableMs = performance.now() - began;
    const family = familyOf(program.pid);
    expect(family.length).toBeGreaterThan(3);
    const told = performance.now();
    await Promise.resolve(end(program)).catch(() => undefined);
    expect(await program.ended, program.output()).toBe(0);
    seen.push({ usableMs, endedMs: performance.now() - told });
    await expect.poll(() => stillThere(family), { timeout: 10_000 }).toEqual([]);
  }

  const names = Object.keys(WAYS);
  test.each(names)('by %s', { timeout: 60_000 + TIMES * 20_000 }, async (name) => {
    const end = WAYS[name] ?? expect.unreachable();
    const rounds = Math.max(1, Math.ceil((TIMES - names.indexOf(name)) / names.length));
    for (let round = 0; round < rounds; round += 1) await startAndEnd(end);
  });

  /** Of a workspace in which a search runs. */
  async function endWhileSearching(name: string, end: (program: Undebugged) => unknown): Promise<void> {
    const fake = { resources: makeResources(join(folder, name)), plan: { epochMs: 200 } };
    const searching = join(folder, name, 'workspace');
    const program = start(searching, ['--sample'], { fake });
    await program.shows({ text: 'Running' });
    const family = familyOf(program.pid);
    await end(program);
    expect(await program.ended, program.output()).toBe(0);
    await expect.poll(() => stillThere(family), { timeout: 10_000 }).toEqual([]);
    const { store, close } = openWorkspace(searching);
    const { rows } = store.runs();
    close();
    expect(rows).toMatchObject([{ run: { state: 'paused' } }]);
  }

  test.skipIf(TIMES > 0)('by a signal while a search runs: it is paused, and nobody is asked', () =>
    endWhileSearching('unasked', ({ kill }) => kill('SIGTERM')),
  );

  test.skipIf(TIMES > 0)('by a signal while a person is asked: an answer that comes later changes nothing', () =>
    endWhileSearching('asked', async ({ inMain, kill }) => {
      await inMain(({ dialog, BrowserWindow }) => {
        const stay = { response: 2, checkboxChecked: false };
        dialog.showMessageBox = () => new Promise((answer) => process.once('SIGTERM', () => answer(stay)));
        BrowserWindow.getAllWindows()[0]?.close();
      });
      kill('SIGTERM');
    }),
  );

  test.skipIf(TIMES > 0)('by a signal while its page hangs', async () => {
    const program = start(workspace);
    await program.shows({ heading: 'Experiments' });
    const family = familyOf(program.pid);
    void program
      .inPage(() => {
        for (;;);
      })
      .catch(() => undefined);
    program.kill('SIGTERM');
    expect(await program.ended, program.output()).toBe(0);
    await expect.poll(() => stillThere(family), { timeout: 10_000 }).toEqual([]);
  });
});

/** Of milliseconds, in words. */
function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const seconds = (at: number): string => ((sorted[at] ?? NaN) / 1000).toFixed(2);
  return `${seconds(Math.floor(sorted.length / 2))} s in the median, ${seconds(sorted.length - 1)} s at most`;
}
