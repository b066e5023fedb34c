/** Shows the page which shell it is in, and passes the page's end of the bridge on to main. Nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import { PORT_MESSAGE } from '../bridge/shell.ts';
import type { ShellApi } from '../bridge/shell.ts';

const api: ShellApi = { shell: 'electron' };
contextBridge.exposeInMainWorld('trade', api);

window.addEventListener('message', (event) => {
  const port = event.ports[0];
  // Only this page itself may hand a port over; main checks the frame once more.
  if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
  ipcRenderer.postMessage(PORT_MESSAGE, undefined, [port]);
});
