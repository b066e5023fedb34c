/** The front over all runs, and a long run's table, in Chromium over a generated workspace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { planeFront } from '../../src/core/geometry/pareto-front.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { asked, COSTS, finished, searchConfig } from '../support/store-records.ts';
import type { PageOptions } from './watched-page.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

/** More than a cloud needs, and than the first page of a table brings. */
const MADE = { runs: 4, trials: 1600, epochs: 2, large: 1300, seed: 3 };

await describeInChromium('the front of all runs', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade front '));
  let shell: WebShell | undefined;
  let page: Page;
  /** As the store has it: students on the front over the made runs, by rising parameters. */
  let front: readonly string[] = [];
  let total = 0;

  async function open(workspace: string, options: PageOptions = {}): Promise<void> {
    await shell?.stop();
    chromium.forgive();
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address, options);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }

  beforeAll(async () => {
    const made = join(folder, 'made');
    generateWorkspace(made, MADE);
    const { store, close } = openWorkspace(made);
    const parts = store.runs().rows.map(({ run }) => store.finishedTrials(run.id));
    const column = (of: (part: (typeof parts)[number]) => Float64Array): Float64Array =>
      Float64Array.from(parts.flatMap((part) => [...of(part)]));
    const ids = parts.flatMap((part) => part.ids);
    total = ids.length;
    front = planeFront(
      column(({ params }) => params),
      column(({ accuracies }) => accuracies),
    ).map((index) => ids[index] ?? '');
    // Better than all of them, on other images and by another teacher: it must not enter their
    // front.
    store.createRun({
      id: 'other',
      config: { ...searchConfig('On other images'), dataset: 'cifar', teacher: 'wise', limits: [] },
      strategyVersion: 1,
      sample: false,
    });
    const [trial] = store.recordAsked('other', asked(0), [{ ...COSTS, params: 1 }], 3);
    store.startTrial(trial?.id ?? '');
    store.finishTrial(trial?.id ?? '', finished('other.bin', { metrics: { accuracy: 0.999 } }));
    store.setRunState('other', 'paused');
    close();
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('says in an empty workspace what it will show, and where to begin', async () => {
    await open(join(folder, 'empty'));
    await page.getByRole('link', { name: 'Front of all runs' }).click();
    await page.getByText('No student has finished in this workspace yet').waitFor();
    await page.locator('.view').getByRole('link', { name: 'New run' }).click();
    await page.getByRole('heading', { name: 'New run' }).waitFor();
  });

  test('lays all runs on the same data on one another, and nothing else', async () => {
    await open(join(folder, 'made'));
    await page.getByRole('link', { name: 'Front of all runs' }).click();
    const words = new RegExp(`^${front.length} students of ${total.toLocaleString('en')} on the front`);
    await page.getByText(words).waitFor();
    await page.locator('figure canvas').waitFor();
    expect(await overflowOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show as table' }).click();
    const students = page.getByRole('region', { name: 'Front of all runs as a table' }).locator('tbody tr');
    expect(await students.locator('td:first-child').allInnerTexts()).toEqual(front);
    await page.getByRole('button', { name: 'Show as chart' }).click();
  });

  test('is walked, pinned and opened by keyboard alone', async () => {
    await page.getByLabel(/^Front of all runs\. Arrow keys/).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const picked = page.getByLabel('Picked student');
    await page.keyboard.press('Space');
    await picked.getByRole('button', { name: 'Unpin' }).waitFor();
    expect(await picked.getByRole('link', { name: 'Open' }).getAttribute('href')).toBe(`#/students/${front[1]}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Student #/, level: 1 }).waitFor();
    await page.goBack();
  });

  test('picks a student of the cloud by a click: it is drawn without an element of its own', async () => {
    const canvas = page.locator('figure canvas').first();
    await canvas.waitFor();
    await page.waitForTimeout(300);
    const box = await canvas.boundingBox();
    const picked = page.getByLabel('Picked student').getByText('Validation accuracy');
    // Somewhere along the middle of the picture there are dominated students.
    for (let share = 0.25; share < 0.8 && !(await picked.isVisible()); share += 0.02) {
      await page.mouse.click((box?.x ?? 0) + 0.5 * (box?.width ?? 0), (box?.y ?? 0) + share * (box?.height ?? 0));
      await page.waitForTimeout(50);
    }
    await picked.waitFor();
  });

  test('changes to other data, to another cost, and says whose teacher it is', async () => {
    await page.getByLabel('Against').selectOption('macs');
    await page.getByText(/on the front.*MACs/).waitFor();
    await page.getByLabel('Data set').selectOption('cifar');
    await page.getByText(/^1 student of 1 on the front/).waitFor();
    await page.getByLabel('Teacher').selectOption('wise');
    await page.getByText('1 students of 1 run').waitFor();
    await page.getByText(/^1 student of 1 on the front/).waitFor();
  });

  test('beside it, the table of a long run has all its rows, finds among them and sorts them', async () => {
    await page.evaluate(() => (location.hash = '/'));
    await page.getByRole('link', { name: /, the largest$/ }).click();
    await page.getByRole('tab', { name: 'Trials' }).click();
    const grid = page.getByRole('grid', { name: 'Students' });
    const rows = (count: number): Promise<unknown> =>
      page.waitForFunction(
        (wanted) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === wanted,
        String(count + 1),
      );
    await rows(MADE.large);
    const search = page.getByLabel('Find a student by anything its row says');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('shuffle failed');
    const status = await page.getByRole('status').filter({ hasText: 'students' }).innerText();
    const count = Number(/^\d+/.exec(status)?.[0]);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(60);
    await rows(count);
    await search.fill('nobody says this');
    await page.getByText('No student’s row says').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await rows(MADE.large);
    await grid.getByRole('button', { name: 'Accuracy' }).click();
    await page.locator('[role=columnheader][aria-sort=descending]').waitFor();
    const shown = await grid.locator('.body [role=row] [role=gridcell]:nth-child(5)').allInnerTexts();
    const accuracies = shown.slice(0, 10).map((text) => Number.parseFloat(text));
    expect(accuracies).toEqual(accuracies.toSorted((left, right) => right - left));
    expect(await overflowOf(page)).toEqual([]);
  });
});
