/** The front and the comparison in Chromium over two small real searches: one distilled, one
 * without a teacher. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowClipboard, clipboardText, savedBy } from './beyond-page.ts';
import { launchChromium } from './chromium.ts';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TRIALS = 3;
const SLOW = 120_000;

await describeInChromium('reviewing students', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e review '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;

  function search(name: string, trials: number, loss: 'kd' | 'none'): void {
    const config = join(folder, `${name}.json`);
    const more = { families: ['resnet', 'mobilenet-v2'], trainImages: 300, budget: { trials }, seed: 2 };
    writeFileSync(config, JSON.stringify({ name, ...more, recipe: { epochs: 1, distillation: { loss } } }));
    const program = [join(ROOT, 'src/cli/index.ts'), 'search', config, '--workspace', workspace];
    const { status, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/node'), program, {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  const go = (hash: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), hash);
  const tab = (name: string): Promise<void> => page.getByRole('tab', { name }).click();
  const selected = (): Locator => page.getByText(/^\d+ students? selected$/);

  async function drag(over: Locator, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const box = await over.boundingBox();
    if (box === null) throw new Error('There is nothing to draw on.');
    const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(from));
    await page.mouse.down();
    await page.mouse.move(...at(to), { steps: 4 });
    await page.mouse.up();
  }

  beforeAll(async () => {
    search('Distilled', TRIALS, 'kd');
    search('Plain', 1, 'none');
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await page.getByRole('link', { name: 'Distilled' }).click();
  }, 3 * SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('a rectangle on the front selects students in the table too, and the keyboard does as well', async () => {
    const front = page.getByRole('figure', { name: 'Pareto front' });
    await front.locator('canvas').waitFor();
    await drag(front.getByRole('img'), [0.12, 0.16], [0.97, 0.8]);
    await selected().waitFor();
    const count = Number(/\d+/.exec(await selected().innerText())?.[0]);
    expect(count).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'See them' }).click();
    await page.locator('.body [role=row]').first().waitFor();
    expect(await page.locator('.body [role=row]').count()).toBe(count);
    await page.getByLabel('Only these').uncheck();
    await page
      .locator('.body [role=row]')
      .nth(TRIALS - 1)
      .waitFor();
    await page.getByRole('button', { name: 'Clear the selection' }).click();
    await selected().waitFor({ state: 'detached' });

    await tab('Front');
    await page.getByLabel(/^Pareto front\. Arrow keys/).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('2 students selected').waitFor();
    await page.keyboard.press('Escape');
    await selected().waitFor({ state: 'detached' });
  });

  test('axes, colour, an earlier front and another run are chosen, and kept from tab to tab', async () => {
    const front = page.getByRole('figure', { name: 'Pareto front' });
    await page.getByLabel('Horizontal', { exact: false }).first().selectOption('macs');
    await page.getByLabel('Colour').selectOption('params');
    await page.getByLabel('Front after').fill('2');
    await front.getByText(/^After 2 students/).waitFor();
    await page.getByRole('button', { name: 'Other runs' }).click();
    await page.getByRole('checkbox', { name: /^Plain/ }).check();
    await page.keyboard.press('Escape');
    await front.getByText(/Beside it the fronts of Plain/).waitFor();
    await tab('Hypervolume');
    await page
      .getByRole('figure', { name: 'Hypervolume history' })
      .getByText(/Plain \d/)
      .waitFor();
    await tab('Front');
    await front.getByText(/^After 2 students.*MACs/).waitFor();
    await page.getByRole('button', { name: 'Follow the run' }).click();
    await front.getByText(new RegExp(`of ${TRIALS} on the front`)).waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('an axis of the parallel coordinates selects what the front shows', async () => {
    await tab('Parameters');
    const lines = page.getByRole('figure', { name: 'Parallel coordinates' });
    // It opens on the family that has most of them.
    await page.getByLabel('Family').selectOption({ label: 'All, by what they share' });
    await lines.getByText(`${TRIALS} students through`, { exact: false }).waitFor();
    await page.getByText(/finished students are needed to tell/).waitFor();
    await lines.locator('canvas').waitFor();
    const box = await lines.getByRole('img').boundingBox();
    // The first axis, from top to bottom: every student lies on it.
    const x = 40 / (box?.width ?? 1);
    await drag(lines.getByRole('img'), [x, 0.16], [x, 0.94]);
    await page.getByText(`${TRIALS} students selected`).waitFor();
    await page.getByRole('button', { name: 'Clear the selection' }).click();
    await lines.getByText('none selected', { exact: false }).waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('a chart is saved as a picture, as a drawing and as numbers', async () => {
    const starts = { PNG: '\u0089PNG', SVG: '<svg', CSV: 'Student,' };
    for (const [kind, start] of Object.entries(starts)) {
      await page.getByRole('button', { name: 'Save Parallel coordinates' }).click();
      const { name, path } = await savedBy(page, () => page.getByRole('menuitem', { name: kind }).click());
      expect(name).toBe(`parallel-coordinates.${kind.toLowerCase()}`);
      expect(readFileSync(path).toString('latin1').startsWith(start)).toBe(true);
    }
  });

  test('in the table a box selects, a pin pins, and columns come and go', async () => {
    await tab('Trials');
    const rows = page.locator('[data-row]');
    await rows.nth(0).getByRole('checkbox').check();
    await rows
      .nth(2)
      .getByRole('checkbox')
      .click({ modifiers: ['Shift'] });
    await page.getByText('3 students selected').waitFor();
    expect(await rows.count(), 'ticking hides nobody').toBe(TRIALS);
    await page.getByRole('button', { name: 'Clear the selection' }).click();
    await selected().waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'MACs' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Seed' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Seed' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'MACs' }).count()).toBe(0);
    expect(await overflowOf(page)).toEqual([]);
    await page.evaluate(() => localStorage.removeItem('trade.wishes.trials'));

    const heard = page.locator('.region[role=status]');
    const pins = page.getByRole('button', { name: /^Pin Student/ });
    for (let place = 0; place < TRIALS; place++) await pins.nth(place).click();
    await heard.filter({ hasText: `is pinned, ${TRIALS} of 4.` }).waitFor();
    for (let place = 0; place < TRIALS; place++) await pins.nth(place).click();
    await heard.filter({ hasText: 'is not pinned any more.' }).waitFor();
  });

  test(
    'a student, its twin without the teacher and the teacher are told apart, down to the images',
    { timeout: SLOW },
    async () => {
      await tab('Trials');
      await page.getByRole('button', { name: /^Pin / }).first().click();
      await go('/compare');
      await page.getByRole('button', { name: 'Add a network' }).click();
      await page
        .getByRole('checkbox', { name: /without teacher/ })
        .first()
        .check();
      await page.keyboard.press('Escape');
      await page
        .getByRole('columnheader', { name: /, without teacher/ })
        .first()
        .waitFor();
      await page
        .getByText(/McNemar's exact test/)
        .first()
        .waitFor({ timeout: SLOW });
      await page.getByRole('table', { name: 'Agreement matrix' }).waitFor({ timeout: SLOW });

      const gallery = page.getByRole('region', { name: 'Disagreement gallery' });
      await gallery.getByText(/^[\d,]+ images?, the furthest apart first$/).waitFor();
      await gallery.getByRole('img').first().waitFor();
      const counts = (): Promise<string> => gallery.getByRole('status').innerText();
      const all = await counts();
      const matrix = page.getByRole('table', { name: /^Confusion matrix of/ });
      await matrix.nth(1).getByRole('button').nth(1).click();
      expect(await page.locator('.matrices').getByRole('button', { pressed: true }).count()).toBe(3);
      await gallery.getByRole('button', { name: 'All images' }).waitFor();
      expect(await counts()).not.toBe(all);
      await gallery.getByRole('button', { name: 'All images' }).click();
      await page.getByText(/Expected calibration error: Teacher \d/).waitFor();
      await page.getByText(/^They differ most on /).waitFor();
      await page.getByLabel('Side by side').check();
      await page.locator('svg .same .node').first().waitFor();
      expect(await overflowOf(page)).toEqual([]);
    },
  );

  test('sections are gone to under names that stay, and any student of any run is added', async () => {
    const names = page.getByRole('list', { name: 'Compared networks' });
    const link = page.getByRole('button', { name: 'Latency and layers' });
    await link.click();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Latency');
    expect(await link.getAttribute('aria-current')).toBe('true');
    expect((await names.boundingBox())?.y).toBeGreaterThan(0);
    const before = await names.getByRole('listitem').allInnerTexts();

    await page.getByRole('button', { name: 'Add a network' }).click();
    const any = page.getByRole('group', { name: 'Any student' });
    await expect.poll(() => any.getByRole('option').allInnerTexts()).toEqual(['Plain', 'Distilled']);
    await any.getByLabel('Of the run').selectOption('Distilled');
    await any.getByLabel('Look for a student').fill('#2');
    const second = any.getByRole('checkbox');
    await expect.poll(() => second.count()).toBe(1);
    await second.check();
    await names.getByText(/^#2 /).waitFor();
    await any.getByLabel('Look for a student').fill('nobody');
    await any.getByText('No finished student is like that.').waitFor();
    await any.getByLabel('Look for a student').fill('#2');
    await second.uncheck();
    await page.keyboard.press('Escape');
    expect(await names.getByRole('listitem').allInnerTexts()).toEqual(before);
  });

  test('layers are looked into, and latencies measured where they are missing', { timeout: SLOW }, async () => {
    await page.getByRole('button', { name: 'Measure layers' }).click();
    const layers = page.getByRole('region', { name: 'Layer statistics' });
    await layers.getByRole('cell', { name: /^Dense/ }).waitFor({ timeout: SLOW });
    await page.getByRole('button', { name: 'Measure what is missing' }).click();
    await page.getByText(/^ONNX Runtime, 1 at once: #1.* ms, #1.* ms in the median/).waitFor({ timeout: SLOW });
  });

  test('the comparison goes as Markdown, and as one file that opens without a network', { timeout: SLOW }, async () => {
    await allowClipboard(page);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('Copied.').waitFor();
    const markdown = await clipboardText(page);
    expect(markdown).toMatch(/^# Teacher · #1 /);
    expect(markdown).toContain('| Validation accuracy |');

    const { name, path } = await savedBy(page, () => page.getByRole('button', { name: 'Save as HTML report' }).click());
    expect(name).toMatch(/^comparison-.*\.html$/);
    const file = join(folder, 'report.html');
    writeFileSync(file, readFileSync(path));
    const browser = await launchChromium();
    const context = await browser.newContext({ offline: true, javaScriptEnabled: false });
    const faults: string[] = [];
    const report = await context.newPage();
    report.on('console', (message) => faults.push(message.text()));
    report.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url());
    });
    await report.goto(pathToFileURL(file).href);
    await report.getByRole('heading', { name: 'Metrics' }).waitFor();
    const pictures = await report
      .getByRole('img')
      .evaluateAll((all) => all.map((one) => (one instanceof HTMLImageElement ? one.naturalWidth : 0)));
    expect(pictures.length).toBeGreaterThan(8);
    expect(pictures.every((width) => width > 0)).toBe(true);
    expect(faults).toEqual([]);
    await browser.close();
  });

  test(
    'the best are trained again with several seeds, and their spread stands beside the search',
    { timeout: 2 * SLOW },
    async () => {
      await go('/');
      await page.getByRole('link', { name: 'Distilled' }).click();
      await page.getByRole('button', { name: 'More about this run' }).click();
      await page.getByRole('menuitem', { name: 'Train the best again' }).click();
      const dialog = page.getByRole('dialog', { name: 'Train again' });
      const students = dialog.getByRole('group', { name: 'Students' }).getByRole('checkbox');
      expect(await students.count()).toBe(TRIALS);
      for (let place = 1; place < TRIALS; place++) await students.nth(place).uncheck();
      await dialog.getByLabel('Trainings of each').fill('0');
      await dialog.getByRole('button', { name: 'Train' }).click();
      await dialog.getByText('Enter 1 or more.').waitFor();
      await dialog.getByLabel('Trainings of each').fill('2');
      await dialog.getByLabel('Epochs').fill('1');
      await dialog.getByText('2 trainings').waitFor();
      await dialog.getByRole('button', { name: 'Train' }).click();

      await page.getByRole('heading', { name: 'Distilled: winners' }).waitFor();
      const table = page.getByRole('region', { name: 'Students, over their seeds' });
      await table.getByText('2 of 2:').waitFor({ timeout: SLOW });
      // The second training is tested when both are done.
      await page.getByText('Finished', { exact: true }).waitFor({ timeout: SLOW });
      await expect.poll(() => table.getByText(/^± \d/).count()).toBe(2);
      await page.getByLabel(/^Accuracies over seeds\. Arrow keys/).focus();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('complementary', { name: 'Picked student' }).getByText('Test accuracy').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Distilled', exact: true }).click();
      await page.getByRole('heading', { name: 'Distilled', exact: true }).waitFor();
    },
  );
});
