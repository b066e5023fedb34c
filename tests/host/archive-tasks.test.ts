/** Searches and inherited weights on their way into another workspace, and what a stranger's may
 * not say of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Search } from '../../src/core/records/events.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { addRun, canonical, packed, problems, stage, taken } from '../support/archives.ts';
import { askedOf, costsOf, mixed } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace } from '../support/workspace.ts';

const search: Search = {
  ...{ search: 1, family: 'resnet', method: 'darts', options: { learningRate: 0.5 } },
  ...{ epochs: 3, seed: 7 },
};

/** To a run with a search that is over come a student that inherits, and a search that is not. */
function searched(id = 'run_1'): Workspace {
  const workspace = temporaryWorkspace('from');
  const { store, files } = workspace;
  addRun(workspace, id);
  const [child] = askedOf(4).proposals;
  const from = { parents: [0, 'teacher'], map: 'inherit', seed: 1 } as const;
  const event = { ...askedOf(), proposals: [{ ...child!, from }], position: 5, search };
  store.recordAsked(id, event, costsOf(event), 3);
  const weights = adoptText(files, `${id}-supernet-1.safetensors`, 'on its way');
  store.keepSupernet(id, { event: mixed(1, 1), weights });
  return workspace;
}

const edit = ({ directory }: Workspace, sql: string): void =>
  void new Database(join(directory, DATABASE_FILE)).exec(sql).close();

test('all of it comes the same, also under another id, and is sound there', async () => {
  const from = searched();
  const archive = await packed(from, 'run_1');
  const into = temporaryWorkspace('into');
  await taken(into, archive);
  const [second] = (await taken(into, archive)).runs;
  expect(canonical(into)).toEqual([...canonical(from), ...canonical(from)]);
  const rows = into.store.supernets(second?.id);
  expect(rows.map(({ search: number, epoch }) => [number, epoch])).toEqual([
    [0, 2],
    [1, 1],
  ]);
  expect(rows.map(({ file }) => readFileSync(into.files.pathOf(file), 'utf8'))).toEqual([
    'learned by run_1',
    'on its way',
  ]);
  expect(into.store.trial('run_1-0004')?.from).toEqual({ parents: [0, 'teacher'], map: 'inherit', seed: 1 });
  expect(problems(into)).toEqual([]);
});

const replace = (before: string, after: string): string =>
  `UPDATE event SET json = replace(json, '${before}', '${after}')`;

describe('an archive is refused', () => {
  test.each([
    ['whose student inherits from a later one', replace('"parents":[0,', '"parents":[4,'), /begins with/],
    ['whose student inherits from one that failed', replace('"parents":[0,', '"parents":[1,'), /begins with/],
    ['whose rows say other parents than its log', `UPDATE trial SET warm_start = NULL`, /other weights/],
    ['whose parent is a word', replace('"teacher"],', '"mother"],'), /parents/],
    ['that tells of a search twice', replace('"search":{"search":1,', '"search":{"search":5,'), /out of turn/],
    ['that tells of a search that nobody asked for', `UPDATE supernet SET search = 3 WHERE search = 1`, /never asked/],
    ['whose search goes on for no whole number of epochs', replace('"epochs":3', '"epochs":2.5'), /epochs/],
    ['that tells of an epoch of no open search', replace('"mixed","search":1', '"mixed","search":0'), /is not open/],
    ['whose shares are a text', replace('"shares":[', '"shares":["x",'), /shares/],
    ['whose epoch is no whole number', replace('"epoch":1,"shares"', '"epoch":1.5,"shares"'), /epoch/],
    ['whose mixing is a text', replace('"mixing":[0.5,', '"mixing":["x",'), /mixing/],
  ])('%s', async (_, sql, words) => {
    const from = searched();
    edit(from, sql);
    await expect(stage(temporaryWorkspace('into'), await packed(from, 'run_1'))).rejects.toThrow(words);
  });
});
