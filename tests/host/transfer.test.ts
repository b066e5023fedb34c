/** Learning from earlier runs: which are refused, what is copied of them, and that the copy is all
 * a later session needs. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchInput } from '../../src/bridge/schemas/records.ts';
import { studentSpace } from '../../src/core/arch/families/registry.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { SearchConfig } from '../../src/core/records/run.ts';
import type { Candidate } from '../../src/core/space/space.ts';
import type { Host } from '../../src/host/for-shells.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { priorOf, shippedPrior } from '../../src/host/runs/transfer.ts';
import { openReadable } from '../../src/store/workspace.ts';
import { fakeHost, makeResources, temporaryFolder } from '../support/fake-host.ts';
import { asked, COSTS, finished, searchConfig } from '../support/store-records.ts';
import { untilRun } from '../support/until-run.ts';
import { storeInMemory } from '../support/workspace.ts';

const RESOURCES = join(import.meta.dirname, '../../resources');

const TASK = { inputShape: [28, 28, 1], classes: 10 };
const space = studentSpace(['resnet', 'vit'], TASK);
const referenceOf = (name: string): Candidate => {
  const { reference } = studentSpace([name], TASK).families[0]!; // asked for by its name
  return { family: name, config: reference };
};

describe('earlier runs', () => {
  /** One run for each list of students; `values` are their accuracies, in order, a failed one's
   * `undefined`. */
  function storeOf(
    runs: Readonly<
      Record<
        string,
        { readonly values: readonly (readonly [string, number | undefined])[]; readonly change?: Partial<SearchConfig> }
      >
    >,
  ) {
    const store = storeInMemory();
    for (const [id, { values, change }] of Object.entries(runs)) {
      store.createRun({ id, config: { ...searchConfig(`Run ${id}`), ...change }, strategyVersion: 1, sample: false });
      const event = asked(...values.keys());
      const proposals = event.proposals.map((one, i) => ({ ...one, candidate: referenceOf(values[i]?.[0] ?? '') }));
      const trials = store.recordAsked(
        id,
        { ...event, proposals },
        values.map(() => COSTS),
        3,
      );
      for (const [i, trial] of trials.entries()) {
        const accuracy = values[i]?.[1];
        store.startTrial(trial.id);
        if (accuracy === undefined) store.failTrial(trial.id, 'lost', 'failed', 1);
        else store.finishTrial(trial.id, finished(trial.id, { metrics: { accuracy } }));
      }
    }
    return store;
  }

  const later = (transferFrom: readonly string[], change: Partial<SearchConfig> = {}): SearchConfig => ({
    ...searchConfig('Later'),
    families: ['resnet', 'vit'],
    transferFrom,
    ...change,
  });

  async function refusal(store: ReturnType<typeof storeOf>, config: SearchConfig): Promise<string> {
    try {
      await priorOf(store, { config }, space);
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      expect([error.code, error.place.field]).toEqual(['config.invalid', 'transferFrom']);
      return error.message;
    }
    throw new Error('They were not refused.');
  }

  it('give the finite results of finished students of the searched families, each under its run', async () => {
    const store = storeOf({
      a: {
        values: [
          ['resnet', 0.8],
          ['resnet', undefined],
          ['mlp-mixer', 0.7],
          ['vit', NaN],
        ],
      },
      b: { values: [['vit', 0.6]] },
    });
    expect(await priorOf(store, { config: later(['b', 'a']) }, space)).toEqual([
      { candidate: referenceOf('vit'), value: 0.6, source: 'b' },
      { candidate: referenceOf('resnet'), value: 0.8, source: 'a' },
    ]);
    expect(await priorOf(store, { config: later([]) }, space)).toEqual([]);
  });

  it('are refused where one is missing, named twice, or has nothing to tell', async () => {
    const store = storeOf({
      a: { values: [['resnet', 0.8]] },
      failed: { values: [['resnet', undefined]] },
      other: { values: [['mlp-mixer', 0.7]] },
    });
    expect(await refusal(store, later(['a', 'none']))).toContain('there is no run "none" in this workspace');
    expect(await refusal(store, later(['a', 'a']))).toContain('name each run once');
    for (const id of ['failed', 'other']) {
      expect(await refusal(store, later(['a', id]))).toContain(
        `"Run ${id}" (${id}) has no finished student of resnet, vit`,
      );
    }
  });

  it('of another space are refused with the space to say', async () => {
    const store = storeOf({ a: { values: [['resnet', 0.8]] } });
    const kind = { kind: 'wide', scale: 100_000 } as const;
    const wide = studentSpace(['resnet', 'vit'], TASK, kind);
    await expect(priorOf(store, { config: later(['a'], { space: kind }) }, wide)).rejects.toMatchObject({
      message: expect.stringContaining('searched a compact space, and this one is wide: say "space": "compact"'),
      place: { field: 'transferFrom' },
    });
  });

  it('are refused by a strategy that would not look at them', async () => {
    const store = storeOf({ a: { values: [['resnet', 0.8]] } });
    const config = later(['a'], { strategy: { id: 'random', options: {} } });
    expect(await refusal(store, config)).toContain('learns nothing from earlier runs: choose trade');
  });

  it('are of the same data by content where both know it, else by name', async () => {
    const store = storeOf({
      known: { values: [['resnet', 0.8]], change: { dataset: 'mine', datasetFingerprint: 'f' } },
      unknown: { values: [['resnet', 0.8]], change: { dataset: 'mine' } },
    });
    const prior = (id: string, change: Partial<SearchConfig>) => priorOf(store, { config: later([id], change) }, space);
    expect(await prior('known', { dataset: 'mine again', datasetFingerprint: 'f' })).toHaveLength(1);
    expect(await prior('unknown', { dataset: 'mine', datasetFingerprint: 'g' })).toHaveLength(1);
    const replaced = later(['known'], { dataset: 'mine', datasetFingerprint: 'g' });
    expect(await refusal(store, replaced)).toContain(
      '"Run known" (known) was searched on other examples of the same name (mine)',
    );
    expect(await refusal(store, later(['unknown']))).toContain('was searched on mine: its results say nothing here');
  });
});

describe('the table of the program', () => {
  const card = { shape: [28, 28, 1], classes: ['a', 'b'] } as const;
  const catalog = createCatalog(RESOURCES, 'no workspace');
  const config = (change: Partial<SearchConfig> = {}): SearchConfig => ({
    ...{ ...searchConfig('New'), dataset: 'mine', families: ['resnet', 'vit'], priorFrom: 'shipped' },
    ...change,
  });
  const refusal = { code: 'config.invalid', place: { field: 'prior' } };

  it('tells of the searched families, on data that nobody has searched on', async () => {
    const prior = await shippedPrior(catalog, config(), card);
    expect(new Set(prior.map(({ candidate }) => candidate.family))).toEqual(new Set(['resnet', 'vit']));
    expect(prior.length).toBeGreaterThan(100);
  });

  it('is refused where nobody would look at it, and beside earlier runs of the same data', async () => {
    const random = config({ strategy: { id: 'random', options: {} } });
    await expect(shippedPrior(catalog, random, card)).rejects.toMatchObject(refusal);
    await expect(shippedPrior(catalog, config({ transferFrom: ['a'] }), card)).rejects.toMatchObject(refusal);
  });

  it('is missed in words where an installation lacks it', async () => {
    const nowhere = createCatalog('no resources', 'no workspace');
    await expect(shippedPrior(nowhere, config(), card)).rejects.toThrow('cannot be read');
  });
});

describe('a search that begins with the table of the program', () => {
  const folder = temporaryFolder();
  let host: Host;
  afterAll(async () => {
    await host.close();
    folder.remove();
  });

  it('is told so before it starts, keeps what it was told, and is another one than without', async () => {
    makeResources(folder.path);
    cpSync(join(RESOURCES, 'tables'), join(folder.path, 'resources/tables'), { recursive: true });
    host = await fakeHost(folder.path);
    const search = (prior?: 'shipped' | 'none'): SearchInput => ({
      ...{
        name: 'new',
        families: ['mlp-mixer'],
        space: 'compact',
        budget: { trials: 6 },
        recipe: { epochs: 1 },
        slots: 1,
      },
      ...(prior && { prior }),
    });
    const known = (await host.client.runs.preview(search('shipped'))).prior ?? 0;
    expect(known).toBeGreaterThan(100);
    expect((await host.client.runs.preview(search())).prior).toBeUndefined();

    const played = async (prior?: 'shipped' | 'none') => {
      const { run } = await host.client.runs.start(search(prior));
      await untilRun(host.client, run.id, (summary) => summary.run.state !== 'running');
      const trials = await host.client.runs.trials({ id: run.id });
      return { run, students: trials.map(({ candidate }) => candidate), sources: trials.map(({ why }) => why.source) };
    };
    const withTable = await played('shipped');
    expect(withTable.run.config.priorFrom).toBe('shipped');
    expect(withTable.sources).toContain('earlier');
    const { table } = await host.client.runs.setup({ id: withTable.run.id });
    const file = readFileSync(join(RESOURCES, 'tables/fashion-kd.json'));
    const sha256 = createHash('sha256').update(file).digest('hex');
    expect(table).toEqual({ name: 'fashion-kd', results: known, sha256 });
    const { workspace } = await host.client.system.info();
    const { store, close } = openReadable(workspace);
    expect(store.prior(withTable.run.id)).toHaveLength(known);
    close();
    const without = await played();
    expect(without.run.config.priorFrom).toBeUndefined();
    expect(without.students).toEqual((await played('none')).students);
    expect(without.students).not.toEqual(withTable.students);
  });
});

describe('a search that learns from an earlier run', () => {
  const folder = temporaryFolder();
  let host: Host;
  afterAll(async () => {
    await host.close();
    folder.remove();
  });

  const search = (more: Partial<SearchInput> = {}): SearchInput => ({
    name: 'later',
    families: ['mlp-mixer'],
    budget: { trials: 8 },
    recipe: { epochs: 2 },
    seed: 3,
    slots: 1,
    ...more,
  });

  const ended = (id: string) => untilRun(host.client, id, ({ run }) => run.state !== 'running');

  async function played(more: Partial<SearchInput> = {}): Promise<string> {
    const { run } = await host.client.runs.start(search(more));
    await ended(run.id);
    return run.id;
  }

  const trialsOf = async (id: string) =>
    (await host.client.runs.trials({ id })).map(({ candidate, seed, why }) => [candidate, seed, why]);

  function priorIn(workspace: string, id: string) {
    const { store, close } = openReadable(workspace);
    try {
      return store.prior(id);
    } finally {
      close();
    }
  }

  it(
    'goes on in another session, when that run is gone, as if it had never been paused',
    { timeout: 90_000 },
    async () => {
      makeResources(folder.path);
      host = await fakeHost(folder.path, { epochMs: 15 });
      const { workspace } = await host.client.system.info();
      await expect(host.client.runs.start(search({ transferFrom: ['nothing'] }))).rejects.toMatchObject({
        code: 'config.invalid',
        place: { field: 'transferFrom' },
      });
      expect((await host.client.runs.list({})).total).toBe(0);

      const earlier = await played({ name: 'Earlier', seed: 7 });
      const wanted = await trialsOf(await played({ transferFrom: [earlier] }));
      // Else it would prove nothing: without the earlier run another search comes of it.
      expect(await trialsOf(await played())).not.toEqual(wanted);

      const { run } = await host.client.runs.start(search({ transferFrom: [earlier] }));
      await untilRun(host.client, run.id, ({ trials }) => trials.finished >= 3);
      await host.client.runs.pause({ id: run.id });
      const told = (await host.client.runs.trials({ id: earlier })).map(({ candidate, metrics }) => ({
        candidate,
        value: metrics['accuracy'],
        source: earlier,
      }));
      await host.client.runs.trash({ ids: [earlier] });
      await host.client.runs.purge({ ids: [earlier] });
      expect(priorIn(workspace, run.id)).toEqual(told);

      await host.close();
      host = await fakeHost(folder.path, { epochMs: 1 });
      await host.client.runs.resume({ id: run.id });
      const { run: done } = await ended(run.id);
      expect([done.state, done.config.transferFrom]).toEqual(['finished', [earlier]]);
      expect(await trialsOf(run.id)).toEqual(wanted);
      // What it is explained by needs the copy, too.
      expect((await host.client.runs.explain({ id: run.id })).predictions.length).toBeGreaterThan(0);
    },
  );
});
