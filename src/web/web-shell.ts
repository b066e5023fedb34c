/**
 * The web shell: the host behind a server on this machine, with a terminal beside it. A window that
 * goes away leaves a search running; Ctrl+C pauses it first.
 */
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createHost, createProgressPrinter, defaultWorkspace, failureOf } from '../host/for-shells.ts';
import type { Host, HostOptions } from '../host/for-shells.ts';
import { openAppWindow } from './browser.ts';
import type { AppWindow } from './browser.ts';
import { readWebOptions } from './options.ts';
import type { WebOptions } from './options.ts';
import { createPresence } from './presence.ts';
import { runSample } from './sample.ts';
import { startWebServer } from './server.ts';
import type { WebServer } from './server.ts';

// In a checkout this file is in src/web, in a build in out/main.
const ROOT = resolve(import.meta.dirname, '../..');

/** Beside workspace and shell: the resources and, in tests, a trainer of their own. */
type Parts = Omit<HostOptions, 'workspace' | 'shell' | 'onQuit'>;

/** Ends the process when it is done or cannot begin. */
export async function runWebShell(
  args: readonly string[],
  parts: Parts = { resources: join(ROOT, 'resources') },
): Promise<void> {
  try {
    await start(readWebOptions(args), parts);
  } catch (error) {
    const { message, exitCode } = failureOf(error);
    process.stderr.write(`${message}\n`);
    process.exit(exitCode);
  }
}

async function start(options: WebOptions, parts: Parts): Promise<void> {
  const printer = createProgressPrinter(process.stdout);
  let host: Host | undefined;
  let browser: AppWindow | undefined;
  let leaving = false;

  const presence = createPresence(() => {
    if (leaving || host === undefined) return;
    if (host.activeRuns().length > 0) printer.line('No window is open; the search goes on. Ctrl+C pauses it.');
    else if (host.activeJobs() > 0) printer.line('No window is open; what is under way goes on. Ctrl+C stops it.');
    else if (options.browser !== undefined) return void leave(0);
    printAddressHint();
  });
  // The port first: when it is in use, nothing has been touched.
  const server = await startWebServer({
    root: join(ROOT, 'out/renderer'),
    port: options.port,
    onSocket: (socket) => {
      presence.arrived();
      socket.on('close', presence.left);
      host?.serve.webSocket(socket);
    },
  });
  try {
    host = await createHost({
      ...parts,
      workspace: options.workspace ?? defaultWorkspace(),
      shell: 'web',
      onQuit: (mode) => {
        if (mode === 'pause') void leave(0);
        else printer.line('The window is closed; the search goes on. Ctrl+C pauses it.');
      },
    });
    for (const file of options.archives) host.offerArchive(file);
  } catch (error) {
    await host?.close();
    await server.close();
    throw error;
  }

  listenToTerminal(server);
  if (options.browser === undefined) printer.line(`The workbench is at ${server.newAddress()}`);
  else openWindow(options.browser, server);
  printAddressHint();
  if (options.sample) {
    await runSample(host.client, printer, () => leaving, printAddressHint);
  }

  function openWindow(program: string, { newAddress }: WebServer): void {
    printer.line('Opening the workbench in a window of its own.');
    browser = openAppWindow(program, newAddress, (why) => {
      if (leaving) return;
      printer.line(`The window did not open (${why}). Open this address in a browser: ${newAddress()}`);
    });
  }

  function printAddressHint(): void {
    if (process.stdin.isTTY && !leaving)
      printer.line('Enter prints a new address (each opens one window); Ctrl+C ends.');
  }

  function listenToTerminal({ newAddress }: WebServer): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted);
    if (!process.stdin.isTTY) return;
    createInterface({ input: process.stdin })
      .on('line', () => printer.line(newAddress()))
      .on('SIGINT', interrupted);
  }

  function interrupted(): void {
    // A second Ctrl+C: at once. The next start finds what was cut off and can go on from its last
    // checkpoint.
    if (leaving) process.exit(130);
    const running = host?.activeRuns() ?? [];
    if (running.length > 0) printer.line('Pausing the search; Ctrl+C once more ends at once.');
    void leave(running.length > 0 ? 130 : 0, running);
  }

  async function leave(exitCode: number, paused: readonly string[] = []): Promise<void> {
    if (leaving) return;
    leaving = true;
    printer.clear();
    try {
      await host?.close();
      const where = options.workspace === undefined ? '' : ` --workspace ${options.workspace}`;
      for (const id of paused) printer.line(`Paused: go on in the workbench, or by "trade resume ${id}${where}".`);
    } catch (error) {
      const failure = failureOf(error);
      process.stderr.write(`${failure.message}\n`);
      exitCode = failure.exitCode;
    }
    browser?.close();
    await server.close();
    process.exit(exitCode);
  }
}
