/** Runs the programs that set-up needs, keeps the end of what they print, and ends them when set-up
 * is interrupted. */
import { spawn } from 'node:child_process';
import { SetupError } from './report.mjs';

const KEPT_CHARACTERS = 4000;

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal, what: string, advice:
 * string, timeoutMs?: number,
 *   keptCharacters?: number }} options
 *   `what` names the step in the error, `advice` says what a person can do about it
 * @returns {Promise<string>} the end of its output; a failure throws a SetupError
 */
export function runCommand(
  program,
  args,
  { cwd, env = process.env, signal, what, advice, timeoutMs, keptCharacters = KEPT_CHARACTERS },
) {
  return new Promise((resolve, reject) => {
    let output = '';
    let timedOut = false;
    // Windows' npm is a batch file, which only a shell can start.
    const shell = /\.cmd$/i.test(program);
    const child = spawn(program, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), stop()), timeoutMs);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    const keep = (chunk) => (output = (output + chunk).slice(-keptCharacters));
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const settle = (problem) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      if (problem === undefined) return resolve(output);
      const code = signal?.aborted ? 'interrupted' : 'step-failed';
      reject(new SetupError({ message: `${what}: ${problem}`, advice, output, code }));
    };
    child.on('error', (error) => settle(`could not start ${program} (${error.message})`));
    child.on('close', (code, killedBy) => {
      if (signal?.aborted) settle('interrupted');
      else if (timedOut) settle(`took longer than ${timeoutMs / 1000} s`);
      else settle(code === 0 ? undefined : `${program} ended with ${killedBy ?? `exit code ${code}`}`);
    });
  });
}
