/** Teachers and data sets that come with runs: they come whole, or go again with the runs, after a
 * fault and after a kill. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { canonical, filled, packed, problems, stage, taken } from '../support/archives.ts';
import { datasetContent, teacherContent } from '../support/forge.ts';
import type { Content } from '../support/forge.ts';
import { tickingClock } from '../support/workspace.ts';

function put({ directory }: Workspace, content: Content): void {
  for (const [path, data] of Object.entries(content)) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), data);
  }
}

/** A workspace of two runs, a teacher and a data set, as a file. */
function archive(): Promise<string> {
  const from = filled('run_1', 'run_2');
  put(from, { ...teacherContent('big'), ...datasetContent('sides') });
  return packed(from);
}

/** With something of its own, which no arrival may touch. */
function ours(): Workspace {
  const into = filled('old');
  put(into, { ...teacherContent('ours'), ...datasetContent('own') });
  return into;
}

const foldersOf = (directory: string): readonly string[] =>
  ['teachers', 'datasets']
    .flatMap((kind) => readdirSync(join(directory, kind)).map((name) => `${kind}/${name}`))
    .sort();
const OURS = ['datasets/own', 'teachers/ours'];

const movesOf = (folders: readonly string[]) => folders.map((folder) => ({ from: folder, to: folder }));

test('a fault in the second run takes the first, its teacher and data set out again, nothing of ours', async () => {
  const into = ours();
  const before = canonical(into);
  const { staging, staged } = await stage(into, await archive());
  expect(staged.folders).toEqual(['datasets/sides', 'teachers/big']);
  const db = openDatabase(join(staging, DATABASE_FILE));
  db.exec("UPDATE checkpoint SET file = (SELECT file FROM checkpoint LIMIT 1) || 'x' WHERE trial_id = 'run_2-0002'");
  db.close();
  const ids = staged.runs.map(({ id }) => id);
  await expect(into.takeIn({ staged: staging, runs: ids, folders: movesOf(staged.folders) })).rejects.toThrow();
  expect(foldersOf(into.directory)).toEqual(OURS);
  expect(canonical(into)).toEqual(before);
  // A mark that stayed would take out later what comes by the same names.
  expect((await taken(into, await archive())).folders).toEqual(staged.folders);
  expect(foldersOf(into.directory)).toEqual(['datasets/own', 'datasets/sides', 'teachers/big', 'teachers/ours']);
  expect(problems(into)).toEqual([]);
});

test('a folder that is in the way is a refusal before anything moves, and stays', async () => {
  const into = ours();
  const { staging, staged } = await stage(into, await archive());
  put(into, { 'teachers/big/mine.txt': Buffer.from('mine') });
  const ids = staged.runs.map(({ id }) => id);
  await expect(into.takeIn({ staged: staging, runs: ids, folders: movesOf(staged.folders) })).rejects.toThrow(
    /already/,
  );
  expect(readFileSync(join(into.directory, 'teachers/big/mine.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(into.directory, 'datasets/sides'))).toBe(false);
});

test('a kill at any of its steps leaves all of it or nothing after the next start', async () => {
  const file = await archive();
  const entry = join(import.meta.dirname, '../support/arrival-that-dies.ts');
  let killed = 0;
  for (let step = 0, isWhole = false; !isWhole; step += 1) {
    const into = ours();
    const before = canonical(into);
    into.close();
    const { signal, stdout, stderr } = spawnSync(process.execPath, [entry, into.directory, file, String(step)], {
      encoding: 'utf8',
    });
    isWhole = stdout === 'whole';
    if (!isWhole) expect([signal, stderr]).toEqual(['SIGKILL', '']);
    killed += isWhole ? 0 : 1;
    const next = openWorkspace(into.directory, { now: tickingClock() });
    next.store.sweep();
    expect(foldersOf(next.directory), `step ${step}`).toEqual(
      isWhole ? ['datasets/own', 'datasets/sides', 'teachers/big', 'teachers/ours'] : OURS,
    );
    expect(canonical(next).length - before.length).toBe(isWhole ? 2 : 0);
    expect(problems(next), `step ${step}`).toEqual([]);
  }
  // Two runs, each with a step for itself and one for its students.
  expect(killed).toBeGreaterThanOrEqual(3);
}, 120_000);
