/** What `npm run check` leaves out was checked before, and nothing that changed since can be among
 * it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitOf, unitArguments } from '../../scripts/testing/changed-tests.mjs';

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root, encoding: 'utf8' }).trim();

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function commit(): string {
  git('add', '-A');
  git('commit', '-q', '-m', 'a');
  return git('rev-parse', 'HEAD');
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'changed-'));
  git('init', '-q');
  write('src/core/a.ts', '1');
  write('resources/table.json', '1');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('runs every test where no check has passed yet, or at a commit that is gone', () => {
  commit();
  expect(unitArguments({ root })).toEqual([]);
  expect(unitArguments({ root, passed: '0123456789012345678901234567890123456789' })).toEqual([]);
});

it('runs those that see a changed or a new source, committed or not', () => {
  const passed = commit();
  const chosen = ['--changed', passed, '--passWithNoTests'];
  expect(unitArguments({ root, passed })).toEqual(chosen);
  write('src/core/a.ts', '2');
  write('src/renderer/New.vue', '1');
  write('docs/a.md', '1');
  expect(unitArguments({ root, passed })).toEqual(chosen);
  commit();
  expect(unitArguments({ root, passed })).toEqual(chosen);
});

it.each([
  'resources/table.json',
  'package-lock.json',
  'tests/store/fixtures/schema.sql',
  'vitest.config.ts',
  'src/a.cc',
])('runs every test where %s changed, which any of them may read', (path) => {
  const passed = commit();
  write(path, '2');
  expect(unitArguments({ root, passed })).toEqual([]);
  commit();
  expect(unitArguments({ root, passed })).toEqual([]);
});

it('runs every test on another branch than the one that passed', () => {
  commit();
  git('checkout', '-q', '-b', 'other');
  write('src/core/b.ts', '1');
  const passed = commit();
  git('checkout', '-q', '-');
  expect(unitArguments({ root, passed })).toEqual([]);
});

it('stands for a commit only where nothing is uncommitted', () => {
  const made = commit();
  expect(commitOf(root)).toBe(made);
  write('src/core/new.ts', '1');
  expect(commitOf(root)).toBeUndefined();
  expect(commitOf(join(root, 'missing'))).toBeUndefined();
});
