/** A browser's page as far as `connectToHost` looks at one: address, session storage, and requests
 * marked with its origin. */
import { BroadcastChannel } from 'node:worker_threads';
import { WebSocket } from 'ws';
import type { Page } from '../../src/bridge/connect-link.ts';

export interface TestPage {
  readonly page: Page;
  /** What a reload keeps. */
  readonly storage: Map<string, string>;
  address(): string;
}

const sockets = new Set<WebSocket>();

/** As when the person closes every window: no page is left that would connect again. */
export function closePages(): void {
  for (const socket of sockets) {
    socket.removeAllListeners();
    socket.terminate();
  }
  sockets.clear();
}

/** `address`: as typed into the address bar; `storage`: of the page before a reload. */
export function openPage(address: string, storage = new Map<string, string>()): TestPage {
  let url = new URL(address);
  const { origin } = url;
  class PageSocket extends WebSocket {
    constructor(to: string | URL, protocols?: string | string[]) {
      super(to, protocols, { origin });
      sockets.add(this);
    }
  }
  /** Browsers keep the channels of two origins apart, Node does not. */
  class PageChannel extends BroadcastChannel {
    constructor(name: string) {
      super(`${origin} ${name}`);
      this.unref();
    }
  }
  const page = {
    get location() {
      return url;
    },
    history: {
      state: undefined,
      replaceState: (_state: unknown, _title: string, to: string) => (url = new URL(to, url)),
    },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
    fetch: (path: string, init: RequestInit) =>
      fetch(new URL(path, origin), { ...init, headers: { ...init.headers, origin } }),
    WebSocket: PageSocket,
    BroadcastChannel: PageChannel,
    MessageChannel,
    setTimeout,
  };
  // Sound: these are the members that a page's connection uses; the types of a whole window say
  // much more.
  return { page: page as unknown as Page, storage, address: () => url.href };
}
