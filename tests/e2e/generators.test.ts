/** Studies of generators in the window: begun, stopped, gone on with, looked at generator by
 * generator, compared with another, and removed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 240_000;

await describeInChromium('studies of generators', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e generators '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByRole('link', { name: 'Generators' }).click();
    await page.getByText('There is no study of generators yet').waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  async function begin(name: string, agent: string, episodes: number): Promise<void> {
    await page.getByRole('button', { name: 'New study' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    await dialog.getByLabel('Agent').selectOption(agent);
    const numbers = { Generators: episodes, Cells: 1, 'Training images': 100, Epochs: 1 };
    for (const [label, value] of Object.entries(numbers)) await dialog.getByLabel(label).fill(String(value));
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name, exact: true }).waitFor();
  }

  const detail = () => page.locator('.panel-stack');
  const slider = () => page.getByRole('slider', { name: /^Generator/ });

  test(
    'one is begun in the window, and its samples come as its generators are finished',
    { timeout: SLOW },
    async () => {
      await begin('by-chance', 'random', 3);
      await page.getByRole('img', { name: '64 samples of generator 3' }).waitFor({ timeout: SLOW });
      await page.getByRole('navigation', { name: 'Studies' }).getByText('3 cells, done').waitFor();
      expect(await detail().getByRole('button', { name: 'Go on' }).count()).toBe(0);
    },
  );

  test('the slider is walked by keys, each sheet under its own figures', { timeout: SLOW }, async () => {
    await slider().focus();
    await page.keyboard.press('Home');
    await page.getByRole('img', { name: '64 samples of generator 1' }).waitFor();
    expect(await slider().getAttribute('aria-valuetext')).toBe('Generator 1 of 3');
    const shown = page.getByRole('img', { name: /^64 samples/ });
    expect(await shown.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0))).toBe(
      8 * 8 * 3,
    );
    await page.keyboard.press('ArrowRight');
    await page.getByRole('img', { name: '64 samples of generator 2' }).waitFor();
  });

  test('one that is stopped goes on, and stands beside the others in the chart', { timeout: SLOW }, async () => {
    await begin('second', 'sac', 4);
    await page.getByRole('img', { name: /^64 samples of generator/ }).waitFor({ timeout: SLOW });
    await detail().getByRole('button', { name: 'Stop: Study of generators second' }).click();
    await detail().getByText('Stopped', { exact: true }).waitFor({ timeout: SLOW });
    await detail().getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: '64 samples of generator 4' }).waitFor({ timeout: SLOW });
    await page
      .getByRole('img', {
        name: /^Best generator over the cells trained\. After 4 of 4 cells second .* Others: by-chance/,
      })
      .waitFor();
  });

  test('nothing is cut off, and axe finds nothing serious, in either theme', { timeout: SLOW }, async () => {
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
      { width: 640, height: 400 },
    ]) {
      await page.setViewportSize(size);
      expect([size.width, await overflowOf(page)]).toEqual([size.width, []]);
      await expect.poll(() => cutControls(page), { timeout: 20_000 }).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      expect([colorScheme, await seriousFindings(page)]).toEqual([colorScheme, []]);
    }
  });

  test('one that is removed is gone from the list', { timeout: SLOW }, async () => {
    await detail().getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('1 study', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: /^second/ }).count()).toBe(0);
  });
});
