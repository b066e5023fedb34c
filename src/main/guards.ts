/** What the Electron shell lets through, as functions of plain values: they are tested without
 * Electron. */

/** Of the page that the shell serves by its own protocol. */
export const APP_SCHEME = 'app';
const APP_HOST = 'trade';
export const START_PAGE = `${APP_SCHEME}://${APP_HOST}/`;

/** What is looked at of Electron's WebFrameMain; `undefined` or `null` when the frame is gone. */
export interface FrameLike {
  readonly url: string;
  readonly parent: unknown;
}

/** By the parser, not by its first letters: `app://trade@evil/` and `app://trade.evil/` are not
 * ours. */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '' && url.password === '';
}

/** The bridge is handed to this frame alone. */
export function isOwnMainFrame(frame: FrameLike | null | undefined): boolean {
  return frame != null && frame.parent === null && isOwnPage(frame.url);
}

/** Our page may put words into the clipboard, as its buttons say. It reads nothing from there, and
 * there is nothing else that it would have to ask for. */
export function mayHave(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnPage(address);
}

/** What the workbench exports, by the ends of its files: no program is among them. */
const EXPORTS = ['.csv', '.html', '.json', '.md', '.onnx', '.png', '.svg', '.trade', '.txt'];

/** Only what our own page has made in its memory becomes a file, under a name of ours; nothing is
 * fetched from anywhere. */
export function mayDownload(address: string, name: string): boolean {
  const inner = /^blob:(.*)$/.exec(address)?.[1];
  return inner !== undefined && isOwnPage(inner) && EXPORTS.some((ending) => name.toLowerCase().endsWith(ending));
}

/** A reload, and nothing else, may replace the page. */
export function mayNavigate(address: string): boolean {
  const path = URL.parse(address)?.pathname;
  return isOwnPage(address) && (path === '/' || path === '/index.html');
}
