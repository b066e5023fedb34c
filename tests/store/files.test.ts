/** Files come in whole and by name of a row, and only this session's; what no row names goes. */
import fs, {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openWorkspace } from '../../src/store/workspace.ts';
import { checkpointFile, point, withTrial } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace } from '../support/workspace.ts';

const conflict = expect.objectContaining({ code: 'store.conflict' });

/** What is renamed, flushed and left open from now on, in order: a path each. */
function recorded(): () => readonly string[] {
  const { openSync: begin, closeSync: end, fsyncSync: flush, renameSync: rename } = fs;
  const [open, done] = [new Map<number, string>(), [] as string[]];
  onTestFinished(() => {
    Object.assign(fs, { openSync: begin, closeSync: end, fsyncSync: flush, renameSync: rename });
    syncBuiltinESMExports();
  });
  Object.assign(fs, {
    openSync: (...args: Parameters<typeof begin>) => {
      const descriptor = begin(...args);
      open.set(descriptor, String(args[0]));
      return descriptor;
    },
    closeSync: (descriptor: number) => {
      open.delete(descriptor);
      end(descriptor);
    },
    fsyncSync: (descriptor: number) => {
      flush(descriptor);
      done.push(`flush ${open.get(descriptor) ?? 'nothing'}`);
    },
    renameSync: (from: string, to: string) => {
      rename(from, to);
      done.push(`rename ${to}`);
    },
  });
  syncBuiltinESMExports();
  return () => [...done, ...Array.from(open.values(), (path) => `open ${path}`)];
}

describe('adopt', () => {
  test('moves the file and says its size and hash', async () => {
    const { files } = temporaryWorkspace();
    const file = join(files.temp, 'a.safetensors');
    writeFileSync(file, 'abc');
    const adopted = files.adopt(file, 'a.safetensors', await files.seal(file));
    // SHA-256 of "abc": FIPS 180-2, example B.1.
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(adopted).toEqual({ file: 'a-ba7816bf8f01.safetensors', bytes: 3, sha256 });
    expect(readFileSync(files.pathOf(adopted.file), 'utf8')).toBe('abc');
    expect(readdirSync(files.temp)).toEqual([]);
  });

  test('hashes a file larger than its buffer, and serves others meanwhile', async () => {
    const { files } = temporaryWorkspace();
    const text = 'x'.repeat((1 << 20) + 7);
    writeFileSync(join(files.temp, 'a.bin'), text);
    let served = false;
    setImmediate(() => (served = true));
    expect(await files.seal(join(files.temp, 'a.bin'))).toEqual({
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    expect(served).toBe(true);
  });

  test('never replaces a file in place by other content of the same name', () => {
    const { files } = temporaryWorkspace();
    const first = adoptText(files, 'a.bin', 'one');
    const second = adoptText(files, 'a.bin', 'two');
    expect(readFileSync(files.pathOf(first.file), 'utf8')).toBe('one');
    expect(readFileSync(files.pathOf(second.file), 'utf8')).toBe('two');
  });

  test('refuses a file that is not what its trainer wrote, and one that is not there', async () => {
    const { files } = temporaryWorkspace();
    const file = join(files.temp, 'a.bin');
    const corrupt = expect.objectContaining({ code: 'checkpoint.corrupt', place: { file } });
    await expect(files.seal(file)).rejects.toEqual(corrupt);
    writeFileSync(file, 'torn');
    await expect(files.seal(file, { bytes: 4, sha256: 'ab'.repeat(32) })).rejects.toEqual(corrupt);
    expect(readdirSync(files.folders.checkpoints)).toEqual([]);
  });

  // Either alone tells a file that was cut off, or that another trainer wrote.
  test('takes a file that is as its trainer said, and none that differs in size or in content alone', async () => {
    const { files } = temporaryWorkspace();
    const file = join(files.temp, 'a.bin');
    writeFileSync(file, 'abc');
    const facts = await files.seal(file);
    expect(await files.seal(file, facts)).toEqual(facts);
    for (const wrong of [{ bytes: 4 }, { sha256: 'ab'.repeat(32) }]) {
      await expect(files.seal(file, { ...facts, ...wrong })).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
    }
  });

  test('never takes the session folder itself for a file of it', async () => {
    const { files } = temporaryWorkspace();
    const facts = { bytes: 1, sha256: 'ab'.repeat(32) };
    await expect(files.seal(files.temp)).rejects.toEqual(conflict);
    expect(() => files.adopt(files.temp, 'a.bin', facts)).toThrow(conflict);
    expect([existsSync(files.temp), readdirSync(files.folders.checkpoints)]).toEqual([true, []]);
  });

  // Linux alone lists the handles of a process.
  test.runIf(process.platform === 'linux')('lets a sealed file go, whether it is as it should be or not', async () => {
    const { files } = temporaryWorkspace();
    const file = join(files.temp, 'a.bin');
    writeFileSync(file, 'abc');
    const held = () =>
      readdirSync('/proc/self/fd').filter((name) => {
        const handle = join('/proc/self/fd', name);
        return existsSync(handle) && readlinkSync(handle) === file;
      });
    await files.seal(file);
    await expect(files.seal(file, { bytes: 4, sha256: 'ab'.repeat(32) })).rejects.toThrow();
    expect(held()).toEqual([]);
  });

  // A row that names the file is written next: after a power cut it would name one that is not
  // there.
  test('has flushed the bytes before it gives the name, and the name before it returns', async () => {
    const { files } = temporaryWorkspace();
    const file = join(files.temp, 'a.bin');
    writeFileSync(file, 'abc');
    const handle = await open(file);
    // Sound: what every handle of a file is made from.
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
    onTestFinished(() => void vi.restoreAllMocks());
    const facts = await files.seal(file);
    expect(sync).toHaveBeenCalledTimes(1);
    await handle.close();
    const done = recorded();
    const { file: name } = files.adopt(file, 'a.bin', facts);
    expect(done()).toEqual([`rename ${files.pathOf(name)}`, `flush ${files.folders.checkpoints}`]);
  });

  test('refuses a file of another session and names that leave the folder', async () => {
    const { files } = temporaryWorkspace();
    const other = join(files.folders.tmp, 's000000-dead');
    mkdirSync(other);
    writeFileSync(join(other, 'a.bin'), 'x');
    const facts = { bytes: 1, sha256: 'ab'.repeat(32) };
    await expect(files.seal(join(other, 'a.bin'))).rejects.toEqual(conflict);
    expect(() => files.adopt(join(other, 'a.bin'), 'a.bin', facts)).toThrow(conflict);
    writeFileSync(join(files.temp, 'a.bin'), 'x');
    for (const name of ['../a.bin', 'b/a.bin', '', '.', '..', '.hidden']) {
      expect(() => files.adopt(join(files.temp, 'a.bin'), name, facts)).toThrow(conflict);
    }
    for (const name of ['../lock.json', '/etc/passwd']) expect(() => files.pathOf(name)).toThrow(conflict);
  });
});

test('verify tells a sound file from a missing, shorter or changed one, and from a path that leads outside', () => {
  const { files } = temporaryWorkspace();
  const row = { ...checkpointFile(''), ...adoptText(files, 'a.bin', 'abc'), trialId: 't', kind: 'final' as const };
  expect(files.verify(row)).toBeUndefined();
  expect(files.verify({ ...row, bytes: 4 })).toBe('has 3 bytes where 4 were written');
  writeFileSync(files.pathOf(row.file), 'abd');
  expect(files.verify(row)).toBe('has other content than was written');
  expect(files.verify({ ...row, file: 'b.bin' })).toBe('is missing');
  expect(files.verify({ ...row, file: '../lock.json' })).toMatch(/name/);
});

test('a file that was looked at is let go: a large run has more of them than a process may hold open', () => {
  const { files } = temporaryWorkspace();
  const row = { ...checkpointFile(''), ...adoptText(files, 'a.bin', 'abc'), trialId: 't', kind: 'final' as const };
  const done = recorded();
  expect([files.verify(row), files.unnamed([]).orphans]).toEqual([undefined, [row.file]]);
  expect(done()).toEqual([]);
});

test("a file that goes while others are looked at is nobody's fault", () => {
  const { files } = temporaryWorkspace();
  const { file } = adoptText(files, 'a.bin', 'abc');
  const { readdirSync: read } = fs;
  const swap = (list: typeof read): void => {
    fs.readdirSync = list;
    syncBuiltinESMExports();
  };
  onTestFinished(() => swap(read));
  // Sound: names alone are asked for.
  swap((() => [file, 'gone-ba7816bf8f01.bin']) as unknown as typeof read);
  expect(files.unnamed([]).orphans).toEqual([file]);
});

test('the next start removes what sessions made and no row names, nothing else; so does the end of one', () => {
  const first = temporaryWorkspace();
  const { id } = withTrial(first.store);
  const named = adoptText(first.files, 'named.bin', 'named');
  const killedBeforeItsRow = adoptText(first.files, 'orphan.bin', 'orphan');
  first.store.startTrial(id);
  first.store.appendEpoch(id, point(1), { epoch: 1, ...named });
  expect(first.files.unnamed([named]).orphans).toEqual([killedBeforeItsRow.file]);
  first.close();
  expect(readdirSync(first.files.folders.checkpoints)).toEqual([named.file]);

  const { checkpoints } = first.files.folders;
  // SHA-256 of "abc": FIPS 180-2, example B.1.
  const left = ['left-ba7816bf8f01.bin', '.left-ba7816bf8f01.bin.partial'];
  for (const name of left) writeFileSync(join(checkpoints, name), 'abc');
  writeFileSync(join(first.directory, 'thesis.txt'), 'abc');
  const theirs = ['my-model.pt', 'left-000000000000.bin', '.hidden.partial', 'left-ba7816bf8f01'];
  // A half of what makes a name that of a file on its way is not enough.
  theirs.push('left-ba7816bf8f01.bin.partial', '.left-ba7816bf8f01.bin.txt');
  for (const name of theirs) writeFileSync(join(checkpoints, name), 'abc');
  symlinkSync(join(first.directory, 'thesis.txt'), join(checkpoints, 'link-ba7816bf8f01.bin'));
  mkdirSync(join(checkpoints, 'notes of the person'));
  const second = openWorkspace(first.directory);
  const stay = [named.file, ...theirs, 'link-ba7816bf8f01.bin', 'notes of the person'].sort();
  expect(readdirSync(checkpoints).sort()).toEqual(stay);
  expect(second.files.unnamed([named]).strangers.toSorted()).toEqual(stay.filter((name) => name !== named.file));
  second.close();
  expect(readdirSync(checkpoints).sort()).toEqual(stay);
  expect(readFileSync(join(first.directory, 'thesis.txt'), 'utf8')).toBe('abc');
});

test('a trainer of a dead session that still writes does the next session no harm', async () => {
  const dead = temporaryWorkspace();
  const file = join(dead.files.temp, 'a.bin');
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, 'begun');
  dead.close();
  const next = openWorkspace(dead.directory);
  // Its folder is gone; what it writes goes nowhere, and it cannot make a new file there.
  writeSync(descriptor, 'more');
  closeSync(descriptor);
  expect(existsSync(dead.files.temp)).toBe(false);
  expect(() => writeFileSync(file, 'late')).toThrow('ENOENT');
  expect(readdirSync(next.files.temp)).toEqual([]);
  await expect(dead.files.seal(file)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  next.close();
});

test('removing files that are gone already is no error', () => {
  const { files } = temporaryWorkspace();
  const { file } = adoptText(files, 'a.bin', 'x');
  files.remove([file, file, 'never.bin']);
  expect(existsSync(files.pathOf(file))).toBe(false);
});
