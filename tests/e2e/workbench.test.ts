/** The workbench in Chromium over the real web shell, host and trainers, or in Electron: one small
 * search from start to comparison. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsInElectron } from './real-electron.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const inElectron = runsInElectron();
const TRIALS = 7;
const SLOW = 120_000;

await describeInChromium('the workbench', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e ü '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;
  /** As the first session showed them. */
  const seen: { runAddress: string; best: string; students: readonly string[] } = {
    runAddress: '',
    best: '',
    students: [],
  };

  async function open(): Promise<Page> {
    const opened = await chromium.open(shell.address);
    await opened.getByRole('heading', { name: 'Experiments' }).waitFor();
    return opened;
  }

  const fact = (name: string): Promise<string> =>
    page.locator('.facts div', { hasText: name }).locator('dd').innerText();
  const stateIs = (words: string): Promise<void> =>
    page.locator('.head .badge', { hasText: words }).waitFor({ timeout: SLOW });
  const go = (hash: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), hash);

  beforeAll(async () => {
    shell = await startWebShell(workspace);
    page = await open();
  });

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  test('an empty workspace says what to do next', async () => {
    await page.getByText('No search has been run in this workspace yet').waitFor();
    await page.getByRole('button', { name: 'Run the sample search' }).waitFor();
  });

  test('a wrong value is told beside its field, and a budget that no student meets before the start', async () => {
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByLabel('Students to train').fill('0');
    await page.getByText('Enter 1 or more.').waitFor();
    await page.getByLabel('Students to train').fill(String(TRIALS));
    await page.getByLabel('Most parameters').fill('10');
    // Of a wide space, which is where a search begins: no family of it is listed.
    await page.getByText(/^0 of (\d+,){2,}\d+ students fit/).waitFor();
    await page.getByRole('status').filter({ hasText: 'meets params <= 10' }).waitFor();
    expect(await page.getByText('nothing was measured').count()).toBe(0);
    await page.getByRole('button', { name: 'Start the search' }).click();
    await page.getByRole('alert').filter({ hasText: /\w/ }).first().waitFor();
    expect(page.url()).toContain('#/new');
    // Small ones, which are trained in a second.
    await page.getByLabel('Most parameters').fill('20000');
    await page.getByLabel('Most MACs per image').fill('1000000');
  });

  test('what is typed survives leaving the view and a reload', async () => {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('End to end');
    await page.getByLabel('Training images').fill('1000');
    await page.getByLabel('Epochs', { exact: true }).fill('10');
    await page.getByRole('link', { name: 'Experiments' }).click();
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('End to end');
    expect(await page.getByLabel('Students to train').inputValue()).toBe(String(TRIALS));
  });

  test('a search starts, and its front grows while one looks', { timeout: SLOW }, async () => {
    await page.getByText(/^about .+ of (\d+,){2,}\d+ students fit/).waitFor();
    await page.getByRole('button', { name: 'Start the search' }).click();
    await page.waitForURL(/#\/runs\//);
    await stateIs('Running');
    // However many there are when this page first looks: a search does not wait for it.
    const summary = page.locator('figcaption').filter({ hasText: /of \d on the front/ });
    await summary.waitFor({ timeout: SLOW });
    const first = Number(/of (\d) on the front/.exec(await summary.innerText())?.[1]);
    const more = new RegExp(`of [${first + 1}-${TRIALS}] on the front`);
    await summary.filter({ hasText: more }).waitFor({ timeout: SLOW });
  });

  const ownQuestion = inElectron ? " SKIP: Electron's main process asks, see electron-by-hand.test.ts" : '';
  test.skipIf(inElectron)(`closing the window asks, and leaves the choice to keep or pause${ownQuestion}`, async () => {
    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.close({ runBeforeUnload: true });
    const question = page.getByRole('alertdialog');
    await question.getByText('1 search is running.').waitFor();
    await question.getByRole('button', { name: 'Keep running' }).waitFor();
    await question.getByRole('button', { name: 'Pause and quit' }).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
  });

  test('it pauses, is still paused after a reload, and resumes to its end', { timeout: 3 * SLOW }, async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await stateIs('Paused');
    const done = await page
      .getByText(new RegExp(`of ${TRIALS} students`))
      .first()
      .innerText();
    await page.reload();
    await stateIs('Paused');
    expect(
      await page
        .getByText(new RegExp(`of ${TRIALS} students`))
        .first()
        .innerText(),
    ).toBe(done);
    await page.getByRole('button', { name: 'Resume' }).click();
    await stateIs('Running');
    await stateIs('Finished');
    await page.getByText(`${TRIALS} of ${TRIALS} students`).first().waitFor();
    seen.runAddress = new URL(page.url()).hash.slice(1);
    seen.best = await fact('Best accuracy');
    expect(seen.best).toMatch(/^\d+\.\d\d %$/);
  });

  test('each tab of the run shows the same students', async () => {
    for (const tab of ['Curves', 'Hypervolume', 'Families']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('figure canvas').waitFor();
      expect(await overflowOf(page)).toEqual([]);
    }
    await page.getByRole('tab', { name: 'Trials' }).click();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(TRIALS + 1));
    await page.getByRole('button', { name: 'Accuracy' }).click();
    const rows = await page.locator('.body [role=row]').allInnerTexts();
    expect(rows).toHaveLength(TRIALS);
    expect(rows[0]).toContain(seen.best);
  });

  test('it tells why it went so: what families got, how good predictions were, and of no regions', async () => {
    await page.getByRole('tab', { name: 'Families' }).click();
    await page.getByText(new RegExp(`got most: \\d of ${TRIALS} students`)).waitFor({ timeout: SLOW });
    expect(await page.getByRole('row').filter({ hasText: 'ResNet' }).innerText()).toContain('Reference 1');

    // The default has none: a part of the run that stays empty would promise something.
    expect(await page.getByRole('tab', { name: 'Regions' }).count()).toBe(0);

    await page.getByRole('tab', { name: 'Predictions' }).click();
    const predicted = await page.getByText(/of \d outcomes? lie within/).innerText();
    const count = /of (\d) outcome/.exec(predicted)?.[1];
    expect(Number(count)).toBeGreaterThan(0);
    const calibration = page.locator('section', { has: page.getByRole('heading', { name: 'Calibration' }) });
    expect(await calibration.getByRole('row').nth(1).innerText()).toMatch(new RegExp(`^All\\s+${count}\\s+\\d+ %`));
    expect(await overflowOf(page)).toEqual([]);

    await go('/new');
    await page
      .getByRole('group', { name: 'Earlier runs' })
      .getByLabel(/^End to end/)
      .waitFor();
    await go(seen.runAddress);
  });

  test('the front is picked, pinned and opened by keyboard alone', async () => {
    await page.getByRole('tab', { name: 'Front' }).click();
    await page.getByLabel(/^Pareto front\. Arrow keys/).focus();
    await page.keyboard.press('ArrowRight');
    const picked = page.getByLabel('Picked student');
    const title = await picked.getByRole('heading', { level: 2 }).innerText();
    await page.keyboard.press('Space');
    await picked.getByRole('button', { name: 'Unpin' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  });

  test('a student shows its network, its curve, its confusions and why it was proposed', async () => {
    await page.getByRole('heading', { name: 'Why this student?' }).waitFor();
    await page.locator('svg .node').first().waitFor();
    expect(await page.locator('svg .node').count()).toBeGreaterThan(5);
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
    expect(await page.getByRole('table', { name: 'Confusion matrix' }).getByRole('button').count()).toBe(100);
    await page.getByText(/It reached \d/).waitFor();
    expect(await overflowOf(page)).toEqual([]);
  });

  test('two students and their teacher stand side by side', async () => {
    await go(`${seen.runAddress.replace(/\/\w+$/, '')}/trials`);
    await page.getByRole('button', { name: /^Pin /, pressed: false }).first().click();
    await page.getByRole('link', { name: /^Compare/ }).click();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    const metrics = page.getByRole('table').first();
    await metrics.getByText('baseline').first().waitFor();
    seen.students = await metrics.getByRole('link').allInnerTexts();
    expect(seen.students).toHaveLength(2);
    expect(await metrics.getByText(/points, (higher|lower)/).count()).toBeGreaterThanOrEqual(2);
    await page
      .getByText(/McNemar's exact test/)
      .first()
      .waitFor();
    await page.getByRole('heading', { name: 'Architecture' }).waitFor();
    const matrices = page.getByRole('table', { name: /^Confusion matrix of/ });
    await matrices.nth(2).waitFor({ timeout: SLOW });
    await matrices.nth(1).getByRole('button').nth(12).click();
    expect(await page.getByRole('button', { pressed: true }).count()).toBe(3);
    expect(await overflowOf(page)).toEqual([]);
  });

  async function renameIn(window: Page): Promise<void> {
    await window.getByRole('button', { name: 'End to end' }).click();
    await window.getByLabel('Name of the run').fill('Renamed elsewhere');
    await window.keyboard.press('Enter');
  }

  const oneWindow = inElectron ? ' SKIP: Electron has one window' : '';
  test.skipIf(inElectron)(`a second window shows the same, and the first hears what it does${oneWindow}`, async () => {
    const second = await page.context().newPage();
    await second.goto(`${new URL(shell.address).origin}/#${seen.runAddress}`);
    await renameIn(second);
    await go('/');
    await page.getByRole('link', { name: 'Renamed elsewhere' }).waitFor();
    await second.close();
  });

  // In the browser the second window has done it.
  if (inElectron) {
    test('the run gets another name, which the list has at once', async () => {
      await go(seen.runAddress);
      await renameIn(page);
      await go('/');
      await page.getByRole('link', { name: 'Renamed elsewhere' }).waitFor();
    });
  }

  test('every view keeps inside the window, light and dark, small and large', { timeout: SLOW }, async () => {
    const run = seen.runAddress.replace(/\/[a-z]+$/, '');
    const views = ['/', '/new', '/front', '/compare', '/settings', run];
    views.push(...['trials', 'families', 'predictions'].map((tab) => `${run}/${tab}`));
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        for (const view of views) {
          await go(view);
          await page.locator('.view h1').first().waitFor();
          expect(await overflowOf(page), `${view} ${colorScheme} ${size.width}`).toEqual([]);
        }
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('an unknown run and an unknown student lead to a page that says so', async () => {
    await go('/runs/nothing');
    await page.getByText('There is no such run').waitFor();
    await go('/students/nothing');
    await page.getByText('There is no such student').waitFor();
    await go('/no/such/place');
    await page.getByText('There is nothing at this address').waitFor();
  });

  test('the doctor finds the workspace sound', { timeout: SLOW }, async () => {
    await go('/settings');
    await page.getByRole('button', { name: 'Check the workspace' }).click();
    await page.getByText('Everything is sound').waitFor({ timeout: SLOW });
  });

  const sameEnd = inElectron ? ' SKIP: window and host of Electron end together' : '';
  test.skipIf(inElectron)(`the end of the host is told in a banner${sameEnd}`, async () => {
    await go('/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Typed before the end');
    await shell.stop();
    await page.getByText(/nothing you typed is lost/).waitFor();
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Typed before the end');
    chromium.forgive();
    await page.context().close();
  });

  test('started again, everything is there, and Quit ends the program', { timeout: SLOW }, async () => {
    await shell.stop();
    shell = await startWebShell(workspace);
    page = await open();
    await page.getByRole('link', { name: 'Renamed elsewhere' }).click();
    await stateIs('Finished');
    expect(await fact('Best accuracy')).toBe(seen.best);
    await page.getByText(`${TRIALS} of ${TRIALS} students`).first().waitFor();
    await page.getByRole('tab', { name: 'Trials' }).click();
    const number = /#\d+/.exec(seen.students[0] ?? '')?.[0] ?? '';
    await page.getByRole('link', { name: number, exact: true }).click();
    await page.locator('svg .node').first().waitFor();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Quit…' }).click();
    // From here on the page calls for a host that is gone, as it should, and the console tells of
    // each call.
    expect(chromium.forgive()).toEqual([]);
    await page.getByRole('button', { name: 'Quit', exact: true }).click();
    if (!inElectron) await page.getByText('The workbench has ended').waitFor();
    expect(await shell.ended).toBe(0);
  });
});
