/**
 * Stands in for the module `electron` where its binary is missing: the parts that our main process
 * uses, with every call told to the test and every event sent by it, over the channel of a forked
 * process.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { clientOver } from '../../src/bridge/client.ts';
import type { ChromiumWindow, WindowDouble } from './chromium-window.ts';

/**
 * From the test. `close`: of the window by its button. `call`: a method of the contract over a port
 * that is handed over; `input` to one that takes any. `data`: what a second start hands over.
 * `evaluate`: in the page, where there is one. `choose`: in the menu.
 */
export type DoubleCommand =
  | { readonly type: 'app'; readonly event: 'before-quit' | 'activate' }
  | { readonly type: 'shutdown' }
  | { readonly type: 'second-instance'; readonly data?: unknown }
  | { readonly type: 'open-file'; readonly path: string }
  | { readonly type: 'focused'; readonly isFocused: boolean }
  | { readonly type: 'click-notice' }
  | { readonly type: 'evaluate'; readonly expression: string }
  | { readonly type: 'choose'; readonly command: string }
  | { readonly type: 'close' }
  | { readonly type: 'answer'; readonly button: number }
  | {
      readonly type: 'call';
      readonly frame: { readonly url: string; readonly inner?: boolean } | null;
      readonly path: string;
      readonly input?: object;
    }
  | { readonly type: 'contents'; readonly event: string; readonly url: string }
  | { readonly type: 'open'; readonly url: string }
  | { readonly type: 'download'; readonly url: string; readonly name: string }
  | { readonly type: 'fetch'; readonly url: string };

/** To the test. */
export interface DoubleNews {
  readonly name: string;
  readonly detail?: unknown;
}

let isFocused = false;
/** What is asked at the start cannot wait for a command: a button for each question, the last one
 * for all that follow. */
let buttons = (process.env['DOUBLE_BUTTON'] ?? '0').split(',').map(Number);

function tell(name: string, detail?: unknown): void {
  process.send?.({ name, detail } satisfies DoubleNews);
}

interface Prevented {
  readonly event: { preventDefault(): void };
  isPrevented(): boolean;
}

function preventable(): Prevented {
  let prevented = false;
  return { event: { preventDefault: () => (prevented = true) }, isPrevented: () => prevented };
}

class App extends EventEmitter {
  isPackaged = process.env['DOUBLE_PACKAGED'] !== undefined;
  #quitting = false;
  enableSandbox = (): void => tell('sandbox');
  requestSingleInstanceLock = (data: unknown): boolean => {
    tell('hand-over', data);
    return process.env['DOUBLE_SECOND'] === undefined;
  };
  commandLine = { hasSwitch: (name: string): boolean => process.argv.includes(`--${name}`) };
  setAppUserModelId = (id: string): void => tell('app id', id);
  addRecentDocument = (path: string): void => tell('recent', path);
  whenReady = (): Promise<void> => Promise.resolve();
  getPath = (): string => process.env['DOUBLE_USER_DATA'] ?? '/nonexistent';
  quit = (): void => {
    if (this.#quitting) return;
    const { event, isPrevented } = preventable();
    this.emit('before-quit', event);
    if (isPrevented()) return;
    this.#quitting = true;
    for (const window of [...windows]) if (!window.close()) return;
    this.exit(0);
  };
  exit = (code: number): void => {
    process.send?.({ name: 'exit', detail: code }, () => process.exit(code));
  };
}
export const app = new App();

let windowOpenHandler: (details: { readonly url: string }) => { readonly action: string } = () => ({ action: 'allow' });

/** A page that is real, where the test names a Chromium. */
const CHROMIUM = process.env['DOUBLE_CHROMIUM'];
let chromiumWindow: ChromiumWindow | undefined;

class Contents extends EventEmitter {
  send = (channel: string, ...args: readonly unknown[]): void => chromiumWindow?.send(channel, ...args);
  setWindowOpenHandler = (handler: typeof windowOpenHandler): void => void (windowOpenHandler = handler);
  reload = (): void => tell('reload');
}

interface MenuItem {
  readonly label?: string;
  readonly click?: () => void;
  readonly submenu?: readonly MenuItem[];
}

const windows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  static getFocusedWindow = (): BrowserWindow | null => [...windows][0] ?? null;
  readonly webContents = new Contents();
  readonly #preload: string;
  constructor(options: { readonly webPreferences: { readonly preload: string } }) {
    super();
    windows.add(this);
    this.#preload = options.webPreferences.preload;
    tell('window', options);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL = async (url: string): Promise<void> => {
    if (CHROMIUM !== undefined) {
      // Playwright is slow to load, and most tests need no page.
      const { openInChromium } = await import('./chromium-window.ts');
      chromiumWindow = await openInChromium(CHROMIUM, this.#preload, url, this.#windowDouble());
    }
    tell('load', url);
  };
  #windowDouble = (): WindowDouble => ({
    answer: (request) => answerRequest(request),
    mayGo: (url) => {
      const { event, isPrevented } = preventable();
      this.webContents.emit('will-navigate', { ...event, url });
      return !isPrevented();
    },
    mayOpen: (url) => windowOpenHandler({ url }).action === 'allow',
    hear: (channel, senderFrame, port) => ipcMain.emit(channel, { senderFrame, ports: [port] }),
    fault: (words) => tell('fault', words),
  });
  show = (): void => tell('show');
  hide = (): void => tell('hide');
  focus = (): void => tell('focus');
  maximize = (): void => undefined;
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => false;
  isFocused = (): boolean => isFocused;
  setProgressBar = (share: number): void => tell('progress', share);
  restore = (): void => undefined;
  getNormalBounds = () => ({ x: 0, y: 0, width: 1280, height: 800 });
  /** False when the close was prevented. */
  close = (): boolean => {
    const { event, isPrevented } = preventable();
    this.emit('close', event);
    if (isPrevented()) return false;
    this.destroy();
    return true;
  };
  destroy = (): void => {
    windows.delete(this);
    chromiumWindow?.close();
    chromiumWindow = undefined;
    tell('closed');
    this.emit('closed');
  };
}

export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };
export const shell = { openExternal: async (url: string): Promise<void> => tell('external', url) };
const menuItems = new Map<string, () => void>();
export const Menu = {
  buildFromTemplate(template: readonly MenuItem[]): unknown {
    for (const { label, click, submenu } of template) {
      if (label !== undefined && click !== undefined) menuItems.set(label, click);
      if (submenu !== undefined) this.buildFromTemplate(submenu);
    }
    return template;
  },
  setApplicationMenu: () => tell('menu'),
};
export const dialog = {
  showErrorBox: (_title: string, content: string): void => tell('error', content),
  showMessageBox: async (...given: readonly unknown[]): Promise<{ response: number }> => {
    tell('question', given.at(-1));
    const [button = 0, ...rest] = buttons;
    if (rest.length > 0) buttons = rest;
    return { response: button };
  },
  showOpenDialog: async (): Promise<{ filePaths: string[] }> => ({
    filePaths: [process.env['DOUBLE_FOLDER'] ?? ''].filter((path) => path !== ''),
  }),
};

type Answer = (allowed: boolean) => void;
const downloads = new EventEmitter();
export const session = {
  defaultSession: {
    on: (event: string, listener: (...args: readonly unknown[]) => void): void => void downloads.on(event, listener),
    setPermissionRequestHandler: (
      ask: (contents: unknown, permission: string, answer: Answer, details: { readonly requestingUrl: string }) => void,
    ): void => {
      for (const permission of ['media', 'clipboard-read'])
        ask(undefined, permission, (allowed) => tell('permission', allowed), { requestingUrl: 'app://trade/' });
    },
    setPermissionCheckHandler: (check: (contents: unknown, permission: string, origin: string) => boolean): void =>
      tell('permission', check(undefined, 'media', 'app://trade/')),
    setDevicePermissionHandler: (check: () => boolean): void => tell('permission', check()),
  },
};

let answerRequest: (request: Request) => Promise<Response> = () => Promise.reject(new Error('no protocol'));
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown): void => tell('schemes', schemes),
  handle: (_scheme: string, handler: typeof answerRequest): void => void (answerRequest = handler),
};

export const crashReporter = { start: (options: unknown): void => tell('crash reporter', options) };

let blockers = 0;
export const powerSaveBlocker = {
  start: (kind: string): number => {
    tell('awake', kind);
    return ++blockers;
  },
  stop: (id: number): void => tell('asleep', id),
};

const notices = new Set<Notification>();

export class Notification extends EventEmitter {
  static isSupported = (): boolean => true;
  readonly #words: unknown;
  constructor(words: unknown) {
    super();
    this.#words = words;
  }
  show = (): void => {
    notices.add(this);
    tell('notice', this.#words);
  };
}

export const ipcMain = new EventEmitter();
export const powerMonitor = new EventEmitter();

/** As Electron's port in the main process: an emitter that wraps what it hears as an event. */
class MainPort extends EventEmitter {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  start = (): void => void this.#port.on('message', (data: unknown) => this.emit('message', { data }));
  postMessage = (data: unknown): void => this.#port.postMessage(data);
  close = (): void => this.#port.close();
}

async function call({ frame, path, input }: Extract<DoubleCommand, { type: 'call' }>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  port1.on('close', () => tell('port closed'));
  const senderFrame = frame && { url: frame.url, parent: frame.inner ? {} : null };
  const client = clientOver(port1);
  ipcMain.emit('trade:port', { senderFrame, ports: [new MainPort(port2)] });
  // Sound: the test names a method that takes this input, an empty object, or nothing.
  const [group = '', method = ''] = path.split('.');
  const methods = client as unknown as Record<string, Record<string, (input?: object) => Promise<unknown>>>;
  const result = await methods[group]?.[method]?.(input ?? (group === 'runs' ? {} : undefined)).catch(String);
  tell('result', result);
}

async function obey(command: DoubleCommand): Promise<void> {
  const [window] = windows;
  switch (command.type) {
    case 'app':
      return void (command.event === 'before-quit' ? app.quit() : app.emit(command.event));
    case 'shutdown': {
      const { event, isPrevented } = preventable();
      powerMonitor.emit('shutdown', event);
      return tell('prevented', isPrevented());
    }
    case 'second-instance':
      return void app.emit('second-instance', {}, [], '/', command.data);
    case 'open-file': {
      const { event, isPrevented } = preventable();
      app.emit('open-file', event, command.path);
      return tell('prevented', isPrevented());
    }
    case 'focused':
      return void (isFocused = command.isFocused);
    case 'click-notice':
      return void [...notices].at(-1)?.emit('click');
    case 'evaluate':
      return tell('evaluated', await chromiumWindow?.evaluate(command.expression).catch(String));
    case 'choose':
      return void (menuItems.get(command.command) ?? (() => tell('error', `no menu item ${command.command}`)))();
    case 'close':
      return void window?.close();
    case 'answer':
      return void (buttons = [command.button]);
    case 'call':
      return call(command);
    case 'contents': {
      const { event, isPrevented } = preventable();
      window?.webContents.emit(command.event, { ...event, url: command.url });
      return tell('prevented', isPrevented());
    }
    case 'download': {
      const { event, isPrevented } = preventable();
      downloads.emit('will-download', event, {
        getURL: () => command.url,
        getFilename: () => command.name,
        setSaveDialogOptions: (options: unknown) => tell('save dialog', options),
      });
      return tell('prevented', isPrevented());
    }
    case 'open':
      return tell('action', windowOpenHandler({ url: command.url }).action);
    case 'fetch': {
      const response = await answerRequest(new Request(command.url));
      const type = response.headers.get('content-type');
      return tell('response', { status: response.status, type, bytes: (await response.arrayBuffer()).byteLength });
    }
  }
}

process.on('message', (command) => void obey(command as DoubleCommand)); // our own test's
