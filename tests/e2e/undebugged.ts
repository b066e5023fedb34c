/**
 * The workbench in Electron itself with no debugger attached, as a person has it: for tests of how
 * it ends. `real-electron.ts` is for all others.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { expect } from 'vitest';
import { argumentsOf, electronPath, environmentOf, ROOT } from './real-electron.ts';
import type { ElectronOptions } from './real-electron.ts';

const HOOK = join(import.meta.dirname, 'electron-hook.cjs');

export interface Undebugged {
  readonly pid: number;
  /** Of Electron's main process. */
  kill(signal: NodeJS.Signals): void;
  /** There; the function sees its arguments alone, which are JSON. Rejects with what it throws, and
   * where the program ends before it answers. */
  inMain<Value, Argument = undefined>(
    act: (electron: typeof Electron, argument: Argument) => Value,
    ...argument: Argument extends undefined ? [] : [Argument]
  ): Promise<Awaited<Value>>;
  /** In the page of its one window, which may not be there yet. */
  inPage<Value>(act: () => Value): Promise<Value>;
  /** Waits until its page has this heading, or this text anywhere. */
  shows(wanted: { readonly heading: string } | { readonly text: string }): Promise<void>;
  /** Resolves with the exit code when the program has ended; null where a signal did it. */
  readonly ended: Promise<number | null>;
  output(): string;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** As built in `out`; a fake one from its sources. `args`: beside the workspace. */
export function startUndebugged(
  workspace: string,
  args: readonly string[] = [],
  { userData, fake }: ElectronOptions = {},
): Undebugged {
  const own = userData ?? mkdtempSync(join(tmpdir(), 'trade electron '));
  const given = ['-r', HOOK, ...argumentsOf({ userData: own, workspace, args, fake })];
  const child = spawn(electronPath(), given, {
    ...{ cwd: ROOT, env: environmentOf(fake), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const waiting = new Map<number, (answer: Answer) => void>();
  let sent = 0;
  // Sound: what the hook sends.
  child.on('message', (message) => waiting.get((message as Answer).id)?.(message as Answer));
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  void ended.then(() => {
    for (const [id, answer] of waiting) answer({ id, error: 'the program has ended' });
    if (userData === undefined) rmSync(own, { recursive: true, force: true, maxRetries: 10 });
  });

  const inMain: Undebugged['inMain'] = async (act, ...[argument]) => {
    const id = (sent += 1);
    const { value, error } = await new Promise<Answer>((done) => {
      waiting.set(id, done);
      child.send({ id, code: act.toString(), argument }, (failure) => {
        if (failure) done({ id, error: failure.message });
      });
    });
    waiting.delete(id);
    if (error !== undefined) throw new Error(`In Electron's main process: ${error}`);
    // Sound: JSON of what `act` returns.
    return value as never;
  };
  const inPage: Undebugged['inPage'] = (act) =>
    inMain(async ({ BrowserWindow }, code) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      // A page that makes room for another answers nothing.
      if (contents === undefined || contents.isLoading()) throw new Error('there is no page yet');
      return contents.executeJavaScript(`(${code})()`);
    }, act.toString());
  return {
    ...{ pid: child.pid ?? 0, inMain, inPage, ended },
    kill: (signal) => void child.kill(signal),
    shows: async (wanted) => {
      const look = () =>
        'text' in wanted
          ? inPage(() => document.body.innerText)
          : inPage(() => [...document.querySelectorAll('h1, h2')].map((heading) => heading.textContent.trim()));
      const poll = expect.poll(() => look().catch(() => []), { timeout: 120_000, interval: 50 });
      await poll.toContain('text' in wanted ? wanted.text : wanted.heading);
    },
    output: () => output,
  };
}
