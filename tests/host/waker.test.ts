/** Processes that were stopped outlive nobody; of all others nothing changes. Linux tells who is
 * whose child. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../support/asking-program.ts', import.meta.url));
const OWN = fileURLToPath(new URL('../../src/host/processes/own-process.ts', import.meta.url));

const started: number[] = [];
afterEach(() => {
  // Of a test that failed: they would stay for ever.
  for (const pid of started.splice(0)) if (stateOf(pid) === 'T') process.kill(pid, 'SIGKILL');
});

async function startProgram() {
  const main = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(main.stdout, 'data');
  const children = childrenOf(main.pid).map((pid) => ({ pid, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }));
  const pidOf = (part: string): number => children.find(({ words }) => words.includes(part))?.pid ?? 0;
  const found = { main, worker: pidOf('strategy-worker'), waker: pidOf('/bin/sh') };
  started.push(found.worker);
  return found;
}

const childrenOf = (pid: number | undefined): readonly number[] =>
  (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []).map(Number);

/** `gone` also where nobody has asked yet how it ended. */
function stateOf(pid: number): string {
  try {
    const state = /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
    return state === 'Z' || state === 'X' ? 'gone' : state;
  } catch {
    return 'gone';
  }
}

describe.skipIf(process.platform !== 'linux')('a worker that was stopped', () => {
  it('does not outlive its program that was killed, nor does the shell that sees to it', async () => {
    const { main, worker, waker } = await startProgram();
    process.kill(worker, 'SIGSTOP');
    await expect.poll(() => stateOf(worker)).toBe('T');
    main.kill('SIGKILL');
    await expect.poll(() => [worker, waker].map(stateOf), { timeout: 10_000 }).toEqual(['gone', 'gone']);
  });

  it('does not either where the shell was ended by what does not end the program', async () => {
    const { main, worker, waker } = await startProgram();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGTSTP'] as const) process.kill(waker, signal);
    process.kill(worker, 'SIGSTOP');
    await expect.poll(() => stateOf(worker)).toBe('T');
    main.kill('SIGKILL');
    await expect.poll(() => [worker, waker].map(stateOf), { timeout: 10_000 }).toEqual(['gone', 'gone']);
  });
});

describe.skipIf(process.platform === 'win32')('the shell that waits for our end', () => {
  it('keeps no program from its own', () => {
    const script = `
      import { startProcess } from ${JSON.stringify(OWN)};
      const { child, gone } = startProcess(process.argv[1], process.execPath);
      child.stderr?.destroy();
      await gone;
      console.log('over');
    `;
    const empty = fileURLToPath(new URL('../support/nothing-to-do.ts', import.meta.url));
    const end = spawnSync(process.execPath, ['--input-type=module', '-e', script, empty], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([end.stdout, end.status]).toEqual(['over\n', 0]);
  });
});
