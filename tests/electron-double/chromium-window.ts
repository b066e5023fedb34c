/**
 * A window of the double that is a page in a real Chromium: preload's bundle in an isolated world
 * of it, messages over ports that were handed from world to world, the program's own protocol
 * answered by its handler, navigation asked about. What it does not prove: Electron's sandbox, its
 * own scheme (pages are at https://trade.invalid here), drops from outside, and everything of the
 * system.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { CDPSession, Page, Request as PageRequest, Route } from 'playwright-core';

/** What of the double it calls. */
export interface WindowDouble {
  answer(request: Request): Promise<Response>;
  /** False: it was prevented. */
  mayGo(url: string): boolean;
  mayOpen(url: string): boolean;
  /** A message of preload's, with the port that came with it. */
  hear(channel: string, frame: { readonly url: string; readonly parent: null }, port: EventEmitter): void;
  /** Faults of the page, which fail the test. */
  fault(words: string): void;
}

export interface ChromiumWindow {
  /** In the page's own world. */
  evaluate(expression: string): Promise<unknown>;
  /** To preload. */
  send(channel: string, ...args: readonly unknown[]): void;
  close(): void;
}

/** A name that no server has. */
const STAND_IN = 'https://trade.invalid/';
const OWN = 'app://trade/';
const WORLD = 'preload';
const here = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const toOwn = (url: string): string => url.replace(STAND_IN, OWN);

/** `executable`: of Chromium. `preload`: the built file. */
export async function openInChromium(
  executable: string,
  preload: string,
  url: string,
  double: WindowDouble,
): Promise<ChromiumWindow> {
  const browser = await chromium.launch({ executablePath: executable });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') double.fault(message.text());
  });
  page.on('pageerror', (error) => double.fault(error.stack ?? error.message));
  // A window that is closed before it has its answer needs none.
  await context.route('**/*', (route) => serve(route, page, double).catch(() => undefined));
  const session = await context.newCDPSession(page);
  // Asked before there is a window; the one that Chromium opens all the same loads nothing and is
  // closed.
  session.on('Page.windowOpen', ({ url: wanted }) => {
    if (double.mayOpen(wanted)) double.fault(`a window was opened for ${wanted}`);
  });
  context.on('page', (popup) => void popup.close().catch(() => undefined));
  const world = await layWorlds(session, page, preload, double);
  await page.goto(url.replace(OWN, STAND_IN));
  return {
    evaluate: (expression) => page.evaluate(expression),
    send: (channel, ...args) => world.call('hear', channel, args),
    close: () => void browser.close(),
  };
}

async function serve(route: Route, page: Page, double: WindowDouble): Promise<void> {
  const request = route.request();
  if (!isOf(page, request)) return route.abort();
  const url = toOwn(request.url());
  if (request.isNavigationRequest() && page.url() !== 'about:blank' && !double.mayGo(url))
    return route.abort('aborted');
  if (!url.startsWith(OWN)) {
    double.fault(`a request to ${url}`);
    return route.abort();
  }
  const response = await double.answer(new Request(url, { method: request.method() }));
  const body = Buffer.from(await response.arrayBuffer());
  await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
}

/** The first request of a new window has no frame yet. */
function isOf(page: Page, request: PageRequest): boolean {
  try {
    return request.frame().page() === page;
  } catch {
    return false;
  }
}

interface IsolatedWorld {
  call(method: string, ...args: readonly unknown[]): void;
}

async function layWorlds(
  session: CDPSession,
  page: Page,
  preload: string,
  double: WindowDouble,
): Promise<IsolatedWorld> {
  let current: number | undefined;
  const ports = new Map<number, PagePort>();
  const call = (method: string, ...args: readonly unknown[]): void => {
    if (current === undefined) return;
    const expression = `fromMain.${method}(...${JSON.stringify(args)})`;
    // The page may have gone meanwhile.
    session.send('Runtime.evaluate', { expression, contextId: current }).catch(() => undefined);
  };
  session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name === WORLD) current = context.id;
  });
  session.on('Runtime.executionContextsCleared', () => {
    current = undefined;
    for (const port of ports.values()) port.emit('close');
    ports.clear();
  });
  session.on('Runtime.bindingCalled', ({ payload }) => {
    const message = JSON.parse(payload) as ToMain; // isolated-world.js
    if ('opened' in message) {
      const port = new PagePort(message.opened, call);
      ports.set(message.opened, port);
      double.hear(message.channel, { url: toOwn(page.url()), parent: null }, port);
    } else if ('closed' in message) ports.get(message.closed)?.emit('close');
    else ports.get(message.port)?.take(decode(message.data));
  });
  await session.send('Page.enable');
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'toMain', executionContextName: WORLD });
  const bundle = `((require, module, exports) => {\n${readFileSync(preload, 'utf8')}\n})(requireInPreload, {}, {});`;
  const source = `${here('isolated-world.js')}\n${bundle}`;
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD });
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: here('page-world.js') });
  return { call };
}

interface Encoded {
  readonly text?: string;
  readonly bytes?: string;
}

type ToMain =
  | { readonly channel: string; readonly opened: number }
  | { readonly closed: number }
  | { readonly port: number; readonly data: Encoded };

/** As Electron's port in the main process: what comes before `start` waits. */
class PagePort extends EventEmitter {
  readonly #id: number;
  readonly #call: IsolatedWorld['call'];
  #waiting: unknown[] | undefined = [];
  constructor(id: number, call: IsolatedWorld['call']) {
    super();
    this.#id = id;
    this.#call = call;
  }
  take(data: unknown): void {
    if (this.#waiting) this.#waiting.push(data);
    else this.emit('message', { data });
  }
  start = (): void => {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const data of waiting) this.emit('message', { data });
  };
  postMessage = (data: string | Uint8Array): void => {
    this.#call(
      'deliver',
      this.#id,
      typeof data === 'string' ? { text: data } : { bytes: Buffer.from(data).toString('base64') },
    );
  };
  close = (): void => this.#call('close', this.#id);
}

const decode = ({ text, bytes = '' }: Encoded): unknown => text ?? new Uint8Array(Buffer.from(bytes, 'base64'));
