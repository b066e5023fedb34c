/**
 * How a page reaches its host, in either shell. Call it once, before the router is made: in the web
 * shell the address's fragment carries a token that must be taken out of it first.
 */
import { createORPCClient } from '@orpc/client';
import { WorkbenchError } from '../core/errors.ts';
import type { BridgeClient } from './client.ts';
import type { ConnectionState, Link, Page } from './connect-link.ts';
import { connectElectron } from './connect-electron.ts';
import { connectWeb } from './connect-web.ts';
import type { ShellApi } from './shell.ts';

export interface HostConnection {
  readonly shell: 'electron' | 'web';
  /** One object for the page's whole life, whatever becomes of the connection below it. */
  readonly client: BridgeClient;
  state(): ConnectionState;
  /** Calls back on each change; returns a function that ends it. */
  onState(listener: (state: ConnectionState) => void): () => void;
}

/** What preload shows this page; undefined in the web shell. */
export function shellApi(page: Page = window): ShellApi | undefined {
  return page.trade;
}

/** Throws a `WorkbenchError` that says what to do when the host refuses this page. */
export async function connectToHost(page: Page = window): Promise<HostConnection> {
  const link = createLink();
  if (page.trade?.shell === 'electron') connectElectron(page, link);
  else await connectWeb(page, link);
  const shell = page.trade?.shell ?? 'web';
  return { shell, client: throughLink(link), state: link.state, onState: link.onState };
}

function createLink(): Link {
  const listeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = { kind: 'reconnecting' };
  let box = Promise.withResolvers<{ readonly client: BridgeClient }>();
  // Without a caller waiting, a loss is told by the state alone.
  const renew = (): void => {
    box = Promise.withResolvers();
    box.promise.catch(() => undefined);
  };
  const change = (next: ConnectionState): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  renew();
  return {
    up(client) {
      box.resolve({ client });
      change({ kind: 'connected' });
    },
    down() {
      if (state.kind !== 'connected') return;
      renew();
      change({ kind: 'reconnecting' });
    },
    lose(reason) {
      if (state.kind === 'connected') renew();
      box.reject(new WorkbenchError('internal', reason));
      change({ kind: 'lost', reason });
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current: () => box.promise,
  };
}

/** A client whose calls go over whichever connection stands. */
function throughLink(link: Link): BridgeClient {
  return createORPCClient({
    async call(path, input, options) {
      // Sound: the path was made by the same contract's client type, and its last step is a method.
      const { client } = await link.current();
      const node = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], client);
      return (node as (input: unknown, options: unknown) => Promise<unknown>)(input, options);
    },
  });
}
