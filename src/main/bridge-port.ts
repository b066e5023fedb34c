/** Takes the page's end of a channel, handed over by preload, and lets the host serve it. */
import { ipcMain } from 'electron';
import type { MessagePortMain } from 'electron';
import { PORT_MESSAGE } from '../bridge/shell.ts';
import { isOwnMainFrame } from './guards.ts';

/** A reloaded page hands over a new port; the old one closes with its page. */
export function acceptPorts(serve: (port: MessagePortMain) => void): void {
  // Without a reference a port could be collected while the page still talks to it.
  const open = new Set<MessagePortMain>();
  ipcMain.on(PORT_MESSAGE, ({ senderFrame, ports: [port, ...surplus] }) => {
    for (const other of surplus) other.close();
    if (port === undefined) return;
    if (!isOwnMainFrame(senderFrame)) return port.close();
    open.add(port);
    port.on('close', () => open.delete(port));
    serve(port);
  });
}
