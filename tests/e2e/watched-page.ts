/** A page whose every fault is written down: console errors, policy violations, requests that leave
 * the machine. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { runsInElectron, whyNoElectron, windowOf } from './real-electron.ts';
import { electronAt } from './web-shell.ts';

export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export async function openWatched(browser: Browser, options: PageOptions = {}): Promise<WatchedPage> {
  const { colorScheme = 'light', width = 1280, height = 800 } = options;
  const context = await browser.newContext({ colorScheme, viewport: { width, height } });
  const faults = await watchContext(context);
  const page = await context.newPage();
  watchPage(page, faults);
  return { page, faults };
}

/** The one window of a program in Electron, which was there before it was watched: it is loaded
 * once more. */
async function watchElectron(address: string, options: PageOptions): Promise<WatchedPage> {
  const { colorScheme = 'light', width = 1280, height = 800 } = options;
  const program = electronAt(address);
  if (program === undefined) throw new Error(`No Electron was started for ${address}.`);
  const faults = await watchContext(program.app.context());
  const page = await windowOf(program);
  watchPage(page, faults);
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  await page.reload();
  return { page, faults };
}

async function watchContext(context: BrowserContext): Promise<string[]> {
  const faults: string[] = [];
  await context.exposeFunction('reportViolation', (words: string) => void faults.push(`policy: ${words}`));
  // In the page: violations show as events alone.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report: unknown = Reflect.get(window, 'reportViolation');
      if (typeof report === 'function') report(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  return faults;
}

function watchPage(page: Page, faults: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') faults.push(`request: ${request.url()}`);
  });
}

export interface Chromium {
  /** A page at this address, whose faults fail the test during which they come. */
  open(address: string, options?: PageOptions): Promise<Page>;
  /** From here on faults of the pages that are open had to come: a host that was ended on purpose.
   * Returns those so far. */
  forgive(): readonly string[];
}

/** A suite with a Chromium of its own, or in Electron's; skipped, and saying so, where there is
 * none. Its pages are watched. */
export async function describeInChromium(title: string, tests: (chromium: Chromium) => void): Promise<void> {
  const inElectron = runsInElectron();
  const why = inElectron ? whyNoElectron() : await whyNoChromium();
  describe.skipIf(why !== undefined)(`${title}${why === undefined ? '' : ` SKIP: ${why}`}`, () => {
    const opened: WatchedPage[] = [];
    let browser: Browser | undefined;

    beforeAll(async () => {
      if (!inElectron) browser = await launchChromium();
    });
    afterEach(() => expect(opened.flatMap(({ faults }) => faults)).toEqual([]));
    afterAll(() => browser?.close());

    tests({
      open: async (address, options) => {
        const watched = browser ? await openWatched(browser, options) : await watchElectron(address, options ?? {});
        opened.push(watched);
        if (browser) await watched.page.goto(address);
        return watched.page;
      },
      forgive: () => opened.splice(0).flatMap(({ faults }) => faults),
    });
  });
}

async function whyNoChromium(): Promise<string | undefined> {
  const path = await chromiumPath();
  return path === undefined ? 'no Chromium that starts, neither on the PATH nor from @sparticuz/chromium' : undefined;
}

/** As a person does behind the button of an import. */
export async function chooseFolder(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Choose a folder…' }).click();
  await (await chooser).setFiles(path);
}

/** What sticks out of the window; empty where nothing does. */
export function overflowOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > window.innerWidth || scrollHeight > window.innerHeight) found.push('the page itself');
    for (const element of document.querySelectorAll('.view, .panel, .bar, .rail, .view-head')) {
      const box = element.getBoundingClientRect();
      if (box.right > window.innerWidth + 1) found.push(`${element.className} to ${Math.round(box.right)} px`);
    }
    return found;
  });
}
