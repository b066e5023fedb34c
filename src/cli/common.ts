/** What every verb shares: `--workspace`, `--json`, the host, and where lines go. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { plainJson } from '../bridge/words/control-characters.ts';
import { jsonWithWords } from '../core/written-numbers.ts';
import { WorkbenchError } from '../core/errors.ts';
import {
  assertOurs,
  createHost,
  createProgressPrinter,
  defaultWorkspace,
  readWorkspace,
  terminalText,
} from '../host/for-shells.ts';
import type { Host, HostOptions, ProgressPrinter, ReadableWorkspace } from '../host/for-shells.ts';

/** What a verb gets. */
export interface VerbContext {
  /** The verb's exit code; 0 when it says none. */
  readonly end: (exitCode: number) => void;
  /** Beside the workspace: the resources and, in tests, a trainer of their own. */
  readonly hostOptions: Omit<HostOptions, 'workspace'>;
}

/** Adds a verb to the program. */
export type Verb = (program: Command, context: VerbContext) => void;

/** Exit code of what Ctrl+C ended and another command can go on with. */
export const INTERRUPTED = 130;

export interface CommonOptions {
  readonly workspace?: string;
  readonly json?: boolean;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('--workspace <dir>', "folder of the workspace (default: in the user's data folder)")
    .option('--json', 'one JSON object a line on stdout; everything else goes to stderr');
}

/** Opens the workspace for writing; it is closed when `work` ends, however it ends. */
export async function withHost<T>(
  { hostOptions }: VerbContext,
  options: CommonOptions,
  work: (host: Host) => Promise<T>,
): Promise<T> {
  // A host that waits has nothing else that keeps the process: its timers do not, and its trainers
  // come and go.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const host = await createHost({ ...hostOptions, workspace: workspaceOf(options) });
    try {
      return await work(host);
    } finally {
      await host.close();
    }
  } finally {
    clearInterval(alive);
  }
}

/** Opens the workspace for reading, beside a search of another process if there is one. */
export function withWorkspace<T>(options: CommonOptions, work: (workspace: ReadableWorkspace) => T): T {
  const workspace = readWorkspace(workspaceOf(options));
  try {
    return work(workspace);
  } finally {
    workspace.close();
  }
}

/** Throws `workspace.foreign` where it is somebody else's folder, whatever the verb. */
export function workspaceOf({ workspace }: CommonOptions): string {
  const folder = workspace === undefined ? defaultWorkspace() : resolve(workspace);
  assertOurs(folder);
  return folder;
}

/** NaN, the infinities and -0 in the written form of the bridge, as JSON lacks them; no control
 * character as itself. */
export function printJson(value: unknown): void {
  process.stdout.write(`${plainJson(jsonWithWords(value))}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${terminalText(line)}\n`).join(''));
}

/** What a verb came to: an object for scripts, or lines for people. */
export function printResult({ json }: CommonOptions, record: unknown, lines: readonly string[]): void {
  if (json) printJson(record);
  else printLines(lines);
}

/** What is no result: it goes to stderr. */
export function printAside(text: string): void {
  process.stderr.write(`${terminalText(text)}\n`);
}

/** A parser of an option's whole number, for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** What a person names to be read; `wanted`: what it should be. Throws `config.unreadable`. */
export function readInput(file: string, wanted: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const known: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'this is a folder' };
    const why = known[String(code)] ?? String(error);
    throw new WorkbenchError('config.unreadable', `${file}: ${why}. Give the path of ${wanted}.`, { file });
  }
}

/** Calls `stop` whenever somebody wants `work` to end: by Ctrl+C, by a signal or by closing the
 * terminal. */
export async function heedingSignals<T>(stop: () => void, work: () => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/** Runs `work` until it ends or somebody ends it: it has time to clean up. */
export function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  return heedingSignals(
    () => stopping.abort(),
    () => work(stopping.signal),
  );
}

/** As `stoppable`, with its progress on stderr. Gives what came of it, or ends the verb with
 * `stopped`, in words. */
export async function withProgress<T>(
  context: VerbContext,
  stopped: string,
  work: (printer: ProgressPrinter, signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  const printer = createProgressPrinter(process.stderr);
  const done = await stoppable((signal) => work(printer, signal)).finally(() => printer.clear());
  if (done === undefined) endStopped(context, stopped);
  return done;
}

/** `words`: what is kept of it, and how it goes on. */
export function endStopped({ end }: VerbContext, words: string): void {
  printAside(words);
  end(INTERRUPTED);
}
