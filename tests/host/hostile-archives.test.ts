/**
 * Archives of a stranger whose sizes and hashes are right, and whose records, cards and names are
 * not: each is refused in words, with nothing changed, or taken in; then every view of it answers,
 * or refuses in words. `FUZZ` sets how many.
 */
import { taskOf } from '../../src/core/arch/families/student-family.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logLines } from '../../src/bridge/words/log-lines.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { explainRun } from '../../src/core/strategies/explain.ts';
import { openStrategy } from '../../src/core/strategies/registry.ts';
import type { Staged } from '../../src/host/archive/orders.ts';
import { createCatalog } from '../../src/host/library/catalog.ts';
import type { Catalog } from '../../src/host/library/catalog.ts';
import { createExporter } from '../../src/host/students/export.ts';
import { createHandlers } from '../../src/host/handlers.ts';
import type { Services } from '../../src/host/services.ts';
import type { HostClient } from '../../src/host/host.ts';
import { createLibrary } from '../../src/host/library/library.ts';
import { createLiveEvents } from '../../src/host/live-events.ts';
import { createReplayFiles } from '../../src/host/replays/files.ts';
import { createReplays } from '../../src/host/replays/replays.ts';
import { createReview } from '../../src/host/students/review.ts';
import { createExits } from '../../src/host/router.ts';
import { problemOf, soundLog, strategyInputOf } from '../../src/host/runs/context.ts';
import { planResume } from '../../src/host/runs/plan.ts';
import { createRunService } from '../../src/host/runs/service.ts';
import { createRunUpkeep } from '../../src/host/runs/upkeep.ts';
import { logReader } from '../../src/host/slices.ts';
import { testing } from '../../src/store/rows/run-records.ts';
import { openReadable } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { addRun, configOf, RESOURCES, stage } from '../support/archives.ts';
import { datasetContent, sha256Of, teacherContent, writeArchive } from '../support/forge.ts';
import { FUZZ, fuzz } from '../support/fuzz.ts';
import { hostileArchive } from '../support/hostile-archives.ts';
import type { Draft, Row } from '../support/hostile-archives.ts';
import { deleteRun } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

const { recordColumns } = testing;

const MOST = process.env['FUZZ'] === undefined ? 100 : FUZZ;
/** So that a run of many can be told from a run that tried the same few. */
const KINDS = ['refused', 'taken in'] as const;

/** Two runs, two teachers, a data set, a replay and a view: every kind of record is in it. */
function soundDraft(): Draft {
  const from = temporaryWorkspace('from');
  addRun(from, 'run_1', { ...configOf('Random'), strategy: { id: 'random', options: {} } });
  addRun(from, 'run_2', { ...configOf('TRADE'), strategy: { id: 'trade', options: {} } }, ['run_1']);
  const [hash, at] = ['a'.repeat(64), '2026-01-01T00:00:00.000Z'];
  const split = { images: hash, labels: hash };
  const dataset = { shape: [28, 28, 1], classes: ['a', 'b'], splits: { train: split, val: split, test: split } };
  from.store.setSources('run_2', { at, dataset, teacher: { weights: hash, network: hash } });
  const { store, together, close } = openReadable(from.directory);
  const runs = together((records) =>
    ['run_1', 'run_2'].map((id) => ({ id, name: store.run(id)?.name ?? '', rows: [...records(id)] as Row[] })),
  );
  close();
  const files: Record<string, Buffer> = { ...datasetContent('sides'), ...teacherContent('big') };
  const ofSides = { dataset: { id: 'sides', title: 'Sides', trainImages: 8 } };
  Object.assign(files, teacherContent('second', ofSides), {
    'teachers/second/curve.json': Buffer.from(
      JSON.stringify([
        {
          ...{ epoch: 1, trainLoss: 1, validationLoss: 'NaN', validationAccuracy: 0.5 },
          learningRate: 0.1,
          seconds: 1,
        },
      ]),
    ),
  });
  for (const row of from.store.checkpoints()) {
    const trial = from.store.trial(row.trialId);
    const path = `runs/${trial?.runId}/checkpoints/${trial?.number}-${row.kind}.safetensors`;
    files[path] = readFileSync(from.files.pathOf(row.file));
  }
  for (const { runId, search, file } of from.store.supernets()) {
    files[`runs/${runId}/supernets/${search}.safetensors`] = readFileSync(from.files.pathOf(file));
  }
  const replay = Buffer.from(JSON.stringify(soundReplay()));
  files[`replays/game_1-${sha256Of(replay).slice(0, 12)}.json`] = replay;
  const content = '{"order":{"by":"name","descending":true},"columns":["state"]}';
  return { runs, files, views: [{ name: 'Mine', content }] };
}

const soundReplay = () => ({
  summary: {
    ...{ id: 'game_1', name: 'A game', state: 'finished', strategies: ['random'], budget: 3, seeds: 1, batch: 1 },
    ...{ single: false, limits: [], played: 1, createdAt: '2026-01-01T00:00:00.000Z', seconds: 1 },
    scores: [{ strategy: 'random', hypervolume: 0.5 }],
    table: {
      ...{ name: 'tiny', source: 'here', licence: 'none', rows: 3, families: 1, complete: true },
      objectives: [{ metric: 'accuracy', goal: 'maximize', known: false }],
    },
  },
  results: [{ strategy: 'random', seed: 1, hypervolume: [0.1, 0.5], best: ['NaN', 0.5], askMs: [1, 1], rows: [0, 1] }],
});

/** The host's views over a workspace, in this process: what would take a process of its own or a
 * trainer refuses in words. */
function viewsOf(workspace: Workspace, catalog: Catalog, logged: unknown[]): HostClient {
  const { store, files, directory } = workspace;
  const log = { info: () => undefined, warn: () => undefined, error: (entry: unknown) => void logged.push(entry) };
  const live = createLiveEvents();
  const away = (): never => {
    throw new WorkbenchError('trainer.failed', 'There is no trainer here.');
  };
  const nowhere = new Proxy({}, { get: () => away }) as never; // stands for parts that these views do not reach
  const runs = createRunService({ workspace, catalog, executor: nowhere, live, log, version: '1.0.0', now: () => 0 });
  const replays = createReplays({
    ...{ sources: nowhere, files: createReplayFiles(directory, files.temp, log), live, log },
    ...{ now: () => new Date(0), clock: () => 0 },
  });
  const parts = {
    ...{ workspace, catalog, runs, replays, live },
    upkeep: createRunUpkeep({ workspace, runs, live }),
    review: createReview({ store, files, catalog, side: nowhere }),
    library: createLibrary({ store, files, catalog, changed: () => undefined, inHand: () => [] }),
    exporter: createExporter({ store, files, catalog, side: nowhere, version: '1', now: () => new Date(0) }),
    // As the strategy worker does it.
    explain: async (id: string) => {
      const run = store.run(id);
      if (run === undefined) throw new WorkbenchError('run.missing', id);
      const { directory: folder, card } = await catalog.dataset(run.config.dataset);
      const dataset = { directory: folder, task: taskOf(card) };
      const problem = problemOf(run.config, { dataset, teacher: undefined }, store.prior(id));
      const events = soundLog(problem, logReader(store, id))(0);
      return explainRun(problem.strategy.id, strategyInputOf(problem), events);
    },
  };
  const rest = new Proxy(parts, { get: (known, name) => Reflect.get(known, name) ?? nowhere });
  return createExits(createHandlers(rest as unknown as Services), log as never).client; // as above
}

/** The views that show what an archive brings; those that take long by some of the seeds. Throws
 * the first answer that is neither one nor a refusal in words. */
async function visit(client: HostClient, staged: Staged, catalog: Catalog, seed: number): Promise<void> {
  const ask = async <T>(what: string, call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof WorkbenchError && error.kind !== 'internal') return undefined;
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  await ask('runs.list', () => client.runs.list({}));
  await ask('runs.facets', () => client.runs.facets());
  for (const { key } of (await ask('fronts.groups', () => client.fronts.groups())) ?? []) {
    await ask('fronts.points', () => client.fronts.points({ group: key }));
  }
  for (const { id } of staged.runs) {
    const summary = await ask('runs.get', () => client.runs.get({ id }));
    await ask('runs.note', () => client.runs.note({ id }));
    await ask('runs.sizes', () => client.runs.sizes({ ids: [id] }));
    const trials = (await ask('runs.trials', () => client.runs.trials({ id }))) ?? [];
    const entries = (await ask('runs.log', () => client.runs.log({ id }))) ?? [];
    if (summary !== undefined) {
      const words = { percent: String, duration: String, family: String, strategy: () => '' };
      logLines(words)(summary.run, entries, (number) => trials[number]);
      if (seed % 5 === 0) await ask('resume', () => planResume(catalog, summary.run, undefined));
      const isSlow = summary.run.config.strategy.id === 'trade';
      if (!isSlow || seed % 4 === 0) await ask('runs.explain', () => client.runs.explain({ id }));
    }
    await ask('trials.epochs', () => client.trials.epochs({ ids: trials.map((trial) => trial.id) }));
    for (const { id: trial } of trials) {
      await ask('trials.get', () => client.trials.get({ id: trial }));
      await ask('trials.note', () => client.trials.note({ id: trial }));
      await ask('trials.latencies', () => client.trials.latencies({ id: trial }));
      await ask('trials.export', () => client.trials.export({ id: trial, format: 'json' }));
      await ask('review.checkpoints', () => client.review.checkpoints({ id: trial }));
      await ask('review.twins', () => client.review.twins({ id: trial }));
      for (const checkpoint of ['final', 'best'] as const) {
        await ask('review.predictions', () => client.review.predictions({ kind: 'student', id: trial, checkpoint }));
        await ask('review.layers', () => client.review.layers({ kind: 'student', id: trial, checkpoint }));
      }
    }
  }
  await ask('catalog.datasets', () => client.catalog.datasets());
  await ask('catalog.teachers', () => client.catalog.teachers());
  await ask('library.records', () => client.library.records());
  for (const name of staged.teachers) await ask('library.teacher', () => client.library.teacher({ name }));
  for (const name of staged.datasets) {
    await ask('library.balance', () => client.library.balance({ name }));
    for (const split of ['train', 'validation', 'test'] as const) {
      await ask('library.samples', () => client.library.samples({ name, split }));
    }
    await ask('review.images', () => client.review.images({ dataset: name, indices: [0, 1] }));
  }
  for (const { id } of (await ask('replays.list', () => client.replays.list())) ?? []) {
    await ask('replays.get', () => client.replays.get({ id }));
  }
  await ask('views.list', () => client.views.list());
}

/** Logs of runs are folded as a resume does it; a strategy that looks at its whole space takes too
 * long to do it each time. */
function fold(workspace: Workspace, catalogDataset: Awaited<ReturnType<Catalog['dataset']>>, id: string): void {
  const run = workspace.store.run(id);
  if (run === undefined || run.config.strategy.id !== 'random') return;
  const { directory, card } = catalogDataset;
  const dataset = { directory, task: taskOf(card) };
  const problem = problemOf(run.config, { dataset, teacher: undefined }, workspace.store.prior(id));
  const strategy = openStrategy(problem.strategy.id, strategyInputOf(problem));
  for (const event of soundLog(problem, logReader(workspace.store, id))(0)) strategy.fold(event);
  strategy.ask(1);
}

const inFolder = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** What is in the workspace, in short. */
function stateOf({ store, directory, files }: Workspace): string {
  const folders = ['teachers', 'datasets', 'replays', 'checkpoints'].map((name) => inFolder(join(directory, name)));
  const views = store.savedViews().map(({ name }) => name);
  return JSON.stringify([store.runs({ trash: 'with' }).total, folders, views, store.storedFiles().length, files.temp]);
}

it(
  'archives with right hashes and hostile records',
  async () => {
    const draft = soundDraft();
    const folder = temporaryFolder('hostile');
    mkdirSync(folder);
    const into = temporaryWorkspace('into');
    const file = join(folder, 'x.trade');
    const before = stateOf(into);
    const tally = { refused: 0, 'taken in': 0 };
    const logged: unknown[] = [];

    const attempt = async (manifest: unknown, content: Draft['files'], seed: number): Promise<void> => {
      await writeArchive(file, manifest, content);
      const stages = inFolder(into.files.temp);
      let done: Awaited<ReturnType<typeof stage>> | undefined;
      try {
        done = await stage(into, file);
      } catch (error) {
        tally.refused += 1;
        expect(error).toBeInstanceOf(WorkbenchError);
        expect((error as WorkbenchError).kind).not.toBe('internal');
        expect(stateOf(into)).toBe(before);
      }
      if (done !== undefined) {
        tally['taken in'] += 1;
        const { staging, staged } = done;
        const folders = staged.folders.map((one) => ({ from: one, to: one }));
        await into.takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders });
        for (const { name, content: view } of staged.views) into.store.saveView(name, view);
        const catalog = createCatalog(RESOURCES, into.directory);
        await visit(viewsOf(into, catalog, logged), staged, catalog, seed);
        expect(logged).toEqual([]);
        if (seed % 25 === 0) {
          for (const { id } of staged.runs) fold(into, await catalog.dataset('fashion-mnist'), id);
        }
        for (const { id } of staged.runs) into.files.remove(deleteRun(into.store, id));
        for (const one of staged.folders) rmSync(join(into.directory, one), { recursive: true });
        for (const { id } of into.store.savedViews()) into.store.removeView(id);
        expect(stateOf(into)).toBe(before);
      }
      for (const name of inFolder(into.files.temp)) {
        if (!stages.includes(name)) rmSync(join(into.files.temp, name), { recursive: true });
      }
    };

    // The sound one goes in whole: else all others would be refused for its faults.
    const sound = hostileArchive(draft, recordColumns, 0, 0);
    await attempt(sound.manifest, sound.content, 0);
    expect(tally).toEqual({ refused: 0, 'taken in': 1 });

    // A seed is no smaller than another; and what a failure leaves here would spoil the next.
    const property = fc.asyncProperty(fc.noShrink(fc.integer({ min: 1, max: 2 ** 31 - 1 })), async (seed) => {
      const { manifest, content, deeds } = hostileArchive(draft, recordColumns, seed);
      await attempt(manifest, content, seed).catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        throw new Error(`seed ${seed}, ${deeds.join('; ')}: ${words}`, { cause: error });
      });
    });
    await fuzz('archives (hostile records, right hashes)', property, MOST);
    // Both ends are reached: a generator whose archives all fail early would prove little.
    if (MOST >= 100) for (const kind of KINDS) expect(tally[kind]).toBeGreaterThan(MOST / 20);
    process.stderr.write(`hostile archives: ${tally.refused} refused, ${tally['taken in']} taken in\n`);
  },
  120_000 + 500 * MOST,
);
