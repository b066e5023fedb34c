/** A person imports a folder of sound in the window, looks at its recordings and hears one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { seriousFindings } from './accessibility.ts';
import { chooseFolder, describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

await describeInChromium('sound', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e sound '));
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

  test('is imported by speaker, and told what became of it', async () => {
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByRole('button', { name: 'Import a data set' }).click();
    const dialog = page.getByRole('dialog');
    await chooseFolder(page, writeFiles(join(folder, 'Tones'), toneFiles(2, { seconds: 0.8 })));
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByLabel('Groups').fill('^(\\d\\d)');
    await dialog.getByLabel('Seconds').fill('0.5');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('Longer than 0.5 s, cut there: 20 recordings.').waitFor();
    await dialog.getByText('Splits were cut by group, of which there are 5').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  test('is seen with its axes, and heard and stopped by keys', async () => {
    await page.getByRole('link', { name: 'Data sets' }).first().click();
    await page.getByRole('link', { name: 'tones' }).first().click();
    await page.getByText('pitch goes up (20 Hz to 4 kHz, even on the mel scale)').waitFor();
    const play = page.getByRole('button', { name: /^Play Recording 0, / });
    await play.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Stop Recording 0, / }).waitFor();
    await play.waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toEqual([]);
  });
});
