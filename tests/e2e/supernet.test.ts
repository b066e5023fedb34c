/** The tab of a one-shot search: the cell, its paths over the epochs, what came of it; while it
 * goes on, where it failed, and of a family without a cell. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import '../contract/toys.ts';
import { fakeHost, makeResources } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { left, untilRun } from '../support/until-run.ts';
import { seriousFindings } from './accessibility.ts';
import { cutControls } from './cut-controls.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startFakeShell } from './web-shell.ts';

const SLOW = 120_000;
const EPOCHS = 12;
const TOYS = new URL('../contract/toys.ts', import.meta.url).href;

await describeInChromium('the network of all students', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e supernet '));
  const options = process.env['NODE_OPTIONS'];
  const runs = { cells: '', toy: '', failed: '', open: '' };
  let shell: WebShell;
  let page: Page;

  beforeAll(async () => {
    process.env['NODE_OPTIONS'] = `${options ?? ''} --import ${TOYS}`;
    const resources = makeResources(folder);
    runs.cells = await play({}, {}, left);
    runs.toy = await play({ families: ['toy-cell'] }, {}, left);
    runs.failed = await play({}, { searchFails: true }, left);
    const isSearching = ({ live }: RunSummaryView): boolean => /epoch \d+ of|\([1-9]\d* %\)/.test(live?.stage ?? '');
    runs.open = await play({}, { epochMs: 300 }, isSearching);
    shell = await startFakeShell(join(folder, 'workspace'), resources, { epochMs: 300 });
    page = await chromium.open(shell.address);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** A run as `until` finds it, paused where it goes on. */
  async function play(
    more: Partial<SearchInput>,
    plan: FakePlan,
    until: (summary: RunSummaryView) => boolean,
  ): Promise<string> {
    const host = await fakeHost(folder, plan);
    try {
      const { run } = await host.client.runs.start({
        ...{ name: 'One shot', families: ['cells'], space: 'compact', slots: 1, trainImages: 500 },
        strategy: { id: 'darts', options: { searchEpochs: EPOCHS } },
        ...{ limits: { macs: 10_000_000 }, budget: { trials: 2 }, recipe: { epochs: 2 }, ...more },
      });
      const end = await untilRun(host.client, run.id, until);
      if (end.run.state === 'running') await host.client.runs.pause({ id: run.id });
      return run.id;
    } finally {
      await host.close();
    }
  }

  const go = (address: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), address);
  const cell = (): Locator => page.getByRole('img', { name: /^The cell after epoch/ });
  const slider = (): Locator => page.getByRole('slider', { name: /^After epoch/ });
  const numbers = (): Locator => page.getByRole('complementary', { name: 'Numbers of an edge' });
  const heard = async (text: RegExp): Promise<void> => void (await page.getByText(text).first().waitFor());

  test('draws the cell after the last epoch, and after any other', async () => {
    await go(`/runs/${runs.cells}/supernet`);
    await cell().waitFor();
    expect(await cell().getAttribute('aria-label')).toMatch(
      /^The cell after epoch 12: Op from node 0 to node 1 conv3x3 81 %; /,
    );
    expect(await cell().locator('.strand').count()).toBe(24);
    await heard(/DARTS \(Liu et al\. 2019\): 12 epochs, 6 s of all processors\./);
    await slider().focus();
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('ArrowLeft');
    await page.getByText('After epoch 4 of 12', { exact: true }).waitFor();
    expect(await cell().getAttribute('aria-label')).toMatch(/^The cell after epoch 4: .* conv3x3 44 %; /);
    await page.keyboard.press('End');
    await page.getByText('After epoch 12 of 12', { exact: true }).waitFor();
  });

  test('tells of an edge that is clicked, or chosen, what its paths counted', async () => {
    // In the middle of its line: what box a line has, browsers do not agree on.
    const middle = await cell()
      .locator('.band .reach')
      .nth(5)
      .evaluate((line: SVGPathElement) => {
        line.scrollIntoView({ block: 'center' });
        const half = line.getPointAtLength(line.getTotalLength() / 2);
        const { x, y } = half.matrixTransform(line.getScreenCTM() ?? undefined);
        return { x, y };
      });
    await page.mouse.click(middle.x, middle.y);
    const chosen = numbers().getByRole('combobox', { name: 'Edge' });
    await expect
      .poll(() => chosen.locator('option:checked').innerText(), { timeout: 30_000 })
      .toBe('Op from node 2 to node 3');
    await chosen.selectOption('Op from node 0 to node 3');
    expect(
      await numbers()
        .getByRole('row', { name: /conv3x3/ })
        .innerText(),
    ).toMatch(/conv3x3\s+29\.7 %\s+81\.3 %/);
  });

  test('has each chart in words and rows, too', async () => {
    const chart = page.getByRole('figure', { name: 'What each path counts' });
    await chart.getByRole('button', { name: 'Show as table' }).click();
    await chart.getByRole('cell', { name: 'Op from node 1 to node 3' }).first().waitFor();
    expect(await chart.getByRole('row').count()).toBe(1 + 6 * EPOCHS);
    await chart.getByRole('button', { name: 'Show as chart' }).click();
    await page
      .getByRole('img', { name: /^Course of the search\. Over 12 of 12 epochs: loss from 1\.000 to/ })
      .waitFor();
  });

  test('leads to the student that was derived', async () => {
    const derived = page.getByRole('complementary', { name: 'Derived student' });
    await derived.getByRole('link', { name: 'Student #2' }).click();
    await page.getByRole('heading', { name: 'Student #2', level: 1 }).waitFor();
    await page.goBack();
    await cell().waitFor();
  });

  test.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 1920, 1080],
    ['dark', 640, 400],
  ] as const)('fits its window and is accessible: %s, %i x %i', async (colorScheme, width, height) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    await cell().waitFor();
    await page.locator('figure canvas').nth(1).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toEqual([]);
    expect(await cutControls(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('of a family without a cell has its charts and no drawing', async () => {
    await go(`/runs/${runs.toy}/supernet`);
    await page.getByRole('img', { name: /^What each path counts\. .*First edge conv3 83 %; Second edge/ }).waitFor();
    expect(await cell().count()).toBe(0);
    expect(await numbers().getByRole('row').count()).toBe(4);
  });

  test('says why a search failed', async () => {
    await go(`/runs/${runs.failed}/supernet`);
    await heard(/it failed after 0 epochs\./);
    await heard(/The loss is not finite \(fake\)\./);
    await page.getByRole('heading', { name: 'No epoch was recorded' }).waitFor();
  });

  test('goes on while the search does, to its end', { timeout: SLOW }, async () => {
    await go(`/runs/${runs.open}/supernet`);
    await heard(/it goes on when the run does/);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('progressbar', { name: 'Epochs of the search' }).waitFor();
    await heard(/: epoch \d+ of 12, (about|a few seconds|estimating)/);
    // Nobody asks for it: epochs come as they end.
    const shown = async (): Promise<number> => Number(await slider().getAttribute('max'));
    await expect.poll(shown, { timeout: SLOW }).toBeGreaterThan(7);
    await heard(/: 12 epochs, 6 s of all processors/);
    await page.getByText('After epoch 12 of 12', { exact: true }).waitFor();
    expect(await cell().getAttribute('aria-label')).toMatch(/^The cell after epoch 12/);
  });
});
