/** Students that are trained again from the weights that their search left them: whose they are,
 * and that they stay as long as they are needed. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { trainAgainInput } from '../../src/bridge/config/train-again.ts';
import { setupGroups } from '../../src/bridge/words/setup-words.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const traceFile = join(folder.path, 'trace');
let host: Host | undefined;
let workspace = '';

beforeAll(() => makeResources(folder.path));
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => folder.remove());

async function open(name: string, epochMs = 2): Promise<Host['client']> {
  await host?.close();
  workspace = join(folder.path, name);
  writeFileSync(traceFile, '');
  host = await fakeHost(folder.path, { epochMs, traceFile }, { workspace });
  return host.client;
}

const SEARCH: SearchInput = {
  ...{ name: 'found', families: ['resnet'], strategy: { id: 'random' }, slots: 1 },
  ...{ budget: { trials: 3 }, recipe: { epochs: 2 }, space: 'compact' },
};

async function searched(client: Host['client'], more: Partial<SearchInput> = {}) {
  const { run } = await client.runs.start({ ...SEARCH, ...more });
  await untilRun(client, run.id, left);
  return { run, trials: await client.runs.trials({ id: run.id }) };
}

const order = { name: 'again', seeds: 2, epochs: 2, from: 'searched' } as const;

function weightsOf(trialId: string): { readonly path: string; readonly sha256: string } {
  const { store, files, close } = openReadable(workspace);
  try {
    const row = store.checkpoint(trialId, 'final');
    return { path: files.pathOf(row?.file ?? ''), sha256: row?.sha256 ?? '' };
  } finally {
    close();
  }
}

describe('a student that is trained again', { timeout: 60_000 }, () => {
  it('begins with its own weights of the search with each seed, and the set-up says so', async () => {
    const client = await open('begins');
    const { run, trials } = await searched(client);
    const again = await client.runs.start(trainAgainInput(run, trials.slice(0, 2), order));
    await untilRun(client, again.run.id, left);
    const own = trials.slice(0, 2).map(({ id }) => `inherit ${weightsOf(id).sha256}`);
    const begun = readFileSync(traceFile, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('inherit'));
    expect(begun).toEqual([...own, ...own]);
    const setup = await client.runs.setup({ id: again.run.id });
    expect(JSON.stringify(setupGroups(setup))).toContain(`found by ${run.id}, with the weights that it left them`);
  });

  it('begins by chance where nothing else is said', async () => {
    const client = await open('chance');
    const { run, trials } = await searched(client, { budget: { trials: 1 } });
    const again = await client.runs.start(trainAgainInput(run, trials, { name: 'again', seeds: 1, epochs: 2 }));
    await untilRun(client, again.run.id, left);
    expect(again.run.config.strategy.options).not.toHaveProperty('from', 'searched');
    expect(readFileSync(traceFile, 'utf8')).not.toContain('inherit');
  });

  it('is refused where the search is not named, or kept no weights of it, and nothing is written down', async () => {
    const client = await open('refused');
    const { run, trials } = await searched(client, { budget: { trials: 1 } });
    const { studentsFrom: _, ...unnamed } = trainAgainInput(run, trials, order);
    await expect(client.runs.start(unnamed)).rejects.toMatchObject({
      message: expect.stringMatching(/^studentsFrom: .*name it/),
    });
    const config = trials[0]?.candidate.config ?? {};
    const stranger = { family: 'resnet', config: { ...config, width1: config['width1'] === 4 ? 8 : 4 } };
    const strange = trainAgainInput(run, [...trials, { candidate: stranger }], order);
    await expect(client.runs.start(strange)).rejects.toMatchObject({
      message: expect.stringMatching(/^students\.1: "found" has no weights of it/),
    });
    expect((await client.runs.list({})).total).toBe(1);
  });

  it('keeps its search from being deleted until it has ended, and fails in words without its file', async () => {
    const client = await open('needs', 30);
    const { run, trials } = await searched(client, { budget: { trials: 2 } });
    const again = await client.runs.start(trainAgainInput(run, trials, order));
    await untilRun(client, again.run.id, (summary) => summary.trials.finished >= 1 || left(summary));
    await client.runs.pause({ id: again.run.id });
    await client.runs.trash({ ids: [run.id] });
    await expect(client.runs.purge({ ids: [run.id] })).rejects.toMatchObject({
      code: 'run.state',
      message: expect.stringContaining('"again" begins with the weights of "found"'),
    });
    const [, second] = trials;
    rmSync(weightsOf(second?.id ?? '').path);
    await client.runs.resume({ id: again.run.id });
    await untilRun(client, again.run.id, left);
    const failed = (await client.runs.trials({ id: again.run.id })).filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { reason } of failed) {
      expect(reason).toContain(`the weights that run ${run.id} left it, whose file is missing`);
    }
    await client.runs.purge({ ids: [run.id] });
  });
});
