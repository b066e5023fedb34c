/** A folder comes into its place whole, and is flushed in the order in which a power cut can lose
 * nothing. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/workspace.ts';

const SOURCE = fileURLToPath(new URL('../../src/host/workspace/put-in-place.ts', import.meta.url));

/** In a program of its own, whose calls of the file system are written down: `flush PATH` and
 * `rename FROM TO`. */
function callsOf(from: string, to: string): readonly string[] {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const paths = new Map();
    const { openSync, fsyncSync, renameSync } = fs;
    fs.openSync = (path, ...rest) => { const file = openSync(path, ...rest); paths.set(file, path); return file; };
    fs.fsyncSync = (file) => { console.log('flush ' + paths.get(file)); fsyncSync(file); };
    fs.renameSync = (old, next) => { console.log('rename ' + old + ' ' + next); renameSync(old, next); };
    syncBuiltinESMExports();
    const { putFolderInPlace } = await import(${JSON.stringify(SOURCE)});
    putFolderInPlace(${JSON.stringify(from)}, ${JSON.stringify(to)});
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n');
}

it.runIf(process.platform !== 'win32')('flushes files and folders before the rename, and both parents after it', () => {
  const root = temporaryFolder();
  const [from, to] = [join(root, 'made', 'new'), join(root, 'teachers', 'mine')];
  mkdirSync(join(from, 'inner'), { recursive: true });
  mkdirSync(join(root, 'teachers'));
  writeFileSync(join(from, 'card'), 'a card');
  writeFileSync(join(from, 'inner', 'weights'), 'weights');
  const calls = callsOf(from, to);
  const rename = calls.indexOf(`rename ${from} ${to}`);
  const before = calls.slice(0, rename);
  for (const path of ['card', 'inner', 'inner/weights']) expect(before).toContain(`flush ${join(from, path)}`);
  expect(before.at(-1)).toBe(`flush ${from}`);
  expect(calls.slice(rename + 1)).toEqual([`flush ${join(root, 'teachers')}`, `flush ${join(root, 'made')}`]);
  expect(readFileSync(join(to, 'inner', 'weights'), 'utf8')).toBe('weights');
  expect(existsSync(from)).toBe(false);
});
