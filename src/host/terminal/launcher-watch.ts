/**
 * `npm run` puts npm and a shell between a terminal and the program, and neither passes its own
 * death on: a killed `npm start` would leave the program at work for nobody. Where one of them
 * dies, the program ends as at a kill, which loses nothing but the epoch in hand.
 */
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 250;
/** Exit code as a shell tells it of a program that SIGHUP ended: its terminal is gone. */
const HANGUP = 129;

/** Does nothing for a program that npm did not start, or where the system does not tell who started
 * whom (`/proc`). */
export function endWithLauncher(end: (exitCode: number) => void = process.exit): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const launchers = launchersOf(process.pid);
  if (launchers.length === 0) return;
  setInterval(() => {
    if (!launchers.every(isAlive)) end(HANGUP);
  }, LOOK_EVERY_MS).unref();
}

/** The processes above this one, up to the nearest npm; none when there is no npm among them. */
function launchersOf(pid: number): readonly number[] {
  const above: number[] = [];
  for (let parent = parentOf(pid); parent !== undefined && parent > 1; parent = parentOf(parent)) {
    above.push(parent);
    if (/^npm( |$)/.test(commandOf(parent))) return above;
  }
  return [];
}

/** Fourth field of `/proc/PID/stat`; the second, the name in brackets, may hold anything. */
function parentOf(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[1] === undefined ? undefined : Number(fields[1]);
}

function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  // A dead one that nobody has waited for is still listed, as a zombie.
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat !== '' && !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}
