/** What stays on disk of a search, by its policy, and searches recorded before there was one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainingsOf } from '../../src/core/budget.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { frontOf } from '../../src/core/front.ts';
import type { Run } from '../../src/core/records/run.ts';
import type { Trial } from '../../src/core/records/trial.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const workspace = join(folder.path, 'workspace');
let host: Host | undefined;

/** One host for all: what it finds out about a data set's students takes longest. */
beforeAll(async () => {
  makeResources(folder.path);
  await open({ bestFirst: [0, 2], nan: [5] });
});
afterAll(async () => {
  await host?.close();
  folder.remove();
});

async function open(plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

/** Names of the checkpoint files, without their hashes. */
const kept = (): readonly string[] =>
  readdirSync(join(workspace, 'checkpoints'))
    .map((file) => file.replace(/-[0-9a-f]{12}\.safetensors$/, ''))
    .sort();

/** Runs a search to its end, looks at it, and discards it. */
async function searched(
  more: Partial<SearchInput>,
  look: (found: { client: Host['client']; run: Run; trials: readonly Trial[] }) => unknown,
): Promise<void> {
  if (host === undefined) throw new Error('No host is open');
  const { client } = host;
  const input = { name: 'kept', families: ['resnet'], strategy: { id: 'random' }, slots: 2 };
  const { run } = await client.runs.start({ ...input, ...more });
  const end = await untilRun(client, run.id, (summary) => summary.run.state !== 'running');
  expect([end.run.state, end.trials.finished]).toEqual(['finished', trainingsOf(end.run.config)]);
  await look({ client, run: end.run, trials: await client.runs.trials({ id: run.id }) });
  await client.runs.trash({ ids: [run.id] });
  await client.runs.purge({ ids: [run.id] });
  expect(kept()).toEqual([]);
}

it('the last weights stay, and those of the best epoch where that is another', () =>
  searched({ budget: { trials: 3 } }, async ({ client, trials }) => {
    const [first = '', second = '', third = ''] = trials.map(({ id }) => id);
    expect(kept()).toEqual([first, `${first}-best-1`, second, third, `${third}-best-1`]);
    expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 5 });
  }));

it('the last weights alone stay where no others are asked for', () =>
  searched({ budget: { trials: 3 }, checkpoints: { keep: 'last' } }, async ({ client, trials }) => {
    expect(kept()).toEqual(trials.map(({ id }) => id));
    expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 3 });
  }));

it('the weights of the front alone stay, which are tested, and the doctor misses none of the others', () =>
  searched({ budget: { trials: 8 }, checkpoints: { keep: 'front' } }, async ({ client, run, trials }) => {
    const front = frontOf(run.config, trials);
    expect(front.length).toBeLessThan(trials.length);
    expect(kept()).toEqual(front.map(({ id }) => id));
    expect(front.every(({ testAccuracy }) => testAccuracy !== undefined)).toBe(true);
    expect(await client.system.doctor()).toMatchObject({ ok: true, trials: 8, checkpoints: front.length });
  }));

it('training by seconds asks for no number of epochs', () =>
  searched({ budget: { trials: 1 }, recipe: { seconds: 60 } }, ({ trials }) => {
    expect(trials.map(({ epochs, epochsDone }) => [epochs, epochsDone > 0])).toEqual([[0, true]]);
  }));

it('a run that an earlier version recorded goes on by the recipe it had', async () => {
  let client = await open({ epochMs: 20 });
  const { run } = await client.runs.start({ name: 'old', families: ['resnet'], budget: { trials: 3 }, slots: 1 });
  await untilRun(client, run.id, ({ trials }) => trials.finished >= 1);
  await client.runs.pause({ id: run.id });
  await host?.close();
  const added = [
    'schedule',
    'milestones',
    'decayFactor',
    'clipNorm',
    'emaDecay',
    'augmentation.cutout',
    'augmentation.mixup',
    'augmentation.timeMask',
    'augmentation.bandMask',
  ];
  const paths = ['$.checkpoints', ...added.map((name) => `$.recipe.${name}`)].map((path) => `'${path}'`);
  const db = new Database(join(workspace, DATABASE_FILE));
  db.exec(`UPDATE run SET config = json_remove(config, ${paths.join(', ')})`);
  expect(db.prepare<[], string>('SELECT config FROM run').pluck().get()).not.toMatch(/emaDecay|mixup|fp32/);
  db.close();
  client = await open();
  // The trainer refuses a recipe that lacks a setting.
  await client.runs.resume({ id: run.id });
  const end = await untilRun(client, run.id, (summary) => summary.run.state !== 'running');
  expect([end.run.state, end.trials.finished]).toEqual(['finished', 3]);
  expect(end.run.config.recipe).toEqual(run.config.recipe);
  expect(end.run.config.checkpoints).toEqual({ precision: 'fp32', keep: 'last' });
  expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 3 });
});
