/**
 * Our main process, our built preload and our built page together, with a Chromium's page as the
 * double's window: the hand-over of the bridge from world to world, what the page can reach,
 * navigation, menu, reload and end.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumPath } from '../e2e/chromium.ts';
import { driveShell } from '../electron-double/driven-shell.ts';
import type { DrivenShell } from '../electron-double/driven-shell.ts';
import { makeResources, temporaryFolder } from '../support/fake-host.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const chromium = await chromiumPath();
const why = chromium === undefined ? ' SKIP: no Chromium that starts' : '';

describe.skipIf(chromium === undefined)(`the page in the shell${why}`, () => {
  const folder = temporaryFolder();
  const archive = join(folder.path, 'From outside.trade');
  let shell: DrivenShell;

  beforeAll(async () => {
    writeFileSync(archive, 'runs');
    const args = [makeResources(folder.path), '--workspace', join(folder.path, 'workspace')];
    const child = fork(join(ROOT, 'tests/support/fake-electron.ts'), args, {
      execArgv: ['--import', pathToFileURL(join(ROOT, 'tests/electron-double/register.ts')).href],
      env: { ...process.env, DOUBLE_CHROMIUM: chromium, DOUBLE_USER_DATA: join(folder.path, 'user') },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    shell = driveShell(child);
    await shell.next('load');
  });
  afterEach(() => expect(shell.heard('fault')).toEqual([]));
  afterAll(() => {
    shell.child.kill('SIGKILL');
    folder.remove();
  });

  const inPage = async (expression: string): Promise<unknown> => {
    shell.send({ type: 'evaluate', expression });
    return shell.next('evaluated');
  };
  const shows = (text: string): Promise<unknown> =>
    vi.waitFor(async () => expect(await inPage('document.body.innerText')).toContain(text), {
      timeout: 30_000,
      interval: 200,
    });

  it('is ours, connected over a port that went from world to world to main', async () => {
    await shows('No search has been run in this workspace yet');
    await shows('Connected');
  });

  it('reaches two names of the shell, frozen, and neither Electron nor the binding that leads to main', async () => {
    const seen = await inPage(`({
      keys: Object.keys(window.trade).sort(),
      isFrozen: Object.isFrozen(window.trade),
      others: ['require', 'process', 'electron', 'toMain', 'fromMain'].filter((name) => name in window),
    })`);
    expect(seen).toEqual({ keys: ['onCommand', 'shell'], isFrozen: true, others: [] });
  });

  it('does what is chosen in the menu', async () => {
    shell.send({ type: 'choose', command: 'Keyboard shortcuts' });
    await vi.waitFor(
      async () =>
        expect(await inPage(`document.querySelector('[role=dialog] h2')?.textContent`)).toBe('Keyboard shortcuts'),
      { timeout: 30_000, interval: 200 },
    );
    await inPage(
      `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))`,
    );
  });

  it('asks about a file that the system hands over while it is open, and again after a reload', async () => {
    shell.send({ type: 'open-file', path: archive });
    await shell.next('prevented');
    await shows('From outside.trade');
    await inPage('location.reload()');
    await shows('From outside.trade');
    await inPage(`[...document.querySelectorAll('[role=alertdialog] button')][0].click()`);
    await shows('No search has been run in this workspace yet');
  });

  it('goes nowhere and opens nothing, and papers alone are handed to the browser', async () => {
    await inPage(`void (location.href = 'https://evil.example/')`);
    await inPage(`void window.open('https://arxiv.org/abs/2206.13130')`);
    await vi.waitFor(
      () => expect(shell.heard('external').map(({ detail }) => detail)).toEqual(['https://arxiv.org/abs/2206.13130']),
      {
        timeout: 30_000,
      },
    );
    expect(await inPage('location.pathname')).toBe('/');
    await shows('Connected');
  });

  it('ends with its program', async () => {
    shell.send({ type: 'close' });
    expect(await shell.next('exit')).toBe(0);
  });
});
