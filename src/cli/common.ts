/** What every verb shares: `--workspace`, `--json`, the host, and where lines go. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { plainJson } from '../bridge/words/control-characters.ts';
import { numberWord } from '../bridge/numbers.ts';
import { assertOurs, createHost, defaultWorkspace, readWorkspace, terminalText } from '../host/for-shells.ts';
import type { Host, ReadableWorkspace } from '../host/for-shells.ts';
import type { VerbContext } from './verb.ts';

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
  const written = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' ? (numberWord(inner) ?? inner) : inner,
  );
  process.stdout.write(`${plainJson(written)}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${terminalText(line)}\n`).join(''));
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

/** Runs `work` until it ends or somebody ends it, by Ctrl+C, by a signal or by closing the
 * terminal: it has time to clean up. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
