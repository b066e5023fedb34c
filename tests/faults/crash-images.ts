/**
 * What a kill would leave: a copy of the folder between each two steps of some work, a step being a
 * call that changes files or a statement that writes. Another process copies, since closing a
 * database's file here would drop our own locks on it.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const FILE_CALLS = [
  'fsyncSync',
  'renameSync',
  'rmSync',
  'copyFileSync',
  'writeFileSync',
  'mkdirSync',
  'unlinkSync',
] as const;

export interface CrashImage {
  /** A copy of the folder. */
  readonly path: string;
  /** After which step it was taken. */
  readonly step: string;
  /** What `known` said at that moment. */
  readonly known: unknown;
}

type Call = (...args: unknown[]) => unknown;

export interface CrashImageOptions {
  /** Told at each step; kept with the image. */
  readonly known?: () => unknown;
  /** Of statements only each so many-th, where thousands write into a file that counts for nothing
   * yet. */
  readonly everyStatement?: number;
}

/** Does the work in `folder` and copies it to a folder of its own below `images` after each
 * step. */
export function takeCrashImages(
  folder: string,
  images: string,
  work: () => void,
  { known = () => undefined, everyStatement = 1 }: CrashImageOptions = {},
): readonly CrashImage[] {
  fs.mkdirSync(images, { recursive: true });
  const taken: CrashImage[] = [];
  let busy = false;
  const take = (step: string): void => {
    if (busy) return;
    busy = true;
    const path = join(images, String(taken.length));
    const { status, stderr } = spawnSync('cp', ['-r', folder, path], { encoding: 'utf8' });
    busy = false;
    // A file may go between the listing and the copying: SQLite's own, at the end of a connection.
    if (status !== 0 && !/No such file/.test(stderr)) throw new Error(stderr);
    taken.push({ path, step, known: known() });
  };
  const undo: (() => void)[] = [];
  const watch = (owner: object, name: string, every = 1): void => {
    let calls = 0;
    const original = Reflect.get(owner, name) as Call; // a method that is there
    Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]): unknown {
      const result = Reflect.apply(original, this, args);
      calls += 1;
      if (calls % every === 0) take(`${name} ${args.filter((arg) => typeof arg === 'string').join(' ')}`);
      return result;
    });
    undo.push(() => Reflect.set(owner, name, original));
  };
  const probe = new Database(':memory:');
  const statement = Object.getPrototypeOf(probe.prepare('SELECT 1')) as object; // an object's prototype
  probe.close();
  for (const name of FILE_CALLS) watch(fs, name);
  for (const name of ['run', 'get']) watch(statement, name, everyStatement);
  watch(Database.prototype, 'exec');
  watch(Database.prototype, 'close');
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
  }
  return taken;
}
