/** Processes of this machine as `/proc` has them: Linux alone knows, elsewhere there are none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers of those that `are` is true of. */
export function processes(are: (pid: number) => boolean): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(are);
}

/** A file of `/proc/PID`; empty where it ended meanwhile, or is none of ours. */
export function procText(pid: number, file: 'cmdline' | 'environ' | 'status'): string {
  try {
    return readFileSync(join('/proc', String(pid), file), 'utf8');
  } catch {
    return '';
  }
}

/** It inherited `NAME=value` from whoever started it. */
export const hasMark = (pid: number, mark: string): boolean => procText(pid, 'environ').split('\0').includes(mark);

/** Those that a process has started, by a part of their command line. */
export const childrenOf = (parent: number, name: string): readonly number[] =>
  processes((pid) => {
    const [, ppid] = /^PPid:\s(\d+)/m.exec(procText(pid, 'status')) ?? [];
    return Number(ppid) === parent && procText(pid, 'cmdline').includes(name);
  });
