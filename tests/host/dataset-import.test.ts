/** A data set comes into the workspace whole or not at all, and a search runs on it. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImportInput } from '../../src/bridge/import-schemas.ts';
import { importInputSchema } from '../../src/bridge/import-schemas.ts';
import { followRun } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/create-host.ts';
import { cifarBatch, idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function open() {
  const folder = temporaryFolder();
  folders.push(folder);
  makeResources(folder.path);
  const host = await fakeHost(folder.path);
  hosts.push(host);
  const inWorkspace = (name: string): readonly string[] => {
    const place = join(folder.path, 'workspace', name);
    return existsSync(place) ? readdirSync(place, { recursive: true }).map(String) : [];
  };
  /** What is left of files under way: the session's own folder is always there. */
  const halves = (): readonly string[] => inWorkspace('tmp').filter((name) => name.includes('import'));
  const add = async (order: ImportInput, tell = (_stage: string, _stop: () => void) => {}) => {
    const stopping = new AbortController();
    return host.importDataset(
      importInputSchema.parse(order),
      ({ stage }) => tell(stage, () => stopping.abort()),
      stopping.signal,
    );
  };
  return { host, path: folder.path, inWorkspace, halves, add };
}

const CIFAR = {
  'data_batch_1.bin': cifarBatch(repeated(10, 12).map((label) => [label])),
  'batches.meta.txt': 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n',
};

describe('library.importDataset', () => {
  it('makes a data set that is listed, called after its folder, and forgets nothing but the way', async () => {
    const { host, path, add, halves, inWorkspace } = await open();
    const stages = new Set<string>();
    const source = writeFiles(join(path, 'My CIFAR (small)'), CIFAR);
    const dataset = await add({ path: source, licence: 'none' }, (stage) => stages.add(stage));
    expect(dataset).toMatchObject({
      ...{ name: 'my-cifar-small', title: 'my-cifar-small', licence: 'none', source, bundled: false },
      ...{ shape: [32, 32, 3], splits: { train: 100, validation: 10, test: 10 } },
    });
    expect(dataset?.balance?.train).toEqual(Array(10).fill(10));
    expect(await host.client.catalog.datasets()).toContainEqual(dataset);
    expect([...stages]).toEqual(['reading the files', 'making the images square', 'writing the data set']);
    expect(inWorkspace('datasets')).toHaveLength(1 + 7);
    expect(halves()).toEqual([]);
  });

  it('runs a search on it, but not with the teacher of another shape', async () => {
    const { host, path, add } = await open();
    await add({ path: writeFiles(join(path, 'cifar'), CIFAR), name: 'tiny-cifar' });
    const search = {
      ...{ name: 'x', dataset: 'tiny-cifar', families: ['resnet'], strategy: { id: 'random' } },
      ...{ budget: { trials: 1 }, slots: 1 },
    };
    await expect(host.client.runs.start(search)).rejects.toMatchObject({
      code: 'teacher.mismatch',
      message: expect.stringContaining('it reads images of 28 x 28 x 1, and those of tiny-cifar are 32 x 32 x 3'),
    });
    const alone = { ...search, recipe: { epochs: 1, distillation: { loss: 'none' as const } } };
    const end = await followRun(
      host.client,
      () => host.client.runs.start(alone),
      [],
      () => undefined,
    );
    expect(end?.summary.run.state).toBe('finished');
    expect(end?.trials.map(({ state }) => state)).toEqual(['finished']);
  });

  it('keeps nothing of files that are broken, and says which', async () => {
    const { path, add, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'cut'), { 'data_batch_1.bin': CIFAR['data_batch_1.bin'].subarray(0, -1) });
    await expect(add({ path: source })).rejects.toMatchObject({
      code: 'dataset.corrupt',
      message: expect.stringContaining(join(source, 'data_batch_1.bin')),
    });
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it('keeps nothing where it is told to stop', async () => {
    const { path, add, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 4000)));
    expect(await add({ path: source, size: 16 }, (_stage, stop) => stop())).toBeUndefined();
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it('goes on as a job, tells how far it is and what it made, and lets itself be dismissed', async () => {
    const { host, path, halves } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 40)));
    const { id } = await host.client.library.importDataset({ path: source, size: 16 });
    const job = async () => (await host.client.jobs.list()).find((one) => one.id === id);
    await expect.poll(async () => (await job())?.state, { timeout: 20_000 }).toBe('finished');
    expect(await job()).toMatchObject({ kind: 'import', subject: 'idx', made: 'idx', stage: 'writing the data set' });
    expect((await host.client.catalog.datasets()).map(({ name }) => name)).toContain('idx');
    await host.client.jobs.dismiss({ id });
    expect([await host.client.jobs.list(), halves()]).toEqual([[], []]);
  });

  it('keeps nothing where its job is stopped, and says of one that fails what was wrong with the files', async () => {
    const { host, path, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 4000)));
    const { id } = await host.client.library.importDataset({ path: source, size: 16 });
    await host.client.jobs.stop({ id });
    const failed = await host.client.library.importDataset({ path: join(path, 'nowhere') });
    const states = async () => (await host.client.jobs.list()).map(({ state }) => state);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['stopped', 'failed']);
    const fault = (await host.client.jobs.list()).find((job) => job.id === failed.id)?.fault;
    expect([fault?.code, fault?.message]).toEqual(['dataset.missing', expect.stringContaining('cannot be read')]);
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it('keeps nothing where the host closes', async () => {
    const { host, path, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 4000)));
    await host.client.library.importDataset({ path: source, size: 16 });
    await host.close();
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it.each([
    ['fashion-mnist', 'exists already'],
    ['broken-one', 'exists already'],
  ])('refuses the name %s before anything is read', async (name, says) => {
    const { host, path } = await open();
    mkdirSync(join(path, 'workspace/datasets/broken-one'), { recursive: true });
    await expect(host.client.library.importDataset({ path: '/nowhere', name })).rejects.toMatchObject({
      code: 'usage.invalid',
      place: { field: 'name' },
      message: expect.stringContaining(says),
    });
  });

  it.each([
    [{ path: 'relative/folder' }, 'path'],
    [{ path: '/x', name: '../up' }, 'name'],
    [{ path: '/x', size: 65 }, 'size'],
    [{ path: '/x', val: 0.6, test: 0.4 }, 'test'],
  ])('refuses %j with its field', async (order, field) => {
    const { host } = await open();
    await expect(host.client.library.importDataset(order)).rejects.toMatchObject({ place: { field } });
  });
});
