/** Data sets of pupils' answers come into the workspace as those of images do: from a table that is
 * named itself, or by simulation as a job of the list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { importOrderSchema } from '../../src/bridge/schemas/import.ts';
import { checkDataset, examineDatasets, examineFolder } from '../../src/host/for-shells.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { writeFiles } from '../compute/support/sources.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { writeTinySteps } from '../support/tiny-steps.ts';

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
  return { host, path: folder.path };
}

const ROWS = Array.from({ length: 60 }, (_, row) => [row % 12, row % 5, (row * 7) % 2, row % 4, row % 3].join());

describe('a table of answers', () => {
  it('is imported by its own name, with columns as they are said to be', async () => {
    const { host, path } = await open();
    writeFiles(path, { 'My log.csv': ['who,what,how,room,floor', ...ROWS].join('\n') });
    const order = {
      path: join(path, 'My log.csv'),
      sequence: { pupil: 'who', skill: 'what', correct: 'how', known: 'room, floor', steps: 4 },
    };
    const parsed = importOrderSchema.parse({ ...order, kind: 'sequence' });
    const dataset = await host.importDataset(parsed, () => undefined, new AbortController().signal);
    expect(dataset).toMatchObject({
      ...{ name: 'my-log', shape: [4, 1, 4], classes: ['wrong', 'right'], groups: 12 },
      ...{ example: { kind: 'sequence' }, splits: { train: 40, validation: 4, test: 4 } },
    });
    expect(await host.client.catalog.datasets()).toContainEqual(dataset);
    expect(await host.client.library.balance({ name: 'my-log' })).toBeDefined();
  });
});

describe('library.simulateDataset', () => {
  const few = { name: 'pupils', pupils: 20, skills: 3, answers: 6, seed: 4 };

  it('makes a data set as a job', async () => {
    const { host } = await open();
    const { id } = await host.client.library.simulateDataset(few);
    const job = async () => (await host.client.jobs.list()).find((one) => one.id === id);
    await expect.poll(async () => (await job())?.state, { timeout: 20_000 }).toBe('finished');
    const made = (await host.client.catalog.datasets()).find(({ name }) => name === 'pupils');
    expect(made).toMatchObject({ source: 'simulated pupils', splits: { train: 70, validation: 10, test: 20 } });
  });

  it('refuses a name that is taken at once, and leaves nothing', async () => {
    const { host, path } = await open();
    await expect(host.client.library.simulateDataset({ ...few, name: 'fashion-mnist' })).rejects.toThrow(
      'exists already',
    );
    const place = join(path, 'workspace', 'datasets');
    expect(existsSync(place) ? readdirSync(place) : []).toEqual([]);
  });
});

describe('the doctor', () => {
  it('says of a set in which a pupil is in two splits what its check says, with a session and without', async () => {
    const { host, path } = await open();
    expect((await host.client.system.doctor()).ok).toBe(true);
    const workspace = join(path, 'workspace');
    writeTinySteps(join(workspace, 'datasets/torn'), { groups: (groups) => groups.splice(0, 1, 24) });
    const words = /its group "pupil 24" is in training and validation, so that the one would know the other/;
    const report = await host.client.system.doctor();
    expect(report).toMatchObject({ ok: false, problems: [expect.stringMatching(words)], remedies: [''] });
    const places = { workspace, resources: join(path, 'resources') };
    await expect(checkDataset(places, 'torn')).rejects.toThrow(words);
    expect((await examineDatasets(places, examineFolder(workspace))).problems).toEqual(report.problems);
  });
});
