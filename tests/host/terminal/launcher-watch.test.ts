/** A program that npm started ends when npm or the shell between them is killed; one that nobody
 * launched stays. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const program = fileURLToPath(new URL('../../support/watched-program.ts', import.meta.url));
const started: ChildProcess[] = [];
const pids: number[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      continue; // it has ended, as it should
    }
  }
});

/** A stand-in for npm: a process of that title that runs a shell that runs the program. Gives the
 * program's pid. */
async function launch(title: string, lifecycle: string | undefined): Promise<{ npm: ChildProcess; pid: number }> {
  const { npm_lifecycle_event: _, ...environment } = process.env;
  const npm = spawn(
    process.execPath,
    [
      '--eval',
      `process.title = ${JSON.stringify(title)};
       const { spawn } = require('node:child_process');
       spawn('sh', ['-c', '"$0" "$1"; true', process.execPath, ${JSON.stringify(program)}], { stdio: 'inherit' });`,
    ],
    {
      env: { ...environment, ...(lifecycle !== undefined && { npm_lifecycle_event: lifecycle }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  started.push(npm);
  const pid = await new Promise<number>((resolve) => npm.stdout?.once('data', (line: Buffer) => resolve(Number(line))));
  pids.push(pid);
  return { npm, pid };
}

const isThere = (pid: number): boolean => existsSync(`/proc/${pid}/stat`);

describe.runIf(existsSync('/proc/self/stat'))('a program under npm', () => {
  it('ends when npm alone is killed, though the shell between them lives on', async () => {
    const { npm, pid } = await launch('npm start', 'start');
    expect(isThere(pid)).toBe(true);
    npm.kill('SIGKILL');
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 5000, interval: 50 });
  });

  it('stays where npm is not among those that started it', async () => {
    const { npm, pid } = await launch('bash', undefined);
    npm.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(isThere(pid)).toBe(true);
  });
});
