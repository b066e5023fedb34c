/** Runs over the years: labels, trash, room on the disk. After each step rows and files agree, as
 * the doctor sees them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isUnderWay } from '../../src/bridge/schemas/job.ts';
import type { JobView } from '../../src/bridge/schemas/job.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { WASTE_KINDS } from '../../src/bridge/schemas/upkeep.ts';
import { frontOf } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import { filled, packed } from '../support/archives.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { untilRun } from '../support/until-run.ts';

/** Each test starts several processes. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const folder = temporaryFolder();
let workspace = '';
let host: Host;
let place = 0;

beforeAll(() => void makeResources(folder.path));
beforeEach(async () => {
  place += 1;
  workspace = join(folder.path, `w${place}`);
  host = await fakeHost(folder.path, {}, { workspace });
});
afterEach(() => host.close());
afterAll(() => folder.remove());

const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'test',
  families: ['resnet', 'vit'],
  strategy: { id: 'random' },
  budget: { trials: 6 },
  slots: 1,
  ...more,
});

async function finishedRun(more: Partial<SearchInput> = {}): Promise<string> {
  const { run } = await host.client.runs.start(search(more));
  await untilRun(host.client, run.id, (summary) => summary.run.state === 'finished');
  return run.id;
}

const files = (kind: string): readonly string[] => readdirSync(join(workspace, kind));
const idsIn = async (trash: 'without' | 'only'): Promise<readonly string[]> =>
  (await host.client.runs.list({ trash })).rows.map(({ run }) => run.id);
const sound = async (): Promise<void> => expect((await host.client.system.doctor()).problems).toEqual([]);

describe('the trash', () => {
  it('takes a run with all it has, frees its name, gives it back as it was, and lets go for good', async () => {
    const { runs } = host.client;
    const id = await finishedRun({ name: 'Same' });
    const before = await runs.get({ id });
    const kept = files('checkpoints');
    const [trashed] = await runs.trash({ ids: [id] });
    expect(trashed?.trashedAt).toBeDefined();
    expect([await idsIn('without'), await idsIn('only')]).toEqual([[], [id]]);
    expect(files('checkpoints')).toEqual(kept);
    await sound();
    const [size] = await runs.sizes({ ids: [id] });
    const bytes = kept.reduce((sum, file) => sum + statSync(join(workspace, 'checkpoints', file)).size, 0);
    expect(size).toMatchObject({ id, checkpointBytes: bytes });
    expect(size?.recordBytes).toBeGreaterThan(1000);

    const other = await finishedRun({ name: 'Same', budget: { trials: 1 } });
    const [restored] = await runs.restore({ ids: [id] });
    expect({ ...restored, revision: 0 }).toEqual({ ...before, revision: 0 });
    expect(new Set(await idsIn('without'))).toEqual(new Set([id, other]));

    await expect(runs.purge({ ids: [id] })).rejects.toMatchObject({ code: 'run.state' });
    await runs.trash({ ids: [id, other] });
    await runs.purge({ ids: [id, other] });
    expect([await idsIn('only'), files('checkpoints')]).toEqual([[], []]);
    await sound();
    await expect(runs.restore({ ids: [id] })).rejects.toMatchObject({ code: 'run.missing' });
  });

  it('pauses what runs first, and what lies there cannot go on', async () => {
    const { runs } = host.client;
    const { run } = await runs.start(search({ budget: { trials: 500 } }));
    await untilRun(host.client, run.id, ({ trials }) => trials.finished >= 2);
    const [trashed] = await runs.trash({ ids: [run.id] });
    expect(trashed?.run.state).toBe('paused');
    expect(host.activeRuns()).toEqual([]);
    await expect(runs.resume({ id: run.id })).rejects.toMatchObject({ code: 'run.state' });
    await expect(runs.stop({ id: run.id })).rejects.toMatchObject({ code: 'run.state' });
    await sound();
    await runs.restore({ ids: [run.id] });
    await runs.resume({ id: run.id });
    await runs.stop({ id: run.id });
  });

  it('a file left by a kill between rows and files goes with the next start', async () => {
    const id = await finishedRun();
    const [file = ''] = files('checkpoints');
    const weights = readFileSync(join(workspace, 'checkpoints', file));
    await host.client.runs.trash({ ids: [id] });
    await host.client.runs.purge({ ids: [id] });
    await host.close();
    // What a kill after the transaction and before the files leaves behind.
    writeFileSync(join(workspace, 'checkpoints', file), weights);
    expect(examineFolder(workspace).problems).toHaveLength(1);
    host = await fakeHost(folder.path, {}, { workspace });
    expect(files('checkpoints')).toEqual([]);
    await sound();
  });
});

describe('labels and views', () => {
  it('are told to everybody, found in lists, and there after a restart', async () => {
    const { runs, trials, views } = host.client;
    const id = await finishedRun({ budget: { trials: 1 } });
    await runs.setNote({ id, note: '# Good' });
    await trials.setNote({ id: `${id}-0000`, note: 'the one' });
    expect((await runs.tag({ ids: [id], add: ['paper', 'Keep'] }))[0]?.tags).toEqual(['Keep', 'paper']);
    await expect(runs.tag({ ids: [id], add: ['a,b'] })).rejects.toMatchObject({ code: 'config.invalid' });
    const content = { order: { by: 'accuracy', descending: true }, columns: ['state'], tags: ['keep'] } as const;
    await views.save({ name: 'Kept', content: { ...content, columns: ['state'], tags: ['keep'] } });
    await host.close();
    host = await fakeHost(folder.path, {}, { workspace });
    const again = host.client;
    expect((await again.runs.list({ tags: ['keep'] })).rows[0]).toMatchObject({
      hasNote: true,
      tags: ['Keep', 'paper'],
    });
    expect((await again.runs.list({ tags: ['other'] })).total).toBe(0);
    expect([(await again.runs.note({ id })).note, (await again.trials.note({ id: `${id}-0000` })).note]).toEqual([
      '# Good',
      'the one',
    ]);
    const [view] = await again.views.list();
    expect(view).toMatchObject({ name: 'Kept', content });
    await again.views.remove({ id: view?.id ?? -1 });
    expect(await again.views.list()).toEqual([]);
    expect((await again.runs.facets()).tags).toEqual([
      { value: 'Keep', runs: 1 },
      { value: 'paper', runs: 1 },
    ]);
  });
});

describe('reclaiming space', () => {
  it('says what each kind takes, frees it, keeps the front whole, and leaves nothing of it', async () => {
    const { runs, space } = host.client;
    const id = await finishedRun();
    const doomed = await finishedRun({ budget: { trials: 2 } });
    await runs.trash({ ids: [doomed] });
    mkdirSync(join(workspace, 'tmp', 's000000-deadbe'));
    writeFileSync(join(workspace, 'tmp', 's000000-deadbe', 'half.safetensors'), 'x'.repeat(100));
    writeFileSync(join(workspace, 'cache', 'teacher-targets-abc-0.safetensors'), 'x'.repeat(50));
    mkdirSync(join(workspace, 'cache', 'teacher-big-1'));

    const waste = new Map((await space.waste()).map((one) => [one.kind, one]));
    expect([...waste.keys()]).toEqual(WASTE_KINDS);
    const { run } = await runs.get({ id });
    const trials = await runs.trials({ id });
    const front = frontOf(run.config, trials);
    expect(waste.get('checkpoints')?.count).toBeGreaterThanOrEqual(trials.length - front.length);
    expect(waste.get('trash')).toMatchObject({ count: 1 });
    expect(waste.get('orphans')).toMatchObject({ count: 1, bytes: 100 });
    expect(waste.get('caches')).toMatchObject({ count: 1, bytes: 50 });

    const reclaimed = await space.reclaim({ kinds: [...WASTE_KINDS] });
    for (const { kind, bytes } of reclaimed.filter(({ kind }) => kind !== 'database')) {
      expect(bytes, kind).toBe(waste.get(kind)?.bytes);
    }
    await sound();
    expect((await space.waste()).map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
    expect(existsSync(join(workspace, 'cache', 'teacher-big-1'))).toBe(true);
    expect((await runs.get({ id })).frontOnly).toBe(true);
    expect(files('checkpoints').length).toBeGreaterThanOrEqual(front.length);
    for (const { id: student } of front) expect(await host.client.review.checkpoints({ id: student })).not.toEqual([]);
    expect(await idsIn('only')).toEqual([]);
  });

  it('passes caches and the database over while a search runs, and touches nothing of that search', async () => {
    const { runs, space } = host.client;
    const { run } = await runs.start(search({ budget: { trials: 1000 } }));
    await untilRun(host.client, run.id, ({ trials }) => trials.finished >= 3);
    const blocked = (await space.waste()).filter((one) => one.blocked !== undefined).map(({ kind }) => kind);
    expect(blocked).toEqual(['caches', 'database']);
    await space.reclaim({ kinds: [...WASTE_KINDS] });
    expect((await runs.get({ id: run.id })).frontOnly).toBe(false);
    await runs.pause({ id: run.id });
    await sound();
  });

  it('frees nothing of runs that are being taken in meanwhile, and hinders them in nothing', async () => {
    const archive = await packed(filled('run_1', 'run_2', 'run_3'));
    const arrivals = 4;
    let isDone = false;
    const arriving = (async () => {
      for (let round = 0; round < arrivals; round += 1) {
        expect((await host.takeInArchive(archive, 'all.trade', () => undefined))?.runs).toHaveLength(3);
      }
    })().finally(() => (isDone = true));
    while (!isDone) await host.client.space.reclaim({ kinds: ['orphans', 'trash', 'caches', 'database'] });
    await arriving;
    // Three kinds of weights each, and the network of a search.
    expect(files('checkpoints')).toHaveLength(3 * 4 * arrivals);
    await sound();
  });

  it('gives free pages back to the disk, and loses nothing', async () => {
    const { runs, space, views } = host.client;
    const id = await finishedRun({ budget: { trials: 1 } });
    const long = Array<string>(100).fill('x'.repeat(200));
    const lists = { tags: long, strategies: long, datasets: long, teachers: long };
    // Two megabytes that leave again.
    for (let round = 0; round < 26; round += 1) {
      const content = { order: { by: 'name', descending: false }, columns: [], ...lists } as const;
      await views.save({ name: `v${round}`, content: { ...content, columns: [] } });
    }
    await runs.setNote({ id, note: 'n'.repeat(100_000) });
    for (const { id: view } of await views.list()) await views.remove({ id: view });
    const found = (await space.waste()).find(({ kind }) => kind === 'database');
    expect(found?.bytes).toBeGreaterThan(1_000_000);
    const [freed] = await space.reclaim({ kinds: ['database'] });
    expect(freed?.bytes).toBeGreaterThan(1_000_000);
    expect((await space.waste()).find(({ kind }) => kind === 'database')).toMatchObject({ bytes: 0, count: 0 });
    await sound();
    expect((await runs.note({ id })).note).toHaveLength(100_000);
  });
});

describe('runs as files over the bridge', () => {
  async function ended(id: string): Promise<JobView> {
    const { jobs } = host.client;
    for (;;) {
      const job = (await jobs.list()).find((one) => one.id === id);
      if (job === undefined) throw new Error(`Job ${id} is gone`);
      if (!isUnderWay(job)) return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function fetched(archive: string): Promise<Uint8Array> {
    const { archives } = host.client;
    const { bytes } = await archives.made({ id: archive });
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < bytes;) {
      const piece = await archives.read({ id: archive, offset });
      pieces.push(piece);
      offset += piece.length;
    }
    return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  }

  it('leave and come back in pieces, and nothing of them stays', async () => {
    const { archives, runs, jobs } = host.client;
    const id = await finishedRun({ budget: { trials: 2 } });
    const packed = await ended((await archives.pack({ runs: [id] })).id);
    expect(packed).toMatchObject({ state: 'finished', kind: 'pack', subject: 'test' });
    const file = await fetched(packed.made ?? '');
    await archives.drop({ id: packed.made ?? '' });
    await expect(archives.made({ id: packed.made ?? '' })).rejects.toMatchObject({ code: 'usage.invalid' });

    await archives.upload({ id: 'u1', offset: 0, data: file.subarray(0, 1000) });
    await expect(archives.upload({ id: 'u1', offset: 999, data: file.subarray(999) })).rejects.toMatchObject({
      code: 'usage.invalid',
    });
    await archives.upload({ id: 'u1', offset: 1000, data: file.subarray(1000) });
    const unpacked = await ended((await archives.unpack({ id: 'u1', name: 'test.trade' })).id);
    expect(unpacked).toMatchObject({ state: 'finished', made: expect.stringMatching(/“test” was taken in; 1 got/) });
    expect((await runs.list({})).total).toBe(2);
    await expect(archives.unpack({ id: 'u1', name: 'again' })).rejects.toMatchObject({ code: 'usage.invalid' });
    for (const job of await jobs.list()) await jobs.dismiss({ id: job.id });
    expect(readdirSync(join(workspace, 'tmp')).flatMap((fence) => readdirSync(join(workspace, 'tmp', fence)))).toEqual(
      [],
    );
    await sound();
  });

  it('are refused where they are none, and the job says why', async () => {
    const { archives } = host.client;
    await archives.upload({ id: 'u2', offset: 0, data: Uint8Array.of(80, 75, 3, 4) });
    const job = await ended((await archives.unpack({ id: 'u2', name: 'odd.trade' })).id);
    expect(job).toMatchObject({ state: 'failed', fault: { code: 'usage.invalid' } });
    expect(job.fault?.message).toContain('"odd.trade"');
    await expect(archives.pack({ runs: ['nobody'] })).rejects.toMatchObject({ code: 'run.missing' });
  });
});
