/** The processes that a program has started, and what of them is still there when it has ended.
 * Linux. */
import { readdirSync, readFileSync } from 'node:fs';

/** As `/proc` has it: a number may be given away again, a number with its start may not. */
interface Started {
  readonly pid: number;
  readonly parent: number;
  readonly startedAt: string;
  readonly name: string;
}

/** All that descend from this process, itself among them. */
export function familyOf(pid: number): readonly Started[] {
  const all = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (read(Number(entry)) ?? []) : []));
  const family = new Set([pid]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const { pid: child, parent } of all) if (family.has(parent)) family.add(child);
  }
  return all.filter((one) => family.has(one.pid));
}

/** Names of those that have not ended. */
export function stillThere(family: readonly Started[]): readonly string[] {
  return family
    .filter(({ pid, startedAt }) => read(pid)?.startedAt === startedAt)
    .map(({ pid, name }) => `${name} ${pid}`);
}

/** Undefined where it is gone, or has ended and waits to be counted. */
function read(pid: number): Started | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets, and may hold any letter.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { pid, parent: Number(parent), startedAt: rest[17] ?? '', name };
  } catch {
    return undefined;
  }
}
