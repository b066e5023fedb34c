/** What a small window must not cut, cover or break: tabs, times, seeds, last columns; and the
 * frame that nobody asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { describeInChromium } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 120_000;
const SMALL = { width: 1280, height: 800 };
const SIZES = [SMALL, { width: 1920, height: 1080 }];

/** Text that does not fit its box, of these elements. */
function cutTexts(elements: Locator): Promise<readonly string[]> {
  return elements.evaluateAll((all) =>
    all
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map(
        (element) =>
          `${(element.textContent ?? '').trim().slice(0, 40)}: ${element.scrollWidth} > ${element.clientWidth}`,
      ),
  );
}

await describeInChromium('what a small window shows', (chromium) => {
  const workspace = join(mkdtempSync(join(tmpdir(), 'trade e2e cut ')), 'workspace');
  let shell: WebShell;
  let page: Page;
  let run = '';
  let student = '';

  beforeAll(async () => {
    generateWorkspace(workspace, { runs: 2, trials: 60, epochs: 3, large: 40, seed: 5 });
    const { store, close } = openWorkspace(workspace);
    const made = store.runs().rows.find(({ run: { name } }) => name.endsWith('the largest'));
    run = made?.run.id ?? '';
    student = store.trials(run).find(({ state }) => state === 'finished')?.id ?? '';
    close();
    // The strategy whose runs have most tabs.
    new Database(join(workspace, DATABASE_FILE))
      .exec(`UPDATE run SET config = json_set(config, '$.strategy.id', 'trade') WHERE id = '${run}'`)
      .close();
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address, SMALL);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 10 });
  });

  async function go(address: string): Promise<void> {
    await page.evaluate((to) => (location.hash = to), address);
    await page.locator('main').filter({ hasNotText: 'Reading ' }).waitFor();
  }

  /** Before any key or pointer: the program moves, as with the first sample. */
  test('the program frames no view that it shows by itself; a person at the keyboard sees the frame', async () => {
    const outline = (): Promise<string> =>
      page
        .locator('main')
        .evaluate((main) => (main === document.activeElement ? getComputedStyle(main).outlineStyle : 'elsewhere'));
    await go('/teachers');
    await expect.poll(outline).toBe('none');
    await page.keyboard.press('Shift');
    await go('/datasets');
    await expect.poll(outline).toBe('solid');
  });

  test('a selection hides no tab, whatever tab is shown', async () => {
    await go(`/runs/${run}/front`);
    await page.getByRole('button', { name: 'Select by ranges' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Select/ })
      .click();
    await page.getByRole('button', { name: 'Clear the selection' }).waitFor();
    for (const tab of ['Regions', 'Predictions']) await page.getByRole('tab', { name: tab }).waitFor();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const tab of ['front', 'trials']) {
        await go(`/runs/${run}/${tab}`);
        const covered = await page.getByRole('tab').evaluateAll((tabs) =>
          tabs
            .filter((one) => {
              const { left, right, top, bottom } = one.getBoundingClientRect();
              return [left + 4, (left + right) / 2, right - 4].some(
                (x) => !one.contains(document.elementFromPoint(x, (top + bottom) / 2)),
              );
            })
            .map((one) => one.textContent),
        );
        expect(covered).toEqual([]);
        // Beside the tabs, where there is room: the view does not move when something is selected.
        const [bar, tabs] = await Promise.all([
          page.getByRole('button', { name: 'Clear the selection' }).boundingBox(),
          page.getByRole('tablist').boundingBox(),
        ]);
        expect(Math.abs((bar?.y ?? 0) - (tabs?.y ?? 99))).toBeLessThan(20);
      }
    }
    await page.getByRole('button', { name: 'Clear the selection' }).click();
  });

  test('columns are as wide as what they say, and where there is room nothing of a row is cut', async () => {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await go(`/runs/${run}/trials`);
      await page.locator('[data-row]').first().waitFor();
      // The time; before it stand the reasons, behind it the configuration and the pin.
      expect(await cutTexts(page.locator('[data-row] > :nth-last-child(3)'))).toEqual([]);
      expect(await cutTexts(page.locator('[data-row] > .num'))).toEqual([]);
    }
    expect(await cutTexts(page.locator('[data-row] > [role=gridcell]'))).toEqual([]);
    await page.setViewportSize(SMALL);
  });

  test("a student's seed stays on one line", async () => {
    await go(`/students/${student}`);
    const seed = page.locator('dt', { hasText: /^Seed$/ }).locator('+ dd');
    const lines = await seed.evaluate((cell) => {
      cell.textContent = '18446744073709551615';
      const range = document.createRange();
      range.selectNodeContents(cell);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    });
    expect(lines).toBe(1);
  });

  test("a student's layers show all of their columns", async () => {
    await go(`/students/${student}`);
    await page.getByRole('tab', { name: 'Layers' }).click();
    expect(await cutTexts(page.getByRole('region', { name: 'Table of layers' }))).toEqual([]);
  });

  test('four configurations side by side are all there', async () => {
    await go(`/runs/${run}/trials`);
    for (const row of [0, 1, 2, 3])
      await page.locator('[data-row]').nth(row).getByRole('button', { name: /^Pin / }).click();
    await go('/compare');
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Configuration' }) }).last();
    await panel.getByRole('checkbox', { name: 'Only what differs' }).uncheck();
    expect(await panel.getByRole('columnheader').count()).toBe(5);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      expect(await cutTexts(panel)).toEqual([]);
    }
    await page.setViewportSize(SMALL);
    const within = await panel.evaluate((box) => {
      const edge = box.getBoundingClientRect().right;
      return [...box.querySelectorAll('td, th')].every((cell) => cell.getBoundingClientRect().right <= edge + 1);
    });
    expect(within).toBe(true);
  });
});
