/**
 * Folders of other people, in which names of ours mean something else, named to every verb of the
 * command line and to every way of opening a workspace: each is refused in words, and all that lies
 * in it or behind its links is as it was.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { createHost, isLocked } from '../../src/host/for-shells.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { FAKE_TRAINER, makeResources, SAMPLE, temporaryFolder } from '../support/fake-host.ts';
import { foldersTree } from '../support/foreign-folder.ts';
import { fuzz, FUZZ } from '../support/fuzz.ts';

const folder = temporaryFolder();
const workspace = join(folder.path, 'theirs');
const outside = join(folder.path, 'outside');
let resources: string;
let bookmarks: Buffer;
let said = '';

beforeAll(() => {
  resources = makeResources(folder.path);
  const file = join(folder.path, 'bookmarks.sqlite');
  new Database(file).exec('CREATE TABLE bookmark (url)').close();
  bookmarks = readFileSync(file);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterAll(() => {
  vi.restoreAllMocks();
  folder.remove();
});

const OUT = join(folder.path, 'out.file');
/** One line of arguments for each verb; that none is missing is checked against the program's own
 * help. */
const VERBS: readonly (readonly string[])[] = [
  ['search', SAMPLE],
  ['resume', 'run_1'],
  ['retrain', 'run_1', '--top', '1'],
  ['sweep', SAMPLE, '--vary', 'seed=1..2'],
  ['queue'],
  ['queue', '--run'],
  ['runs'],
  ['show', 'run_1'],
  ['latency', 'run_1-0000'],
  ['export', 'run_1-0000', '--format', 'json', '--out', OUT],
  ['export-run', 'run_1', '--out', OUT],
  ['export-workspace', '--out', OUT],
  ['import-runs', SAMPLE],
  ['tag', 'run_1', '--add', 'good'],
  ['trash', 'run_1'],
  ['restore', 'run_1'],
  ['purge', '--all'],
  ['reclaim'],
  ['reclaim', 'orphans'],
  ['doctor'],
  ['doctor', '--repair'],
  ['doctor', '--backups'],
  ['doctor', '--back-up'],
  ['doctor', '--restore', 'workspace-v4-2026-01-01T00-00-00-000Z-asked.sqlite'],
  ['doctor', '--remove', 'workspace-v4-2026-01-01T00-00-00-000Z-damaged.sqlite'],
  ['backend'],
  ['teachers', 'list'],
  ['teachers', 'train', '--name', 'mine'],
  ['datasets', 'list'],
  ['datasets', 'import', join(folder.path, 'resources')],
  ['study', 'gan'],
  ['study', 'gan', '--out', join(folder.path, 'generators')],
];
/** They open no workspace. */
const WITHOUT_WORKSPACE = ['replay', 'ray', 'help'];

const REFUSAL = /is neither empty nor a TRADE workspace|cannot be a workspace/;

test('every verb of the program is among those that are tried', async () => {
  said = '';
  await runProgram(['--help']);
  const verbs = [...said.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name);
  expect([...new Set(VERBS.map(([name]) => name)), ...WITHOUT_WORKSPACE].sort()).toEqual(verbs.toSorted());
});

/** Of ours, each also with something about it that is not. */
const OUR_NAMES = [
  ...['tmp', 'checkpoints', 'backups', 'cache', 'teachers', 'datasets', 'logs', 'replays', 'lock.sqlite', 'lock.json'],
  ...[
    'workspace.sqlite',
    'workspace.sqlite-wal',
    'recovery.json',
    'recovered.sqlite',
    'reserve-1',
    'tmp/s000001-abcdef',
  ],
  ...['tmp/salvage', 'tmp/s000001-abcdef/tmp', 'checkpoints/run_1-0000-ba7816bf8f01.safetensors', 'cache/teacher-mine'],
  ...['backups/workspace-v4-2026-01-01T00-00-00-000Z-daily.sqlite.partial', 'teachers/fashion-resnet'],
  ...['backups/workspace-v4-2026-01-01T00-00-00-000Z-asked.sqlite', 'cache/teacher-targets-abc-0.safetensors'],
];
const THEIR_NAMES = [
  'thesis.txt',
  'src',
  'tmp/thesis.txt',
  'checkpoints/my-model.pt',
  'Ünïcödé 工作台',
  'a/tmp/b',
  '.git',
];

const entry = fc.record({
  path: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...OUR_NAMES) },
    { weight: 2, arbitrary: fc.constantFrom(...THEIR_NAMES) },
    { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9 _-]{1,12}$/) },
  ),
  what: fc.constantFrom('empty', 'text', 'folder', 'full folder', 'link to a folder', 'link to a file', 'database'),
});
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

/** What is in the way of an entry, or what it would lie in, wins. */
function plant({ path, what }: Entry): void {
  const place = join(workspace, path);
  try {
    mkdirSync(dirname(place), { recursive: true });
    if (what === 'empty') writeFileSync(place, '', { flag: 'wx' });
    if (what === 'text') writeFileSync(place, `mine: ${path}`, { flag: 'wx' });
    if (what === 'database') writeFileSync(place, bookmarks, { flag: 'wx' });
    if (what === 'folder') mkdirSync(place);
    if (what === 'full folder') {
      mkdirSync(join(place, 's000002-abcdef'), { recursive: true });
      writeFileSync(join(place, 'a.partial'), `mine: ${path}`, { flag: 'wx' });
    }
    if (what.startsWith('link')) symlinkSync(what.endsWith('folder') ? outside : join(outside, 'a.txt'), place);
  } catch (error) {
    const isInTheWay = error instanceof Error && 'code' in error && /EEXIST|ENOTDIR|EISDIR/.test(String(error.code));
    if (!isInTheWay) throw error;
  }
}

async function refusalOf(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt();
    return 'not refused';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

test(
  'a folder of somebody else is refused by every verb and way in, and nothing in it or behind its links is touched',
  async () => {
    const property = fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
      for (const place of [workspace, outside]) rmSync(place, { recursive: true, force: true });
      mkdirSync(join(outside, 's000001-abcdef'), { recursive: true });
      writeFileSync(join(outside, 'a.txt'), 'mine');
      mkdirSync(workspace);
      // What makes it somebody's, whatever else there is.
      writeFileSync(join(workspace, 'theirs.txt'), 'mine');
      entries.forEach(plant);
      const before = [foldersTree(workspace), foldersTree(outside)];
      const hostOptions = { resources, shell: 'cli', trainer: { entry: FAKE_TRAINER } } as const;
      for (const args of VERBS) {
        said = '';
        const code = await runProgram([...args, '--workspace', workspace], hostOptions);
        expect([args.join(' '), code, said]).toEqual([args.join(' '), 2, expect.stringMatching(REFUSAL)]);
      }
      const host = () => createHost({ ...hostOptions, workspace });
      for (const attempt of [host, () => openReadable(workspace), () => wishFor(workspace, { salvage: true })]) {
        expect(await refusalOf(attempt)).toBe('workspace.foreign');
      }
      expect([foldersTree(workspace), foldersTree(outside)]).toEqual(before);
      expect(isLocked(join(workspace, 'none'))).toBe(false);
    });
    await fuzz('folders of others', property, FUZZ);
  },
  600_000 + 100 * FUZZ,
);
