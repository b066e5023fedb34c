/** The front has the space: it fits the students, goes nearer by a rectangle or the wheel, and what
 * stands around it can be put away. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeResources } from '../support/fake-host.ts';
import { seriousFindings } from './accessibility.ts';
import { savedBy } from './beyond-page.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startFakeShell } from './web-shell.ts';

const SLOW = 120_000;

await describeInChromium('the front in its space', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e space '));
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    shell = await startFakeShell(join(folder, 'workspace'), makeResources(folder), { epochMs: 60 });
    page = await chromium.open(shell.address);
    await page.getByRole('button', { name: 'Run the sample search' }).click();
    await page.locator('.head .badge', { hasText: 'Finished' }).waitFor({ timeout: SLOW });
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const front = () => page.getByRole('figure', { name: 'Pareto front' });
  const heightOf = async (): Promise<number> => (await front().locator('canvas').first().boundingBox())?.height ?? 0;

  async function shoot(name: string): Promise<void> {
    const shots = process.env['TRADE_E2E_SHOTS'];
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  test('the note of the sample and the hypervolume are put away, and the plot grows by them', async () => {
    await front().locator('canvas').first().waitFor();
    const before = await heightOf();
    await page.getByRole('button', { name: 'Put this note away' }).click();
    await page.getByRole('button', { name: 'Hide the hypervolume' }).click();
    await expect.poll(heightOf).toBeGreaterThan(before + 150);
    await shoot('front-alone');
    // Over a reload, too; what the note offered stands in the run's menu.
    await page.reload();
    await front().locator('canvas').first().waitFor();
    expect(await page.getByText('Sample search.').count()).toBe(0);
    await page.getByRole('button', { name: 'More about this run' }).click();
    await page.getByRole('menuitem', { name: 'Keep as a run of your own' }).click();
    await page.getByRole('button', { name: 'More about this run' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate…' }).waitFor();
    await page.getByRole('menuitem', { name: 'Keep as a run of your own' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
  });

  test('a term has its meaning behind it, and all of them stand in one list', async () => {
    const term = page.locator('.facts').getByRole('button', { name: 'Hypervolume' });
    await term.hover();
    await page.getByRole('tooltip').filter({ hasText: 'reference box' }).waitFor();
    await term.click();
    await page.getByRole('dialog', { name: 'Words that are used here' }).getByText('Trust region').waitFor();
    await shoot('glossary');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.mouse.move(0, 0);
  });

  test('the table of students is saved as it stands', async () => {
    await page.getByRole('tab', { name: 'Trials' }).click();
    const { path } = await savedBy(page, () => page.getByRole('button', { name: 'CSV' }).click());
    const [head = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    expect([head.startsWith('#,State,Family,Accuracy'), rows.length]).toEqual([true, 24]);
    await page.getByRole('tab', { name: 'Front' }).click();
  });

  test('it fits the students, goes to the teacher, and nearer by rectangle and wheel', async () => {
    const summary = front().locator('.summary');
    await summary.filter({ hasText: /Teacher: .* at .*parameters|Teacher: / }).waitFor();
    const fit = front().getByRole('button', { name: 'Fit students' });
    expect(await fit.isDisabled()).toBe(true);
    await front().getByRole('button', { name: 'Fit all' }).click();
    await expect.poll(() => summary.innerText()).not.toContain('Teacher:');
    await fit.click();
    await front().getByRole('button', { name: 'Zoom', exact: true }).click();
    const box = (await front().locator('canvas').first().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x - 60, y - 40);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => fit.isEnabled()).toBe(true);
    // Nothing was selected by it.
    expect(await page.getByText(/\d+ selected/).count()).toBe(0);
    await page.mouse.wheel(0, -200);
    await shoot('front-near');
    expect([await overflowOf(page), await cutControls(page), await seriousFindings(page)]).toEqual([[], [], []]);
    await fit.click();
    await expect.poll(() => fit.isDisabled()).toBe(true);
  });
});
