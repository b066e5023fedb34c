/** `trade doctor` as people and scripts use it on a workspace that was damaged: nothing is lost
 * that can be had. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBench, SMALL } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeAll(async () => {
  bench = makeBench();
  expect((await bench.trade('search', bench.config(SMALL))).code).toBe(0);
});
afterAll(() => bench.remove());

const last = async (...args: string[]) => {
  const { code, json, stderr } = await bench.trade('doctor', ...args, '--json');
  return { code, stderr, line: json().at(-1) ?? {} };
};
const inWorkspace = (...parts: string[]): string => join(bench.workspace, ...parts);

it('repairs, restores and salvages, each after a copy, and names what is wrong in between', async () => {
  const [lost = ''] = readdirSync(inWorkspace('checkpoints'));
  rmSync(inWorkspace('checkpoints', lost));
  const repaired = await last('--repair');
  expect(repaired).toMatchObject({ code: 1, line: { ok: false, done: [expect.stringMatching(/lost its weights/)] } });
  const copy = String(repaired.line['backup']);

  // The database is no more one: named, with what to do, and nothing deleted.
  const database = readFileSync(inWorkspace('workspace.sqlite'));
  writeFileSync(inWorkspace('workspace.sqlite'), 'hello '.repeat(3000));
  const runs = await bench.trade('runs');
  expect(runs.code).not.toBe(0);
  expect(runs.stderr).toMatch(/workspace\.sqlite" is damaged.*trade doctor --backups.*--repair/);
  const { line: list } = await last('--backups');
  expect(list['backups']).toContainEqual(expect.objectContaining({ name: copy, kind: 'repair', restorable: true }));
  expect((await last('--restore', copy)).line).toMatchObject({ restored: copy });

  // The header is gone: what is behind it is all there.
  database.fill(0, 0, 100);
  writeFileSync(inWorkspace('workspace.sqlite'), database);
  const salvaged = await last('--repair');
  expect(salvaged.line['done']).toContainEqual(expect.stringMatching(/rows were saved, nothing was unreadable/));
  expect(readFileSync(inWorkspace('backups', String(salvaged.line['backup']))).equals(database)).toBe(true);
  expect((await last()).line).toMatchObject({ integrity: 'ok', trials: 4, checkpoints: 3 });

  // It stays until somebody says so by its name, and the doctor says that it is there.
  const kept = String(salvaged.line['backup']);
  expect((await bench.trade('doctor')).stdout).toMatch(
    /Kept until you remove them: \d+ .* bytes, the oldest of 20\d\d-/,
  );
  expect((await last('--remove', 'none')).code).toBe(2);
  expect(await last('--remove', kept)).toMatchObject({ code: 0, line: { removed: kept, bytes: database.length } });
  expect(existsSync(inWorkspace('backups', kept))).toBe(false);
});

it('refuses a name that is no copy, and two orders at once, before anything is touched', async () => {
  const wrong = await last('--restore', '../workspace.sqlite');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/is no backup of this workspace/)]);
  expect((await last('--repair', '--backups')).code).toBe(2);
  expect(existsSync(inWorkspace('recovery.json'))).toBe(false);
});
