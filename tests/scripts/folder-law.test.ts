/** A room that grows into one long list is refused, by name and number, and so is nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MOST_FILES, crowdedFolders } from '../../scripts/folder-law.mjs';

const SCRIPT = join(import.meta.dirname, '../../scripts/folder-law.mjs');
let root: string;

function fill(folder: string, files: number): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (let index = 0; index < files; index += 1) writeFileSync(join(root, folder, `file-${index}.ts`), '');
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'folders-'));
  fill('src/core', MOST_FILES);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('lets a full folder pass, and one that is large by its folders alone', () => {
  fill('src/core/math', MOST_FILES);
  fill('tests/core', MOST_FILES + 1);
  expect(crowdedFolders(root)).toEqual([]);
  expect(spawnSync(process.execPath, [SCRIPT, root]).status).toBe(0);
});

it('refuses a folder with one file more, at any depth, the fullest first', () => {
  fill('src/core/math', MOST_FILES + 1);
  fill('src/host/runs/tasks', MOST_FILES + 2);
  expect(crowdedFolders(root)).toEqual([
    { folder: 'src/host/runs/tasks', files: MOST_FILES + 2 },
    { folder: 'src/core/math', files: MOST_FILES + 1 },
  ]);
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, root], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stdout).toContain(`src/core/math holds ${MOST_FILES + 1} files on one floor, more than ${MOST_FILES}: move`);
});

it('counts files of any kind: a style sheet is a line of the list too', () => {
  writeFileSync(join(root, 'src/core/colours.css'), '');
  expect(crowdedFolders(root)).toEqual([{ folder: 'src/core', files: MOST_FILES + 1 }]);
});
