/** The life of the Electron shell, against a double of Electron (its binary is not everywhere; types are checked by tsc). */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import type { DoubleCommand, DoubleNews } from '../electron-double/electron.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';
import { searchConfig } from '../support/store-records.ts';
import type { FakePlan } from '../support/fake-trainer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OWN = { url: 'app://trade/#/runs' };

let folder: ReturnType<typeof temporaryFolder>;
let resources: string;
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = temporaryFolder();
  resources = makeResources(folder.path);
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  folder.remove();
});

function startShell(args: readonly string[] = [], plan: FakePlan = {}, env: NodeJS.ProcessEnv = {}) {
  const workspace = join(folder.path, 'workspace');
  const child = fork(join(ROOT, 'tests/support/fake-electron.ts'), [resources, '--workspace', workspace, ...args], {
    execArgv: ['--import', pathToFileURL(join(ROOT, 'tests/electron-double/register.ts')).href],
    env: { ...process.env, ...env, FAKE_TRAINER: JSON.stringify(plan), DOUBLE_USER_DATA: join(folder.path, 'user') },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  const heard: DoubleNews[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (news) => {
    heard.push(news as DoubleNews); // the double's
    for (const look of waiting) look();
  });
  const gone = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let read = 0;
  /** The next news of this name after the last one that was waited for. */
  const next = (name: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const index = heard.findIndex((news, place) => place >= read && news.name === name);
        if (index < 0) return;
        waiting.delete(look);
        read = index + 1;
        resolve(heard[index]?.detail);
      };
      waiting.add(look);
      look();
      void gone.then(() => reject(new Error(`ended without "${name}": ${JSON.stringify(heard)}`)));
    });
  const send = (command: DoubleCommand): void => void child.send(command);
  return { child, next, send, gone, heard: (name: string) => heard.filter((news) => news.name === name) };
}

describe('the window', () => {
  it('is sandboxed and isolated, and every permission is denied before it opens', async () => {
    const shell = startShell();
    const options = await shell.next('window');
    expect(options).toMatchObject({
      show: false,
      webPreferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        preload: join(ROOT, 'out/preload/index.cjs'),
      },
    });
    expect(shell.heard('permission').map((news) => news.detail)).toEqual([false, false, false]);
    expect(shell.heard('sandbox')).toHaveLength(1);
    expect(await shell.next('load')).toBe('app://trade/');
  });

  it('goes nowhere, opens nothing, and hands only papers to the browser', async () => {
    const shell = startShell();
    await shell.next('load');
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview']) {
      shell.send({ type: 'contents', event, url: 'https://evil.example/' });
      expect([event, await shell.next('prevented')]).toEqual([event, true]);
    }
    shell.send({ type: 'contents', event: 'will-navigate', url: 'app://trade/' });
    expect(await shell.next('prevented')).toBe(false);
    for (const url of ['https://evil.example/', 'https://arxiv.org/abs/1', 'file:///etc/passwd']) {
      shell.send({ type: 'open', url });
      expect(await shell.next('action')).toBe('deny');
    }
    expect(shell.heard('external').map((news) => news.detail)).toEqual(['https://arxiv.org/abs/1']);
  });

  it('is brought to the front by a second start, which ends itself', async () => {
    const shell = startShell();
    await shell.next('focus');
    shell.send({ type: 'app', event: 'second-instance' });
    await shell.next('focus');
    expect(shell.heard('window')).toHaveLength(1);
    expect(await startShell([], {}, { DOUBLE_SECOND: '1' }).gone).toBe(0);
  });
});

describe('the bridge', () => {
  it('answers our own main frame, again after a reload, and closes the port of any other', async () => {
    const shell = startShell();
    await shell.next('load');
    for (let reload = 0; reload < 2; reload += 1) {
      shell.send({ type: 'call', frame: OWN, path: 'system.info' });
      expect(await shell.next('result')).toMatchObject({ shell: 'electron' });
    }
    for (const frame of [null, { url: 'https://evil.example/' }, { ...OWN, inner: true }]) {
      shell.send({ type: 'call', frame, path: 'system.info' });
      await shell.next('port closed');
    }
  });
});

describe('closing while a search runs', () => {
  const running = async (plan: FakePlan = { epochMs: 200 }) => {
    const shell = startShell(['--sample'], plan);
    await shell.next('load');
    await vi.waitFor(
      async () => {
        shell.send({ type: 'call', frame: OWN, path: 'runs.list' });
        expect(await shell.next('result')).toMatchObject({ rows: [{ run: { state: 'running' } }] });
      },
      { timeout: 20_000, interval: 200 },
    );
    return shell;
  };

  it('asks, and stays when the person cancels', async () => {
    const shell = await running();
    shell.send({ type: 'answer', button: 2 });
    shell.send({ type: 'close' });
    expect(await shell.next('question')).toMatchObject({
      buttons: ['Pause and quit', 'Keep searching', 'Cancel'],
      cancelId: 2,
    });
    shell.send({ type: 'call', frame: OWN, path: 'runs.list' });
    expect(await shell.next('result')).toMatchObject({ rows: [{ run: { state: 'running' } }] });
    expect(shell.heard('closed')).toHaveLength(0);
  });

  it('pauses and ends when told so; the next start finds the run paused', async () => {
    const shell = await running();
    shell.send({ type: 'answer', button: 0 });
    shell.send({ type: 'app', event: 'before-quit' });
    expect(await shell.next('exit')).toBe(0);
    await shell.gone;
    const again = startShell(['--sample']);
    await again.next('load');
    again.send({ type: 'call', frame: OWN, path: 'runs.list' });
    expect(await again.next('result')).toMatchObject({ total: 1, rows: [{ run: { state: 'paused' } }] });
  });

  it('searches on without a window, brings it back at a second start, and ends with the search', async () => {
    const shell = await running({ epochMs: 30 });
    shell.send({ type: 'answer', button: 1 });
    shell.send({ type: 'close' });
    await shell.next('closed');
    shell.send({ type: 'app', event: 'second-instance' });
    await shell.next('load');
    shell.send({ type: 'close' });
    await shell.next('closed');
    expect(await shell.next('exit')).toBe(0);
    expect(shell.heard('question')).toHaveLength(2);
    await shell.gone;
    const again = startShell();
    await again.next('load');
    again.send({ type: 'call', frame: OWN, path: 'runs.list' });
    expect(await again.next('result')).toMatchObject({ rows: [{ run: { state: 'finished' } }] });
  });

  it('ends at once and asks nothing when no search runs', async () => {
    const shell = startShell();
    await shell.next('load');
    shell.send({ type: 'close' });
    expect(await shell.next('exit')).toBe(0);
    expect(shell.heard('question')).toHaveLength(0);
  });
});

describe('a start that cannot be', () => {
  it('of a damaged workspace offers ways out, saves what can be read when told so, and then opens', async () => {
    const workspace = join(folder.path, 'workspace');
    const { store, close } = openWorkspace(workspace);
    store.createRun({
      id: 'run_1',
      config: { ...searchConfig('Saved'), limits: [] },
      strategyVersion: 1,
      sample: false,
    });
    store.setRunState('run_1', 'paused');
    close();
    const database = join(workspace, 'workspace.sqlite');
    writeFileSync(database, readFileSync(database).fill(0, 0, 100));
    const quit = startShell([], {}, { DOUBLE_BUTTON: '2' });
    expect(await quit.next('question')).toMatchObject({
      detail: expect.stringContaining(database),
      buttons: ['Save what can be read', 'Open another workspace', 'Quit'],
    });
    expect(await quit.next('exit')).toBe(0);
    expect(quit.heard('window')).toHaveLength(0);
    const shell = startShell([], {}, { DOUBLE_BUTTON: '0' });
    await shell.next('load');
    shell.send({ type: 'call', frame: OWN, path: 'runs.list' });
    expect(await shell.next('result')).toMatchObject({ total: 1, rows: [{ run: { name: 'Saved' } }] });
  });

  it('says that the workspace is in use, opens no window, and ends', async () => {
    const first = startShell();
    await first.next('load');
    const second = startShell();
    expect(await second.next('error')).toContain('in use by another');
    expect(await second.next('exit')).toBe(1);
    expect(second.heard('window')).toHaveLength(0);
  });
});
