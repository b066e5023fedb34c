/** A person plays the claim's comparison on the bundled table of distilled students, and reads who is better than whom. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLAIM_STRATEGIES } from '../../src/bridge/claim.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import type { WatchedPage } from './watched-page.ts';
import { openWatched } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const browserThere = (await chromiumPath()) !== undefined;
const reason = browserThere ? '' : ' SKIP: no Chromium that starts, neither on the PATH nor from @sparticuz/chromium';

describe.skipIf(!browserThere)(`the claim's comparison${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e claim '));
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

  test("is filled in by one button: the page's five strategies, its trainings and its seeds", async () => {
    const { page, faults } = watched;
    await page.getByRole('link', { name: 'Strategies' }).first().click();
    await page.getByRole('button', { name: 'New replay' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Trainings').fill('7');
    await dialog.getByRole('button', { name: "The claim's comparison" }).click();
    await dialog.getByRole('checkbox', { checked: true }).first().waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(CLAIM_STRATEGIES.length);
    expect(await dialog.getByLabel('Trainings').inputValue()).toBe('100');
    expect(await dialog.getByLabel('Seeds').inputValue()).toBe('20');
    // A sample of it: all games are the page's own job.
    await dialog.getByLabel('Trainings').fill('12');
    await dialog.getByLabel('Seeds').fill('2');
    await dialog.getByRole('button', { name: 'Play' }).click();
    await dialog.waitFor({ state: 'detached' });
    const about = page.getByRole('region', { name: 'About this replay' });
    await about.getByText('Finished').waitFor({ timeout: 120_000 });
    expect(await about.getByRole('heading').innerText()).toBe("The claim's comparison");
    for (const id of CLAIM_STRATEGIES) {
      expect(await page.getByRole('rowheader', { name: strategyInfo(id).title }).count()).toBeGreaterThan(0);
    }
    expect(faults).toEqual([]);
  });
});
