/** What the parts of a page's connection share: the page, the link that each shell keeps up, and
 * its state. */
import type { BridgeClient } from './client.ts';
import type { ShellApi } from './shell.ts';

export type ConnectionState =
  | { readonly kind: 'connected' }
  /** Calls wait; event streams have ended with an error and must be watched anew once connected. */
  | { readonly kind: 'reconnecting' }
  /** For good; `reason` says what the person can do. */
  | { readonly kind: 'lost'; readonly reason: string };

/** What is used of a page's window. */
export type Page = Pick<
  Window & typeof globalThis,
  | 'location'
  | 'history'
  | 'sessionStorage'
  | 'fetch'
  | 'WebSocket'
  | 'BroadcastChannel'
  | 'MessageChannel'
  | 'postMessage'
  | 'setTimeout'
> & { readonly trade?: ShellApi };

/** What a shell's connection tells the page: up with this client, down but trying, or lost. */
export interface Link {
  up(client: BridgeClient): void;
  down(): void;
  lose(reason: string): void;
  state(): ConnectionState;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** The client of the connection, as soon as there is one. In a box: a client answers every name,
   * `then` among them. */
  current(): Promise<{ readonly client: BridgeClient }>;
}
