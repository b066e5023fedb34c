/** The Electron shell: one instance, one window, and a host that outlives the window while a search
 * runs. */
import { join } from 'node:path';
import { app, crashReporter, dialog, powerMonitor, protocol } from 'electron';
import type { BrowserWindow, Event } from 'electron';
import { isArchiveName } from '../bridge/schemas/archive.ts';
import { messageOf, WorkbenchError } from '../bridge/errors.ts';
import { COMMAND_MESSAGE } from '../bridge/shell.ts';
import { assertOurs, backupsOf, createHost, defaultWorkspace, wishFor } from '../host/for-shells.ts';
import type { Host, HostOptions } from '../host/for-shells.ts';
import { APP_ID } from './app-id.ts';
import { answerAppRequest } from './app-protocol.ts';
import { acceptPorts } from './bridge-port.ts';
import { decideClosing } from './closing.ts';
import type { ClosingQuestion, WorkUnderWay } from './closing.ts';
import { followOnDesktop } from './desktop.ts';
import { CODE_ROOT, dataRoot } from './folders.ts';
import { APP_SCHEME } from './guards.ts';
import { lockDown } from './lockdown.ts';
import { setMenu } from './menu.ts';
import { createOpeningQueue, readHandOver } from './opening.ts';
import { readShellOptions } from './options.ts';
import { rescueQuestion } from './recovery.ts';
import { openWindow } from './window.ts';

/** Beside workspace and shell: the resources and, in tests, a trainer of their own. */
type Parts = Omit<HostOptions, 'workspace' | 'shell' | 'onQuit'>;

/** Before the app is ready: the first thing that Electron's main process does. */
export function runElectronShell(parts: Parts = { resources: join(dataRoot(), 'resources') }): void {
  const options = readShellOptions(process.argv.slice(app.isPackaged ? 1 : 2));
  let host: Host | undefined;
  let window: BrowserWindow | undefined;
  /** `leaving`: the host is closed or closing, nothing more is asked. */
  let phase: 'running' | 'asking' | 'leaving' = 'running';
  const opening = createOpeningQueue();

  prepareApp();
  if (app.requestSingleInstanceLock({ archives: options.archives })) {
    opening.add(options.archives);
    hearSystem(opening, { show: showWindow, mayLeave });
    app.whenReady().then(start).catch(fail);
  } else {
    app.quit();
  }

  async function start(): Promise<void> {
    hearEnds(leave);
    refuseWithoutSandbox();
    lockDown();
    setMenu(process.platform, (id) => window?.webContents.send(COMMAND_MESSAGE, id));
    protocol.handle(APP_SCHEME, (request) => answerAppRequest(request, join(CODE_ROOT, 'out/renderer')));
    const opened = await openHost(options.workspace ?? defaultWorkspace(), serveHost);
    if (opened === undefined) return leave();
    host = opened;
    acceptPorts((port) => opened.serve.messagePort(port));
    showWindow();
    opening.deliverTo((file) => offer(opened, file));
    followOnDesktop(opened, { window: () => window, show: showWindow }).catch(showError);
    if (options.sample) await startSample(opened).catch(showError);
  }

  async function serveHost(workspace: string): Promise<Host> {
    const opened = await createHost({
      ...parts,
      ...{ workspace, shell: 'electron' },
      onQuit: (mode) => void (mode === 'pause' ? leave() : goOnWithoutWindow(opened)),
    });
    return opened;
  }

  function showWindow(): void {
    if (host === undefined || isLeaving()) return;
    if (window === undefined) {
      window = openWindow(mayLeave, leave);
      window.on('closed', () => (window = undefined));
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  }

  /** Asks first, where that is not settled yet. */
  function mayLeave(): boolean {
    if (isLeaving()) return true;
    void closing();
    return false;
  }

  function isLeaving(): boolean {
    return phase === 'leaving';
  }

  /** The person closes the window or quits. */
  async function closing(): Promise<void> {
    if (phase !== 'running' || host === undefined) return void (host === undefined && leave());
    phase = 'asking';
    const answer = await decideClosing(workOf(host), (question) => askWhatToDo(window, question));
    // A signal does not wait for the answer.
    if (isLeaving()) return;
    phase = 'running';
    if (answer === 'quit') await leave();
    if (answer === 'keep') goOnWithoutWindow(host);
  }

  function goOnWithoutWindow(running: Host): void {
    window?.hide();
    window?.destroy();
    void leaveWhenDone(running);
  }

  /** Ends the program with its last search or other long work, unless a window was opened again by
   * then. */
  async function leaveWhenDone(running: Host): Promise<void> {
    for await (const _event of await running.client.events.watch()) {
      if (window !== undefined) return;
      const { runs, jobs } = workOf(running);
      if (runs + jobs === 0) break;
    }
    await leave();
  }

  /** Pauses what runs, closes the workspace, ends. */
  async function leave(): Promise<void> {
    if (isLeaving()) return;
    phase = 'leaving';
    // The students in training take a moment to write their checkpoints.
    window?.hide();
    await host?.close().catch(fail);
    // A page that hangs would not let it close.
    window?.destroy();
    // Not within `before-quit`, which may have brought us here: its refusal would take this back.
    setImmediate(() => app.quit());
  }

  function fail(error: unknown): void {
    phase = 'leaving';
    showError(error);
    app.exit(1);
  }
}

/** What has to be settled before the app is ready. */
function prepareApp(): void {
  // Dumps stay in the program's own folder: nothing is sent anywhere.
  crashReporter.start({ uploadToServer: false });
  app.setAppUserModelId(APP_ID);
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  app.enableSandbox();
}

interface Asked {
  readonly show: () => void;
  readonly mayLeave: () => boolean;
}

/** What the system asks of the one instance. */
function hearSystem(opening: ReturnType<typeof createOpeningQueue>, { show, mayLeave }: Asked): void {
  app.on('second-instance', (_event, _args, _folder, data) => {
    opening.add(readHandOver(data).archives);
    show();
  });
  // A Mac's way of a double-click, also before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    if (isArchiveName(path)) opening.add([path]);
    show();
  });
  app.on('activate', show);
  app.on('window-all-closed', () => undefined); // the host decides: see `closing`
  app.on('before-quit', (event) => {
    if (!mayLeave()) event.preventDefault();
  });
}

/** What ends the program without a question. Chromium takes signals for itself until the app is
 * ready, and would ask: so they are heard from then on. */
function hearEnds(leave: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void leave());
  powerMonitor.on('shutdown', (event?: Event) => {
    // Asks the system to wait for a moment.
    event?.preventDefault();
    void leave();
  });
}

/** An AppImage's start script turns it off where the system grants none; a checkout may be tried
 * without. */
function refuseWithoutSandbox(): void {
  if (!app.isPackaged || !app.commandLine.hasSwitch('no-sandbox')) return;
  throw new WorkbenchError(
    'usage.invalid',
    'The workbench does not start without the sandbox that keeps its page apart from your files. If you have ' +
      'not turned it off ' +
      '(--no-sandbox), your system grants none: install the deb package, which brings a profile for it, or ' +
      'allow user namespaces.',
  );
}

function workOf(host: Host): WorkUnderWay {
  return { runs: host.activeRuns().length + host.dueRuns().length, jobs: host.activeJobs() };
}

/** Undefined where the person would rather quit than save a damaged workspace. */
async function openHost(workspace: string, open: (workspace: string) => Promise<Host>): Promise<Host | undefined> {
  try {
    return await open(workspace);
  } catch (error) {
    if (!(error instanceof WorkbenchError && error.code === 'workspace.corrupt')) throw error;
    const next = await rescue(workspace, error.message);
    return next === undefined ? undefined : openHost(next, open);
  }
}

/** The workspace to open then. */
async function rescue(workspace: string, damage: string): Promise<string | undefined> {
  const { rescues, buttons, message, detail } = rescueQuestion(damage, backupsOf(workspace));
  const { response } = await dialog.showMessageBox({
    ...{ type: 'error', title: 'TRADE workbench', message, detail, buttons: [...buttons] },
    ...{ defaultId: 0, cancelId: rescues.length - 1 },
  });
  const chosen = rescues[response];
  switch (chosen?.how) {
    case 'restore':
    case 'salvage':
      try {
        wishFor(workspace, chosen.how === 'restore' ? { restore: chosen.backup } : { salvage: true });
      } catch (error) {
        // A copy that is no better: the question comes again.
        showError(error);
      }
      return workspace;
    case 'another': {
      const { filePaths } = await dialog.showOpenDialog({ properties: ['openDirectory', 'createDirectory'] });
      const another = filePaths[0] ?? workspace;
      try {
        assertOurs(another);
      } catch (error) {
        // Somebody else's folder: the question comes again.
        showError(error);
        return workspace;
      }
      return another;
    }
    default:
      return undefined;
  }
}

/** The window asks whether to take it in. */
function offer({ offerArchive }: Host, file: string): void {
  try {
    offerArchive(file);
    app.addRecentDocument(file);
  } catch (error) {
    showError(error);
  }
}

async function startSample({ client }: Host): Promise<void> {
  if ((await client.runs.list({ limit: 1 })).total === 0) await client.runs.startSample();
}

async function askWhatToDo(window: BrowserWindow | undefined, question: ClosingQuestion): Promise<number> {
  const box = {
    ...{ ...question, type: 'question' as const, title: 'TRADE workbench', buttons: [...question.buttons] },
    ...{ defaultId: 0, cancelId: question.buttons.length - 1 },
  };
  const { response } = await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box));
  return response;
}

function showError(error: unknown): void {
  dialog.showErrorBox('TRADE workbench', messageOf(error));
}
