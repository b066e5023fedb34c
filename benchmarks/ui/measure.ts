/** The measurements, one after the other on one page, as a person would go about: list, table, front, all runs' front. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../tests/e2e/chromium.ts';
import { startWebShell } from '../../tests/e2e/web-shell.ts';
import type { WebShell } from '../../tests/e2e/web-shell.ts';
import { drawnSinceInput, gridPaintedSinceInput, installClock, paintedSinceNavigation, scrolled } from './page-clock.ts';
import { peakRendererMb } from './renderer-memory.ts';

export interface UiFigures {
  readonly listFirstPaintMs: number;
  readonly tableFirstPaintMs: number;
  readonly filterMs: number;
  readonly sortMs: number;
  readonly front10kMs: number;
  readonly front50kMs: number;
  readonly scrollFps: number;
  readonly rendererMb: number;
  readonly startMs: number;
}

export interface UiBenchmark {
  readonly workspace: string;
  readonly repeats: number;
  /** The largest of the workspace. */
  readonly run: { readonly id: string; readonly name: string; readonly trials: number };
  readonly say: (line: string) => void;
}

const ROW = '.body [role=row]';
const WINDOW = { width: 1280, height: 800 };

export async function measureWorkbench(benchmark: UiBenchmark): Promise<UiFigures> {
  const browser = await launchChromium();
  try {
    const shell = await startWebShell(benchmark.workspace);
    const session = await measureSession(browser, shell, benchmark).finally(() => shell.stop());
    const startMs = await repeat('start', benchmark, () => measureStart(browser, benchmark.workspace));
    return { ...session, startMs };
  } finally {
    await browser.close();
  }
}

type SessionFigures = Omit<UiFigures, 'startMs'>;

async function measureSession(browser: Browser, shell: WebShell, benchmark: UiBenchmark): Promise<SessionFigures> {
  const { run } = benchmark;
  const context = await browser.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  await installClock(page);
  await page.goto(shell.address);
  await page.locator(ROW).first().waitFor();

  const listFirstPaintMs = await repeat('list', benchmark, async () => {
    await page.reload({ waitUntil: 'commit' });
    return paintedSinceNavigation(page, ROW);
  });

  const tableFirstPaintMs = await repeat('table', benchmark, async () => {
    // A fresh page each time: nothing of the run may be there yet.
    await goTo(page, '/');
    await page.reload();
    await page.locator(ROW).first().waitFor();
    return page.evaluate(async (id) => {
      const since = performance.now();
      location.hash = `/runs/${id}/trials`;
      const isThere = (): boolean => document.querySelector('[role=grid][aria-label=Students] [data-trial]') !== null;
      return (await window.benchClock.painted(isThere)) - since;
    }, run.id);
  });

  const grid = page.getByRole('grid', { name: 'Students' });
  await page.waitForFunction(
    (rows) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === rows,
    String(run.trials + 1),
  );
  const scroll = await Promise.resolve(scrolled(page, '[role=grid]'));
  benchmark.say(`scroll: ${scroll.fps.toFixed(1)} frames a second, ${(100 * scroll.blank).toFixed(1)} % without a row`);
  await grid.evaluate((element) => (element.scrollTop = 0));

  const headers = ['Accuracy', 'Params', 'Time', 'Family', 'MACs'];
  let turn = 0;
  const sortMs = await repeat('sort', benchmark, () => {
    const name = headers[(turn += 1) % headers.length] ?? '';
    return gridPaintedSinceInput(page, () => grid.getByRole('button', { name }).click());
  });

  const tableFilterMs = await repeat('filter of the table', benchmark, () => filter(page, 'Find a student by anything its row says'));
  await page.getByRole('tab', { name: 'Front' }).click();
  await page.locator('figure canvas').first().waitFor();
  await page.waitForTimeout(1000);
  const front10kMs = await repeat('front of the largest run', benchmark, async () => {
    const against = page.locator('label', { hasText: 'Horizontal' }).locator('select');
    const next = (await against.inputValue()) === 'macs' ? 'params' : 'macs';
    return drawnSinceInput(page, () => against.selectOption(next));
  });

  await goTo(page, '/');
  await page.locator(ROW).first().waitFor();
  const listFilterMs = await repeat('filter of the list', benchmark, () => filter(page, 'Find a run by name'));
  const front50kMs = await repeat('front of all runs', benchmark, async () => {
    await page.getByRole('link', { name: 'Settings and Doctor' }).first().click();
    await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
    return drawnSinceInput(page, () => page.getByRole('link', { name: 'Front of all runs' }).click());
  });
  const rendererMb = Math.round(await peakRendererMb(browser));
  await context.close();
  const filterMs = Math.max(tableFilterMs, listFilterMs);
  const scrollFps = Number(scroll.fps.toFixed(1));
  return { listFirstPaintMs, tableFirstPaintMs, filterMs, sortMs, front10kMs, front50kMs, scrollFps, rendererMb };
}

/** What the box asks for changes the first row; empties it again for the next time. */
async function filter(page: Page, label: string): Promise<number> {
  const box = page.getByLabel(label);
  await box.focus();
  const ms = await gridPaintedSinceInput(page, () => page.keyboard.press('7'));
  await box.fill('');
  await page.waitForTimeout(500);
  return ms;
}

/** Caches of disk and compiler are warm: the program ran before. The browser is up, as Electron's is by then. */
async function measureStart(browser: Browser, workspace: string): Promise<number> {
  const since = performance.timeOrigin + performance.now();
  const shell = await startWebShell(workspace);
  const context = await browser.newContext({ viewport: WINDOW });
  try {
    const page = await context.newPage();
    await installClock(page);
    await page.goto(shell.address, { waitUntil: 'commit' });
    const painted = await paintedSinceNavigation(page, ROW);
    return (await page.evaluate((at) => performance.timeOrigin + at, painted)) - since;
  } finally {
    await context.close();
    await shell.stop();
  }
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), hash);
}

/** The median, rounded to a tenth. */
async function repeat(name: string, { repeats, say }: UiBenchmark, measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < repeats; turn += 1) times.push(await measure());
  say(`${name}: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  const sorted = times.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const median = (at: number): number => sorted[at] ?? NaN;
  const value = Number.isInteger(middle) ? (median(middle - 1) + median(middle)) / 2 : median(Math.floor(middle));
  return Math.round(value * 10) / 10;
}
