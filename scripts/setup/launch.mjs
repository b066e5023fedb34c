/** Hands over from a launcher to the program that it prepared. */
import { spawn } from 'node:child_process';
import { node24Path } from './paths.mjs';

/**
 * Becomes the program where Node can (POSIX, Node 24), so that signals, exit code and a SIGKILL
 * meet the program itself and no launcher stays behind. Elsewhere (Windows, or the first start
 * under an older Node) it runs the program as a child, passes signals and the exit code on. A
 * program whose launcher is killed notices by itself (launcher-watch.ts).
 * @param {string} program
 * @param {readonly string[]} args
 */
export function become(program, args) {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(program, [program, ...args], process.env);
  }
  runAsChild(program, args).then(({ code, signal }) => endLike(code, signal));
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} how the child ended
 */
export function runAsChild(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const handler = () => {
        // A Ctrl+C in a terminal reaches the whole group, the child among it.
        if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const remove of handlers) remove();
      resolve({ code, signal });
    });
  });
}

const OWN_NODE = 24;

/** Goes on under the program's own Node, which reads TypeScript. Under an older one it does not
 * come back: the same script is run by the program's own, from its beginning. */
export async function underOwnNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= OWN_NODE) return;
  const { code, signal } = await runAsChild(node24Path(root), process.argv.slice(1), { cwd: root });
  endLike(code, signal);
  await new Promise(() => undefined);
}

/** Ends this process as the child ended, by the same signal if it was one. */
export function endLike(code, signal) {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
}
