/** Searches on a wide space through the host: counted, run, reviewed and trained again. */
import { afterEach, describe, expect, it } from 'vitest';
import { trainAgainInput } from '../../src/bridge/config/train-again.ts';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { familyNamesFor, studentSpace } from '../../src/core/arch/families/registry.ts';
import { familySize } from '../../src/core/space/size.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';

const hosts: Host[] = [];
const folders: { remove(): void }[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const folder of folders.splice(0)) folder.remove();
});

async function open(): Promise<Host> {
  const folder = temporaryFolder();
  folders.push(folder);
  makeResources(folder.path);
  const host = await fakeHost(folder.path);
  hosts.push(host);
  return host;
}

const SEARCH: SearchInput = {
  ...{ name: 'wide', space: 'wide', families: ['resnet', 'vit'], strategy: { id: 'random' }, budget: { trials: 2 } },
  levels: { resnet: { width2: [8, 40] } },
};

async function finished(host: Host, input: SearchInput) {
  const { run } = await host.client.runs.start(input);
  const state = async () => (await host.client.runs.get({ id: run.id })).run.state;
  await expect.poll(state, { timeout: 20_000 }).toBe('finished');
  const trials = await host.client.runs.trials({ id: run.id });
  return { run: (await host.client.runs.get({ id: run.id })).run, trials };
}

describe('a wide space', { timeout: 60_000 }, () => {
  it('is previewed with exact sizes, and those within a limit said as about', async () => {
    const { client } = await open();
    const limits = { params: 20_000 };
    const { students, refusal, histogram } = await client.runs.preview({ ...SEARCH, limits });
    const kind = { kind: 'wide', scale: 25_000, levels: { resnet: { width2: [8, 40] } } } as const;
    const sizes = studentSpace(['resnet', 'vit'], { inputShape: [28, 28, 1], classes: 10 }, kind).families.map(
      familySize,
    );
    expect(students.map(({ total }) => total)).toEqual(sizes);
    for (const { feasible, total, about } of students) {
      expect(about).toBe(true);
      expect(feasible).toBeGreaterThan(100);
      expect(feasible).toBeLessThan(total);
    }
    expect(refusal).toBeUndefined();
    expect(histogram.length).toBeGreaterThan(5);
  });

  it('tells the limit that it takes by itself, and the run keeps it', async () => {
    const { client } = await open();
    const { mostParams } = await client.runs.preview(SEARCH);
    const { run } = await client.runs.start(SEARCH);
    expect(run.config.limits).toEqual([{ metric: 'params', max: mostParams }]);
    expect((await client.runs.preview({ ...SEARCH, limits: { params: 20_000 } })).mostParams).toBeUndefined();
  });

  it.each([5_000, 5_000_000])('with a limit of %i params has hundreds of students in every family', async (params) => {
    const { client } = await open();
    const families = familyNamesFor({});
    const input = { name: 'wide', families: [...families], limits: { params } };
    const { students, histogram, refusal, levels } = await client.runs.preview(input);
    expect(refusal).toBeUndefined();
    expect(students.map(({ family }) => family).sort()).toEqual(families.toSorted());
    for (const { feasible } of students) expect(feasible).toBeGreaterThan(300);
    // The picture counts what the table counts, but for its rounding to two digits.
    const sum = students.reduce((all, { feasible }) => all + feasible, 0);
    const drawn = histogram.reduce((all, { count }) => all + count, 0);
    expect(Math.abs(drawn / sum - 1)).toBeLessThan(0.06);
    // Those that the form offers to change.
    const resnet = levels?.find(({ family }) => family === 'resnet');
    expect(resnet?.dimensions.find(({ name }) => name === 'width2')?.levels.length).toBeGreaterThan(2);
  });

  it('is refused only where its cheapest student is dearer, which is then named', async () => {
    const { client } = await open();
    const scale = 100_000;
    const families = studentSpace(
      ['resnet', 'vit'],
      { inputShape: [28, 28, 1], classes: 10 },
      { kind: 'wide', scale },
    ).families;
    const least = Math.min(...families.map((family) => family.cheapest?.()[0]?.params ?? NaN));
    const input: SearchInput = { ...SEARCH, scale, levels: {} };
    const at = await client.runs.preview({ ...input, limits: { params: least } });
    expect(at.refusal).toBeUndefined();
    const below = await client.runs.preview({ ...input, limits: { params: least - 1 } });
    expect(below.students.map(({ feasible }) => feasible)).toEqual([0, 0]);
    expect(below.refusal?.message).toContain(`with ${least.toLocaleString('en')} params`);
  });

  it('is recorded with its run: students are built, explained and trained again in the same space', async () => {
    const host = await open();
    const { run, trials } = await finished(host, SEARCH);
    expect(run.config.space).toMatchObject({ kind: 'wide', own: SEARCH.levels });
    expect(trials).toHaveLength(2);
    for (const { id, candidate, params } of trials) {
      const { graph } = await host.client.trials.get({ id });
      expect(graph.family).toBe(candidate.family);
      expect(params).toBeGreaterThan(0);
    }
    const explained = await host.client.runs.explain({ id: run.id });
    expect(explained.families.map(({ family }) => family)).toContain('resnet');
    const again = await finished(host, trainAgainInput(run, trials, { name: 'again', seeds: 1, epochs: 1 }));
    expect(again.run.config.space).toMatchObject({
      scale: run.config.space?.kind === 'wide' && run.config.space.scale,
    });
    expect(again.trials.map(({ params }) => params).sort()).toEqual(trials.map(({ params }) => params).sort());
  });

  it('refuses a level by its field, and nothing is written', async () => {
    const { client } = await open();
    const wrong = { ...SEARCH, levels: { resnet: { kernel1: [4] } } };
    await expect(client.runs.start(wrong)).rejects.toMatchObject({ place: { field: 'levels.resnet.kernel1' } });
    expect((await client.runs.list({})).rows).toEqual([]);
  });
});
