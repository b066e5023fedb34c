/** What the store asks of the disk, call by call: which flush comes before which name. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

export interface RecordedDisk {
  /** In their order: `open r a`, `flush a`, `rename a b`; paths are relative to the folder. */
  readonly calls: readonly string[];
  /** Those that begin with one of these words. */
  only(...words: readonly string[]): readonly string[];
  /** How many descriptors that were opened meanwhile are still open. */
  stillOpen(): number;
}

const WITH_PATHS = {
  renameSync: 'rename',
  rmSync: 'remove',
  mkdirSync: 'make',
  writeFileSync: 'write',
  copyFileSync: 'copy',
} as const;

/** From now until the test's end, of calls that name something in `folder`. */
export function recordDisk(folder: string): RecordedDisk {
  const calls: string[] = [];
  const open = new Map<number, string>();
  const told = (path: unknown): string => relative(folder, String(path)) || '.';
  const isBelow = (path: unknown): boolean => String(path).startsWith(folder);
  for (const [name, word] of Object.entries(WITH_PATHS)) {
    replace(name as keyof typeof WITH_PATHS, (call, args) => {
      const paths = args.slice(0, word === 'rename' || word === 'copy' ? 2 : 1);
      if (isBelow(paths[0])) calls.push([word, ...paths.map(told)].join(' '));
      return call();
    });
  }
  replace('openSync', (call, [path, flags]) => {
    if (!isBelow(path)) return call();
    calls.push(`open ${String(flags)} ${told(path)}`);
    const descriptor = call();
    open.set(Number(descriptor), told(path));
    return descriptor;
  });
  replace('fsyncSync', (call, [descriptor]) => {
    calls.push(`flush ${open.get(Number(descriptor)) ?? 'what nobody opened'}`);
    return call();
  });
  replace('closeSync', (call, [descriptor]) => {
    open.delete(Number(descriptor));
    return call();
  });
  const { promises } = fs;
  const real = promises.open.bind(promises);
  promises.open = async (path, flags, mode) => {
    const handle = await real(path, flags, mode);
    if (!isBelow(path)) return handle;
    const [sync, close, descriptor] = [handle.sync.bind(handle), handle.close.bind(handle), handle.fd];
    calls.push(`open ${String(flags)} ${told(path)}`);
    open.set(descriptor, told(path));
    handle.sync = () => {
      calls.push(`flush ${told(path)}`);
      return sync();
    };
    handle.close = () => {
      open.delete(descriptor);
      return close();
    };
    return handle;
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    promises.open = real;
    syncBuiltinESMExports();
  });
  return {
    calls,
    only: (...words) => calls.filter((call) => words.includes(call.split(' ')[0] ?? '')),
    stillOpen: () => open.size,
  };
}

/** The next `times` calls of a function of `node:fs`, but for the first `after` of them, throw as
 * the system would. */
export function failNext(name: 'renameSync' | 'fsyncSync', code: string, times = 1, after = 0): void {
  let made = 0;
  replace(name, (call) => {
    made += 1;
    if (made > after && made <= after + times) throw systemError(code, name);
    return call();
  });
}

/** Until the test's end, or until what is returned is called. `call` does what was asked; what
 * `around` gives or throws is the answer. */
export function replace(
  name: keyof typeof fs,
  around: (call: () => unknown, args: readonly unknown[]) => unknown,
): () => void {
  const original = Reflect.get(fs, name) as (...args: unknown[]) => unknown; // a function of the module
  const set = (value: unknown): void => {
    Reflect.set(fs, name, value);
    syncBuiltinESMExports();
  };
  set((...args: unknown[]) => around(() => Reflect.apply(original, fs, args), args));
  const undo = () => set(original);
  onTestFinished(undo);
  return undo;
}

/** As the system fails. */
export const systemError = (code: string, what = 'no'): Error => Object.assign(new Error(`${code}: ${what}`), { code });

/** How often a transaction waits for the disk from now on. */
export function countDurable(): () => number {
  let count = 0;
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function counted(this: Database.Database, ...args: Parameters<typeof pragma>): unknown {
    if (args[0] === 'synchronous = FULL') count += 1;
    return Reflect.apply(pragma, this, args);
  };
  onTestFinished(() => void (Database.prototype.pragma = pragma));
  return () => count;
}

/** Paths below `folder` that this process has open, SQLite's too; a system without `/proc` tells
 * none. */
export function openBelow(folder: string): readonly string[] {
  if (!fs.existsSync('/proc/self/fd')) return [];
  return fs.readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = fs.readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(`${folder}/`) ? [relative(folder, path)] : [];
    } catch {
      // Of the listing itself, closed by now.
      return [];
    }
  });
}
