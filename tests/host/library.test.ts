/** Teachers are trained, stopped, gone on with and removed, and data sets are looked into, without
 * half states. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { teacherInputSchema } from '../../src/bridge/schemas/library.ts';
import { TEACHER_RECIPE } from '../../src/compute/tasks/train-teacher/task.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { idxPair, plainPng, repeated, writeFiles } from '../compute/support/sources.ts';
import { toneFiles } from '../compute/support/wav.ts';
import { handFolder } from '../support/hand-over.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { invertLabels, writeCard, writeSmallDataset } from '../support/small-data.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function open(plan: FakePlan = {}) {
  const folder = temporaryFolder();
  folders.push(folder);
  makeResources(folder.path);
  const begin = async (): Promise<Host> => {
    const host = await fakeHost(folder.path, plan);
    hosts.push(host);
    return host;
  };
  const inWorkspace = (name: string): readonly string[] => {
    const place = join(folder.path, 'workspace', name);
    return existsSync(place) ? readdirSync(place) : [];
  };
  return { host: await begin(), begin, path: folder.path, inWorkspace };
}

const ended = async ({ client }: Host, id: string): Promise<void> => {
  const state = async () => (await client.jobs.list()).find((job) => job.id === id)?.state;
  await expect.poll(state, { timeout: 20_000 }).toMatch(/finished|stopped|failed/);
};

const afterEpoch = async ({ client }: Host, id: string, epoch: number): Promise<void> => {
  const points = async () => (await client.jobs.list()).find((job) => job.id === id)?.points?.length ?? 0;
  await expect.poll(points, { timeout: 20_000 }).toBeGreaterThanOrEqual(epoch);
};

describe('training a teacher', () => {
  it('has the defaults of the recipe that the bundled teacher was trained by', () => {
    const { epochs, learningRate, flip } = teacherInputSchema.parse({ name: 'x' });
    const { augmentation, ...recipe } = TEACHER_RECIPE;
    expect([epochs, learningRate, flip]).toEqual([recipe.epochs, recipe.learningRate, augmentation.flip]);
  });

  it('goes on as a job, and the teacher is listed with its curve', async () => {
    const { host, inWorkspace } = await open();
    const { client } = host;
    const { id } = await client.library.trainTeacher({ name: 'mine', title: 'My own' });
    await ended(host, id);
    expect((await client.jobs.list())[0]).toMatchObject({ kind: 'teacher', subject: 'My own', made: 'mine' });
    expect((await client.catalog.teachers()).map(({ name }) => name)).toEqual(['fashion-resnet', 'mine']);
    const { points, trainImages, seconds } = await client.library.teacher({ name: 'mine' });
    expect([points.map(({ epoch }) => epoch), trainImages, seconds]).toEqual([[1, 2, 3], 10_000, 3]);
    // The bundled one keeps no curve.
    expect((await client.library.teacher({ name: 'fashion-resnet' })).points).toEqual([]);
    expect(inWorkspace('cache')).toEqual([]);
    expect(await client.library.unfinishedTeachers()).toEqual([]);
  });

  it('leaves no teacher where it is stopped, and goes on from its last epoch in another session', async () => {
    const { host, begin, inWorkspace } = await open({ epochMs: 400 });
    const order = { name: 'mine', epochs: 5, flip: false };
    const { id } = await host.client.library.trainTeacher(order);
    await afterEpoch(host, id, 1);
    await host.client.jobs.stop({ id });
    expect((await host.client.jobs.list())[0]?.state).toBe('stopped');
    expect(inWorkspace('teachers')).toEqual([]);
    await host.close();
    const again = await begin();
    const [unfinished] = await again.client.library.unfinishedTeachers();
    const done = unfinished?.points.length ?? 0;
    expect(unfinished?.order).toMatchObject(order);
    expect(done).toBeGreaterThan(0);
    expect((await again.client.library.previewTeacher(order)).epochsDone).toBe(done);
    // Another number of epochs is another training.
    expect((await again.client.library.previewTeacher({ ...order, epochs: 6 })).epochsDone).toBe(0);
    const next = await again.client.library.trainTeacher(order);
    await ended(again, next.id);
    const { points } = await again.client.library.teacher({ name: 'mine' });
    expect(points.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(inWorkspace('cache')).toEqual([]);
  });

  it('goes on with the data that it was begun on, or not at all; and the teacher knows them', async () => {
    const { host, begin, path } = await open({ epochMs: 400 });
    const data = join(path, 'resources', 'datasets', 'small');
    writeSmallDataset(data);
    const order = { name: 'mine', dataset: 'small' };
    const { id } = await host.client.library.trainTeacher(order);
    await afterEpoch(host, id, 1);
    await host.client.jobs.stop({ id });
    await host.close();
    invertLabels(data, 'train');
    writeCard(data, 'files');
    const again = await begin();
    const refused = await again.client.library.trainTeacher(order);
    await ended(again, refused.id);
    const failed = (await again.client.jobs.list()).find((job) => job.id === refused.id);
    expect(failed).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(failed)).toMatch(
      /not the one of the teacher \\"mine\\" any more: the training labels changed after .*discard the unfinished/,
    );
    expect(await again.client.library.unfinishedTeachers()).toHaveLength(1);
    writeSmallDataset(data);
    const taken = await again.client.library.trainTeacher(order);
    await ended(again, taken.id);
    expect((await again.client.catalog.teachers()).map(({ name }) => name)).toContain('mine');
  });

  it('of an earlier version goes on with the data that are there, and says so in the log', async () => {
    const { host, begin, path } = await open({ epochMs: 400 });
    writeSmallDataset(join(path, 'resources', 'datasets', 'small'));
    const order = { name: 'mine', dataset: 'small' };
    const { id } = await host.client.library.trainTeacher(order);
    await afterEpoch(host, id, 1);
    await host.client.jobs.stop({ id });
    const [unfinished] = await host.client.library.unfinishedTeachers();
    await host.close();
    const sources = join(path, 'workspace', 'cache', unfinished?.id ?? '', 'sources.json');
    expect(JSON.parse(readFileSync(sources, 'utf8'))).toMatchObject({ shape: [28, 28, 1] });
    rmSync(sources);
    const again = await begin();
    const taken = await again.client.library.trainTeacher(order);
    await ended(again, taken.id);
    expect((await again.client.jobs.list()).map(({ state }) => state)).toEqual(['finished']);
    expect(readFileSync(join(path, 'workspace', 'logs', 'host.log'), 'utf8')).toContain('kept no fingerprint');
  });

  it('is stopped by the close of the program, and forgotten when the person says so', async () => {
    const { host, begin, inWorkspace } = await open({ epochMs: 400 });
    const { id } = await host.client.library.trainTeacher({ name: 'mine' });
    await afterEpoch(host, id, 1);
    await expect(host.client.library.unfinishedTeachers()).resolves.toEqual([]);
    await host.close();
    const again = await begin();
    const [unfinished] = await again.client.library.unfinishedTeachers();
    await again.client.library.discardUnfinished({ id: unfinished?.id ?? '' });
    expect([inWorkspace('cache'), inWorkspace('teachers')]).toEqual([[], []]);
    await expect(again.client.library.discardUnfinished({ id: '../teachers' })).rejects.toMatchObject({
      code: 'teacher.missing',
    });
  });

  it('is refused for a name that is taken or in training, and waits for the one before it', async () => {
    const { host } = await open({ epochMs: 300 });
    const train = (name: string) => host.client.library.trainTeacher({ name });
    await expect(train('fashion-resnet')).rejects.toMatchObject({ place: { field: 'name' } });
    const first = await train('first');
    await expect(train('first')).rejects.toThrow('being trained already');
    const second = await train('second');
    const stage = async () => (await host.client.jobs.list()).find(({ id }) => id === second.id)?.stage;
    expect(await stage()).toBe('waiting for its turn');
    await host.client.jobs.stop({ id: second.id });
    await host.client.jobs.stop({ id: first.id });
    expect((await host.client.jobs.list()).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    // One that never began has nothing to go on with.
    expect((await host.client.library.unfinishedTeachers()).map(({ order }) => order.name)).toEqual(['first']);
  });
});

describe('the library', () => {
  it('says what uses a teacher and a data set, and removes neither meanwhile', async () => {
    const { host, path, inWorkspace } = await open();
    const { client } = host;
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(3, 40)));
    const { id: importing } = await client.library.importDataset({
      ...(await handFolder(client, source)),
      ...{ size: 16, name: 'digits' },
    });
    await ended(host, importing);
    const { id: training } = await client.library.trainTeacher({ name: 'mine', dataset: 'digits' });
    await ended(host, training);
    const started = await client.runs.start({
      ...{ name: 'A search', dataset: 'digits', teacher: 'mine', strategy: { id: 'random' } },
      ...{ families: ['resnet'], budget: { trials: 1 }, slots: 1 },
    });
    const id = started.run.id;
    await expect.poll(async () => (await client.runs.get({ id })).run.state, { timeout: 20_000 }).toBe('finished');
    const { teachers, datasets } = await client.library.records();
    const usage = { runs: [{ id, name: 'A search' }], runCount: 1 };
    expect(teachers.find(({ name }) => name === 'mine')).toMatchObject({ usage: { ...usage, teachers: [] } });
    const digits = datasets.find(({ name }) => name === 'digits');
    expect(digits).toMatchObject({ usage: { ...usage, teachers: ['mine'] } });
    expect(digits?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(digits?.bytes).toBeGreaterThan(1000);
    await expect(client.library.removeTeacher({ name: 'mine' })).rejects.toThrow('is used by "A search"');
    await expect(client.library.removeDataset({ name: 'digits' })).rejects.toThrow('the teacher "mine"');
    await expect(client.library.removeTeacher({ name: 'fashion-resnet' })).rejects.toThrow('belongs to the program');
    expect([inWorkspace('teachers'), inWorkspace('datasets')]).toEqual([['mine'], ['digits']]);
  });

  it('removes what nothing uses, whole', async () => {
    const { host, inWorkspace } = await open();
    const { id } = await host.client.library.trainTeacher({ name: 'mine' });
    await ended(host, id);
    await host.client.library.removeTeacher({ name: 'mine' });
    expect(inWorkspace('teachers')).toEqual([]);
    expect((await host.client.catalog.teachers()).map(({ name }) => name)).toEqual(['fashion-resnet']);
    await expect(host.client.library.removeTeacher({ name: 'mine' })).rejects.toMatchObject({
      code: 'teacher.missing',
    });
  });

  it('shows images of a split page by page, of all classes or of one', async () => {
    const { host, path } = await open();
    const { client } = host;
    const source = writeFiles(join(path, 'idx'), idxPair('train', repeated(3, 40)));
    const { id } = await client.library.importDataset({
      ...(await handFolder(client, source)),
      ...{ size: 16, name: 'digits' },
    });
    await ended(host, id);
    const balance = await client.library.balance({ name: 'digits' });
    expect(balance.train).toEqual([32, 32, 32]);
    const page = await client.library.samples({ name: 'digits', split: 'train', label: 1, offset: 30, limit: 10 });
    expect([page.total, page.labels, page.shape]).toEqual([32, [1, 1], [16, 16, 1]]);
    expect(page.pixels).toHaveLength(2 * 16 * 16);
    const [place = 0] = page.indices;
    const all = await client.library.samples({ name: 'digits', split: 'train', offset: place, limit: 1 });
    expect([all.indices, all.labels, all.pixels]).toEqual([[place], [1], page.pixels.slice(0, 256)]);
    const past = await client.library.samples({ name: 'digits', split: 'test', offset: 500 });
    expect([past.total, past.indices, past.pixels.length]).toEqual([12, [], 0]);
    // Not written in its card, so it is counted.
    const fashion = await client.library.balance({ name: 'fashion-mnist' });
    expect(fashion.validation).toEqual(Array(10).fill(500));
  });

  it('names the photographs that it shows, those of the split', async () => {
    const { host, path } = await open();
    const { client } = host;
    const shades = Array.from(
      { length: 24 },
      (_, index) => [`${index < 12 ? 'a' : 'b'}/${index}.png`, 10 * index] as const,
    );
    const files = await Promise.all(shades.map(async ([name, shade]) => [name, await plainPng([shade])] as const));
    const source = writeFiles(join(path, 'photographs'), Object.fromEntries(files));
    const order = { ...(await handFolder(client, source)), ...{ size: 16, name: 'shades', val: 0.25 } };
    await ended(host, (await client.library.importDataset(order)).id);
    const shadeOf = (pixels: Uint8Array, place: number): number => pixels[place * 16 * 16] ?? NaN;
    const known = new Map<string, number>(shades);
    const named: string[] = [];
    for (const split of ['train', 'validation', 'test'] as const) {
      const { names = [], pixels } = await client.library.samples({ name: 'shades', split });
      expect(names.map((_, place) => shadeOf(pixels, place))).toEqual(names.map((name) => known.get(name)));
      named.push(...names);
    }
    expect(named.toSorted()).toEqual([...known.keys()].toSorted());
    const { names = [], pixels } = await client.review.images({ dataset: 'shades', indices: [3, 0] });
    expect([shadeOf(pixels, 0), shadeOf(pixels, 1)]).toEqual(names.map((name) => known.get(name)));
    // The program's own has none.
    expect((await client.library.samples({ name: 'fashion-mnist', split: 'test' })).names).toBeUndefined();
  });

  it('gives the sound of an example, and says of others that there is none', async () => {
    const { host, path } = await open();
    const { client } = host;
    const source = writeFiles(join(path, 'tones'), toneFiles());
    const sound = { seconds: 0.2, val: 0.2, test: 0.2, group: '^(..)' };
    const { id } = await client.library.importDataset({ ...(await handFolder(client, source)), ...sound });
    await ended(host, id);
    const [tones] = (await client.catalog.datasets()).filter(({ name }) => name === 'tones');
    expect(tones).toMatchObject({ shape: [40, 18, 1], groups: 5, playable: true });
    const { rate, samples } = await client.library.recording({ name: 'tones', split: 'validation', index: 1 });
    expect([rate, samples.length]).toEqual([8000, 3200]);
    expect(Math.max(...samples)).toBeGreaterThan(0);
    const none = (name: string, index: number) => client.library.recording({ name, split: 'test', index });
    await expect(none('tones', 4)).rejects.toThrow('the data set "tones" keeps no sound of the test example 4');
    await expect(none('fashion-mnist', 0)).rejects.toMatchObject({ code: 'usage.invalid', place: { field: 'index' } });
  });
});
