/** The log of a run: its end first, a failure read in whole, what goes on followed, and what is
 * read left where it is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import type { Run } from '../../src/core/records/run.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { openWorkspace } from '../../src/store/workspace.ts';
import { savedBy } from './beyond-page.ts';
import { seriousFindings } from './accessibility.ts';
import { describeInChromium, overflowOf } from './watched-page.ts';
import type { WebShell } from './web-shell.ts';
import { startWebShell } from './web-shell.ts';

const SLOW = 120_000;
/** Students of the long run: more than a page has entries. */
const LONG = 1300;
const LAST_WORDS = Array.from({ length: 40 }, (_, row) => `    at step ${row + 1} of the trainer`);
const REASON = 'The trainer process died: it ended with code 1. Its last words:';

await describeInChromium('the log of a run', (chromium) => {
  const folder = mkdtempSync(join(tmpdir(), 'trade e2e log '));
  const workspace = join(folder, 'workspace');
  let shell: WebShell;
  let page: Page;
  let long: string;

  beforeAll(async () => {
    generateWorkspace(workspace, { runs: 2, trials: LONG + 20, epochs: 1, large: LONG, seed: 3 });
    const { store, close } = openWorkspace(workspace);
    const largest = store.runs().rows.find(({ run }) => run.name.endsWith('the largest'))?.run;
    long = largest?.id ?? '';
    if (largest !== undefined) writeFailing(store, largest);
    close();
    shell = await startWebShell(workspace);
    page = await chromium.open(shell.address);
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  }, SLOW);

  afterAll(async () => {
    await shell?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** A run `failing` whose one student failed, with much to say. */
  function writeFailing(store: WritableStore, { id, config }: Run): void {
    const [like] = store.trials(id, { limit: 1 });
    if (like === undefined) throw new Error('The long run has no students.');
    const { candidate, seed, why } = like;
    const event = { type: 'asked', position: 1, proposals: [{ trial: 0, candidate, seed, why }] } as const;
    store.createRun({ id: 'failing', config: { ...config, name: 'Failing' }, strategyVersion: 1, sample: false });
    store.recordAsked('failing', event, [like], 1);
    store.startTrial('failing-0000');
    store.failTrial('failing-0000', [REASON, ...LAST_WORDS].join('\n'), 'failed', 1);
    store.setRunState('failing', 'paused', 'The workbench was closed.');
  }

  const go = (address: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), address);
  const grid = (): Locator => page.getByRole('grid', { name: 'Log' });
  const lines = (): Locator => grid().locator('[data-row]');
  const scroller = (): Locator => grid().locator('.row-scroller');
  const line = (text: string | RegExp): Locator => lines().filter({ hasText: text });
  const rowCount = async (): Promise<number> => Number(await grid().getAttribute('aria-rowcount'));
  /** Whether the line lies whole in what is seen of the list. */
  const isInSight = async (one: Locator): Promise<boolean> => {
    const [row, list] = [await one.boundingBox(), await scroller().boundingBox()];
    return row !== null && list !== null && row.y >= list.y && row.y + row.height <= list.y + list.height + 1;
  };
  const poll = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000 });

  test('of thousands of lines opens at its end, and all of them come in above it', async () => {
    await go(`/runs/${long}/log`);
    await line('Run').waitFor();
    // Every student twice, the start, the end, and the head.
    await poll(rowCount).toBe(2 * LONG + 3);
    await poll(() => isInSight(line('Run').last())).toBe(true);
    expect(await line('Run').last().innerText()).toContain('Finished');
    await line('Run').last().click();
    await page.keyboard.press('Home');
    await poll(() => isInSight(line('Started'))).toBe(true);
    await page.getByRole('button', { name: 'To the end' }).click();
    await poll(() => isInSight(line(/FinishedRun/))).toBe(true);
    expect(await overflowOf(page)).toEqual([]);
  });

  test('is narrowed by kind and by words, and says of how many', async () => {
    await page.getByLabel('What is shown of the log').selectOption('Failures');
    await page.getByText(/^[\d,]+ of 2,602 lines$/).waitFor();
    const kinds = await lines().locator('.event').allInnerTexts();
    expect(new Set(kinds.map((kind) => kind.trim()))).toEqual(new Set(['Failed']));
    await page.getByLabel('What is shown of the log').selectOption('All');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('proposed #1299');
    await page.getByText(/^\d of 2,602 lines$/).waitFor();
    await line(/Proposed#1299/).waitFor();
    for (const text of await lines().allInnerTexts()) expect(text).toMatch(/Proposed(.|\n)*#1299/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('no line says this');
    await page.getByRole('heading', { name: 'No line says “no line says this”' }).waitFor();
    await page.getByRole('button', { name: 'Show the whole log' }).click();
    await poll(rowCount).toBe(2 * LONG + 3);
  });

  test('holds the reason of a failed student in whole, the end of its last words when asked for', async () => {
    await go('/runs/failing/log');
    const failure = line(REASON);
    await failure.waitFor();
    const [first = '', last = ''] = [LAST_WORDS[0], LAST_WORDS.at(-1)];
    expect(await failure.innerText()).toContain(first.trim());
    expect(await failure.innerText()).not.toContain(last.trim());
    const placeOf = async (one: Locator) => (await one.boundingBox()) ?? { y: NaN, height: NaN };
    const { y } = await placeOf(failure);
    await failure.getByRole('button', { name: 'Show all 40 lines' }).press('Enter');
    await failure.filter({ hasText: last.trim() }).waitFor();
    // The end of the list was in sight: it gives way, and the line stays under the eyes.
    const end = line('The workbench was closed.');
    await poll(async () => {
      const [grown, below] = [await placeOf(failure), await placeOf(end)];
      return Math.round(below.y - grown.y - grown.height);
    }).toBe(0);
    expect((await placeOf(failure)).y).toBe(y);
    expect(await overflowOf(page)).toEqual([]);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
    await failure.getByRole('link', { name: '#1' }).click();
    await page.getByRole('heading', { name: 'Student #1', level: 1 }).waitFor();
    await page.goBack();
  });

  test('is saved as text with all that the trainers said', async () => {
    await line(REASON).waitFor();
    const { name, path } = await savedBy(page, () => page.getByRole('button', { name: 'Save', exact: true }).click());
    expect(name).toBe('failing-log.txt');
    const text = readFileSync(path, 'utf8');
    for (const words of [REASON, ...LAST_WORDS]) expect(text).toContain(words);
  });

  test('draws some rows of a long list in a small window, where the view scrolls as a whole', async () => {
    const size = page.viewportSize() ?? { width: 1280, height: 800 };
    await page.setViewportSize({ width: 640, height: 500 });
    for (const [tab, name, rowsAndHead] of [
      ['trials', 'Students', LONG + 1],
      ['log', 'Log', 2 * LONG + 3],
    ] as const) {
      await go(`/runs/${long}/${tab}`);
      const list = page.getByRole('grid', { name });
      await poll(async () => Number(await list.getAttribute('aria-rowcount'))).toBe(rowsAndHead);
      await list.locator('[data-row]').first().waitFor();
      expect(await list.locator('[data-row]').count()).toBeLessThan(100);
    }
    await page.setViewportSize(size);
  });

  test('is followed at its end, and lets those read on who are elsewhere', { timeout: 2 * SLOW }, async () => {
    await go('/new');
    for (const [label, text] of [
      [/^Name/, 'Followed'],
      [/^Students to train/, '9'],
      [/^Training images/, '300'],
      [/^Epochs/, '1'],
    ] as const) {
      await page.getByLabel(label).first().fill(text);
    }
    await page.getByRole('button', { name: 'Start the search' }).click();
    await page.waitForURL(/#\/runs\//);
    // Fewer lines are seen at once than there are when it is waited for.
    await page.setViewportSize({ width: 1280, height: 420 });
    await page.getByRole('tab', { name: 'Log' }).click();
    await line(/Finished#5(?!\d)/).waitFor({ timeout: SLOW });
    await poll(async () => isInSight(lines().last())).toBe(true);
    await scroller().hover();
    // A line that comes while the wheel still glides is followed once more: the person turns again.
    const turn = async (): Promise<boolean> => {
      await page.mouse.wheel(0, -10_000);
      await page.waitForTimeout(300);
      return isInSight(line('Started'));
    };
    await poll(turn).toBe(true);
    await page.locator('.head .badge', { hasText: 'Finished' }).waitFor({ timeout: SLOW });
    await poll(rowCount).toBe(21);
    expect(await isInSight(line('Started'))).toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});
