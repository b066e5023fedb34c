/** arch2vec's searches through the host: refused before anything is written, played on the family
 * of cells and on tables of cells, and the same when they were paused. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { logIn } from '../support/run-log.ts';
import { tinyTable } from '../support/tiny-table.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host | undefined;
let workspace = '';

beforeAll(() => {
  const resources = makeResources(folder.path);
  cpSync('resources/embeddings', join(resources, 'embeddings'), { recursive: true });
});
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => folder.remove());

const search = (id: string, more: Partial<SearchInput> = {}): SearchInput => ({
  ...{ name: id, families: ['cells'], space: 'compact', strategy: { id, options: {} } },
  ...{ budget: { trials: 9 }, recipe: { epochs: 2 }, slots: 1, ...more },
});

async function open(name: string, plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  workspace = join(folder.path, name);
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

const logOf = (runId: string): readonly RunEvent[] => logIn(workspace, runId);

describe.each([
  ['arch2vec-bo', 'network'],
  ['arch2vec-rl', 'place'],
])('a run of %s', (id, source) => {
  it('on cells finds its students in the embedding, and is the same when it was paused', async () => {
    const whole = await open(`${id}-unbroken`);
    const unbroken = (await whole.runs.start(search(id))).run.id;
    const end = await untilRun(whole, unbroken, left);
    expect([end.run.state, end.trials.finished]).toEqual(['finished', 9]);
    const expected = logOf(unbroken);
    const whys = expected.flatMap((event) =>
      event.type === 'asked' ? event.proposals.map(({ why }) => why.source) : [],
    );
    expect(whys).toContain(source);

    const client = await open(`${id}-broken`, { epochMs: 15 });
    const { run } = await client.runs.start(search(id));
    await untilRun(client, run.id, (summary) => summary.trials.finished >= 5 || left(summary));
    await client.runs.pause({ id: run.id });
    const resumed = await open(`${id}-broken`);
    await resumed.runs.resume({ id: run.id });
    await untilRun(resumed, run.id, left);
    const plain = (log: readonly RunEvent[]): unknown => JSON.parse(JSON.stringify(log));
    expect(plain(logOf(run.id))).toEqual(plain(expected));
  });

  it.each<[string, Partial<SearchInput>]>([
    ['another family beside cells', { families: ['cells', 'resnet'] }],
    ['wide cells, whose widths have no place', { space: 'wide' }],
  ])('with %s is refused before anything is written', async (_, more) => {
    const client = await open('refused');
    await expect(client.runs.start(search(id, more))).rejects.toMatchObject({
      code: 'config.invalid',
      place: { field: 'families' },
      message: expect.stringContaining('choose the family cells alone and space "compact"'),
    });
    expect((await client.runs.list({})).total).toBe(0);
  });

  it('on a table that is none of cells is refused before a game begins', async () => {
    const client = await open('tables');
    const table = { text: JSON.stringify(tinyTable()), file: 'tiny.json' };
    const started = client.replays.start({ table, strategies: ['random', id], seeds: 1, budget: 4 });
    await expect(started).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('no place in it'),
    });
    expect(await client.replays.list({})).toEqual([]);
  });
});
