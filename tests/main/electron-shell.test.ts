/** The life of the Electron shell, against a double of Electron (its binary is not everywhere;
 * types are checked by tsc). */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { driveShell } from '../electron-double/driven-shell.ts';
import type { DrivenShell } from '../electron-double/driven-shell.ts';
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

function startShell(args: readonly string[] = [], plan: FakePlan = {}, env: NodeJS.ProcessEnv = {}): DrivenShell {
  const workspace = join(folder.path, 'workspace');
  const child = fork(join(ROOT, 'tests/support/fake-electron.ts'), [resources, '--workspace', workspace, ...args], {
    execArgv: ['--import', pathToFileURL(join(ROOT, 'tests/electron-double/register.ts')).href],
    env: { ...process.env, ...env, FAKE_TRAINER: JSON.stringify(plan), DOUBLE_USER_DATA: join(folder.path, 'user') },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  return driveShell(child);
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
    expect(shell.heard('permission').map((news) => news.detail)).toEqual([false, false, false, false]);
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
    shell.send({ type: 'answer', button: 1 });
    for (const url of ['https://evil.example/', 'https://arxiv.org/abs/1', 'file:///etc/passwd']) {
      shell.send({ type: 'open', url });
      expect(await shell.next('action')).toBe('deny');
    }
    expect(shell.heard('external').map((news) => news.detail)).toEqual(['https://arxiv.org/abs/1']);
  });

  it('asks before a link of a note leads out, with the address itself, and takes a no for one', async () => {
    const shell = startShell();
    await shell.next('load');
    const address = 'https://dashboards.example/7';
    shell.send({ type: 'answer', button: 1 });
    shell.send({ type: 'open', url: address });
    expect(await shell.next('question')).toMatchObject({ detail: address, defaultId: 1, cancelId: 1 });
    shell.send({ type: 'answer', button: 0 });
    shell.send({ type: 'open', url: address });
    await shell.next('question');
    expect(await shell.next('external')).toBe(address);
    expect(shell.heard('external')).toHaveLength(1);
  });

  it('lets our exports become files, and nothing else', async () => {
    const shell = startShell();
    await shell.next('load');
    const tries = [
      ['blob:app://trade/0b2c', 'front.csv', false],
      ['blob:app://trade/0b2c', 'install.sh', true],
      ['https://evil.example/front.csv', 'front.csv', true],
      ['app://trade/assets/main.js', 'front.csv', true],
    ] as const;
    for (const [url, name, isPrevented] of tries) {
      shell.send({ type: 'download', url, name });
      expect([url, name, await shell.next('prevented')]).toEqual([url, name, isPrevented]);
    }
  });

  it('is brought to the front by a second start, which ends itself', async () => {
    const shell = startShell();
    await shell.next('focus');
    shell.send({ type: 'second-instance' });
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
    shell.send({ type: 'second-instance' });
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

describe('the desktop', () => {
  it('is kept awake while a search runs, shows how far it is, and tells the end where nobody looks', async () => {
    const shell = startShell(['--sample'], { epochMs: 30 });
    expect(await shell.next('awake')).toBe('prevent-app-suspension');
    expect(await shell.next('notice')).toMatchObject({ title: expect.stringMatching(/^Search finished: /) });
    const shares = shell.heard('progress').map(({ detail }) => detail);
    expect(shares.some((share) => typeof share === 'number' && share > 0 && share < 1)).toBe(true);
    expect(shares.at(-1)).toBe(-1);
    expect([shell.heard('awake'), shell.heard('asleep')].map((news) => news.length)).toEqual([1, 1]);
    const before = shell.heard('focus').length;
    shell.send({ type: 'click-notice' });
    await vi.waitFor(() => expect(shell.heard('focus').length).toBe(before + 1), { timeout: 20_000 });
  });

  it('hears nothing of a search whose end the person sees in the window', async () => {
    const shell = startShell([], { epochMs: 30 });
    await shell.next('load');
    shell.send({ type: 'focused', isFocused: true });
    shell.send({ type: 'call', frame: OWN, path: 'runs.startSample' });
    await shell.next('awake');
    await shell.next('asleep');
    // Asked for after what would have been told.
    shell.send({ type: 'call', frame: OWN, path: 'system.info' });
    await shell.next('result');
    expect(shell.heard('notice')).toHaveLength(0);
  });

  it('keeps crash dumps on this machine', async () => {
    const shell = startShell();
    expect(await shell.next('crash reporter')).toEqual({ uploadToServer: false });
  });
});

describe('a file of runs that the system hands over', () => {
  const offered = async (shell: DrivenShell): Promise<unknown> => {
    shell.send({ type: 'call', frame: OWN, path: 'archives.offered' });
    return shell.next('result');
  };
  const archive = (name: string): string => {
    const file = join(folder.path, name);
    writeFileSync(file, 'runs');
    return file;
  };
  const told = (...names: readonly string[]) => names.map((name) => ({ id: expect.any(String), name, bytes: 4 }));

  it('at the start waits for the window, which learns its name and no path', async () => {
    const shell = startShell([archive('My runs.trade')]);
    await shell.next('load');
    expect(await offered(shell)).toEqual(told('My runs.trade'));
    expect(shell.heard('recent').map(({ detail }) => detail)).toEqual([join(folder.path, 'My runs.trade')]);
  });

  it('to a second start comes to the first window', async () => {
    const file = archive('a.trade');
    const second = startShell([file], {}, { DOUBLE_SECOND: '1' });
    const data = await second.next('hand-over');
    expect(data).toEqual({ archives: [file] });
    expect(await second.gone).toBe(0);
    const shell = startShell();
    await shell.next('focus');
    shell.send({ type: 'second-instance', data });
    await shell.next('focus');
    expect(await offered(shell)).toEqual(told('a.trade'));
    expect(shell.heard('window')).toHaveLength(1);
  });

  it("by a Mac's double-click too; other files are left alone", async () => {
    const shell = startShell();
    await shell.next('load');
    for (const path of [archive('b.trade'), join(folder.path, 'notes.txt')]) {
      shell.send({ type: 'open-file', path });
      expect(await shell.next('prevented')).toBe(true);
    }
    expect(await offered(shell)).toEqual(told('b.trade'));
  });

  it('that cannot be read is said, and the program goes on', async () => {
    const shell = startShell([join(folder.path, 'gone.trade')]);
    expect(await shell.next('error')).toContain('gone.trade');
    expect(await offered(shell)).toEqual([]);
  });

  it('stays where it is when the person does not want it', async () => {
    const file = archive('c.trade');
    const shell = startShell([file]);
    await shell.next('load');
    // Sound: seen above.
    const [{ id } = { id: '' }] = (await offered(shell)) as readonly { readonly id: string }[];
    shell.send({ type: 'call', frame: OWN, path: 'archives.drop', input: { id } });
    await shell.next('result');
    expect(await offered(shell)).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('runs');
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

  it('of a damaged workspace goes to no folder of somebody else: it says why, and asks again', async () => {
    const workspace = join(folder.path, 'workspace');
    openWorkspace(workspace).close();
    writeFileSync(join(workspace, 'workspace.sqlite'), 'no database');
    const theirs = join(folder.path, 'theirs');
    mkdirSync(join(theirs, 'tmp'), { recursive: true });
    writeFileSync(join(theirs, 'tmp/thesis.txt'), 'mine');
    const shell = startShell([], {}, { DOUBLE_BUTTON: '1,2', DOUBLE_FOLDER: theirs });
    expect(await shell.next('error')).toContain(`"${theirs}" is neither empty nor a TRADE workspace`);
    expect(await shell.next('exit')).toBe(0);
    expect(shell.heard('question')).toHaveLength(2);
    expect(readdirSync(theirs, { recursive: true })).toEqual(['tmp', join('tmp', 'thesis.txt')]);
  });

  it('without the sandbox is refused where it is installed, as an AppImage does it on some systems', async () => {
    const shell = startShell(['--no-sandbox'], {}, { DOUBLE_PACKAGED: '1' });
    expect(await shell.next('error')).toContain('does not start without the sandbox');
    expect(await shell.next('exit')).toBe(1);
    expect(shell.heard('window')).toHaveLength(0);
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
