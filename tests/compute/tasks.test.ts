/** The kinds of task: each in a folder of its own, and none that nobody does. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runImport } from '../../src/compute/tasks/import/run.ts';
import { INPUTS, isKind } from '../../src/compute/tasks/tasks.ts';
import { TRAINER_TASKS } from '../../src/compute/tasks/trainer-tasks.ts';

const root = fileURLToPath(new URL('../../src/compute/tasks/', import.meta.url));
const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const folderOf = (kind: string): string => kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('the kinds of task', () => {
  it('have a folder each, and each folder is a kind: one that is not told of would never be done', () => {
    expect(Object.keys(INPUTS).map(folderOf).sort()).toEqual(folders.sort());
    for (const folder of folders) {
      expect(existsSync(`${root}${folder}/task.ts`) && existsSync(`${root}${folder}/run.ts`), folder).toBe(true);
    }
  });

  it('are done by a trainer or by the importer, each by one of them', () => {
    const done = { ...TRAINER_TASKS, import: runImport };
    expect(Object.keys(done).sort()).toEqual(Object.keys(INPUTS).sort());
    expect(TRAINER_TASKS).not.toHaveProperty('import');
  });

  it('are known by their own names, not by those that every object has', () => {
    expect(isKind('train')).toBe(true);
    expect(['toString', '__proto__', 'constructor', ''].filter(isKind)).toEqual([]);
  });
});
