/** Files that the system hands to the program: by double-click, by "Open with" or on the command
 * line. Tested without Electron. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isArchiveName } from '../bridge/schemas/archive.ts';

/** What a second start hands over to the first. */
export interface HandOver {
  readonly archives: readonly string[];
}

/** Of the arguments that are no switches the archives, as whole paths: Linux's desktops name files
 * by `file:` addresses. */
export function archivesAmong(args: readonly string[], folder: string): readonly string[] {
  return args
    .flatMap((arg) => pathOf(arg) ?? [])
    .filter(isArchiveName)
    .map((path) => resolve(folder, path));
}

/** `data` comes from another process of this person's, which may be another version of the
 * program. */
export function readHandOver(data: unknown): HandOver {
  const archives: unknown = typeof data === 'object' && data !== null && 'archives' in data ? data.archives : undefined;
  const isOurs = (path: unknown): path is string => typeof path === 'string' && isArchiveName(path);
  return { archives: Array.isArray(archives) ? archives.filter(isOurs) : [] };
}

/** Files that come before anybody can take them wait; each is taken once. */
export function createOpeningQueue() {
  const waiting: string[] = [];
  let taker: ((file: string) => void) | undefined;
  const flush = (): void => {
    if (taker !== undefined) waiting.splice(0).forEach(taker);
  };
  return {
    add(files: readonly string[]) {
      waiting.push(...files);
      flush();
    },
    /** From now on they are taken as they come, after those that waited. */
    deliverTo(take: (file: string) => void) {
      taker = take;
      flush();
    },
  };
}

/** Undefined for a file of another machine, which Windows would fetch from there, and for no path
 * at all. */
function pathOf(arg: string): string | undefined {
  if (!arg.startsWith('file:')) return arg;
  if (URL.parse(arg)?.host !== '') return undefined;
  try {
    return fileURLToPath(arg);
  } catch {
    return undefined;
  }
}
