/** The sample search of an empty workspace, as `npm start` begins it: shown at once, told what it
 * is, and thrown away. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeInChromium } from './watched-page.ts';
import { startWebShell } from './web-shell.ts';
import type { WebShell } from './web-shell.ts';

await describeInChromium('the sample search', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade sample '));
  let shell: WebShell;

  beforeAll(async () => {
    shell = await startWebShell(folder, '--sample');
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('is what the window opens on, offers its ways out, and leaves nothing when it is thrown away', async () => {
    const page = await chromium.open(shell.address);
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
  });
});
