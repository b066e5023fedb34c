/** Names that a page and its shell agree on before the bridge is up. */

/** What preload shows the page as `window.trade`; absent in the web shell. */
export interface ShellApi {
  readonly shell: 'electron';
  /** Hears of each command that is chosen in the program's menu, by its id in `COMMANDS`. */
  onCommand(listener: (id: string) => void): void;
}

/** Electron: message of the page that carries one port of its channel, and the IPC channel that
 * passes it on to main. */
export const PORT_MESSAGE = 'trade:port';

/** Electron: the IPC channel by which main tells the page which command was chosen in the menu. */
export const COMMAND_MESSAGE = 'trade:command';

/** Web: subprotocol of the WebSocket; the tab's secret is offered beside it and never chosen. */
export const SOCKET_PROTOCOL = 'trade';
/** Web: path of the WebSocket. */
export const SOCKET_PATH = '/bridge';
/** Web: `POST` with `SessionRequest`. 200 and `{ secret }` for a one-time token, 204 for a good
 * secret, 403 else. */
export const SESSION_PATH = '/session';
/** Web: the one-time token in the address's fragment, `http://127.0.0.1:PORT/#token=...`. */
export const TOKEN_KEY = 'token';

export type SessionRequest = { readonly token: string } | { readonly secret: string };
