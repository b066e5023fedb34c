/** Somebody's network as a window makes a teacher of it: judged first, nothing kept before it is
 * wished for, and nothing left of what was stopped, refused or forgotten. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseMoment, teacherFormSchema, teacherJudgeSchema } from '../../src/bridge/schemas/teacher-import.ts';
import type { Host } from '../../src/host/for-shells.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

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
  const host = await fakeHost(folder.path, plan);
  hosts.push(host);
  const { client } = host;
  const data = new TextEncoder().encode('a fake reads none');
  await client.files.put({ id: 'handed-1', pieces: [{ path: 'net.onnx', offset: 0, data }] });
  const order = { files: 'handed-1', file: 'net.onnx', dataset: 'fashion-mnist' };
  const inWorkspace = (name: string): readonly string[] => {
    const place = join(folder.path, 'workspace', name);
    return existsSync(place) ? readdirSync(place, { recursive: true }).map(String) : [];
  };
  const jobOf = async (id: string) => (await client.jobs.list()).find((one) => one.id === id);
  const ended = async (id: string) => {
    await expect.poll(async () => (await jobOf(id))?.state, { timeout: 20_000 }).not.toMatch(/running|stopping/);
    return jobOf(id);
  };
  const judge = async (): Promise<string> => (await ended((await client.teachers.judge(order)).id))?.made ?? '';
  /** What lies among the session's own files beside what was handed over. */
  const halves = (): readonly string[] => inWorkspace('tmp').filter((name) => name.includes('import-teacher'));
  return { client, order, judge, ended, halves, inWorkspace, path: folder.path };
}

describe('a network that a window hands over', () => {
  it('is judged, told of, and kept under the name that it gets then', async () => {
    const { client, judge, halves, path } = await open();
    const id = await judge();
    expect(await client.teachers.judged({ id })).toMatchObject({
      inputs: ['"images" float32 [n, 1, 28, 28]'],
      outputs: ['"logits" float32 [n, 10]'],
      ...{ params: 1000, accuracy: 0.9, gives: 'logits', notes: ['It is a fake.'] },
      guesses: [{ layout: 'nchw', scale: '0-1', accuracy: 0.9, images: 256 }],
    });
    const listed = async () => (await client.catalog.teachers()).map(({ name, title }) => [name, title]);
    expect(await listed()).toEqual([['fashion-resnet', 'A fake teacher']]);
    await client.teachers.keep({ id, name: 'theirs', title: 'Their network' });
    expect(await listed()).toContainEqual(['theirs', 'Their network']);
    expect(halves()).toEqual([]);
    const card: unknown = JSON.parse(readFileSync(join(path, 'workspace/teachers/theirs/teacher.json'), 'utf8'));
    expect(card).toMatchObject({ kind: 'onnx', name: 'theirs', title: 'Their network' });
    // It was given away: there is nothing to keep twice.
    await expect(client.teachers.keep({ id, name: 'again' })).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('stays judged where its name is taken, and goes when it is forgotten', async () => {
    const { client, judge, halves } = await open();
    const id = await judge();
    await expect(client.teachers.keep({ id, name: 'fashion-resnet' })).rejects.toMatchObject({
      ...{ code: 'usage.invalid', place: { field: 'name' } },
    });
    expect(halves()).not.toEqual([]);
    await client.teachers.forget({ id });
    expect(halves()).toEqual([]);
    await expect(client.teachers.judged({ id })).rejects.toMatchObject({ message: expect.stringContaining('again') });
  });

  it('is held while others are judged, up to a number', async () => {
    const { client, judge, halves } = await open();
    const ids: string[] = [];
    for (let time = 0; time < 5; time += 1) ids.push(await judge());
    const held = await Promise.all(
      ids.map((id) =>
        client.teachers.judged({ id }).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect(held).toEqual([false, true, true, true, true]);
    expect(halves().filter((name) => name.endsWith('teacher.json'))).toHaveLength(4);
  });

  it('may be answers in a file, which are shown no images', async () => {
    const { client, order, ended } = await open();
    const answers = { path: 'answers.npz', offset: 0, data: new Uint8Array(8) };
    await client.files.put({ id: 'handed-2', pieces: [answers] });
    const { id } = await client.teachers.judge({ ...order, files: 'handed-2', file: 'answers.npz' });
    const made = (await ended(id))?.made ?? '';
    expect(await client.teachers.judged({ id: made })).toMatchObject({ guesses: [], accuracyOf: 'train' });
    await client.teachers.keep({ id: made, name: 'answers' });
    expect(await client.catalog.teachers()).toContainEqual(
      expect.objectContaining({ name: 'answers', kind: 'logits' }),
    );
    const said = { ...order, files: 'handed-2', file: 'answers.npz', scale: '0-1' } as const;
    await expect(client.teachers.judge(said)).rejects.toMatchObject({ place: { field: 'scale' } });
  });

  it('may be several teachers, which stay what they are', async () => {
    const { client, judge, ended, halves } = await open();
    await client.teachers.keep({ id: await judge(), name: 'theirs' });
    const combine = (members: string[]) =>
      client.teachers.combine({ dataset: 'fashion-mnist', members, mean: 'probabilities' });
    const { id } = await combine(['fashion-resnet', 'theirs']);
    const job = await ended(id);
    expect(job).toMatchObject({ kind: 'judging', subject: 'fashion-resnet, theirs', state: 'finished' });
    await client.teachers.keep({ id: job?.made ?? '', name: 'both', title: 'Both of them' });
    const listed = await client.catalog.teachers();
    expect(listed.map(({ name, kind }) => [name, kind])).toEqual(
      expect.arrayContaining([
        ['both', 'ensemble'],
        ['theirs', 'onnx'],
      ]),
    );
    for (const wrong of [['theirs'], ['theirs', 'theirs'], ['theirs', 'both'], ['theirs', 'nobody']]) {
      await expect(combine(wrong)).rejects.toMatchObject({ code: expect.stringMatching(/^(usage|teacher)\./) });
    }
    expect(halves()).toEqual([]);
  });

  it('leaves nothing where it is stopped', async () => {
    const { client, order, ended, halves, inWorkspace } = await open({ epochMs: 1500 });
    const { id } = await client.teachers.judge(order);
    await client.jobs.stop({ id });
    expect(await ended(id)).toMatchObject({ state: 'stopped' });
    expect([halves(), inWorkspace('teachers')]).toEqual([[], []]);
  });

  it('is refused at once where the order names no file of it, or no data set', async () => {
    const { client, order } = await open();
    for (const [wrong, field] of [
      [{ file: '../../workspace.sqlite' }, 'file'],
      [{ file: 'other.onnx' }, 'file'],
      [{ dataset: 'none-such' }, 'dataset'],
    ] as const) {
      const error: unknown = await client.teachers.judge({ ...order, ...wrong }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ place: { field } });
      // Where it lies among our files is nobody's business.
      expect(String(error)).not.toContain('handed-1');
    }
    expect(await client.jobs.list()).toEqual([]);
  });
});

describe('the form of a window', () => {
  it('reads numbers, words and lists as they are typed, and says what it takes', () => {
    const typed = { name: 'theirs', dataset: 'd', mean: ' 0.5, 0.4,0.3', deviation: 'imagenet', classes: 'cat, dog' };
    expect(teacherFormSchema.parse(typed)).toEqual({
      ...{ name: 'theirs', dataset: 'd', mean: [0.5, 0.4, 0.3], deviation: 'imagenet', classes: ['cat', 'dog'] },
    });
    const { error } = teacherFormSchema.safeParse({ ...typed, mean: 'half' });
    expect(error?.issues).toMatchObject([{ path: ['mean'], message: expect.stringContaining('none, dataset') }]);
    const { name: _name, title: _title, ...said } = teacherFormSchema.shape;
    expect(Object.keys(teacherJudgeSchema.shape)).toEqual(expect.arrayContaining(Object.keys(said)));
    expect([parseMoment(''), parseMoment('1,,2'), parseMoment('1,x')]).toEqual([undefined, undefined, undefined]);
  });
});
