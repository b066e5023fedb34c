/** What the program does on a desktop, in Electron itself: its one instance and its menu, crashes
 * of its processes, the place of its window, and what it tells of a search. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeResources } from '../support/fake-host.ts';
import { startElectron, whyNoElectron, windowOf } from './real-electron.ts';
import type { RealElectron } from './real-electron.ts';
import { startUndebugged } from './undebugged.ts';

const why = whyNoElectron();
const says = why === undefined ? '' : ` SKIP: ${why}`;
const poll = <T>(read: () => T) => expect.poll(read, { timeout: 60_000, interval: 100 });

describe.skipIf(why !== undefined)(`the program on a desktop${says}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e desktop '));
  const userData = join(folder, 'user');
  const workspace = join(folder, 'workspace');
  let program: RealElectron;
  let page: Page;

  beforeAll(() => start());
  afterAll(async () => {
    await program?.app.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  async function start(): Promise<void> {
    program = await startElectron(workspace, [], { userData });
    page = await windowOf(program);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }

  /** What is on the screen, also of a page that came after a crash: one that is gone never
   * answers. */
  const shown = (): Promise<string> =>
    program.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const text = window?.webContents.executeJavaScript('document.body.innerText') ?? Promise.resolve('');
      const silence = new Promise((resolve) => setTimeout(() => resolve('no answer'), 1000));
      return Promise.race([text, silence]).then(String, String);
    });

  test('a second start with addresses opens none of them, and ends itself', async () => {
    const before = page.url();
    const links = [
      'app://trade/index.html#/settings',
      'trade-workbench://open?file=/etc/passwd',
      'https://evil.example/',
    ];
    const second = startUndebugged(workspace, [...links, 'file://evil.example/share/a.trade'], { userData });
    expect(await second.ended, second.output()).toBe(0);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    expect(page.url()).toBe(before);
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    expect(program.app.windows()).toHaveLength(1);
  });

  test('its menu has the commands of the page, and a chosen one reaches it', async () => {
    const accelerators = await program.app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      items.find(({ label }) => label.startsWith('New run'))?.click();
      return items
        .filter(({ role }) => role === 'quit' || role === 'reload')
        .map(({ accelerator }) => typeof accelerator);
    });
    expect(accelerators).toHaveLength(2);
    await page.getByRole('heading', { name: 'New run', level: 1 }).waitFor();
  });

  test('a key of a command is heard once, by the page', async () => {
    await program.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      for (const type of ['keyDown', 'keyUp'] as const)
        contents?.sendInputEvent({ type, keyCode: 'k', modifiers: ['control'] });
    });
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    await page.keyboard.press('Escape');
  });

  test('a page that crashes comes back by itself, at its host', async () => {
    await program.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await poll(shown).toContain('Connected');
  });

  test('the end of the process that draws leaves a window that draws', async () => {
    const gpus = (): Promise<readonly number[]> =>
      program.app.evaluate(({ app }) => app.getAppMetrics().flatMap(({ type, pid }) => (type === 'GPU' ? [pid] : [])));
    const before = await gpus();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await poll(async () => (await gpus()).some((pid) => before.includes(pid))).toBe(false);
    await poll(shown).toContain('Connected');
    const bytes = await program.app.evaluate(async ({ BrowserWindow }) => {
      const picture = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
      return picture?.toPNG().length ?? 0;
    });
    // One colour takes no more than some kilobytes.
    expect(bytes).toBeGreaterThan(10_000);
  });

  test('its window stands where it stood, also after a signal', async () => {
    const bounds = { x: 120, y: 60, width: 1000, height: 700 };
    await program.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds);
    const now = (): Promise<unknown> =>
      program.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    await poll(now).toEqual(bounds);
    program.child.kill('SIGTERM');
    await program.ended;
    await start();
    await poll(now).toEqual(bounds);
  });
});

describe.skipIf(why !== undefined)(`what the desktop is told of a search${says}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e told '));
  let program: RealElectron;

  beforeAll(async () => {
    const fake = { resources: makeResources(folder), plan: { epochMs: 50 } };
    program = await startElectron(join(folder, 'workspace'), [], { fake });
  });
  afterAll(async () => {
    await program?.app.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('the machine stays awake, the taskbar shows how far it is, and the end is told', async () => {
    const page = await windowOf(program);
    // The system's own notices need a service of the session, which is not on every machine: what
    // is about to be shown is noted in its stead.
    const told = await program.app.evaluateHandle(({ BrowserWindow, Notification }) => {
      const heard = { progress: [] as number[], notices: [] as string[] };
      const window = BrowserWindow.getAllWindows()[0];
      if (window !== undefined) {
        window.setProgressBar = (share) => void heard.progress.push(share);
        window.isFocused = () => false;
      }
      Notification.isSupported = () => true;
      const { on } = Notification.prototype;
      Object.assign(Notification.prototype, {
        on(this: Electron.Notification, ...args: Parameters<typeof on>) {
          this.show = () => void heard.notices.push(this.title);
          return on.apply(this, args);
        },
      });
      return heard;
    });
    const isAwake = (): Promise<boolean> =>
      program.app.evaluate(({ powerSaveBlocker }) => [0, 1, 2, 3].some((id) => powerSaveBlocker.isStarted(id)));
    expect(await isAwake()).toBe(false);
    await page.getByRole('button', { name: 'Run the sample search' }).click();
    await poll(isAwake).toBe(true);
    await poll(() => told.evaluate(({ notices }) => [...new Set(notices)])).toEqual([
      expect.stringMatching(/^Search finished: /),
    ]);
    await poll(isAwake).toBe(false);
    const progress = await told.evaluate(({ progress: all }) => all);
    expect(progress.at(-1)).toBe(-1);
    expect(progress.some((share) => share > 0 && share < 1)).toBe(true);
  });
});
