/** Files of runs that the system hands to the program: the window asks, and takes them in or leaves
 * them; a search as JSON is dropped on it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { packToFile } from '../../src/host/for-shells.ts';
import { describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

await describeInChromium('a file of runs, handed over by the system', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e open '));
  const [wanted, unwanted] = [join(folder, 'Two runs.trade'), join(folder, 'no runs at all.trade')];
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    const source = join(folder, 'source');
    generateWorkspace(source, { runs: 2, trials: 12, epochs: 2, large: 6, seed: 3 });
    await packToFile({ workspace: source, file: wanted }, () => undefined, new AbortController().signal);
    writeFileSync(unwanted, 'something else');
    shell = await startWebShell(join(folder, 'workspace'), wanted, unwanted);
    page = await chromium.open(shell.address);
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('is asked about by its name alone, again after a reload, and takes nothing in by itself', async () => {
    const dialog = page.getByRole('alertdialog', { name: 'Take in these runs?' });
    await dialog.getByText('Two runs.trade').waitFor();
    await dialog.getByText('1 more file waits').waitFor();
    expect(await dialog.innerText()).not.toContain(wanted);
    await page.reload();
    await dialog.getByText('Two runs.trade').waitFor();
    // Escape and Return leave everything as it is.
    expect(
      await dialog.getByRole('button', { name: 'Leave it' }).evaluate((one) => one === document.activeElement),
    ).toBe(true);
    expect(await page.locator('.body [role=row]').count()).toBe(0);
  });

  test('is taken in by keyboard, whichever view there was, and the next one is left where it lies', async () => {
    const dialog = page.getByRole('alertdialog', { name: 'Take in these runs?' });
    await page.evaluate(() => (location.hash = '/settings'));
    await page.locator('h1', { hasText: 'Settings' }).waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('no runs at all.trade').waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), { timeout: 30_000 })
      .toBe('Leave it');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('.body [role=row]').count(), { timeout: 30_000 }).toBe(2);
    expect([wanted, unwanted].map((file) => existsSync(file))).toEqual([true, true]);
    await page.reload();
    await page.locator('.body [role=row]').first().waitFor();
    expect(await dialog.count()).toBe(0);
  });

  test('a search as JSON is dropped anywhere and fills the form, or is refused in words', async () => {
    await drop(page, 'mine.json', JSON.stringify({ name: 'Dropped here', budget: { trials: 7 } }));
    await expect
      .poll(() => page.getByLabel('Name', { exact: true }).inputValue(), { timeout: 30_000 })
      .toBe('Dropped here');
    await drop(page, 'other.json', '{ "name": "Dropped", "budgte": 1 }');
    await page.getByRole('alert').filter({ hasText: 'budgte' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Dropped here');
  });
});

/** As a file manager's: the page's own events with a file of its own. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    ([fileName = '', content = '']) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], fileName));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      }
    },
    [name, text],
  );
}
