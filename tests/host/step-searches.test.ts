/** Searches on sequences through the host: families that fit are the ones that are listed, meant
 * and taken. */
import { afterEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { DATA_KINDS } from '../../src/core/data-kinds.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { writeTinySteps } from '../support/tiny-steps.ts';

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
  writeTinySteps(join(folder.path, 'resources/datasets/steps'));
  const host = await fakeHost(folder.path);
  hosts.push(host);
  return host;
}

const SEARCH: SearchInput = {
  ...{ name: 'steps', dataset: 'steps', strategy: { id: 'random' }, budget: { trials: 2 } },
  recipe: { batchSize: 32, epochs: 1, distillation: { loss: 'none' } },
};

describe('a search on sequences', { timeout: 60_000 }, () => {
  it('is offered families over steps alone, and one on pictures those of pictures', async () => {
    const { client } = await open();
    const names = async (dataset: string) => (await client.catalog.families({ dataset })).map(({ name }) => name);
    expect(await names('steps')).toEqual(['gru', 'sakt', 'fusion']);
    expect(await names('fashion-mnist')).toContain('resnet');
    expect(await names('fashion-mnist')).not.toContain('gru');
  });

  it('means them where it names none, and trains such students to its end', async () => {
    const { client } = await open();
    const { students, refusal } = await client.runs.preview(SEARCH);
    expect(refusal).toBeUndefined();
    expect(students.map(({ family }) => family)).toEqual(['gru', 'sakt']);
    const { run } = await client.runs.start(SEARCH);
    expect(run.config.families).toEqual(['gru', 'sakt']);
    const state = async () => (await client.runs.get({ id: run.id })).run.state;
    await expect.poll(state, { timeout: 20_000 }).toBe('finished');
    const trials = await client.runs.trials({ id: run.id });
    expect(trials.map(({ candidate }) => ['gru', 'sakt'].includes(candidate.family))).toEqual([true, true]);
  });

  // At the rate of pictures a network over steps often learns nothing.
  it('learns at the rate that suits its examples, unless one is said', async () => {
    const { client } = await open();
    const rateOf = async (search: SearchInput): Promise<number> => {
      const { run } = await client.runs.start(search);
      const state = async () => (await client.runs.get({ id: run.id })).run.state;
      await expect.poll(state, { timeout: 20_000 }).toBe('finished');
      return run.config.recipe.learningRate;
    };
    expect(await rateOf(SEARCH)).toBe(DATA_KINDS.sequence.learningRate);
    expect(await rateOf({ ...SEARCH, recipe: { ...SEARCH.recipe, learningRate: 0.03 } })).toBe(0.03);
    const pictures = { ...SEARCH, dataset: 'fashion-mnist', families: ['resnet'] };
    expect(await rateOf(pictures)).toBe(DATA_KINDS.image.learningRate);
    expect(DATA_KINDS.sequence.learningRate).toBeLessThan(DATA_KINDS.image.learningRate);
  });

  it('refuses a family of pictures in words, before it begins', async () => {
    const { client } = await open();
    // The very four that a search on pictures means where it names none: here somebody named them.
    const four = { ...SEARCH, families: ['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer'] };
    await expect(client.runs.preview(four)).rejects.toThrow(/resnet is given pictures/);
    const search = { ...SEARCH, families: ['gru', 'vit'] };
    const words = /vit is given pictures, and this data set has sequences of steps. Choose from: gru, sakt/;
    await expect(client.runs.start(search)).rejects.toThrow(words);
    await expect(client.runs.preview(search)).rejects.toThrow(words);
    const pictures = { ...SEARCH, dataset: 'fashion-mnist', families: ['gru'] };
    await expect(client.runs.start(pictures)).rejects.toThrow(/gru is given sequences of steps/);
  });
});
