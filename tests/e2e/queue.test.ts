/** Runs that wait for the machine, in the window: queued while another runs, moved, started before
 * it, held; and a sweep, made in one dialog. The trainer computes nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeResources } from '../support/fake-host.ts';
import { seriousFindings } from './accessibility.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startFakeShell } from './web-shell.ts';

const SLOW = 120_000;

await describeInChromium('the queue', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e queue '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startFakeShell(join(folder, 'workspace'), makeResources(folder), { epochMs: 150 });
    page = await chromium.open(shell.address);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** For those who look: into the folder that TRADE_E2E_SHOTS names. */
  async function shoot(name: string): Promise<void> {
    const shots = process.env['TRADE_E2E_SHOTS'];
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  const queue = (): Locator => page.getByRole('region', { name: 'Queue' });
  const waiting = (): Promise<readonly string[]> => queue().getByRole('link').allInnerTexts();
  const badge = (words: string): Promise<void> =>
    page.locator('.head .badge', { hasText: words }).waitFor({ timeout: SLOW });

  async function fill(name: string, students: number): Promise<void> {
    await page.evaluate(() => (location.hash = '/new'));
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await page.getByLabel('Students to train').fill(String(students));
    await page.getByLabel('Most parameters').fill('20000');
    await page.getByLabel('Strategy', { exact: true }).selectOption({ label: 'Random search' });
    await page.getByText(/students fit/).waitFor();
  }

  async function openList(): Promise<void> {
    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await queue().waitFor();
  }

  test('a second search is offered its turn, or the place of what runs', { timeout: SLOW }, async () => {
    await fill('First', 12);
    await page.getByRole('button', { name: 'Start the search' }).click();
    await badge('Running');
    await fill('Second', 2);
    await page.getByText('“First” is running: another search waits for its turn.').waitFor();
    await page.getByRole('button', { name: 'Queue', exact: true }).click();
    await badge('Next');
    await fill('Third', 2);
    await page.getByRole('button', { name: 'Queue', exact: true }).click();
    await badge('Queued, 2');
    await fill('Urgent', 2);
    await page.getByRole('button', { name: 'Start before it' }).click();
    await badge('Running');
    await openList();
    expect(await waiting()).toEqual(['First', 'Second', 'Third']);
  });

  test('its order is changed and held, by buttons that have names', { timeout: SLOW }, async () => {
    await queue().getByRole('button', { name: 'Hold the queue' }).click();
    await queue().getByText('The queue is held. By you.').waitFor();
    await queue().getByRole('button', { name: 'Move Third up' }).click();
    await expect.poll(waiting).toEqual(['First', 'Third', 'Second']);
    await queue().getByRole('button', { name: 'Move First down' }).click();
    await expect.poll(waiting).toEqual(['Third', 'First', 'Second']);
    await queue().getByRole('button', { name: 'Take Second out of the queue' }).click();
    await expect.poll(waiting).toEqual(['Third', 'First']);
    await shoot('queue');
    expect([await overflowOf(page), await cutControls(page), await seriousFindings(page)]).toEqual([[], [], []]);
    // Over a reload, with what ran at its end.
    await page.reload();
    await expect.poll(waiting, { timeout: SLOW }).toEqual(['Third', 'First']);
    await queue().getByRole('button', { name: 'Go on' }).click();
    await queue().waitFor({ state: 'detached', timeout: SLOW });
  });

  test('a run that was taken out can be queued again from its own page', { timeout: SLOW }, async () => {
    await page.getByRole('link', { name: 'Second', exact: true }).click();
    await page.locator('.head .badge', { hasText: 'Paused' }).waitFor();
    await page
      .getByRole('button', { name: 'Resume' })
      .or(page.getByRole('button', { name: 'Queue', exact: true }))
      .first()
      .click();
    await badge('Finished');
  });

  test('a sweep says which runs it is before they are made, and lists them by its tag', { timeout: SLOW }, async () => {
    await fill('Night', 1);
    await page.getByRole('button', { name: 'Sweep…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Seeds').fill('1..2000');
    await dialog.getByText('2,000 runs; 500 are made in one go at most.').waitFor();
    await dialog.getByLabel('Seeds').fill('1..2');
    await dialog.getByRole('checkbox', { name: 'Random search', exact: true }).check();
    await dialog.getByRole('checkbox', { name: 'Evolution', exact: false }).first().check();
    await dialog.getByRole('button', { name: 'Vary another field' }).click();
    await dialog.getByLabel('Its values, 1').fill('0.03, x');
    await dialog
      .getByRole('status')
      .filter({ hasText: /^Run 2 of 8/ })
      .waitFor();
    expect(await dialog.getByRole('button', { name: /^Queue/ }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Remove what varies, 1' }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await shoot('sweep');
    await dialog.getByRole('button', { name: 'Queue 4 runs' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    const names = page.locator('.body [role=row] .name a');
    await expect.poll(() => names.count()).toBe(4);
    expect((await names.allInnerTexts()).every((name) => name.startsWith('Night · '))).toBe(true);
    await expect.poll(() => page.locator('.body .badge', { hasText: 'Finished' }).count(), { timeout: SLOW }).toBe(4);
  });

  test('its runs stand in one table, what differs first, and the strategies are compared by pairs', async () => {
    await page.getByRole('link', { name: 'Table', exact: true }).click();
    const table = page.getByRole('region', { name: 'Runs as a table' });
    await expect.poll(() => table.getByRole('row').count()).toBe(5);
    expect((await table.getByRole('columnheader').allInnerTexts()).slice(0, 3)).toEqual(['Run', 'Strategy', 'Seed']);
    const effects = page.getByRole('region', { name: 'Did it make a difference?' });
    await effects.getByRole('row', { name: /fewer than 5 pairs: none claimed/ }).waitFor();
    await table.getByRole('button', { name: 'Seed' }).click();
    await table.getByRole('columnheader', { name: 'Seed ↓' }).waitFor();
    await page.getByRole('checkbox', { name: 'Seeds together' }).check();
    await expect.poll(() => table.getByRole('row').count()).toBe(3);
    await page.getByRole('searchbox').fill('random');
    await expect.poll(() => table.getByRole('row').count()).toBe(2);
    await shoot('table');
    expect([await overflowOf(page), await cutControls(page), await seriousFindings(page)]).toEqual([[], [], []]);
  });
});
