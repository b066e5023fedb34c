/** Processes that write into a workspace, for tests that kill them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const WRITER = fileURLToPath(new URL('./store-writer.ts', import.meta.url));

export interface Writer {
  readonly pid: number;
  /** Lines that the writer printed so far, each after the write that it tells of had returned. */
  readonly lines: readonly string[];
  /** Waits until so many lines are there. */
  acknowledged(count: number): Promise<void>;
  /** SIGKILL; resolves when the process is gone and all that it printed has been read. */
  kill(): Promise<void>;
}

/** Runs `store-writer.ts` on the folder; it writes trials until it is killed. */
export async function startWriter(directory: string): Promise<Writer> {
  const child = spawn(process.execPath, [WRITER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const lines: string[] = [];
  let heard = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    heard();
  });
  const gone = once(child, 'close').then(() => heard());
  return {
    // Known once it has spawned.
    pid: child.pid ?? 0,
    lines,
    acknowledged: (count) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (lines.length >= count) resolve();
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error('The writer is gone.'));
        };
        heard();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
