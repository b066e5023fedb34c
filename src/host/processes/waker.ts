/**
 * Our own processes end when they see that the host has gone, and one that was stopped (SIGSTOP, a
 * debugger) sees nothing. A shell beside them, which only waits for the host's end, then wakes
 * those that are left. Waking harms nobody, should the system have given a process' number to
 * another one.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Hears `+ PID` and `- PID` until the host closes the line, however it ends. What ends the host
 * must not end it before. */
const SCRIPT = `
trap '' HUP INT QUIT TERM TSTP TTIN TTOU
pids=' '
while read -r sign pid; do
  case "$pids" in *" $pid "*) pids="\${pids%%" $pid "*} \${pids#*" $pid "}" ;; esac
  case $sign in +) pids="$pids$pid " ;; esac
done
for pid in $pids; do kill -CONT "$pid"; done
`;

const watched = new Set<number>();
let waker: ChildProcess | undefined;

/** Gives what to call when the process has ended. Where there are no signals, nothing can stop
 * one. */
export function wakeAfterUs(pid: number | undefined): () => void {
  if (pid === undefined || process.platform === 'win32') return () => undefined;
  watched.add(pid);
  // One that was killed is replaced, and hears of all of them.
  if (waker === undefined) for (const one of watched) tell(`+ ${one}`);
  else tell(`+ ${pid}`);
  return () => {
    watched.delete(pid);
    if (waker !== undefined) tell(`- ${pid}`);
  };
}

function tell(line: string): void {
  waker ??= start();
  waker.stdin?.write(`${line}\n`);
}

function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'] });
  const forget = (): void => {
    if (waker === child) waker = undefined;
  };
  // Best effort: without it everything else is as it should be.
  child.on('error', forget).on('exit', forget);
  child.stdin.on('error', () => undefined);
  child.unref();
  return child;
}
