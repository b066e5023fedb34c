/** Closes Electron's doors: no permission but to copy, no navigation, no second window, no webview,
 * no download but our exports. The rules are in guards.ts. */
import { app, session, shell } from 'electron';
import type { Event } from 'electron';
import { mayOpenExternally } from '../bridge/external-links.ts';
import { mayDownload, mayHave, mayNavigate } from './guards.ts';

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
      if (mayOpenExternally(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}
