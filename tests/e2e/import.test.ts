/** A person imports a folder of images in the window and finds it chosen in the form. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainPng, writeFiles } from '../compute/support/sources.ts';
import { chooseFolder, describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

await describeInChromium('importing a data set', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e import '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startWebShell(join(folder, 'workspace'));
    page = await chromium.open(shell.address);
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('tells a wrong folder, then imports the right one, which is chosen and fits students', async () => {
    const files = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const name = `${index % 2 === 0 ? 'cats' : 'dogs'}/${index}.png`;
        return [name, await plainPng([index, 0, 200], 20, 16)] as const;
      }),
    );
    const source = writeFiles(join(folder, 'Cats and dogs'), Object.fromEntries(files));
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByRole('button', { name: 'Import a data set' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('Choose a folder.').waitFor();
    await chooseFolder(page, writeFiles(join(folder, 'Letters'), { 'read me.txt': Buffer.from('no images') }));
    await dialog.getByText('Letters: 1 file').waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Letters cannot be imported' }).waitFor();
    await chooseFolder(page, source);
    await dialog.getByText('Cats and dogs: 24 files').waitFor();
    await dialog.getByLabel('Side in pixels').fill('16');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Data set').inputValue()).toBe('cats-and-dogs');
    await page
      .getByText(/students fit/)
      .first()
      .waitFor();
  });
});
