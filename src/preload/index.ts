/** Shows the page which shell it is in, tells it what is chosen in the menu, and passes its end of
 * the bridge on to main. */
import { contextBridge, ipcRenderer } from 'electron';
import { COMMAND_MESSAGE, PORT_MESSAGE } from '../bridge/shell.ts';
import type { ShellApi } from '../bridge/shell.ts';

const api: ShellApi = {
  shell: 'electron',
  onCommand: (listener) => void ipcRenderer.on(COMMAND_MESSAGE, (_event, id: unknown) => listener(String(id))),
};
contextBridge.exposeInMainWorld('trade', api);

window.addEventListener('message', (event) => {
  const port = event.ports[0];
  // Only this page itself may hand a port over; main checks the frame once more.
  if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
  ipcRenderer.postMessage(PORT_MESSAGE, undefined, [port]);
});
