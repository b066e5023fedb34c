/** Workspaces of every released schema are opened and read: an upgrade must lose nothing that
 * people have. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import {
  asked,
  checkpointFile,
  COSTS,
  finished,
  LATENCY,
  point,
  proposal,
  RECORDED_SOURCES,
  SCORE,
  searchConfig,
} from '../support/store-records.ts';
import { temporaryFolder } from '../support/workspace.ts';

function fixtureOf(version: number): string {
  const name = `schema-${String(version).padStart(4, '0')}.sql`;
  return readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)), 'utf8');
}

test.each(MIGRATIONS.map(({ version }) => version))('a workspace of schema %i has all its records', (version) => {
  const directory = temporaryFolder();
  mkdirSync(directory);
  new Database(join(directory, DATABASE_FILE)).exec(fixtureOf(version)).close();

  const { store, close } = openWorkspace(directory);
  expect(store.check()).toEqual([]);
  expect(store.fence).toMatch(/^s000002-/);
  expect(store.sweep()).toEqual({ runs: ['run_1'], trials: ['run_1-0002'] });
  const name = `Ünïcödé "quoted" 'run'`;
  expect(store.runs({ search: 'ÜNÏ' }).rows).toMatchObject([
    {
      run: { id: 'run_1', name, config: searchConfig(name), strategyVersion: 2, sample: true, seconds: 12.5 },
      trials: {
        queued: version < 7 ? 1 : 2,
        running: 0,
        resting: version < 6 ? 0 : 1,
        finished: 1,
        failed: 1,
        interrupted: 1,
        stopped: 0,
      },
      score: SCORE,
    },
  ]);
  const done = finished('run_1-0000.safetensors');
  const leg = { until: 1, schedule: 'part' };
  const restedLog = [
    { type: 'asked', proposals: [{ ...proposal(4), leg }], position: 5 },
    { type: 'rested', trial: 4, epoch: 1, metrics: { accuracy: 0.25, loss: NaN } },
  ];
  const from = { parents: [0, 'teacher'], map: 'inherit', seed: 3 };
  const search = { search: 0, family: 'resnet', method: 'darts', options: { learningRate: 0.01 }, epochs: 2, seed: 9 };
  const searchedLog = [
    { type: 'asked', proposals: [{ ...proposal(5), from }], search, position: 6 },
    { type: 'searched', search: 0, mixing: [0.5, -0.25], cpuSeconds: 12.5 },
  ];
  const failed = { type: 'failed', trial: 1, reason: 'the trainer died' };
  expect(store.trials('run_1')).toMatchObject([
    {
      state: 'finished',
      candidate: proposal(0).candidate,
      why: proposal(0).why,
      ...COSTS,
      metrics: done.metrics,
      testAccuracy: 0.79,
    },
    { state: 'failed', reason: 'the trainer died', seconds: 1 },
    { state: 'interrupted', epochsDone: 1, attempts: 1 },
    { state: 'queued', seed: proposal(3).seed },
    ...(version < 6 ? [] : [{ state: 'resting', seed: proposal(4).seed, leg, epochsDone: 1 }]),
    ...(version < 7 ? [] : [{ state: 'queued', seed: proposal(5).seed, from }]),
  ]);
  expect(store.epochs('run_1-0000')).toEqual([point(1), point(2), point(3)]);
  expect(store.predictions('run_1-0000')).toEqual(done.predictions);
  expect(store.latencies('run_1-0000')).toMatchObject(version < 2 ? [] : [LATENCY]);
  const best = { trialId: 'run_1-0000', kind: 'best', ...checkpointFile('run_1-0000-best-2.safetensors', 2) };
  expect(store.checkpoint('run_1-0000', 'best')).toEqual(version < 3 ? undefined : best);
  expect(store.checkpoint('run_1-0000', 'final')).toMatchObject(checkpointFile('run_1-0000.safetensors', 3));
  expect(store.checkpoint('run_1-0002', 'epoch')).toMatchObject(checkpointFile('run_1-0002-epoch-1.safetensors'));
  expect(store.events('run_1').map(({ event }) => event)).toEqual([
    asked(0, 1, 2, 3),
    { type: 'told', trial: 0, metrics: done.metrics },
    failed,
    ...(version < 6 ? [] : restedLog),
    ...(version < 7 ? [] : searchedLog),
  ]);
  expect(store.supernets()).toMatchObject(version < 7 ? [] : [{ runId: 'run_1', search: 0, epoch: 2, bytes: 1000 }]);
  const written =
    version < 4 ? { tags: [], note: '' } : { tags: ['Keep', 'übung'], note: '# Why\nIt was **worth** it.' };
  expect(store.summary('run_1')).toMatchObject({ tags: written.tags, hasNote: written.note !== '' });
  expect([store.runNote('run_1'), store.summary('run_1')?.frontOnly]).toEqual([written.note, version >= 4]);
  expect(store.trialNote('run_1-0000')).toBe(version < 4 ? '' : 'small and good');
  expect(store.sources('run_1')).toEqual(version < 5 ? undefined : RECORDED_SOURCES);
  expect(store.queue()).toEqual(version < 8 ? [] : [{ id: 'run_1', name }]);
  expect(store.savedViews().map(({ name }) => name)).toEqual(version < 4 ? [] : ['Best first']);
  close();
});
