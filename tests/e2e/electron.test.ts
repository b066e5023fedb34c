/**
 * In Electron itself, where its binary is: what the double of `tests/electron-double` cannot prove.
 * The suites that go the same way in both shells run in Electron besides (project `electron` of
 * vitest.config.ts).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startElectron, whyNoElectron, windowOf } from './real-electron.ts';
import type { RealElectron } from './real-electron.ts';
import { startUndebugged } from './undebugged.ts';

const why = whyNoElectron();

describe.skipIf(why !== undefined)(`the workbench in Electron${why === undefined ? '' : ` SKIP: ${why}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e electron '));
  const userData = join(folder, 'user');
  let electron: RealElectron;
  let page: Page;

  beforeAll(async () => {
    electron = await startElectron(join(folder, 'workspace'), [], { userData });
    page = await windowOf(electron);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });

  afterAll(async () => {
    await electron?.app.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('shows our own page, which sees two names of the shell and nothing of Node', async () => {
    // To Node a scheme of our own has no origin.
    expect(new URL(page.url())).toMatchObject({ protocol: 'app:', host: 'trade', pathname: '/' });
    expect(await page.evaluate(() => location.origin)).toBe('app://trade');
    const seen = await page.evaluate(() => ({
      node: [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')],
      shell: Object.keys(Reflect.get(window, 'trade') ?? {}).sort(),
    }));
    expect(seen).toEqual({ node: ['undefined', 'undefined'], shell: ['onCommand', 'shell'] });
  });

  test('runs no script that was put into the page, opens no window and goes nowhere', async () => {
    const before = page.url();
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      window.open('https://evil.example/');
      location.assign('https://evil.example/');
    });
    expect(await page.evaluate(() => Reflect.get(window, 'injected'))).toBeUndefined();
    expect([page.url(), electron.app.windows().length]).toEqual([before, 1]);
  });

  test('keeps its host over a reload', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.getByText('Connected', { exact: true }).waitFor();
  });

  test('takes a file of runs over from a second start, which ends itself', async () => {
    const file = join(folder, 'From outside.trade');
    writeFileSync(file, 'runs');
    const second = startUndebugged(join(folder, 'workspace'), [file], { userData });
    await page.getByRole('alertdialog').getByText('From outside.trade').waitFor();
    expect(await second.ended, second.output()).toBe(0);
    await page.keyboard.press('Escape');
  });
});
