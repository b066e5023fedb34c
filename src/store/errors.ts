/** Turns the errors of SQLite and of the file system into the one error that people see. */
import { WorkbenchError } from '../core/errors.ts';

/** Of the system or of SQLite; empty where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const READONLY =
  /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES$|EROFS$|EPERM$|ENOTDIR$|EEXIST$|EISDIR$|ENOENT$|ENAMETOOLONG$|ELOOP$)/;
const FULL = /^(SQLITE_FULL|SQLITE_IOERR|ENOSPC$|EDQUOT$|EIO$)/;

export function isUnwritable(error: unknown): boolean {
  return READONLY.test(codeOf(error));
}

/** `file`: what was read or written. Errors that say nothing about the workspace pass unchanged. */
export function toWorkbenchError(error: unknown, file: string): unknown {
  if (error instanceof WorkbenchError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const say = (kind: WorkbenchError['code'], message: string) =>
    new WorkbenchError(kind, message, { file }, { cause: error });
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) return corrupt(file, error.message, error);
  if (READONLY.test(code) || /directory does not exist/.test(error.message)) {
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? `${code}: a file stands where a folder is needed` : code;
    return say(
      'workspace.readonly',
      `"${file}" cannot be written (${why || error.message}); choose a folder you can write to with --workspace.`,
    );
  }
  if (FULL.test(code)) {
    return say('disk.full', `"${file}" cannot be written (${code}): the disk is full or failing; make room and go on.`);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return say('workspace.busy', `"${file}" is in use by another program; close it or choose another --workspace.`);
  }
  if (/^SQLITE_CONSTRAINT/.test(code)) return say('store.conflict', `"${file}": ${error.message}`);
  return error;
}

export function corrupt(file: string, what: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'workspace.corrupt',
    `"${file}" is damaged or is not a TRADE workspace (${what}). Nothing was deleted: "trade doctor --backups" lists ` +
      'copies to put back, "trade doctor --repair" saves what can still be read, or choose another --workspace.',
    { file },
    { cause },
  );
}

/** Runs `work`; what goes wrong is said in terms of `file`. */
export function inWordsOf<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toWorkbenchError(error, file);
  }
}

type Methods<T> = { readonly [Name in keyof T]: (...args: never[]) => unknown };

/** Each of the methods as work that `call` does. */
export function eachBy<T extends Methods<T>>(methods: T, call: (work: () => unknown) => unknown): T {
  const wrapped = Object.entries<Methods<T>[keyof T]>(methods).map(([name, method]) => [
    name,
    (...args: never[]) => call(() => method(...args)),
  ]);
  // Sound: the same names with the same arguments and results.
  return Object.fromEntries(wrapped) as T;
}
