/** Every method of one-shot search through the host: its network, the student that it leads to,
 * distilled, and what is drawn by its shares. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { ONE_SHOT_METHODS } from '../../src/core/one-shot/registry.ts';
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

async function open(name: string, plan: FakePlan = {}): Promise<Host['client']> {
  workspace = join(folder.path, name);
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

const searchBy = (id: string, more: Partial<SearchInput> = {}): SearchInput => ({
  ...{ name: id, families: ['resnet', 'cells'], space: 'compact', limits: { macs: 10_000_000 } },
  ...{ strategy: { id, options: { searchEpochs: 3 } }, budget: { trials: 5 }, recipe: { epochs: 2 }, slots: 1 },
  ...more,
});

const proposalsIn = (log: readonly RunEvent[]) =>
  log.flatMap((event) => (event.type === 'asked' ? event.proposals : []));

describe('a search by one network of all students', () => {
  it.each(Object.keys(ONE_SHOT_METHODS))('%s: its student is trained and distilled as any other', async (id) => {
    const client = await open(id);
    const { run } = await client.runs.start(searchBy(id));
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, 5]);
    const log = logIn(workspace, run.id);
    expect(
      log
        .map(({ type }) => type)
        .filter((type) => type !== 'mixed')
        .slice(0, 3),
    ).toEqual([...['asked', 'searched', 'asked']]);
    const search = { search: 0, family: 'cells', method: id, epochs: 3, limits: { macs: 10_000_000 } };
    expect(log[0]).toMatchObject({ proposals: [], search });
    const proposals = proposalsIn(log);
    const sources = proposals.map(({ why }) => why.source);
    expect(sources).toEqual(['reference', 'reference', 'derived', 'sampled', 'sampled']);
    // Of each edge the last path, by the fake trainer; what was picked by no shares, too.
    expect(Object.values(proposals[2]?.candidate.config ?? {})).toEqual(Array(6).fill('conv3x3'));
    expect(run.config).toMatchObject({ teacher: expect.any(String), recipe: { distillation: { loss: 'dist' } } });
    expect(await client.system.doctor()).toMatchObject({ ok: true, trials: 5 });
  });

  it('whose trainer fails goes on by chance, and says so', async () => {
    const client = await open('fails', { searchFails: true });
    const { run } = await client.runs.start(searchBy('rc-darts'));
    const end = await untilRun(client, run.id, left);
    expect([end.run.state, end.trials.finished]).toEqual(['finished', 5]);
    const whys = proposalsIn(logIn(workspace, run.id)).map(({ why }) => why);
    expect(whys.slice(2)).toEqual(
      Array(3).fill({ source: 'random', fallback: 'the search of the network came to nothing' }),
    );
  });

  it.each(['compact', 'wide'] as const)('is refused where no cell is within the limits: %s', async (space) => {
    const client = await open(`limits-${space}`);
    // ResNets reach down to 1,078 parameters.
    const asked = searchBy('darts', { space, limits: { params: space === 'wide' ? 1_200 : 10_000 } });
    await expect(client.runs.start(asked)).rejects.toMatchObject({
      code: 'budget.unreachable',
      message: expect.stringMatching(/^No student of cells meets params <= /),
      place: { field: 'limits.params' },
    });
    expect((await client.runs.list({})).total).toBe(0);
  });
});
