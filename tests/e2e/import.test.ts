/** A person imports a folder of images in the window and finds it chosen in the form. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainPng, writeFiles } from '../compute/support/sources.ts';
import { seriousFindings } from './accessibility.ts';
import { chooseFolder, describeInChromium, overflowOf } from './watched-page.ts';
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

  test('by keys alone: a CSV names images and splits, and a broken file is left out and told', async () => {
    const splits = ['train', 'train', 'train', 'train', 'val', 'test'] as const;
    const rows = splits.flatMap((split, place) =>
      ['cat', 'dog'].map((label, which) => ({ name: `${label}-${place}.png`, label, split, which, place })),
    );
    const images = await Promise.all(
      rows.map(
        async ({ name, which, place }) => [name, await plainPng([40 * place, 200 * which, 90], 20, 16)] as const,
      ),
    );
    const lines = rows.map(({ name, label, split }) => `${name},${label},${split}`);
    const source = writeFiles(join(folder, 'Named pets'), {
      ...Object.fromEntries(images),
      'broken.png': Buffer.from('no picture'),
      'labels.csv': ['file,label,split', ...lines, 'broken.png,cat,train', ''].join('\n'),
    });
    const opener = page.getByRole('button', { name: 'Import a data set' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const chooser = page.waitForEvent('filechooser');
    await tabTo('Choose a folder…');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(source);
    await dialog.getByText('Named pets: 14 files').waitFor();
    await tabTo('Side in pixels');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('224');
    await tabTo('More');
    await page.keyboard.press('Enter');
    await tabTo('CSV file');
    await page.keyboard.type('labels.csv');
    await tabTo('Import');
    // However long the form is, what sends it is in sight.
    expect(await overflowOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const refusal = dialog.getByRole('alert').filter({ hasText: 'broken.png is broken' });
    await refusal.waitFor();
    await tabTo('Import', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await refusal.waitFor({ state: 'detached' });
    await refusal.waitFor();
    await tabTo('Leave broken files out', 'Shift+Tab');
    await page.keyboard.press('Space');
    await tabTo('Import');
    await page.keyboard.press('Enter');
    await dialog.getByText('Left out, as broken: 1 file.').waitFor();
    await dialog.getByText(/^broken\.png: it cannot be read/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await tabTo('Close');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    // What failed on the way here was seen here, and stands in no list.
    await page.getByRole('button', { name: /^Jobs: (?!.*failed)/ }).waitFor();
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(await page.getByLabel('Data set').inputValue()).toBe('named-pets');
  });

  /** What the keys act on, by the words that stand at it. */
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const here = document.activeElement;
      const label = here instanceof HTMLInputElement ? here.labels?.[0] : undefined;
      return ((label ?? here)?.textContent ?? '').trim();
    });

  async function tabTo(name: string, key = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press(key);
      const here = await focused();
      if (here === name) return;
      passed.push(here);
    }
    throw new Error(`${key} does not reach ${name}: ${passed.join(' | ')}`);
  }
});
