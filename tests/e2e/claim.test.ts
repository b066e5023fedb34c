/** A person plays the claim's comparison on the bundled table of distilled students, and reads who
 * is better than whom. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLAIM_STRATEGIES } from '../../src/bridge/claim.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import { describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

await describeInChromium("the claim's comparison", (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e claim '));
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

  test("is filled in by one button: the page's five strategies, its trainings and its seeds", async () => {
    await page.getByRole('link', { name: 'Strategies' }).first().click();
    await page.getByRole('button', { name: 'New replay' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Trainings' }).fill('7');
    await dialog.getByRole('button', { name: "The claim's comparison" }).click();
    await dialog.getByRole('checkbox', { checked: true }).first().waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(CLAIM_STRATEGIES.length);
    expect(await dialog.getByRole('textbox', { name: 'Trainings' }).inputValue()).toBe('100');
    expect(await dialog.getByLabel('Seeds').inputValue()).toBe('20');
    // A sample of it: all games are the page's own job.
    await dialog.getByRole('textbox', { name: 'Trainings' }).fill('12');
    await dialog.getByLabel('Seeds').fill('2');
    await dialog.getByRole('button', { name: 'Play' }).click();
    await dialog.waitFor({ state: 'detached' });
    const about = page.getByRole('region', { name: 'About this replay' });
    await about.getByText('Finished').waitFor({ timeout: 120_000 });
    expect(await about.getByRole('heading').innerText()).toBe("The claim's comparison");
    for (const id of CLAIM_STRATEGIES) {
      expect(await page.getByRole('rowheader', { name: strategyInfo(id).title }).count()).toBeGreaterThan(0);
    }
  });
});
