/** A one-shot search from its start to its end through the host: a supernet, the student that it
 * leads to, and students that begin with its weights. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummaryView, SearchInput } from '../../src/bridge/schemas/records.ts';
import { logLines } from '../../src/bridge/words/log-lines.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { openReadable } from '../../src/store/workspace.ts';
import '../contract/toys.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import type { FakePlan } from '../support/fake-trainer.ts';
import { logIn } from '../support/run-log.ts';
import { left, untilRun } from '../support/until-run.ts';

const folder = temporaryFolder();
const toys = new URL('../contract/toys.ts', import.meta.url).href;
const options = process.env['NODE_OPTIONS'];
let host: Host | undefined;
let workspace = '';

beforeAll(() => {
  makeResources(folder.path);
  process.env['NODE_OPTIONS'] = `${options ?? ''} --import ${toys}`;
});
afterEach(async () => {
  await host?.close();
  host = undefined;
});
afterAll(() => {
  if (options === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = options;
  folder.remove();
});

const oneShot = (more: Partial<SearchInput> = {}): SearchInput => ({
  name: 'one-shot',
  families: ['toy-cell'],
  strategy: { id: 'toy-one-shot', options: { searchEpochs: 4 } },
  limits: { macs: 10_000_000 },
  budget: { trials: 6 },
  recipe: { epochs: 3 },
  slots: 1,
  ...more,
});

async function open(name: string, plan: FakePlan = {}): Promise<Host['client']> {
  await host?.close();
  workspace = join(folder.path, name);
  host = await fakeHost(folder.path, plan, { workspace });
  return host.client;
}

const logOf = (runId: string): readonly RunEvent[] => logIn(workspace, runId);

const plain = (log: readonly RunEvent[]): unknown => JSON.parse(JSON.stringify(log));
const epochsIn = (log: readonly RunEvent[]): readonly number[] =>
  log.flatMap((event) => (event.type === 'mixed' ? [event.epoch] : []));
const proposalsIn = (log: readonly RunEvent[]) =>
  log.flatMap((event) => (event.type === 'asked' ? event.proposals : []));

describe('a one-shot search', () => {
  it.each([1, 2])(
    'with %i slots: first the supernet, then its student, then neighbours with its weights',
    async (slots) => {
      const client = await open(`slots-${slots}`);
      const { run } = await client.runs.start(oneShot({ slots }));
      const end = await untilRun(client, run.id, left);
      expect([end.run.state, end.run.reason, end.trials.finished]).toEqual(['finished', undefined, 6]);

      const log = logOf(run.id);
      const [asked] = log;
      expect(asked).toMatchObject({
        type: 'asked',
        search: { search: 0, family: 'toy-cell', method: 'darts', epochs: 4 },
      });
      const searched = log.find((event) => event.type === 'searched');
      expect(searched).toMatchObject({ search: 0, cpuSeconds: 2 });
      const sources = proposalsIn(log).map(({ why }) => why.source);
      // Another slot trains others until the student that the search led to has ended.
      if (slots === 1) expect(sources).toEqual(['reference', 'derived', ...Array(4).fill('neighbour')]);
      const led = sources.indexOf('derived');
      // Of each edge the path that the fake trainer says counts most.
      expect(proposalsIn(log)[led]?.candidate.config).toEqual({ width: 8, first: 'conv3', second: 'conv3' });
      const from = { parents: [led], map: 'inherit', seed: expect.any(Number) };
      const fromOf = (source: string): unknown => (source === 'neighbour' ? from : undefined);
      expect(proposalsIn(log).map((proposal) => proposal.from)).toEqual(sources.map(fromOf));
      const trials = await client.runs.trials({ id: run.id });
      expect(trials.map((trial) => trial.from)).toEqual(sources.map(fromOf));
      // Six students, and the weights of the supernet.
      expect(await client.system.doctor()).toMatchObject({ ok: true, trials: 6, checkpoints: 7 });
    },
  );

  it('shows itself in log and explanation, which know nothing of it', async () => {
    const client = await open('shown');
    const { run } = await client.runs.start(oneShot());
    await untilRun(client, run.id, left);
    const { run: ended } = await client.runs.get({ id: run.id });
    const entries = await client.runs.log({ id: run.id });
    const trials = await client.runs.trials({ id: run.id });
    const words = {
      ...{ percent: String, duration: String, family: (name: string) => name, strategy: () => 'Toy' },
    };
    const lines = logLines(words)(ended, entries, (number) => trials[number]);
    expect(lines.map(({ event }) => event).slice(0, 4)).toEqual(['started', 'searching', 'searched', 'proposed']);
    const said = lines.map(({ sentence }) => sentence).join('\n');
    expect(said).toMatch(/Derived\b[^]*Neighbour · from the weights of #2/);
    const explanation = await client.runs.explain({ id: run.id });
    const own = explanation.families.find(({ family }) => family === 'toy-cell');
    expect(own).toMatchObject({ proposed: 6, told: 6, sources: { reference: 1, derived: 1, neighbour: 4 } });
  });

  it('paused while it searches, it goes on in another session with the log of an unpaused run', async () => {
    const whole = await open('unbroken');
    const unbroken = (await whole.runs.start(oneShot())).run.id;
    await untilRun(whole, unbroken, left);
    const expected = logOf(unbroken);

    const client = await open('broken', { epochMs: 250 });
    const { run } = await client.runs.start(oneShot());
    const isSearching = (summary: RunSummaryView): boolean =>
      /searching \([1-9]/.test(summary.live?.stage ?? '') || left(summary);
    await untilRun(client, run.id, isSearching);
    await client.runs.pause({ id: run.id });
    // Each epoch that is done is told of, and none twice after the resume.
    expect(logOf(run.id).map(({ type }) => type)).toEqual(['asked', ...epochsIn(logOf(run.id)).map(() => 'mixed')]);
    expect(epochsIn(logOf(run.id)).length).toBeGreaterThan(0);
    const resumed = await open('broken', { epochMs: 5 });
    expect(await resumed.system.doctor()).toMatchObject({ ok: true, checkpoints: 1 });
    await resumed.runs.resume({ id: run.id });
    await untilRun(resumed, run.id, left);
    expect(plain(logOf(run.id))).toEqual(plain(expected));
  });

  it('begins anew where its file is damaged, and the last word on each epoch stands', async () => {
    const client = await open('damaged', { epochMs: 250 });
    const { run } = await client.runs.start(oneShot({ budget: { trials: 2 } }));
    await untilRun(client, run.id, () => epochsIn(logOf(run.id)).length > 1);
    await client.runs.pause({ id: run.id });
    const { store, files, close } = openReadable(workspace);
    const [row] = store.supernets(run.id);
    writeFileSync(files.pathOf(row?.file ?? ''), 'other weights');
    close();
    const before = epochsIn(logOf(run.id));
    const resumed = await open('damaged');
    await resumed.runs.resume({ id: run.id });
    await untilRun(resumed, run.id, left);
    expect(epochsIn(logOf(run.id))).toEqual([...before, 1, 2, 3, 4]);
    const [search] = await resumed.runs.searches({ id: run.id });
    expect(search?.mixed.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(await resumed.system.doctor()).toMatchObject({ ok: true });
  });

  it('is told of epoch by epoch: edges by their family’s titles, costs, and the student it led to', async () => {
    const client = await open('told');
    const { run } = await client.runs.start(oneShot({ budget: { trials: 2 } }));
    await untilRun(client, run.id, left);
    const [search, ...others] = await client.runs.searches({ id: run.id });
    expect(others).toEqual([]);
    expect(search).toMatchObject({
      ...{ state: 'done', title: 'DARTS', family: 'toy-cell', epochs: 4, cpuSeconds: 2 },
      edges: [
        { title: 'First edge', paths: ['skip', 'conv1', 'conv3'] },
        { title: 'Second edge', paths: ['skip', 'conv1', 'conv3'] },
      ],
      student: { config: { width: 8, first: 'conv3', second: 'conv3' } },
    });
    const trials = await client.runs.trials({ id: run.id });
    const own = trials.find(({ why }) => why.source === 'derived');
    expect([search?.student?.params, search?.student?.macs]).toEqual([own?.params, own?.macs]);
    await expect(client.runs.searches({ id: 'nowhere' })).rejects.toMatchObject({ code: 'run.missing' });
  });

  // Else a strategy that went on in another session would know of its log what it had not heard.
  it('is heard of by its strategy epoch by epoch, in the session that searches as in a later one', async () => {
    const client = await open('heard', { searchKeeps: 3 });
    const strategy = { id: 'darts', options: { searchEpochs: 2 } };
    const { run } = await client.runs.start(oneShot({ families: ['cells'], space: 'compact', strategy }));
    await untilRun(client, run.id, left);
    const derived = proposalsIn(logOf(run.id)).find(({ why }) => why.source === 'derived');
    // Of all paths the convolution would be the strongest.
    expect(new Set(Object.values(derived?.candidate.config ?? {}))).toEqual(new Set(['pool3x3']));
    const [search] = await client.runs.searches({ id: run.id });
    expect(search?.student?.config).toEqual(derived?.candidate.config);
  });

  it('stopped while it searches, it says so, and leaves nothing to go on from', async () => {
    const client = await open('stopped', { epochMs: 250 });
    const { run } = await client.runs.start(oneShot());
    await untilRun(client, run.id, (summary) => /searching \([1-9]/.test(summary.live?.stage ?? '') || left(summary));
    await client.runs.stop({ id: run.id });
    await untilRun(client, run.id, left);
    const searched = logOf(run.id).find((event) => event.type === 'searched');
    expect(searched).toMatchObject({ mixing: [], reason: 'Stopped by you.' });
    expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 0 });
  });

  it.each([
    ['fails', { searchFails: true }, /not finite/],
    ['kills its trainer each time', { searchCrashes: 9 }, /Tried 3 times/],
  ] as const)('that %s is told of, and its strategy goes on by itself', async (_, plan, reason) => {
    const client = await open(`faults-${JSON.stringify(plan).length}`, plan);
    const { run } = await client.runs.start(oneShot({ budget: { trials: 3 } }));
    const end = await untilRun(client, run.id, left);
    expect(end.trials.finished).toBe(3);
    const searched = logOf(run.id).find((event) => event.type === 'searched');
    expect(searched).toMatchObject({ mixing: [], cpuSeconds: 0, reason: expect.stringMatching(reason) });
    expect(proposalsIn(logOf(run.id)).map(({ why }) => why.source)).toEqual(['reference', 'draw', 'draw']);
    expect(await client.system.doctor()).toMatchObject({ ok: true, checkpoints: 3 });
  });

  it('goes on after trainers that died, as if they had not', async () => {
    const client = await open('died', { searchCrashes: 2 });
    const { run } = await client.runs.start(oneShot({ budget: { trials: 2 } }));
    await untilRun(client, run.id, left);
    expect(logOf(run.id).find((event) => event.type === 'searched')).toMatchObject({ search: 0, cpuSeconds: 2 });
  });

  it('fails students whose parent’s weights are gone, in words', async () => {
    const client = await open('gone', { epochMs: 20 });
    const { run } = await client.runs.start(oneShot());
    await untilRun(client, run.id, ({ trials }) => trials.finished >= 2);
    await client.runs.pause({ id: run.id });
    const { store, files, close } = openReadable(workspace);
    const [parent] = store.trials(run.id, { offset: 1, limit: 1 });
    rmSync(files.pathOf(store.checkpoint(parent?.id ?? '', 'final')?.file ?? ''));
    close();
    await client.runs.resume({ id: run.id });
    await untilRun(client, run.id, left);
    const failed = (await client.runs.trials({ id: run.id })).filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const { reason } of failed) {
      expect(reason).toMatch(/^It begins with the weights of student 2, whose file is missing: .*Put it back/);
    }
  });

  const refused: readonly (readonly [string, Partial<SearchInput>, string])[] = [
    ['where students off the front give up their weights', { checkpoints: { keep: 'front' } }, 'checkpoints.keep'],
    ['where no family has a supernet', { families: ['resnet'] }, 'families'],
  ];
  it.each(refused)('is refused %s', async (_, change, field) => {
    const client = await open('refused');
    await expect(client.runs.start(oneShot(change))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(field),
    });
  });
});
