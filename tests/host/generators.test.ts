/** A study of generators over the fake trainer: its folder, going on, and what is refused. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatorStudyInput } from '../../src/bridge/schemas/generator.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const folder = temporaryFolder();
let host: Host;
/** With time for a stop between two cells. */
let slow: Host;
beforeAll(async () => {
  makeResources(folder.path);
  host = await fakeHost(folder.path);
  slow = await fakeHost(folder.path, { epochMs: 1000 }, { workspace: join(folder.path, 'slow') });
});
afterAll(async () => {
  await Promise.all([host.close(), slow.close()]);
  folder.remove();
});

const order = (changes: Readonly<Record<string, unknown>> = {}) =>
  generatorStudyInput.parse({ episodes: 3, agent: 'random', ...changes });
const quiet = (): void => undefined;
const never = new AbortController().signal;
/** Of a machine that others keep busy. */
const PATIENT = { timeout: 30_000 };
const inFolder = (name: string): string => join(folder.path, name);
const study = (out: string, changes: Readonly<Record<string, unknown>> = {}) =>
  host.studyGenerators(order(changes), inFolder(out), quiet, never);

describe('a study', () => {
  it('keeps a row a cell, a sheet a generator and the weights of the best alone', async () => {
    const studied = await study('whole');
    expect(studied?.rows.map(({ episode, cell }) => [episode, cell])).toEqual(
      [0, 1, 2].flatMap((episode) => [
        [episode, 0],
        [episode, 1],
      ]),
    );
    expect(studied?.best).toMatchObject({ episode: 1, cell: 1 });
    expect(readdirSync(inFolder('whole')).sort()).toEqual([
      ...['generator-1.png', 'generator-2.png', 'generator-2.safetensors', 'generator-3.png'],
      ...['lock.sqlite', 'rows.jsonl', 'study.json'],
    ]);
  });

  it('that was stopped goes on to the same rows; one that is done has nothing to do', async () => {
    const stopping = new AbortController();
    const stop = (): void => stopping.abort();
    expect(await slow.studyGenerators(order(), inFolder('cut'), stop, stopping.signal)).toBeUndefined();
    const rows = (name: string): string => readFileSync(join(inFolder(name), 'rows.jsonl'), 'utf8');
    const before = rows('cut');
    expect(rows('whole').startsWith(before)).toBe(true);
    expect(before.length).toBeLessThan(rows('whole').length);
    await study('cut');
    expect(rows('cut')).toBe(rows('whole'));
    let news = 0;
    await host.studyGenerators(order(), inFolder('cut'), () => (news += 1), never);
    expect(news).toBe(0);
  });
});

describe('two that work on one folder', () => {
  it('do not mix their rows: the later one is refused in words, and the first one ends as if alone', async () => {
    const first = study('shared');
    const begun = () => existsSync(join(inFolder('shared'), 'study.json'));
    await expect.poll(begun, PATIENT).toBe(true);
    await expect(study('shared')).rejects.toMatchObject({
      code: 'workspace.busy',
      message: expect.stringMatching(/The study in ".*shared" is in use by another .*\(process \d+\); wait/),
    });
    expect((await first)?.rows).toHaveLength(6);
    expect(readFileSync(join(inFolder('shared'), 'rows.jsonl'), 'utf8')).toBe(
      readFileSync(join(inFolder('whole'), 'rows.jsonl'), 'utf8'),
    );
  });

  it('one of which was killed before it wrote anything leave a folder to begin in', async () => {
    mkdirSync(inFolder('killed'));
    for (const name of ['lock.sqlite', 'lock.json']) writeFileSync(join(inFolder('killed'), name), '');
    expect((await study('killed'))?.rows).toHaveLength(6);
  });
});

describe('what is refused leaves everything as it was', () => {
  it.each([
    ['a folder of something else', 'theirs', {}, /neither empty nor a study/],
    ['a study of another order', 'whole', { seed: 2 }, /seed 1, and 2 is asked for/],
    ['one of other agents', 'whole', { agent: 'sac' }, /agent random, and sac is asked for/],
    ['images larger than those of the set', 'large', { cells: 3 }, /32 x 32, and those of fashion-mnist are 28 x 28/],
    ['a teacher that is not there', 'none', { teacher: 'nobody' }, /nobody/],
  ])('%s', async (_what, out, changes, words) => {
    mkdirSync(inFolder('theirs'), { recursive: true });
    writeFileSync(join(inFolder('theirs'), 'letter.txt'), 'dear all');
    const before = existsSync(inFolder(out)) ? readdirSync(inFolder(out)) : undefined;
    await expect(study(out, changes)).rejects.toThrow(words);
    expect(existsSync(inFolder(out)) ? readdirSync(inFolder(out)) : undefined).toEqual(before);
  });

  it.each([
    ['a row that is none', (rows: readonly string[]) => [rows[0], '{"episode":0}'], /line 2: it is no row/],
    [
      'a file somewhere else, which a better generator would remove',
      (rows: readonly string[]) => [rows[0], rows[1]!.replace('generator-1.safetensors', '../whole/study.json')],
      /line 2: it is no row/,
    ],
    ['rows in another order', (rows: readonly string[]) => [rows[1], rows[0]], /line 1: it is not the row/],
    [
      'an action that no cell has',
      (rows: readonly string[]) => [rows[0]!.replace(/"action":\d+/, '"action":36')],
      /line 1: it is not the row/,
    ],
  ])('%s', async (_what, damaged, words) => {
    await study('damaged');
    const file = join(inFolder('damaged'), 'rows.jsonl');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, damaged(whole.trim().split('\n')).join('\n'));
    await expect(study('damaged')).rejects.toThrow(words);
    writeFileSync(file, whole);
  });
});

describe('studies that the workspace keeps', () => {
  const studies = () => host.client.studies;
  const ended = (name: string) => async () => {
    const job = (await host.client.jobs.list()).findLast(({ subject }) => subject === name);
    return job?.state;
  };
  const begin = { name: 'mine', episodes: 3, agent: 'random' } as const;

  it('go on as jobs without anybody waiting, and are listed with what came of them', async () => {
    const job = await studies().start(begin);
    expect(job).toMatchObject({ kind: 'generators', subject: 'mine' });
    expect(host.activeJobs()).toBe(1);
    await expect.poll(ended('mine'), PATIENT).toBe('finished');
    const [mine] = await studies().list();
    expect(mine).toMatchObject({ name: 'mine', order: { agent: 'random', teacher: 'fashion-resnet' } });
    expect(mine?.rows.map(({ sheet }) => sheet)).toEqual([false, true, false, true, false, true]);
    await expect(studies().start(begin)).rejects.toMatchObject({ place: { field: 'name' } });
  });

  it('are shown where an earlier version began them, whose agent saw more, and are not gone on with', async () => {
    const place = inFolder('workspace/studies/mine');
    const earlier = inFolder('workspace/studies/earlier');
    cpSync(place, earlier, { recursive: true });
    const { method, ...known } = JSON.parse(readFileSync(join(place, 'study.json'), 'utf8')) as { method: number };
    expect(method).toBe(2);
    writeFileSync(join(earlier, 'study.json'), JSON.stringify(known));
    const rows = readFileSync(join(place, 'rows.jsonl'), 'utf8').replaceAll('"reward"', '"channels":[0.5],"reward"');
    writeFileSync(join(earlier, 'rows.jsonl'), rows);
    const [shown] = (await studies().list()).filter(({ name }) => name === 'earlier');
    expect([shown?.rows.length, shown?.fault]).toEqual([6, undefined]);
    await studies().goOn({ name: 'earlier' });
    await expect.poll(ended('earlier'), PATIENT).toBe('failed');
    const job = (await host.client.jobs.list()).find(({ subject }) => subject === 'earlier');
    expect(JSON.stringify(job)).toMatch(/another version of the program/);
    expect(readFileSync(join(earlier, 'rows.jsonl'), 'utf8')).toBe(rows);
    await studies().remove({ name: 'earlier' });
  });

  it('show the samples of a finished generator byte for byte, and no others', async () => {
    const file = join(inFolder('workspace/studies/mine'), 'generator-2.png');
    expect(Buffer.from(await studies().sheet({ name: 'mine', episode: 1 }))).toEqual(readFileSync(file));
    await expect(studies().sheet({ name: 'mine', episode: 9 })).rejects.toThrow(/no samples of generator 10/);
    await expect(studies().sheet({ name: '..', episode: 0 })).rejects.toThrow();
    const theirs = join(folder.path, 'theirs.png');
    const own = readFileSync(file);
    writeFileSync(theirs, own);
    rmSync(file);
    symlinkSync(theirs, file);
    await expect(studies().sheet({ name: 'mine', episode: 1 })).rejects.toThrow(/generator-2.png is gone/);
    rmSync(file);
    writeFileSync(file, 'another');
    await expect(studies().sheet({ name: 'mine', episode: 1 })).rejects.toThrow(/is not as it was written/);
    writeFileSync(file, own);
  });

  it('that were stopped go on to the same rows, from the folder alone', async () => {
    const { studies: ofSlow, jobs } = slow.client;
    const { id } = await ofSlow.start({ ...begin, name: 'halted' });
    const cells = async () => (await ofSlow.list()).find(({ name }) => name === 'halted')?.rows.length ?? 0;
    await expect.poll(cells, PATIENT).toBeGreaterThan(0);
    await expect(ofSlow.remove({ name: 'halted' })).rejects.toThrow(/is being worked on/);
    await jobs.stop({ id });
    expect(await cells()).toBeLessThan(6);
    await ofSlow.goOn({ name: 'halted' });
    await expect(ofSlow.goOn({ name: 'halted' })).rejects.toThrow(/is being worked on already/);
    await expect.poll(cells, PATIENT).toBe(6);
    const rows = (study: string): string => readFileSync(join(inFolder(study), 'rows.jsonl'), 'utf8');
    expect(rows('slow/studies/halted')).toBe(rows('workspace/studies/mine'));
  });

  it('that are damaged say so in the list as those misnamed do, and links to folders of others are none', async () => {
    mkdirSync(inFolder('workspace/studies/broken'));
    writeFileSync(join(inFolder('workspace/studies/broken'), 'study.json'), '{"form":');
    symlinkSync(inFolder('whole'), inFolder('workspace/studies/linked'));
    cpSync(inFolder('whole'), inFolder('workspace/studies/of last week'), { recursive: true });
    const list = await studies().list();
    expect(list.map(({ name }) => name)).toEqual(['broken', 'mine', 'of last week']);
    expect(list[0]?.fault).toMatch(/study.json: it cannot be read/);
    expect(list[2]?.fault).toMatch(/^Give its folder another name: .*letters/);
    await expect(studies().goOn({ name: 'linked' })).rejects.toThrow(/there is no study "linked"/);
  });

  it('go for good, with all of their files', async () => {
    await studies().remove({ name: 'mine' });
    expect((await studies().list()).map(({ name }) => name)).not.toContain('mine');
    expect(existsSync(inFolder('workspace/studies/mine'))).toBe(false);
  });
});
