/**
 * Runs that come in over a disk that fails, ends at a border, or loses its power: they are there
 * whole or not at all.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStaging } from '../../src/store/passage/incoming.ts';
import { DATABASE_FILE, openWorkspace, type Workspace } from '../../src/store/workspace.ts';
import { addTeacherTo, canonical, filled, packed, problems, stage, teacherIn } from '../support/archives.ts';
import { foldersTree } from '../support/foreign-folder.ts';
import { countDurable, recordDisk, replace, systemError } from '../support/recorded-disk.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

/** Two runs with their teacher, ready to be passed in. */
async function readyIn(into: Workspace, addFolder: (from: Workspace) => void = addTeacherTo) {
  const from = filled('run_1', 'run_2');
  addFolder(from);
  const { staging, staged } = await stage(into, await packed(from));
  const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
  return { from, arrival: { staged: staging, runs: staged.runs.map(({ id }) => id), folders } };
}

/** Files and folders that an arrival brings, below its staging's folder. */
const broughtIn = (staged: string): readonly string[] =>
  Object.keys(foldersTree(staged))
    .filter((path) => /^(checkpoints|teachers)/.test(path))
    .map((path) => path.replace(/\/$/, ''));

describe('after a power cut', () => {
  /** As the recorded disk tells it. */
  const below = ({ directory }: Workspace, staged: string, path: string): string =>
    relative(directory, join(staged, path)).split(sep).join('/');

  test('an arrival is there or is not: its bytes are on disk, and the way to them, before any name is', async () => {
    const into = temporaryWorkspace('into');
    const { arrival } = await readyIn(into);
    const { staged } = arrival;
    const brought = broughtIn(staged);
    expect(brought.length).toBeGreaterThan(8);
    const wanted = new Set([
      ...brought.map((path) => `flush ${below(into, staged, path)}`),
      ...[below(into, staged, ''), `tmp/${into.store.fence}`, 'tmp'].map((path) => `flush ${path}`),
    ]);
    const disk = recordDisk(into.directory);
    const waits = countDurable();
    await into.takeIn(arrival);
    const steps = disk.only('flush', 'rename');
    const renames = steps.flatMap((step, at) => (step.startsWith('rename') ? [at] : []));
    expect(new Set(steps.slice(0, renames[0]))).toEqual(wanted);
    // The weights' names next, then the teacher: rows name the first, and runs the other.
    const move = steps.indexOf(`rename ${below(into, staged, 'teachers/big')} teachers/big`);
    expect(renames.at(-1)).toBe(move);
    expect(steps.slice(renames.at(-2) ?? 0, move).slice(1)).toEqual(['flush checkpoints']);
    expect(steps.slice(move + 1)).toEqual(['flush teachers', `flush ${below(into, staged, 'teachers')}`]);
    // Its marks alone wait for the disk: each of its steps would take a large one minutes.
    expect(waits()).toBe(3);
  });

  test('one without folders leaves nothing to be looked for in tmp, and waits for no mark of theirs', async () => {
    const into = temporaryWorkspace('into');
    const { arrival } = await readyIn(into, () => undefined);
    const wanted = broughtIn(arrival.staged).filter((path) => path.startsWith('checkpoints'));
    const disk = recordDisk(into.directory);
    const waits = countDurable();
    await into.takeIn(arrival);
    const steps = disk.only('flush', 'rename');
    const before = steps.slice(
      0,
      steps.findIndex((step) => step.startsWith('rename')),
    );
    expect(new Set(before)).toEqual(new Set(wanted.map((path) => `flush ${below(into, arrival.staged, path)}`)));
    expect(waits()).toBe(2);
  });
});

describe('an arrival whose disk fails', () => {
  const failing = { code: 'disk.full' };
  /** What comes from tmp fails; a copy beside its place would come through. */
  const failInto = ({ files }: Workspace, folder: 'checkpoints' | 'teachers') =>
    replace('renameSync', (call, [from, to]) => {
      const isComing = String(from).startsWith(files.folders.tmp) && String(to).startsWith(files.folders[folder]);
      if (isComing) throw systemError('ENOSPC');
      return call();
    });
  const nothing = ({ store }: Workspace) => expect([store.passage().arriving, store.runs().total]).toEqual([[], 0]);

  test('before its bytes are safe is not taken in, and what failed is named', async () => {
    const into = temporaryWorkspace('into');
    const { arrival } = await readyIn(into);
    replace('fsyncSync', (call) => {
      if (into.store.passage().arriving.length === 0) throw systemError('EIO');
      return call();
    });
    await expect(into.takeIn(arrival)).rejects.toMatchObject({ ...failing, place: { file: arrival.staged } });
    nothing(into);
    expect(teacherIn(into.directory)).toBeUndefined();
  });

  test('while weights come into place is taken out again: they are not copied onto a full disk', async () => {
    const into = temporaryWorkspace('into');
    const { arrival } = await readyIn(into);
    const undo = failInto(into, 'checkpoints');
    await expect(into.takeIn(arrival)).rejects.toMatchObject(failing);
    nothing(into);
    undo();
    expect(problems(into)).toEqual([]);
  });

  test('when all rows are here brings its folders with the next start', async () => {
    const into = temporaryWorkspace('into');
    const { from, arrival } = await readyIn(into);
    const undo = failInto(into, 'teachers');
    await expect(into.takeIn(arrival)).rejects.toMatchObject(failing);
    expect(teacherIn(into.directory)).toBeUndefined();
    undo();
    into.close();
    openWorkspace(into.directory).close();
    expect(teacherIn(into.directory)).toBe(teacherIn(from.directory));
    expect(canonical(into)).toEqual(canonical(from));
  });

  test('in a session that closes meanwhile says what failed, not that the session was closed', async () => {
    const into = temporaryWorkspace('into');
    const { arrival } = await readyIn(into);
    replace('renameSync', () => {
      into.close();
      throw systemError('ENOSPC');
    });
    await expect(into.takeIn(arrival)).rejects.toMatchObject(failing);
  });
});

describe('where tmp lies on another disk than the rest', () => {
  /** As `rename` answers across the border of two disks. */
  function divide({ files }: Workspace): void {
    const isInTmp = (path: unknown): boolean => String(path).startsWith(files.folders.tmp);
    replace('renameSync', (call, [from, to]) => {
      if (isInTmp(from) !== isInTmp(to)) throw systemError('EXDEV');
      return call();
    });
  }

  test.each(['', 'with a copy that was cut off before'])('an arrival is copied, whole and flushed %s', async (cut) => {
    const into = temporaryWorkspace('into');
    const { from, arrival } = await readyIn(into);
    const { teachers } = into.files.folders;
    if (cut !== '') {
      mkdirSync(join(teachers, '.big.partial', 'half'), { recursive: true });
      writeFileSync(join(teachers, '.big.partial', 'half', 'stale'), 'x');
    }
    const [weights = ''] = broughtIn(arrival.staged).filter((path) => path.startsWith('checkpoints/'));
    const brought = broughtIn(arrival.staged).filter((path) => path.startsWith('teachers/big'));
    // What is flushed is a name that is not used yet.
    const besideOf = (path: string): string => path.replace(/^(checkpoints|teachers)\/([^/]+)/, '$1/.$2.partial');
    divide(into);
    const disk = recordDisk(into.directory);
    await into.takeIn(arrival);
    const steps = disk.only('flush', 'rename');
    const [copy, bytes] = [`rename ${besideOf(weights)} ${weights}`, `flush ${besideOf(weights)}`];
    expect([steps.includes(bytes), steps.indexOf(bytes) < steps.indexOf(copy)]).toEqual([true, true]);
    const move = steps.indexOf(`rename ${besideOf('teachers/big')} teachers/big`);
    for (const path of brought) {
      const at = steps.indexOf(`flush ${besideOf(path)}`);
      expect([path, at >= 0 && at < move]).toEqual([path, true]);
    }
    expect(foldersTree(join(teachers, 'big'))).toEqual(foldersTree(join(from.files.folders.teachers, 'big')));
    expect(foldersTree(teachers)['.big.partial/']).toBeUndefined();
    expect(canonical(into)).toEqual(canonical(from));
    expect(problems(into)).toEqual([]);
  });
});

test('a staging that is closed is one file: what its log held would not come along', () => {
  const folder = temporaryFolder('staging');
  const { store, close } = openStaging(folder, () => new Date(0));
  close();
  expect(existsSync(join(folder, DATABASE_FILE))).toBe(true);
  expect(existsSync(join(folder, `${DATABASE_FILE}-wal`))).toBe(false);
  expect(() => store.runs()).toThrow(/not open/);
});
