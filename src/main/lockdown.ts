/** Closes Electron's doors: no permission but to copy, no navigation, no second window, no webview,
 * no download but our exports. The rules are in guards.ts. */
import { app, BrowserWindow, dialog, session, shell } from 'electron';
import type { Event } from 'electron';
import { messageOf } from '../bridge/errors.ts';
import { wayOut } from '../bridge/external-links.ts';
import { mayDownload, mayHave, mayNavigate } from './guards.ts';

/** A page that opens a hundred links asks once. */
let isAsking = false;

async function leadOut(address: string): Promise<void> {
  const way = wayOut(address);
  if (way === 'known' || (way === 'asked' && (await isAgreed(address)))) await shell.openExternal(address);
}

/** Notes come from others, too: the person sees where a link leads, whatever it is called. */
async function isAgreed(address: string): Promise<boolean> {
  if (isAsking) return false;
  isAsking = true;
  try {
    const box = {
      ...{ type: 'question' as const, title: 'TRADE workbench', buttons: ['Open in the browser', 'Cancel'] },
      ...{ message: 'This link leads out of the program.', detail: address, defaultId: 1, cancelId: 1 },
    };
    const window = BrowserWindow.getFocusedWindow();
    const { response } = await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box));
    return response === 0;
  } finally {
    isAsking = false;
  }
}

/** Once the app is ready, before the first window. */
export function lockDown(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(mayHave(permission, requestingUrl)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.on('will-download', (event, item) => {
    const name = item.getFilename();
    if (!mayDownload(item.getURL(), name)) return event.preventDefault();
    // It would be called by the address in the page's memory.
    item.setSaveDialogOptions({ title: `Save ${name}` });
  });
  app.on('web-contents-created', (_created, contents) => {
    const guard = (event: Event & { readonly url: string }): void => {
      if (!mayNavigate(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', guard);
    contents.on('will-redirect', guard);
    contents.on('will-frame-navigate', guard);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      leadOut(url).catch((thrown: unknown) => dialog.showErrorBox('TRADE workbench', messageOf(thrown)));
      return { action: 'deny' };
    });
  });
}
