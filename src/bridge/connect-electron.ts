/** Electron: the page makes the channel and posts one port to preload, which passes it on to
 * main. */
import { clientOver } from './client.ts';
import type { Link, Page } from './connect-link.ts';
import { PORT_MESSAGE } from './shell.ts';

const CLOSED = 'The workbench has closed its connection to this window: close the window and start it again.';

export function connectElectron(page: Page, link: Link): void {
  const { port1, port2 } = new page.MessageChannel();
  port1.addEventListener('close', () => link.lose(CLOSED));
  const client = clientOver(port1);
  // A port cannot pass Electron's contextBridge, but a message of the page reaches preload with it.
  page.postMessage(PORT_MESSAGE, page.location.origin, [port2]);
  link.up(client);
}
