/**
 * What neither a page nor Playwright sees: the system's own dialogs, and keys that go through the
 * system. Keys come from `xdotool`, as a person's do; pictures of the whole screen go where
 * TRADE_E2E_SHOTS says.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../scripts/setup/files.mjs';
import { makeResources } from '../support/fake-host.ts';
import { familyOf, stillThere } from './processes-of.ts';
import { startElectron, whyNoElectron, windowOf } from './real-electron.ts';
import type { RealElectron } from './real-electron.ts';

const missing = findProgram(['xdotool']) === undefined ? 'no xdotool, which presses keys for a person' : undefined;
const why = whyNoElectron() ?? missing;
const SHOTS = process.env['TRADE_E2E_SHOTS'];
const PATIENCE = { timeout: 30_000, interval: 200 };

describe.skipIf(why !== undefined)(`the program by hand${why === undefined ? '' : ` SKIP: ${why}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e by hand '));
  let program: RealElectron;
  let page: Page;

  beforeAll(async () => {
    const fake = { resources: makeResources(folder), plan: { epochMs: 300 } };
    program = await startElectron(join(folder, 'workspace'), [], { fake });
    page = await windowOf(program);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });
  afterAll(async () => {
    await program?.app.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** The window of this title, once it is on the screen. */
  async function windowCalled(title: string): Promise<string> {
    let found = '';
    const look = (): string => {
      const { stdout } = spawnSync('xdotool', ['search', '--onlyvisible', '--name', title], { encoding: 'utf8' });
      return (found = stdout.trim().split('\n').at(-1) ?? '');
    };
    await expect.poll(look, PATIENCE).not.toBe('');
    return found;
  }

  /** Into this window: without a manager of windows nobody gives it the keys. */
  async function press(window: string, ...keys: readonly string[]): Promise<void> {
    execFileSync('xdotool', ['windowfocus', '--sync', window]);
    for (const key of keys) {
      execFileSync('xdotool', key.length > 1 && key.includes('/') ? ['type', key] : ['key', key]);
      // Not the page's own clock: the last key may end it.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function shoot(name: string): Promise<void> {
    if (SHOTS === undefined) return;
    // A window is on the screen before it is drawn.
    await page.waitForTimeout(1000);
    const { status } = spawnSync('import', ['-window', 'root', join(SHOTS, `electron-${name}.png`)]);
    expect(status).toBe(0);
  }

  test('a key of the menu is heard once, by the page', async () => {
    const main = await windowCalled('TRADE workbench');
    await press(main, 'ctrl+k');
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    await shoot('window');
    await press(main, 'Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test("a file of ours is saved by the system's dialog, which names it", async () => {
    // Playwright waits for what a click begins: here a person answers first.
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['a,b']));
      link.download = 'front.csv';
      setTimeout(() => link.click());
    });
    const dialog = await windowCalled('^Save front.csv$');
    await shoot('save-dialog');
    const file = join(folder, 'by-hand.csv');
    await press(dialog, 'ctrl+a', file, 'Return');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), PATIENCE).toBe('a,b');
  });

  test('who closes the window while a search runs is asked; Escape stays', async () => {
    await page.getByRole('button', { name: 'Run the sample search' }).click();
    await page.getByText('Running').first().waitFor();
    await program.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const question = await windowCalled('^TRADE workbench$');
    await shoot('closing-question');
    await press(question, 'Escape');
    await page.getByText('Connected', { exact: true }).waitFor();
    expect(program.app.windows()).toHaveLength(1);
  });

  test('Ctrl+Q asks too; Enter pauses the search and ends the program', async () => {
    const family = familyOf(program.child.pid ?? 0);
    await press(await windowCalled('TRADE workbench'), 'ctrl+q');
    await press(await windowCalled('^TRADE workbench$'), 'Return');
    await expect.poll(() => stillThere(family), PATIENCE).toEqual([]);
  });
});
