/** The measurements, one after the other on one page, as a person would go about: list, table,
 * front, all runs' front. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../tests/e2e/chromium.ts';
import { startWebShell } from '../../tests/e2e/web-shell.ts';
import type { WebShell } from '../../tests/e2e/web-shell.ts';
import { freePort } from '../../tests/support/free-port.ts';
import {
  drawnSinceInput,
  gridPaintedSinceInput,
  installClock,
  paintedSinceNavigation,
  scrolled,
} from './page-clock.ts';
import { peakRendererMb } from './renderer-memory.ts';

export interface UiFigures {
  readonly listFirstPaintMs: number;
  readonly tableFirstPaintMs: number;
  readonly filterMs: number;
  readonly sortMs: number;
  readonly front10kMs: number;
  readonly front50kMs: number;
  readonly runTableMs: number;
  readonly runTableFilterMs: number;
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
const HEADS = ['Accuracy', 'Params', 'Time', 'Family', 'MACs'] as const;
/** What was set going before is over by then. */
const SETTLED_MS = 1000;
const WINDOW = { width: 1280, height: 800 };

export async function measureWorkbench(benchmark: UiBenchmark): Promise<UiFigures> {
  const browser = await launchChromium();
  try {
    const shell = await startWebShell(benchmark.workspace);
    const session = await measureBoth(browser, shell, benchmark).finally(() => shell.stop());
    return { ...session, startMs: await measureStarts(browser, benchmark) };
  } finally {
    await browser.close();
  }
}

type SessionFigures = Omit<UiFigures, 'startMs'>;

async function measureBoth(browser: Browser, shell: WebShell, benchmark: UiBenchmark): Promise<SessionFigures> {
  const context = await browser.newContext({ viewport: WINDOW });
  const rendererMb = await measureMemory(browser, context, shell, benchmark);
  return { ...(await measureSession(context, benchmark)), rendererMb };
}

/** Most that the first page's process holds in a walk through all large views, without the clock's
 * own looking at pixels. */
async function measureMemory(
  browser: Browser,
  context: BrowserContext,
  shell: WebShell,
  { run }: UiBenchmark,
): Promise<number> {
  const page = await context.newPage();
  await installClock(page);
  await page.goto(shell.address);
  await page.locator(ROW).first().waitFor();
  await goTo(page, `/runs/${run.id}/trials`);
  await allRowsOf(page, run.trials);
  for (const name of HEADS) {
    await page.getByRole('grid').getByRole('button', { name }).click();
    await page.waitForTimeout(200);
  }
  for (const tab of ['Front', 'Curves', 'Hypervolume', 'Front']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForTimeout(SETTLED_MS);
  }
  for (let turn = 0; turn < 3; turn += 1) {
    await page.getByRole('link', { name: 'Front of all runs' }).click();
    await page.locator('figure canvas').first().waitFor();
    await page.waitForTimeout(SETTLED_MS);
    await page.getByRole('link', { name: 'Settings and Doctor' }).first().click();
    await page.waitForTimeout(200);
  }
  return Math.round(await peakRendererMb(browser));
}

function allRowsOf(page: Page, trials: number): Promise<unknown> {
  return page.waitForFunction(
    (rows) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === rows,
    String(trials + 1),
  );
}

async function measureSession(
  context: BrowserContext,
  benchmark: UiBenchmark,
): Promise<Omit<SessionFigures, 'rendererMb'>> {
  const { run } = benchmark;
  const [page] = context.pages();
  if (page === undefined) throw new Error('The page of the walk before is gone.');
  await goTo(page, '/');

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
      const isThere = (): boolean => document.querySelector('[role=grid][aria-label=Students] [data-row]') !== null;
      return (await window.benchClock.painted(isThere)) - since;
    }, run.id);
  });

  const grid = page.getByRole('grid', { name: 'Students' });
  await allRowsOf(page, run.trials);
  const scroll = await Promise.resolve(scrolled(page, '[role=grid]'));
  benchmark.say(`scroll: ${scroll.fps.toFixed(1)} frames a second, ${(100 * scroll.blank).toFixed(1)} % without a row`);
  await grid.evaluate((element) => (element.scrollTop = 0));
  await grid.locator('[data-row$="-0000"]').waitFor();
  await page.waitForTimeout(SETTLED_MS);

  let turn = 0;
  const sortMs = await repeat('sort', benchmark, () => {
    const name = HEADS[(turn += 1) % HEADS.length] ?? '';
    return gridPaintedSinceInput(page, () => grid.getByRole('button', { name }).click());
  });

  const tableFilterMs = await repeat('filter of the table', benchmark, () =>
    filter(page, 'Find a student by anything its row says', '7'),
  );
  await page.getByRole('tab', { name: 'Front' }).click();
  await page.locator('figure canvas').first().waitFor();
  await page.waitForTimeout(SETTLED_MS);
  const front10kMs = await repeat('front of the largest run', benchmark, async () => {
    const against = page.locator('label', { hasText: 'Horizontal' }).locator('select');
    const next = (await against.inputValue()) === 'macs' ? 'params' : 'macs';
    return drawnSinceInput(page, () => against.selectOption(next));
  });

  const runTableMs = await repeat('table of runs', benchmark, async () => {
    await goTo(page, '/');
    await page.reload();
    await page.locator(ROW).first().waitFor();
    await page.waitForTimeout(SETTLED_MS);
    return page.evaluate(async () => {
      const since = performance.now();
      location.hash = '/table';
      const isThere = (): boolean => document.querySelectorAll('tbody tr').length >= 100;
      return (await window.benchClock.painted(isThere)) - since;
    });
  });
  const runTableFilterMs = await repeat('filter of the table of runs', benchmark, async () => {
    const ms = await page.getByLabel('Filter by any setting or name').evaluate(async (box: HTMLInputElement) => {
      const count = (): number => document.querySelectorAll('tbody tr').length;
      const [before, since] = [count(), performance.now()];
      box.value = '7';
      box.dispatchEvent(new Event('input', { bubbles: true }));
      return (await window.benchClock.painted(() => count() < before)) - since;
    });
    await page.getByLabel('Filter by any setting or name').fill('');
    await page.waitForTimeout(500);
    return ms;
  });

  await goTo(page, '/');
  await page.locator(ROW).first().waitFor();
  const listFilterMs = await repeat('filter of the list', benchmark, () => filter(page, 'Find a run by name', '1'));
  const front50kMs = await repeat('front of all runs', benchmark, async () => {
    await page.getByRole('link', { name: 'Settings and Doctor' }).first().click();
    await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
    return drawnSinceInput(page, () => page.getByRole('link', { name: 'Front of all runs' }).click());
  });
  await context.close();
  const filterMs = Math.max(tableFilterMs, listFilterMs);
  const scrollFps = Number(scroll.fps.toFixed(1));
  const ofRuns = { listFirstPaintMs, runTableMs, runTableFilterMs };
  return { ...ofRuns, tableFirstPaintMs, filterMs, sortMs, front10kMs, front50kMs, scrollFps };
}

/** Some rows say `key` and some do not; empties the box again for the next time. */
async function filter(page: Page, label: string, key: string): Promise<number> {
  const box = page.getByLabel(label);
  await box.focus();
  const ms = await gridPaintedSinceInput(page, () => page.keyboard.press(key));
  await box.fill('');
  await page.waitForTimeout(500);
  return ms;
}

/**
 * Warm starts: the program ran before on the same port, so that disk, Node and browser have what
 * they keep. The browser's process is up, as Electron's is by then.
 */
async function measureStarts(browser: Browser, benchmark: UiBenchmark): Promise<number> {
  const port = String(await freePort());
  const context = await browser.newContext({ viewport: WINDOW });
  try {
    // A browser keeps compiled code from the second time on that it meets a script.
    for (const _ of ['first', 'second']) await measureStart(context, benchmark.workspace, port);
    return await repeat('start', benchmark, () => measureStart(context, benchmark.workspace, port));
  } finally {
    await context.close();
  }
}

async function measureStart(context: BrowserContext, workspace: string, port: string): Promise<number> {
  const since = performance.timeOrigin + performance.now();
  const shell = await startWebShell(workspace, '--port', port);
  const page = await context.newPage();
  try {
    await installClock(page);
    await page.goto(shell.address, { waitUntil: 'commit' });
    const painted = await paintedSinceNavigation(page, ROW);
    return (await page.evaluate((at) => performance.timeOrigin + at, painted)) - since;
  } finally {
    await page.close();
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
