/** What SQLite and the file system say, in the words that people read: code, file, remedy and
 * cause. */
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { corrupt, eachBy, inWordsOf, isUnwritable, toWorkbenchError } from '../../src/store/errors.ts';

const FILE = '/w/workspace.sqlite';
const failing = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });

describe('an error of the system', () => {
  const readonly = (why: string) =>
    `"${FILE}" cannot be written (${why}); choose a folder you can write to with --workspace.`;
  const full = (why: string) =>
    `"${FILE}" cannot be written (${why}): the disk is full or failing; make room and go on.`;
  const busy = `"${FILE}" is in use by another program; close it or choose another --workspace.`;
  it.each([
    ['EACCES', 'workspace.readonly', readonly('EACCES')],
    ['EROFS', 'workspace.readonly', readonly('EROFS')],
    ['SQLITE_READONLY_DIRECTORY', 'workspace.readonly', readonly('SQLITE_READONLY_DIRECTORY')],
    ['SQLITE_CANTOPEN', 'workspace.readonly', readonly('SQLITE_CANTOPEN')],
    ['ENOTDIR', 'workspace.readonly', readonly('ENOTDIR: a file stands where a folder is needed')],
    ['EEXIST', 'workspace.readonly', readonly('EEXIST: a file stands where a folder is needed')],
    ['ENOSPC', 'disk.full', full('ENOSPC')],
    ['SQLITE_FULL', 'disk.full', full('SQLITE_FULL')],
    ['SQLITE_IOERR_WRITE', 'disk.full', full('SQLITE_IOERR_WRITE')],
    ['SQLITE_BUSY', 'workspace.busy', busy],
    ['SQLITE_LOCKED_SHAREDCACHE', 'workspace.busy', busy],
    ['SQLITE_CONSTRAINT_UNIQUE', 'store.conflict', `"${FILE}": no`],
  ] as const)('%s is %s, in words that say what to do', (code, kind, words) => {
    const cause = failing(code);
    const error = toWorkbenchError(cause, FILE);
    expect(error).toBeInstanceOf(WorkbenchError);
    expect(error).toMatchObject({ code: kind, message: words, place: { file: FILE }, cause });
  });

  it.each(['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX'])('%s is damage, with the ways out', (code) => {
    const cause = failing(code, 'file is not a database');
    const error = toWorkbenchError(cause, FILE);
    expect(error).toMatchObject({ code: 'workspace.corrupt', place: { file: FILE }, cause });
    expect(error).toMatchObject({
      message:
        `"${FILE}" is damaged or is not a TRADE workspace (file is not a database). Nothing was deleted: ` +
        '"trade doctor --backups" lists copies to put back, "trade doctor --repair" saves what can still be read, ' +
        'or choose another --workspace.',
    });
  });

  it('of a folder that is not there has no code, and is told by its words', () => {
    const cause = new TypeError('Cannot open database because the directory does not exist');
    expect(toWorkbenchError(cause, FILE)).toMatchObject({
      ...{ code: 'workspace.readonly', cause },
      message: readonly('Cannot open database because the directory does not exist'),
    });
  });

  it.each([
    '',
    'ENOENTRY',
    'XENOSPC',
    'ENOSPCX',
    'MY_SQLITE_BUSY',
    'MY_SQLITE_CORRUPT',
    'MY_SQLITE_CONSTRAINT',
    'SQLITE',
  ])('"%s", which says nothing of the workspace, passes as it is', (code) => {
    const error = failing(code);
    expect(toWorkbenchError(error, FILE)).toBe(error);
    expect(isUnwritable(error)).toBe(false);
  });

  it.each([
    ...['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT', 'ENAMETOOLONG', 'ELOOP'],
    ...['ENOSPC', 'EDQUOT', 'EIO'],
  ])('%s is known by its whole name: another that begins or ends so is not of the disk', (code) => {
    expect(toWorkbenchError(failing(code), FILE)).toBeInstanceOf(WorkbenchError);
    for (const other of [failing(`${code}X`), failing(`X${code}`)]) {
      expect(toWorkbenchError(other, FILE)).toBe(other);
      expect(isUnwritable(other)).toBe(false);
    }
  });

  it('that is none, is ours already, or bears a code of another kind passes as it is', () => {
    const ours = new WorkbenchError('run.missing', 'directory does not exist');
    for (const thrown of [ours, 'directory does not exist', undefined, { code: 'EACCES' }])
      expect(toWorkbenchError(thrown, FILE)).toBe(thrown);
    const numbered = Object.assign(new Error('x'), { code: 13 });
    expect(toWorkbenchError(numbered, FILE)).toBe(numbered);
    const listed = Object.assign(new Error('x'), { code: ['EACCES'] });
    expect(toWorkbenchError(listed, FILE)).toBe(listed);
  });
});

describe('what cannot be written', () => {
  it.each(['SQLITE_READONLY', 'SQLITE_CANTOPEN_ISDIR', 'SQLITE_PERM', 'SQLITE_AUTH', 'EPERM', 'EISDIR', 'ENOENT'])(
    'is told by %s',
    (code) => expect(isUnwritable(failing(code))).toBe(true),
  );
  it('is not told by a full disk, nor by what is no error', () => {
    for (const other of [failing('ENOSPC'), { code: 'EACCES' }, undefined, new Error('EACCES')])
      expect(isUnwritable(other)).toBe(false);
  });
});

describe('work in the words of a file', () => {
  it('gives what it gave, and fails in those words', () => {
    expect(inWordsOf(FILE, () => 7)).toBe(7);
    const full = () => {
      throw failing('ENOSPC');
    };
    expect(() => inWordsOf(FILE, full)).toThrow(expect.objectContaining({ code: 'disk.full' }));
    const methods = eachBy({ add: (a: number, b: number) => a + b, full }, (work) => inWordsOf(FILE, work));
    expect(methods.add(2, 3)).toBe(5);
    expect(() => methods.full()).toThrow(expect.objectContaining({ code: 'disk.full', place: { file: FILE } }));
  });

  it('keeps what caused a damage', () => {
    const cause = new Error('page 7');
    expect(corrupt(FILE, 'x', cause).cause).toBe(cause);
  });
});
