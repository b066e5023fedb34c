/** Classes of a data set by name, number and range, and a subset's way into the workspace. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { subsetInputSchema } from '../../src/bridge/schemas/import.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import { subsetOf } from '../../src/host/library/dataset-subset.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

const split = { count: 10, images: { file: 'i' }, labels: { file: 'l' } };
function labelsOf(classes: readonly string[], ...asked: string[]): readonly number[] | undefined {
  const card: DatasetCard = {
    ...{ id: 'set', title: 'Set', licence: 'ours', shape: [8, 8, 1], classes },
    splits: { train: split, val: split, test: split },
  };
  const order = subsetInputSchema.parse({ from: 'set', classes: asked, name: 'some' });
  return subsetOf({ name: 'set', directory: '/set', bundled: false, card }, order).options.subset?.classes;
}

describe('classes of a subset', () => {
  const letters = ['a', 'b', 'c', 'd', 'e-f'];

  it('are named by name, number or range, in any order, and stand as in the set', () => {
    expect(labelsOf(letters, '3', 'a', '0-1')).toEqual([0, 1, 3]);
    expect(labelsOf(letters, 'e-f', '1-3')).toEqual([1, 2, 3, 4]);
  });

  it('go by their names first, where names are numbers', () => {
    // Catches "2" taken for the third class of a set whose second one is called 2.
    expect(labelsOf(['1', '2', '3'], '1', '2')).toEqual([0, 1]);
    expect(labelsOf(['1', '2', '3'], '2-3')).toEqual([1, 2]);
  });

  it.each([
    [['f'], 'set has no class "f"'],
    [['5', '0'], 'set has no class "5"'],
    [['3-1'], '"3-1" ends before it begins'],
    [['b', '1'], '"b" is one class alone'],
  ])('refuses %j: %s', (asked, words) => {
    expect(() => labelsOf(letters, ...asked)).toThrow(words);
  });
});

describe('library.cutDataset', () => {
  async function open() {
    const folder = temporaryFolder();
    folders.push(folder);
    makeResources(folder.path);
    const host = await fakeHost(folder.path);
    hosts.push(host);
    const left = (name: string): readonly string[] => {
      const place = join(folder.path, 'workspace', name);
      return existsSync(place) ? readdirSync(place).filter((one) => !one.startsWith('session')) : [];
    };
    return { host, left };
  }
  const few = { from: 'fashion-mnist', classes: ['7-9'], perClass: 10, name: 'few' };

  it('makes a data set of its own as a job, and its card tells what it was cut from', async () => {
    const { host } = await open();
    const { id } = await host.client.library.cutDataset(few);
    const job = async () => (await host.client.jobs.list()).find((one) => one.id === id);
    await expect.poll(async () => (await job())?.state, { timeout: 20_000 }).toBe('finished');
    expect(await job()).toMatchObject({ kind: 'import', made: 'few' });
    const made = (await host.client.catalog.datasets()).find(({ name }) => name === 'few');
    expect(made).toMatchObject({
      ...{ source: 'cut from the data set fashion-mnist', classes: ['Sneaker', 'Bag', 'Ankle boot'] },
      ...{ title: 'Fashion-MNIST: Sneaker, Bag, Ankle boot, 10 a class', bundled: false },
      balance: { train: [10, 10, 10], validation: [50, 50, 50] },
    });
  });

  it.each([
    [{ ...few, classes: ['Shoe'] }, 'has no class "Shoe"'],
    [{ ...few, classes: ['Bag'] }, 'one class alone'],
    [{ ...few, from: 'nowhere' }, 'no data set "nowhere"'],
    [{ ...few, name: 'fashion-mnist' }, 'exists already'],
  ])('refuses %j at once, and leaves nothing', async (order, words) => {
    const { host, left } = await open();
    await expect(host.client.library.cutDataset(order)).rejects.toThrow(words);
    expect([await host.client.jobs.list(), left('datasets')]).toEqual([[], []]);
  });

  it('leaves nothing where too few images are found, or where it is stopped', async () => {
    const { host, left } = await open();
    const { id } = await host.client.library.cutDataset({ ...few, perClass: 90_000 });
    const job = async () => (await host.client.jobs.list()).find((one) => one.id === id);
    await expect.poll(async () => (await job())?.state, { timeout: 20_000 }).toBe('failed');
    expect((await job())?.fault).toMatchObject({ field: 'perClass', message: expect.stringContaining('90000') });
    const second = await host.client.library.cutDataset({ ...few, name: 'stopped' });
    await host.client.jobs.stop({ id: second.id });
    expect(left('datasets').filter((name) => name === few.name)).toEqual([]);
    expect(left('tmp').filter((name) => name.includes('import'))).toEqual([]);
  });
});
