/** The one window: sandboxed, with its place kept from last time; it comes back when its page
 * crashes. */
import { join } from 'node:path';
import { app, BrowserWindow, screen } from 'electron';
import { CODE_ROOT, dataRoot } from './folders.ts';
import { START_PAGE } from './guards.ts';
import { onScreen, readWindowState, writeWindowState } from './window-state.ts';

/** A page that crashes again so soon after coming back would crash for ever. */
const CRASH_PAUSE_MS = 10_000;

/** `mayClose` is asked each time the person closes the window; true lets it go. `leave` is called
 * where Windows ends the person's session. */
export function openWindow(mayClose: () => boolean, leave: () => Promise<void>): BrowserWindow {
  const file = join(app.getPath('userData'), 'window.json');
  const state = onScreen(
    readWindowState(file),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...(state.bounds ?? { width: 1280, height: 800 }),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'TRADE workbench',
    icon: join(dataRoot(), 'resources/icons/icon.png'),
    webPreferences: {
      preload: join(CODE_ROOT, 'out/preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  const remember = (): void =>
    writeWindowState(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  // The program hides it as it ends.
  window.on('hide', remember);
  window.on('close', (event) => {
    remember();
    if (!mayClose()) event.preventDefault();
  });
  window.on('session-end', () => void leave());
  comeBackAfterCrash(window);
  void window.loadURL(START_PAGE);
  return window;
}

function comeBackAfterCrash(window: BrowserWindow): void {
  let last = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const now = performance.now();
    if (reason === 'clean-exit' || now - last < CRASH_PAUSE_MS) return;
    last = now;
    window.webContents.reload();
  });
}
