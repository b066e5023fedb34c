/**
 * What a trial goes on from is what was written: a checkpoint that became another one on the disk
 * makes the trial begin anew, in so many words, and never a student of nobody's making.
 */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSummaryView } from '../../src/bridge/schemas/records.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { writeSmallDataset, writeSmallTeacher } from '../support/small-data.ts';
import { untilRun } from '../support/until-run.ts';

// Sessions come and go; what they take is the machine's affair.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

/** Enough that a slow machine stops it in the middle, too. */
const EPOCHS = 8;
const EVERY_EPOCH = Array.from({ length: EPOCHS }, (_, index) => index + 1);
let folder: ReturnType<typeof temporaryFolder>;
let host: Host | undefined;

beforeEach(() => {
  folder = temporaryFolder();
  writeSmallDataset(join(folder.path, 'resources', 'datasets', 'small'));
  writeSmallTeacher(join(folder.path, 'resources', 'teachers', 'small-teacher'));
});
afterEach(async () => {
  await host?.close();
  host = undefined;
  folder.remove();
});

async function open(plan: FakePlan): Promise<Host['client']> {
  await host?.close();
  host = await fakeHost(folder.path, plan);
  return host.client;
}

const left = ({ run }: RunSummaryView): boolean => run.state !== 'running';

/** A run whose one trial was interrupted after its second epoch, and the file that it can go on
 * from. */
async function interrupted(): Promise<{ readonly id: string; readonly file: string }> {
  const client = await open({ epochMs: 150 });
  const { run } = await client.runs.start({
    ...{ name: 'cut', dataset: 'small', teacher: 'small-teacher', families: ['resnet'], strategy: { id: 'random' } },
    ...{ recipe: { epochs: EPOCHS, batchSize: 32 }, budget: { trials: 1 }, slots: 1 },
  });
  const second = async (): Promise<boolean> => ((await client.runs.trials({ id: run.id }))[0]?.epochsDone ?? 0) >= 2;
  await expect.poll(second, { timeout: 30_000, interval: 5 }).toBe(true);
  await client.runs.pause({ id: run.id });
  const { store, files, close } = openReadable(join(folder.path, 'workspace'));
  const [trial] = store.trials(run.id);
  const file = files.pathOf(store.checkpoint(trial?.id ?? '', 'epoch')?.file ?? '');
  close();
  return { id: run.id, file };
}

async function goOn(id: string, plan: FakePlan = {}) {
  const client = await open({ epochMs: 5, ...plan });
  await client.runs.resume({ id });
  return endOf(client, id);
}

async function endOf(client: Host['client'], id: string) {
  const { run } = await untilRun(client, id, left);
  const [trial] = await client.runs.trials({ id });
  const [curve] = await client.trials.epochs({ ids: [trial?.id ?? ''] });
  const workspace = join(folder.path, 'workspace');
  const log = readFileSync(join(workspace, 'logs', 'host.log'), 'utf8');
  expect([run.state, trial?.state]).toEqual(['finished', 'finished']);
  expect(curve?.points.map(({ epoch }) => epoch)).toEqual(EVERY_EPOCH);
  expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 1 });
  return { trial, beganAnew: log.includes('a trial begins anew') };
}

describe('a trial that was interrupted', () => {
  it('goes on from its checkpoint where that is the one that was written', async () => {
    const { id } = await interrupted();
    const { trial, beganAnew } = await goOn(id);
    expect([trial?.reason, beganAnew]).toEqual([undefined, false]);
  });

  it.each([
    // Of the same size, and sense: without a look at its hash it would be believed, and an epoch
    // left out.
    [
      'other',
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"epoch":\d/, '"epoch":7')),
      'has other content',
    ],
    ['short', (file: string) => truncateSync(file, 5), 'has 5 bytes where'],
    ['empty', (file: string) => truncateSync(file, 0), 'has 0 bytes where'],
  ])('begins anew, and says so, where its checkpoint is %s', async (_, damage, words) => {
    const { id, file } = await interrupted();
    damage(file);
    const { trial, beganAnew } = await goOn(id);
    expect(trial?.reason).toMatch(/^It began anew\. The checkpoint after epoch \d /);
    expect(trial?.reason).toContain(words);
    expect(beganAnew).toBe(true);
    expect(readdirSync(join(folder.path, 'workspace', 'checkpoints'))).toHaveLength(1);
  });

  it('begins anew where its checkpoint went while the program ran', async () => {
    const { id, file } = await interrupted();
    rmSync(file);
    const client = host?.client;
    await client?.runs.resume({ id });
    const { trial } = await endOf(client as Host['client'], id); // it is open
    expect(trial?.reason).toMatch(/^It began anew\. The checkpoint after epoch \d is missing\./);
  });

  it('begins anew where its trainer can do nothing with the checkpoint, though it is the written one', async () => {
    const { id } = await interrupted();
    const { trial, beganAnew } = await goOn(id, { unusable: [0] });
    expect(trial?.reason).toBe('It began anew. It lacks a slot (fake).');
    expect(beganAnew).toBe(true);
  });
});
