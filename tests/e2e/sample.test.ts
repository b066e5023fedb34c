/** The sample search of an empty workspace, as `npm start` begins it: shown at once, told what it is, and thrown away. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { openWatched } from './watched-page.ts';
import { startWebShell } from './web-shell.ts';
import type { WebShell } from './web-shell.ts';

const browserThere = (await chromiumPath()) !== undefined;
const reason = browserThere ? '' : ' SKIP: no Chromium that starts, neither on the PATH nor from @sparticuz/chromium';

describe.skipIf(!browserThere)(`the sample search${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade sample '));
  let browser: Browser;
  let shell: WebShell;

  beforeAll(async () => {
    browser = await launchChromium();
    shell = await startWebShell(folder, '--sample');
  });

  afterAll(async () => {
    await browser?.close();
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is what the window opens on, offers its ways out, and leaves nothing when it is thrown away', async () => {
    const { page, faults } = await openWatched(browser);
    await page.goto(shell.address);
    const bar = page.getByRole('region', { name: 'About this sample search' });
    await bar.waitFor();
    for (const name of ['Stop it', 'Keep as a run', 'Move to the trash'])
      await bar.getByRole('button', { name }).waitFor();

    // Once only: who goes to the list stays there.
    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.locator('.body [role=row]').first().click();

    await bar.getByRole('button', { name: 'Move to the trash' }).click();
    await page.getByText('No search has been run in this workspace yet').waitFor();
    await page.getByRole('link', { name: 'Trash', exact: true }).click();
    await page.getByRole('button', { name: /^Delete .* for good$/ }).click();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Delete, freeing/ })
      .click();
    await page.getByText('The trash is empty').waitFor();
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
    expect(faults).toEqual([]);
  });
});
