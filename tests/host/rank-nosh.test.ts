/** RANK-NOSH through the host: within its epochs, refused before anything is written, and the same
 * when it was paused. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { logIn } from '../support/run-log.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
let host: Host | undefined;
let workspace = '';

beforeAll(() => makeResources(folder.path));
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => folder.remove());

/** 18 students begin: 36 epochs, nine of them have 18 more, and four of those 16. */
const search = (more: Partial<SearchInput> = {}): SearchInput => ({
  ...{ name: 'nosh', families: ['resnet', 'vit'], strategy: { id: 'rank-nosh', options: {} } },
  ...{ budget: { epochs: 70 }, recipe: { epochs: 8 }, slots: 1, ...more },
});

async function open(name: string, plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  workspace = join(folder.path, name);
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

const logOf = (runId: string): readonly RunEvent[] => logIn(workspace, runId);

describe('a run of RANK-NOSH', () => {
  it.each([1, 3])('with %i slots keeps to its epochs, and says of each student why', async (slots) => {
    const client = await open(`slots-${slots}`);
    const { run } = await client.runs.start(search({ slots }));
    const end = await untilRun(client, run.id, left);
    const trials = await client.runs.trials({ id: run.id });
    const reached = trials.map(({ epochsDone }) => epochsDone);
    expect(reached.reduce((sum, epochs) => sum + epochs)).toBeLessThanOrEqual(70);
    expect(new Set(reached)).toEqual(new Set([2, 4, 8]));
    const whole = reached.filter((epochs) => epochs === 8).length;
    expect([end.run.state, end.trials.finished, end.trials.resting]).toEqual(['finished', whole, 0]);
    // Its epochs are spent, or too few for one more: nobody says that students ran out.
    expect(end.run.reason).toBe(
      `${trials.length - whole} of ${trials.length} students rested before their end, and others were gone on with.`,
    );
    const whys = logOf(run.id).flatMap((event) =>
      event.type === 'asked' ? [...event.proposals, ...(event.continues ?? [])].map(({ why }) => why.source) : [],
    );
    expect(new Set(whys)).toEqual(new Set(['reference', 'initial', 'ranked', 'promoted']));
    expect(await client.system.doctor()).toMatchObject({ ok: true });
  });

  it.each(['3/8', '2/16', '2/4'])('is refused with the levels %s before anything is written', async (levels) => {
    const client = await open('levels');
    const refused = client.runs.start(search({ strategy: { id: 'rank-nosh', options: { levels } } }));
    await expect(refused).rejects.toMatchObject({
      code: 'config.invalid',
      place: { field: 'strategy.options.levels' },
    });
    expect((await client.runs.list({})).total).toBe(0);
  });

  it('paused with students at rest, it goes on in another session with the log of an unpaused run', async () => {
    const whole = await open('unbroken');
    const unbroken = (await whole.runs.start(search())).run.id;
    await untilRun(whole, unbroken, left);
    const expected = logOf(unbroken);

    const client = await open('broken', { epochMs: 15 });
    const { run } = await client.runs.start(search());
    const rested = (): number => logOf(run.id).filter(({ type }) => type === 'rested').length;
    for (const at of [7, 20]) {
      await untilRun(host?.client ?? client, run.id, (summary) => rested() >= at || left(summary));
      await host?.client.runs.pause({ id: run.id });
      const resumed = await open('broken', { epochMs: 15 });
      expect((await resumed.runs.get({ id: run.id })).trials.resting).toBeGreaterThan(0);
      await resumed.runs.resume({ id: run.id });
    }
    await untilRun(host?.client ?? client, run.id, left);
    const plain = (log: readonly RunEvent[]): unknown => JSON.parse(JSON.stringify(log));
    expect(plain(logOf(run.id))).toEqual(plain(expected));
  });
});
