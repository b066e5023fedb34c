/** A host in memory over the gallery's fixtures, for tests of views and stores. */
import { AsyncIteratorClass } from '@orpc/contract';
import { trainingsOf } from '../../../src/core/budget.ts';
import type { BridgeClient } from '../../../src/bridge/client.ts';
import type { HostConnection } from '../../../src/bridge/connect.ts';
import { limitsOf } from '../../../src/bridge/config/expand-config.ts';
import type { ReplaySummaryView, ReplayView } from '../../../src/bridge/schemas/replay.ts';
import type { HostEvent, RunSummaryView } from '../../../src/bridge/schemas/records.ts';
import { searchInputSchema } from '../../../src/bridge/schemas/records.ts';
import { WorkbenchError } from '../../../src/core/errors.ts';
import type { RunState } from '../../../src/core/records/run.ts';
import type { EpochPoint } from '../../../src/core/records/epoch.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import { fixtureExplanation } from '../gallery/explain-fixtures.ts';
import type { FixtureOptions, FixtureRun } from '../gallery/fixtures.ts';
import { mockFronts } from './mock-fronts.ts';
import { fixtureCosts, fixtureLog } from './log-fixtures.ts';
import { fixtureSetup } from './setup-fixtures.ts';
import { mockExecutor } from './mock-executor.ts';
import { mockMaintenance } from './mock-maintenance.ts';
import { mockQueue } from './mock-queue.ts';
import { mockLibrary } from './library-fixtures.ts';
import { familied } from '../familied.ts';
import { mockUpkeep } from './mock-upkeep.ts';
import { mockReview } from './review-fixtures.ts';
import { fixtureReplay, fixtureTable } from '../gallery/replay-fixtures.ts';
import { FIXTURE_REPLAYS } from './replays.ts';
import {
  fixtureDataset,
  fixtureEpochs,
  fixtureFamilies,
  fixtureGraph,
  fixtureLatencies,
  fixtureRun,
  fixtureStrategies,
  fixtureSummary,
  fixtureTeacher,
  fixtureTrial,
} from '../gallery/fixtures.ts';

interface MockRun {
  options: FixtureOptions;
  records: FixtureRun;
  share: number;
}

const EXAMPLES: readonly FixtureOptions[] = [
  { id: 'r-live', name: 'Fashion quick', state: 'running', budget: 24, done: 9, seed: 1, sample: true },
  { id: 'r-long', name: 'All families, 12 epochs', state: 'finished', budget: 60, done: 60, seed: 2, epochs: 12 },
  { id: 'r-random', name: 'Random baseline', state: 'finished', budget: 24, done: 24, seed: 3, strategy: 'random' },
  { id: 'r-paused', name: 'Tiny students under 10 k', state: 'paused', budget: 48, done: 13, seed: 4 },
  { id: 'r-cut', name: 'Overnight', state: 'interrupted', budget: 200, done: 71, seed: 5, learnsFrom: ['r-long'] },
  { id: 'r-empty', name: 'Just started', state: 'paused', budget: 24, done: 0, seed: 6 },
];

const TICK_MS = 400;

/** `empty`: a workspace without runs. */
export function mockHost(mode: 'full' | 'empty' = 'full'): HostConnection {
  const runs = new Map<string, MockRun>();
  for (const options of mode === 'full' ? EXAMPLES : []) add(options);
  const replays = new Map((mode === 'full' ? FIXTURE_REPLAYS : []).map((one) => [one.summary.id, one]));
  const listeners = new Set<(event: HostEvent) => void>();
  let made = 0;

  function add(options: FixtureOptions): MockRun {
    const run: MockRun = { options, records: fixtureRun(options), share: 0 };
    runs.set(options.id, run);
    return run;
  }

  function find(id: string): MockRun {
    const run = runs.get(id);
    if (run === undefined) throw new WorkbenchError('run.missing', `There is no run "${id}" in this workspace.`);
    return run;
  }

  function findTrial(id: string): { readonly run: MockRun; readonly trial: Trial } {
    for (const run of runs.values()) {
      const trial = run.records.trials.find((one) => one.id === id);
      if (trial) return { run, trial };
    }
    throw new WorkbenchError('trial.missing', `There is no student "${id}" in this workspace.`);
  }

  function findReplay(id: string): ReplayView {
    const replay = replays.get(id);
    if (replay === undefined) throw new WorkbenchError('run.missing', `There is no replay "${id}" in this workspace.`);
    return replay;
  }

  function putReplay(replay: ReplayView): ReplaySummaryView {
    replays.set(replay.summary.id, replay);
    emit({ type: 'replay.changed', replay: replay.summary });
    return replay.summary;
  }

  const emit = (event: HostEvent): void => listeners.forEach((listener) => listener(event));
  const upkeep = mockUpkeep({
    summaries: () => [...runs.values()].map((run) => summary(run)),
    remove: (id) => void runs.delete(id),
    emit,
  });
  const summary = (run: MockRun): RunSummaryView => upkeep.labelled(fixtureSummary(run.records, run.share));

  function changeState(id: string, state: RunState): RunSummaryView {
    const run = find(id);
    run.records = { ...run.records, run: { ...run.records.run, state } };
    emit({ type: 'run.changed', summary: summary(run) });
    return summary(run);
  }

  /** A quarter of a trial for every run that goes. */
  function tick(): void {
    for (const run of runs.values()) {
      if (run.records.run.state !== 'running') continue;
      run.share += 0.25;
      if (run.share >= 1) endTrial(run);
      emit({ type: 'run.changed', summary: summary(run) });
    }
  }

  function endTrial(run: MockRun): void {
    run.share = 0;
    const number = run.records.trials.length;
    const trial = fixtureTrial(run.records.run, number);
    const points: readonly EpochPoint[] = fixtureEpochs(trial);
    run.records = {
      run: { ...run.records.run, seconds: run.records.run.seconds + 12.4 },
      trials: [...run.records.trials, trial],
      epochs: new Map(run.records.epochs).set(trial.id, points),
    };
    emit({ type: 'trial.changed', trial });
    for (const point of points) emit({ type: 'epoch.appended', trialId: trial.id, runId: run.records.run.id, point });
    if (number + 1 >= trainingsOf(run.records.run.config)) changeState(run.records.run.id, 'finished');
  }

  setInterval(tick, TICK_MS);

  function start(name: string, trials: number, sample: boolean): RunSummaryView {
    made += 1;
    const run = add({ id: `r-new${made}`, name, state: 'running', budget: trials, done: 0, seed: -made, sample });
    emit({ type: 'run.changed', summary: summary(run) });
    return summary(run);
  }

  function watch(): AsyncIteratorClass<HostEvent> {
    const queue: HostEvent[] = [{ type: 'synced' }];
    let wake: (() => void) | undefined;
    const listener = (event: HostEvent): void => {
      queue.push(event);
      wake?.();
    };
    listeners.add(listener);
    const next = async (): Promise<IteratorResult<HostEvent, unknown>> => {
      for (;;) {
        const value = queue.shift();
        if (value) return { done: false, value };
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    return new AsyncIteratorClass<HostEvent>(next, async () => void listeners.delete(listener));
  }

  const refused = (): Promise<never> =>
    Promise.reject(new WorkbenchError('run.state', 'There are no studies of generators here.'));
  const library = mockLibrary(emit);
  const client: BridgeClient = {
    queue: mockQueue({
      emit,
      nameOf: (id) => find(id).records.run.name,
      start: (name) => changeState(start(name, 24, false).run.id, 'paused'),
      resume: (id) => changeState(id, 'running'),
    }),
    ...mockMaintenance(),
    ...mockExecutor(),
    files: { put: async () => undefined, drop: async () => undefined },
    system: {
      info: async () => ({
        version: '0.1.0',
        workspace: '/home/ada/trade',
        shell: 'web',
        platform: 'linux x64',
        node: '24.21.0',
      }),
      backend: async () => {
        await new Promise((done) => setTimeout(done, 700));
        const gflops = { 'matmul 1024': 262.4, 'conv 3x3 64': 305.1, 'conv 3x3 64, input gradient': 316.8 };
        const versions = { TensorFlow: '2.21.0', tfjs: '4.22.0', Node: '24.21.0' };
        const kernels = { instructions: 'AVX2', lanes: 8 };
        const training = { student: 'ResNet, 28 x 28 x 1, batch 128', kernels: 12_700, plain: 7_200 };
        const device = 'CPU, 2 cores';
        return { backend: 'tensorflow', device, version: '2.21.0', versions, threads: 2, kernels, gflops, training };
      },
      doctor: async () => ({
        ...{ ok: false, integrity: 'ok', trials: 177, checkpoints: 168 },
        problems: ['Checkpoint "r-long-t4-final.safetensors" of trial r-long-t4 is missing.'],
        remedies: ['forgets these weights, puts the file aside, and keeps the figures of the student'],
      }),
      sizes: async () => [
        { kind: 'checkpoints', bytes: 48_200_000 },
        { kind: 'database', bytes: 9_400_000 },
        { kind: 'teachers', bytes: 1_415_897 },
        { kind: 'cache', bytes: 820_000 },
        { kind: 'logs', bytes: 41_000 },
        ...['tmp', 'datasets', 'backups'].map((kind) => ({ kind, bytes: 0 })),
      ],
      diagnostics: async () => 'TRADE workbench 0.1.0 (web)\nlinux, Node 24.21.0\nWorkspace: ~/trade, 6 runs',
      quit: async () => undefined,
    },
    catalog: {
      datasets: async () => [fixtureDataset],
      teachers: async () => [fixtureTeacher],
      families: async () => fixtureFamilies,
      strategies: async () => fixtureStrategies,
    },
    library: library.library,
    teachers: library.teachers,
    jobs: library.jobs,
    runs: {
      ...upkeep.runs,
      get: async ({ id }) => summary(find(id)),
      trials: async ({ id, offset = 0, limit = Infinity }) => find(id).records.trials.slice(offset, offset + limit),
      log: async ({ id, from, limit = 200, trial }) => fixtureLog(find(id).records, from, limit, trial),
      setup: async ({ id }) => fixtureSetup(find(id).records),
      searches: async ({ id }) => (find(id), []),
      explain: async ({ id }) => fixtureExplanation(find(id).records),
      costs: async ({ id }) => fixtureCosts(find(id).records),
      preview: async (input) => {
        const parsed = familied(searchInputSchema.parse(input));
        const most = Math.min(...limitsOf(parsed.limits).map(({ max }) => max), 2e6);
        const share = Math.min(1, most / 2e6);
        const students = fixtureFamilies
          .filter(({ name }) => parsed.families.includes(name))
          .map(({ name, students: total }) => ({ family: name, total, feasible: Math.round(total * share) }));
        const histogram = Array.from({ length: 16 }, (_, bin) => {
          const [from, to] = [3 + bin / 8, 3 + (bin + 1) / 8];
          return { from, to, count: Math.round(share * 300 * Math.exp(-((bin - 9) ** 2) / 14)) };
        });
        const { trials, epochs = trials * parsed.recipe.epochs } = parsed.budget;
        const unit = parsed.budget.epochs === undefined ? 'trainings' : 'epochs';
        const budget = { trainings: epochs / parsed.recipe.epochs, epochs, unit, isShort: false } as const;
        return { students, histogram, budget, seconds: epochs * 4.1 };
      },
      start: async (input) => start(input.name, input.budget?.trials ?? 24, false),
      startSample: async () => start('Sample search', 24, true),
      pause: async ({ id }) => changeState(id, 'paused'),
      resume: async ({ id }) => changeState(id, 'running'),
      stop: async ({ id }) => changeState(id, 'finished'),
      rename: async ({ id, name }) => {
        const run = find(id);
        run.records = { ...run.records, run: { ...run.records.run, name } };
        return changeState(id, run.records.run.state);
      },
      keep: async ({ id }) => {
        const run = find(id);
        run.records = { ...run.records, run: { ...run.records.run, sample: false } };
        return changeState(id, run.records.run.state);
      },
    },
    trials: {
      ...upkeep.trials,
      get: async ({ id }) => {
        const { run, trial } = findTrial(id);
        return { trial, run: run.records.run, graph: fixtureGraph(trial), epochs: run.records.epochs.get(id) ?? [] };
      },
      epochs: async ({ ids }) =>
        ids.map((id) => ({ trialId: id, points: findTrial(id).run.records.epochs.get(id) ?? [] })),
      latencies: async ({ id }) => fixtureLatencies(findTrial(id).trial),
      measureLatency: async ({ id }) => fixtureLatencies(findTrial(id).trial),
      export: async ({ id, format }) => {
        const name = `student-${findTrial(id).trial.number + 1}.${format}`;
        return { name, data: Uint8Array.of(8, 9), maxAbsDiff: 2.6e-6, bound: 1e-4, images: 64 };
      },
    },
    fronts: mockFronts(() => [...runs.values()].map(({ records }) => records)),
    review: mockReview(findTrial),
    studies: {
      list: async () => [],
      start: refused,
      goOn: refused,
      sheet: refused,
      remove: refused,
    },
    replays: {
      tables: async () => [fixtureTable],
      readTable: async () => fixtureTable,
      list: async () => [...replays.values()].map(({ summary: shown }) => shown),
      get: async ({ id }) => findReplay(id),
      start: async ({ table: _, name, limits = [], ...game }) => {
        made += 1;
        const replay = fixtureReplay({ ...game, limits, name: name ?? fixtureTable.name, id: `p-new${made}` });
        return putReplay(replay);
      },
      stop: async ({ id }) => {
        const { live: _, ...shown } = findReplay(id).summary;
        return putReplay({ ...findReplay(id), summary: { ...shown, state: 'stopped' } });
      },
      setName: async ({ id, name }) => putReplay({ ...findReplay(id), summary: { ...findReplay(id).summary, name } }),
      discard: async ({ id }) => {
        replays.delete(id);
        emit({ type: 'replay.removed', id });
      },
    },
    views: upkeep.views,
    space: upkeep.space,
    archives: upkeep.archives,
    events: { watch: async () => watch() },
  };
  return { shell: 'web', client, state: () => ({ kind: 'connected' }), onState: () => () => undefined };
}
