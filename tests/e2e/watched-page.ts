/** A page whose every fault is written down: console errors, policy violations, requests that leave the machine. */
import type { Browser, Page } from 'playwright-core';

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
  const faults: string[] = [];
  await context.exposeFunction('reportViolation', (words: string) => void faults.push(`policy: ${words}`));
  // In the page: violations show as events alone.
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report: unknown = Reflect.get(window, 'reportViolation');
      if (typeof report === 'function') report(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') faults.push(`request: ${request.url()}`);
  });
  return { page, faults };
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
