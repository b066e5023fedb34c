/** The web shell as `npm start` runs it without a window: its words, its signals, its exit
 * codes. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectToHost } from '../../src/bridge/connect.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { closePages, openPage } from '../support/page.ts';

const ENTRY = fileURLToPath(new URL('../support/fake-web.ts', import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
let workspace: string;
let resources: string;
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder.path, 'workspace');
  resources = makeResources(folder.path);
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  closePages();
  folder.remove();
});

function startShell(args: readonly string[] = [], plan: FakePlan = {}, mode: readonly string[] = ['--print']) {
  const child = spawn(process.execPath, [ENTRY, resources, ...mode, '--workspace', workspace, ...args], {
    // The browser's profile lies below the caches.
    env: { ...process.env, FAKE_TRAINER: JSON.stringify(plan), XDG_CACHE_HOME: folder.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  /** Resolves with what the pattern found; rejects when the process ends without it. */
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text)?.[0];
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void closed.then(() => reject(new Error(`ended without saying ${pattern}:\n${text}`)));
    });
  return { child, closed, says, text: () => text };
}

describe('npm start without a window', () => {
  it('prints the address, runs the sample search of an empty workspace, and keeps serving until Ctrl+C', async () => {
    const shell = startShell(['--sample']);
    const address = await shell.says(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/);
    await shell.says(/Student 24 /);
    await shell.says(/Front of .* \(\d+ of 24 students trained\):/);
    await shell.says(/The sample search is done/);
    const { client } = await connectToHost(openPage(address).page);
    expect(await client.runs.list({})).toMatchObject({
      total: 1,
      rows: [{ run: { sample: true, state: 'finished' } }],
    });
    shell.child.kill('SIGINT');
    expect(await shell.closed).toBe(0);

    const again = startShell(['--sample']);
    await again.says(/The workbench is at/);
    const page = await connectToHost(openPage(await again.says(/http:\S+/)).page);
    expect((await page.client.runs.list({})).total).toBe(1);
    again.child.kill('SIGTERM');
    expect(await again.closed).toBe(0);
  });

  it('pauses a running search at Ctrl+C, says so, and ends with 130', async () => {
    const shell = startShell(['--sample'], { epochMs: 100 });
    await shell.says(/Student 1 /);
    shell.child.kill('SIGINT');
    expect(await shell.closed).toBe(130);
    expect(shell.text()).toMatch(/Pausing the search/);
    expect(shell.text()).toMatch(/trade resume [\w-]+/);
    expect(shell.text()).not.toContain('Front of');
  });

  it('ends at once at the second Ctrl+C', async () => {
    const shell = startShell(['--sample'], { hang: [0] });
    await shell.says(/Sample search/);
    // The trainer that hangs would hold the pause up.
    shell.child.kill('SIGINT');
    await shell.says(/Pausing the search/);
    shell.child.kill('SIGINT');
    expect(await shell.closed).toBe(130);
  });

  it('starts no search without --sample, and says when a sample cannot run, going on to serve', async () => {
    const plain = startShell();
    const page = await connectToHost(openPage(await plain.says(/http:\S+/)).page);
    expect((await page.client.runs.list({})).total).toBe(0);
    plain.child.kill('SIGINT');
    await plain.closed;

    const broken = startShell(['--sample'], { dieAtStart: true });
    await broken.says(/no backend here/);
    expect((await connectToHost(openPage(await broken.says(/http:\S+/)).page)).state().kind).toBe('connected');
  });

  it('ends when the page asks for it, having paused the search', async () => {
    const shell = startShell(['--sample'], { epochMs: 100 });
    const { client } = await connectToHost(openPage(await shell.says(/http:\S+/)).page);
    await shell.says(/Student 1 /);
    await client.system.quit({ mode: 'pause' });
    expect(await shell.closed).toBe(0);
  });

  it('searches on without a window when the page asks for that', async () => {
    const shell = startShell(['--sample'], { epochMs: 20 });
    const { client } = await connectToHost(openPage(await shell.says(/http:\S+/)).page);
    await client.system.quit({ mode: 'keep' });
    await shell.says(/the search goes on/);
    await shell.says(/The sample search is done/);
  });
});

describe.skipIf(process.platform === 'win32')('npm start with a window', () => {
  /** A browser that writes down how it was started and what page it was sent to, and ends. */
  function fakeBrowser(exitCode: number): string {
    const file = join(folder.path, 'browser.sh');
    const steps = [
      ...['#!/bin/sh', `cd "${folder.path}"`, 'page="${1#--app=file://}"', 'cp "$page" page.html'],
      ...['ls -ld "$(dirname "$page")" "$page" > modes.txt', 'echo "$@" > begun.txt', 'mv begun.txt browser.txt'],
    ];
    writeFileSync(file, [...steps, `exit ${exitCode}\n`].join('\n'), { mode: 0o755 });
    return file;
  }
  const seen = (name: string): string => readFileSync(join(folder.path, name), 'utf8');
  const handedOver = (): readonly string[] =>
    readdirSync(join(folder.path, 'trade-workbench/browser-profile')).filter((name) => name.startsWith('open-'));
  const start = (browser: string) => startShell(['--open', '--browser', browser], {}, []);

  it('opens an app window at an address of its own, and ends some seconds after the window was closed', async () => {
    const shell = start(fakeBrowser(0));
    await shell.says(/Opening the workbench/);
    const args = await vi.waitFor(() => seen('browser.txt'), { timeout: 10_000 });
    // Every user of the machine can read the arguments, this person alone the page.
    expect(args).not.toMatch(/token|http/);
    expect(seen('modes.txt').match(/^\S+/gm)).toEqual(['drwx------', '-rw-------']);
    const address = /location\.replace\("(http:[^"]+#token=[\w-]{43})"\)/.exec(seen('page.html'))?.[1] ?? '';
    expect(handedOver()).toHaveLength(1);
    const { client } = await connectToHost(openPage(address).page);
    expect((await client.system.info()).shell).toBe('web');
    expect(handedOver()).toEqual([]);
    closePages();
    expect(await shell.closed).toBe(0);
  });

  it('prints the address when the browser does not start', async () => {
    const failing = start(fakeBrowser(1));
    const address = await failing.says(/http:\S+/);
    expect(failing.text()).toMatch(/did not open \(.*exit code 1\)/);
    expect((await connectToHost(openPage(address).page)).state().kind).toBe('connected');
    expect(handedOver()).toEqual([]);
    failing.child.kill('SIGINT');
    await failing.closed;
    const missing = start(join(folder.path, 'no-such-browser'));
    await missing.says(/did not open \(.*ENOENT.*http:/);
  });
});

describe('a start that cannot be', () => {
  it('names the port in use and ends with 2, before the workspace is touched', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const shell = startShell(['--port', String(port)]);
    expect(await shell.closed).toBe(2);
    expect(shell.text()).toContain(`Port ${port} is in use`);
    expect(shell.text()).toContain('--port');
    expect(existsSync(workspace)).toBe(false);
    other.close();
  });

  it('names the workspace that another process has, and ends with 2', async () => {
    const first = startShell();
    await first.says(/The workbench is at/);
    const second = startShell();
    expect(await second.closed).toBe(2);
    expect(second.text()).toContain(workspace);
    expect(second.text()).toContain('in use by another');
  });

  it('names a wrong option and shows the right ones', async () => {
    const shell = startShell(['--prot', '80']);
    expect(await shell.closed).toBe(2);
    expect(shell.text()).toMatch(/--prot[\s\S]*Usage:/);
  });
});
