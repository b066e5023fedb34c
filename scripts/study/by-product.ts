/** Searches of a study by the product's own command line, as a person calls it, in a workspace of
 * the study. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkbenchError } from '../../src/core/errors.ts';

/** What a call of the command line came to. */
export interface Told {
  readonly code: number;
  /** Of its lines of JSON the last one. */
  readonly last: unknown;
  readonly lines: readonly unknown[];
}
export type RunTrade = (args: readonly string[]) => Promise<Told>;

const PROGRAM = fileURLToPath(new URL('../trade.mjs', import.meta.url));
export const INTERRUPTED = 130;

export const workspaceArgs = (out: string): readonly string[] => ['--workspace', join(out, 'workspace')];

/** The run that a `search`, a `resume` or a `show` told of. */
export const runOf = (told: unknown): string => String(recordOf(recordOf(told)['run'])['id']);

/** Begins the search of this configuration, or goes on with the one of its name. */
export async function beginOrResume(
  out: string,
  config: { readonly name: string } & Unknown,
  run: RunTrade = runTrade,
): Promise<Told> {
  const before = (await runsIn(out, run)).find((one) => one['name'] === config.name);
  if (before !== undefined) {
    const last = { run: before };
    return before['state'] === 'finished'
      ? { code: 0, last, lines: [last] }
      : run(['resume', String(before['id']), '--json', ...workspaceArgs(out)]);
  }
  mkdirSync(out, { recursive: true });
  const file = join(out, `${config.name.replace(/[^\w-]+/g, '-')}.json`);
  writeFileSync(file, JSON.stringify(config, null, 2));
  return run(['search', file, '--json', ...workspaceArgs(out)]);
}

/** Throws `internal` where they cannot be told, as of a workspace that another process has. */
async function runsIn(out: string, run: RunTrade): Promise<readonly Unknown[]> {
  if (!existsSync(join(out, 'workspace'))) return [];
  const { code, last } = await run(['runs', '--json', ...workspaceArgs(out)]);
  if (code === 0) return listOf(last, 'runs');
  throw new WorkbenchError('internal', `The runs of the study in ${out} cannot be told (see above).`);
}

export type Unknown = Readonly<Record<string, unknown>>;

// Sound: the command line's JSON, whose keys are stable; what is absent is undefined.
export const recordOf = (value: unknown): Unknown =>
  typeof value === 'object' && value !== null ? (value as Unknown) : {};

export const listOf = (value: unknown, key: string): readonly Unknown[] => {
  const list = recordOf(value)[key];
  return Array.isArray(list) ? list.map(recordOf) : [];
};

export function runTrade(args: readonly string[]): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    // Ctrl+C reaches the child as well, which ends in order; this process waits for it.
    const wait = (): void => undefined;
    const pass = (): void => void child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', pass);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', pass);
      const lines = text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line): unknown => JSON.parse(line));
      resolve({ code: code ?? INTERRUPTED, last: lines.at(-1), lines });
    });
  });
}
