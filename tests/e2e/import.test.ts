/** A person imports a folder of images in the window and finds it chosen in the form. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainPng, writeFiles } from '../compute/support/sources.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import type { WatchedPage } from './watched-page.ts';
import { openWatched } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const browserThere = (await chromiumPath()) !== undefined;
const reason = browserThere ? '' : ' SKIP: no Chromium that starts, neither on the PATH nor from @sparticuz/chromium';

describe.skipIf(!browserThere)(`importing a data set${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e import '));
  let browser: Browser;
  let shell: WebShell;
  let watched: WatchedPage;

  beforeAll(async () => {
    browser = await launchChromium();
    shell = await startWebShell(join(folder, 'workspace'));
    watched = await openWatched(browser);
    await watched.page.goto(shell.address);
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells a wrong folder, then imports the right one, which is chosen and fits students', async () => {
    const files = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const name = `${index % 2 === 0 ? 'cats' : 'dogs'}/${index}.png`;
        return [name, await plainPng([index, 0, 200], 20, 16)] as const;
      }),
    );
    const source = writeFiles(join(folder, 'Cats and dogs'), Object.fromEntries(files));
    const { page, faults } = watched;
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByRole('button', { name: 'Import a data set' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('Fill this in.').waitFor();
    await dialog.getByLabel('Folder', { exact: true }).fill(join(folder, 'nowhere'));
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'cannot be read' }).waitFor();
    await dialog.getByLabel('Folder', { exact: true }).fill(source);
    await dialog.getByLabel('Side in pixels').fill('16');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Data set').inputValue()).toBe('cats-and-dogs');
    await page
      .getByText(/students fit/)
      .first()
      .waitFor();
    expect(faults).toEqual([]);
  });
});
