/** A data set comes into the workspace whole or not at all, and a search runs on it. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImportOrder } from '../../src/bridge/schemas/import.ts';
import { importOrderSchema } from '../../src/bridge/schemas/import.ts';
import { followRun } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { cifarBatch, idxPair, repeated, writeFiles } from '../compute/support/sources.ts';
import { handFolder } from '../support/hand-over.ts';
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
  const halves = (): readonly string[] => inWorkspace('tmp').filter((name) => /import|handed/.test(name));
  const add = async (order: ImportOrder, tell = (_stage: string, _stop: () => void) => {}) => {
    const stopping = new AbortController();
    return host.importDataset(
      importOrderSchema.parse(order),
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
    await expect(host.client.runs.start({ ...search, teacher: 'fashion-resnet' })).rejects.toMatchObject({
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
    const handed = await handFolder(host.client, source);
    const { id } = await host.client.library.importDataset({ ...handed, size: 16 });
    const job = async () => (await host.client.jobs.list()).find((one) => one.id === id);
    await expect.poll(async () => (await job())?.state, { timeout: 20_000 }).toBe('finished');
    expect(await job()).toMatchObject({ kind: 'import', subject: 'idx', made: 'idx', stage: 'writing the data set' });
    // Of where it lay the card knows the folder's name alone, and the copy is gone.
    const made = (await host.client.catalog.datasets()).find(({ name }) => name === 'idx');
    expect(made?.source).toBe('idx');
    await host.client.jobs.dismiss({ id });
    expect([await host.client.jobs.list(), halves()]).toEqual([[], []]);
  });

  it('keeps nothing where its job is stopped, and says of one that fails what was wrong with the files', async () => {
    const { host, path, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 4000)));
    const handed = await handFolder(host.client, source);
    const { id } = await host.client.library.importDataset({ ...handed, size: 16 });
    await host.client.jobs.stop({ id });
    // Stopped or not, it can be tried again with other options, until the window drops it.
    await host.client.files.drop({ id: handed.files });
    const wrong = await handFolder(
      host.client,
      writeFiles(join(path, 'Letters'), { 'a/read me.txt': Buffer.from('') }),
    );
    const failed = await host.client.library.importDataset(wrong);
    await host.client.files.drop({ id: wrong.files });
    const states = async () => (await host.client.jobs.list()).map(({ state }) => state);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['stopped', 'failed']);
    const fault = (await host.client.jobs.list()).find((job) => job.id === failed.id)?.fault;
    // By the name that the person knows, not by where it was kept meanwhile.
    expect([fault?.code, fault?.message]).toEqual([
      'dataset.unusable',
      `Letters${sep}a cannot be imported: this class has no PNG, JPEG, WebP or GIF file; fill the folder or remove it.`,
    ]);
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it('keeps nothing where the host closes', async () => {
    const { host, path, halves, inWorkspace } = await open();
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(2, 4000)));
    await host.client.library.importDataset({ ...(await handFolder(host.client, source)), size: 16 });
    await host.close();
    expect([inWorkspace('datasets'), halves()]).toEqual([[], []]);
  });

  it.each([
    ['fashion-mnist', 'exists already'],
    ['broken-one', 'exists already'],
  ])('refuses the name %s before anything is read', async (name, says) => {
    const { host, path } = await open();
    mkdirSync(join(path, 'workspace/datasets/broken-one'), { recursive: true });
    const handed = await handFolder(host.client, writeFiles(join(path, 'x'), { x: Buffer.from('x') }));
    await expect(host.client.library.importDataset({ ...handed, name })).rejects.toMatchObject({
      code: 'usage.invalid',
      place: { field: 'name' },
      message: expect.stringContaining(says),
    });
  });

  it.each([
    [{ name: '../up' }, 'name'],
    [{ size: 225 }, 'size'],
    [{ val: 0.6, test: 0.4 }, 'test'],
  ])('refuses %j with its field', async (order, field) => {
    const { host } = await open();
    const handed = { files: 'some-files', folder: 'x' };
    await expect(host.client.library.importDataset({ ...handed, ...order })).rejects.toMatchObject({
      place: { field },
    });
  });

  it('takes no path from a window, and nothing that was not handed over', async () => {
    const { host, add } = await open();
    // Sound: what a hostile page sends is what is tried.
    const order = { path: '/etc' } as unknown as Parameters<typeof host.client.library.importDataset>[0];
    await expect(host.client.library.importDataset(order)).rejects.toMatchObject({ code: 'config.invalid' });
    const table = { path: '/etc/passwd' } as unknown as { bundled: string };
    await expect(host.client.replays.readTable({ table })).rejects.toMatchObject({ code: 'config.invalid' });
    for (const files of ['not-handed-over', '../../../etc']) {
      await expect(host.client.library.importDataset({ files, folder: 'etc' })).rejects.toMatchObject({
        code: expect.stringMatching(/^(usage|config).invalid$/),
      });
    }
    // The command line, which does, wants a whole one.
    await expect(add({ path: 'relative/folder' })).rejects.toMatchObject({ place: { field: 'path' } });
  });
});
