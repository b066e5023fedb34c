/**
 * The host's own programs, each in a process of its own: what goes wrong in one (native code,
 * memory) takes nothing else down, and it can be killed at any moment.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { wakeAfterUs } from './waker.ts';

export interface OwnProcess {
  readonly child: ChildProcess;
  /** Resolves, never rejects, with how it ended, as the end of a sentence that began with the
   * process' name. */
  readonly gone: Promise<string>;
  /** Its last words on stderr, for people: empty, or on lines of their own. */
  tail(): string;
}

/** Bytes of last words that are kept. */
const TAIL_BYTES = 4096;

/** `entry` and `node` are absolute paths; `environment` is added to the host's own. Messages are
 * structured clones. */
export function startProcess(
  entry: string,
  node: string,
  environment: Readonly<Record<string, string>> = {},
): OwnProcess {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  let kept = Buffer.alloc(0);
  child.stderr?.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-TAIL_BYTES);
  });
  child.once('exit', wakeAfterUs(child.pid));
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code}`));
  });
  const tail = (): string => {
    const text = kept.toString('utf8').trim();
    return text === '' ? '' : ` Its last words:\n${text}`;
  };
  return { child, gone, tail };
}

/** A child that did not begin has no number, and Node's `kill` takes what lies in memory for one:
 * −1 too, which is every process of this user (Node 24.21). */
export function killChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid !== undefined) child.kill(signal);
}

/** Kills it and resolves when it is gone. */
export async function endProcess({ child, gone }: OwnProcess): Promise<void> {
  killChild(child);
  await gone;
}
