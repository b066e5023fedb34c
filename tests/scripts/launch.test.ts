/** Handing over to the program: its exit code and its signals are the launcher's, and none is left
 * behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const LAUNCH = new URL('../../scripts/setup/launch.mjs', import.meta.url).href;

/** Starts a launcher whose program does what `code` says and then prints its process id. */
function launch(code: string, way: 'becomes' | 'runs') {
  const launcher = `
    ${way === 'runs' ? 'process.execve = undefined;' : ''}
    const { become } = await import(${JSON.stringify(LAUNCH)});
    become(process.execPath, ['-e', ${JSON.stringify(`${code}; console.log(process.pid)`)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', launcher], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>; // child_process' own event
  return { child, ended, programId: once(child.stdout, 'data').then(([text]) => Number(String(text))) };
}

describe.each(['becomes', 'runs'] as const)('a launcher that %s the program', (way) => {
  it('ends with its exit code', async () => {
    await expect(launch('process.exit(7)', way).ended).resolves.toEqual([7, null]);
  });

  it('hands SIGINT on, so that a search can stop in order', async () => {
    const { child, ended, programId } = launch(
      "process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 50)",
      way,
    );
    await programId;
    child.kill('SIGINT');
    await expect(ended).resolves.toEqual([130, null]);
  });

  it('ends by the signal that ended the program', async () => {
    await expect(launch("process.kill(process.pid, 'SIGKILL')", way).ended).resolves.toEqual([null, 'SIGKILL']);
  });
});

it('leaves no program behind when the launcher is killed', async () => {
  const { child, ended, programId } = launch('setInterval(() => {}, 50)', 'becomes');
  const id = await programId;
  child.kill('SIGKILL');
  await ended;
  expect(() => process.kill(id, 0)).toThrow('ESRCH');
});
