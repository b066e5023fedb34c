/** The store in memory: the same rules without a disk, for tests of what stands on a store, and for empty workspaces. */
import type { RunEvent } from '../core/events.ts';
import type { Run } from '../core/run.ts';
import type { RunSources } from '../core/sources.ts';
import type { PriorResult } from '../core/strategies/strategy.ts';
import type { EpochPoint, Trial } from '../core/trial.ts';
import { fromHalfFloats, toHalfFloats } from './rows/half-floats.ts';
import { assertRunId, trialIdOf } from './ids.ts';
import {
  assertAsked,
  assertAtRest,
  assertEnded,
  assertPoint,
  assertPredictions,
  assertRunMove,
  assertTestable,
  assertTrialMove,
  conflict,
  missingRun,
  missingTrial,
  missingView,
  NO_TRIALS,
} from './rules.ts';
import { facetsOf, findSummaries } from './memory-query.ts';
import { byLetters, CUT_OFF, EMPTY_SCORE, foldName, noteSnippet } from './summaries.ts';
import type {
  CheckpointRow,
  LatencyRow,
  PredictionsRow,
  RunScore,
  RunSummary,
  SavedView,
  WritableStore,
} from './store.ts';

interface RunRecord {
  run: Run;
  score: RunScore;
  tags: readonly string[];
  note: string;
  trashedAt?: string;
  frontOnly: boolean;
  session: string | undefined;
  readonly prior: readonly PriorResult[];
  sources?: RunSources;
  readonly events: { readonly at: string; readonly event: RunEvent }[];
  readonly trials: TrialRecord[];
}

interface TrialRecord {
  trial: Trial;
  session: string | undefined;
  epochs: readonly EpochPoint[];
  latencies?: readonly LatencyRow[];
  epoch?: CheckpointRow;
  final?: CheckpointRow;
  best?: CheckpointRow;
  predictions?: PredictionsRow;
  note?: string;
}

export interface MemoryStoreOptions {
  readonly fence?: string;
  readonly now?: () => Date;
  /** What an earlier session remembered: the records of another memory store, which then goes on being this one's. */
  readonly records?: MemoryRecords;
  readonly views?: SavedView[];
}

export type MemoryRecords = Map<string, RunRecord>;

export function createMemoryStore(options: MemoryStoreOptions = {}): WritableStore {
  const { fence = 's000001-memory', now = () => new Date(), views = [] } = options;
  const { records = new Map<string, RunRecord>() } = options;
  const at = () => now().toISOString();

  const runOf = (id: string): RunRecord => {
    const record = records.get(id);
    if (!record) throw missingRun(id);
    return record;
  };
  const allTrials = () => [...records.values()].flatMap((record) => record.trials);
  const find = (id: string) => allTrials().find((record) => record.trial.id === id);
  const trialOf = (id: string): TrialRecord => {
    const record = find(id);
    if (!record) throw missingTrial(id);
    return record;
  };
  const checkpointsOf = (record: TrialRecord) =>
    [record.best, record.epoch, record.final].filter((row) => row !== undefined);
  const allCheckpoints = () => allTrials().flatMap(checkpointsOf);

  const change = (record: TrialRecord, changes: Partial<Trial>) => {
    record.trial = { ...record.trial, ...changes };
    record.session = record.trial.state === 'running' ? fence : undefined;
  };
  const moveTo = (id: string, state: Trial['state'], seconds: number): TrialRecord => {
    const record = trialOf(id);
    assertTrialMove(id, record.trial.state, state);
    change(record, { state, seconds: record.trial.seconds + seconds });
    return record;
  };
  const log = (run: RunRecord, event: RunEvent) => run.events.push({ at: at(), event });
  const assertFree = (file: string, record: TrialRecord) => {
    if (allCheckpoints().some((row) => row.file === file && row !== record.epoch)) {
      throw conflict(`The file ${file} belongs to another checkpoint.`);
    }
  };
  const toSummary = ({ run, score, trials, tags, note, trashedAt, frontOnly }: RunRecord): RunSummary => {
    const counts = { ...NO_TRIALS };
    for (const { trial } of trials) counts[trial.state] += 1;
    return { run, score, trials: counts, tags, hasNote: note !== '', trashedAt, frontOnly };
  };
  /** Its own first. */
  const notesOf = (runId: string): readonly { readonly trial?: number; readonly note: string }[] => {
    const record = records.get(runId);
    const students = record?.trials.map(({ trial, note = '' }) => ({ trial: trial.number, note })) ?? [];
    return [{ note: record?.note ?? '' }, ...students];
  };
  const dropWeights = (trialIds: readonly string[]): readonly string[] => {
    const dropped = trialIds.map(trialOf);
    for (const { trial } of dropped) assertEnded(trial.id, trial.state);
    return dropped.flatMap((record) => {
      const rows = [record.final, record.best];
      record.final = undefined;
      record.best = undefined;
      return rows.flatMap((row) => row?.file ?? []);
    });
  };

  return {
    fence,
    run: (id) => records.get(id)?.run,
    summary: (id) => {
      const record = records.get(id);
      return record && toSummary(record);
    },
    runs: ({ order, offset = 0, limit = Infinity, ...filter } = {}) => {
      const found = findSummaries(
        [...records.values()].map(toSummary),
        (id) => notesOf(id).map(({ note }) => note),
        filter,
        order,
      );
      return { rows: found.slice(offset, offset + limit), total: found.length };
    },
    noteHits: (runIds, search) =>
      runIds.flatMap((runId) => {
        for (const { trial, note } of notesOf(runId)) {
          const text = noteSnippet(note, search);
          if (text !== undefined) return [{ runId, ...(trial !== undefined && { trial }), text }];
        }
        return [];
      }),
    runFacets: () => facetsOf([...records.values()].map(toSummary)),
    runNote: (id) => records.get(id)?.note ?? '',
    trialNote: (id) => find(id)?.note ?? '',
    runSize: (id) => ({
      checkpointBytes: (records.get(id)?.trials ?? [])
        .flatMap(checkpointsOf)
        .reduce((sum, { bytes }) => sum + bytes, 0),
      recordBytes: 0,
    }),
    savedViews: () => [...views].sort((left, right) => byLetters(left.name, right.name)),
    trials: (runId, { offset = 0, limit = Infinity, states, family } = {}) =>
      (records.get(runId)?.trials ?? [])
        .slice(offset)
        .map(({ trial }) => trial)
        .filter(
          ({ state, candidate }) =>
            (states?.includes(state) ?? true) && candidate.family === (family ?? candidate.family),
        )
        .slice(0, limit),
    evidence: (runId) =>
      (records.get(runId)?.trials ?? []).map(({ trial, epochs, predictions }) => ({
        ...{ trialId: trial.id, epochs: epochs.length, hasPredictions: predictions !== undefined },
      })),
    finishedTrials: (runId, { offset = 0, limit = Infinity } = {}) => {
      const trials = (records.get(runId)?.trials ?? [])
        .slice(offset, offset + limit)
        .flatMap(({ trial }) => (trial.state === 'finished' ? [trial] : []));
      return {
        ids: trials.map(({ id }) => id),
        families: trials.map(({ candidate }) => candidate.family),
        accuracies: Float64Array.from(trials, ({ metrics }) => metrics['accuracy'] ?? NaN),
        params: Float64Array.from(trials, ({ params }) => params),
        macs: Float64Array.from(trials, ({ macs }) => macs),
      };
    },
    trial: (id) => find(id)?.trial,
    epochs: (trialId) => find(trialId)?.epochs ?? [],
    events: (runId, { offset = 0, limit = Infinity } = {}) =>
      records
        .get(runId)
        ?.events.map((entry, seq) => ({ seq, ...entry }))
        .slice(offset, offset + limit) ?? [],
    eventCount: (runId) => records.get(runId)?.events.length ?? 0,
    prior: (runId) => records.get(runId)?.prior ?? [],
    sources: (runId) => records.get(runId)?.sources,
    checkpoint: (trialId, kind) => find(trialId)?.[kind],
    checkpoints: allCheckpoints,
    withWeights: (runId) =>
      (records.get(runId)?.trials ?? []).filter(({ final, best }) => final ?? best).map(({ trial }) => trial.id),
    predictions: (trialId) => find(trialId)?.predictions,
    latencies: (trialId) => find(trialId)?.latencies ?? [],
    passage: () => ({ arriving: [], leaving: [] }),
    space: () => ({ bytes: 0, freeBytes: 0, freePages: 0 }),
    check: () => [],

    sweep: () => {
      const runs = [...records.values()].filter(({ run, session }) => run.state === 'running' && session !== fence);
      for (const record of runs) {
        record.run = { ...record.run, state: 'interrupted', reason: CUT_OFF };
        record.session = undefined;
      }
      const trials = allTrials().filter(({ trial, session }) => trial.state === 'running' && session !== fence);
      for (const record of trials) change(record, { state: 'interrupted', reason: CUT_OFF });
      return { runs: runs.map(({ run }) => run.id), trials: trials.map(({ trial }) => trial.id) };
    },
    createRun: ({ id, config, strategyVersion, sample, prior = [], sources }) => {
      assertRunId(id);
      if (records.has(id)) throw conflict(`There is a run ${id} already.`);
      const { name } = config;
      const run: Run = { id, name, state: 'running', config, strategyVersion, sample, createdAt: at(), seconds: 0 };
      const written = { tags: [], note: '', frontOnly: false };
      const empty = { score: EMPTY_SCORE, events: [], trials: [] };
      records.set(id, { run, ...empty, ...written, session: fence, prior, ...(sources && { sources }) });
      return run;
    },
    setSources: (id, sources) => {
      runOf(id).sources = sources;
    },
    setRunState: (id, state, reason) => {
      const record = runOf(id);
      assertRunMove(id, record.run.state, state);
      const ended = state === 'finished' || state === 'failed';
      record.run = { ...record.run, state, reason, finishedAt: ended ? at() : undefined };
      record.session = state === 'running' ? fence : undefined;
    },
    addRunSeconds: (id, seconds) => {
      const record = runOf(id);
      record.run = { ...record.run, seconds: record.run.seconds + seconds };
    },
    renameRun: (id, name) => {
      const record = runOf(id);
      record.run = { ...record.run, name };
    },
    keepRun: (id) => {
      const record = runOf(id);
      record.run = { ...record.run, sample: false };
    },
    tagRuns: (ids, { add, remove }) => {
      const away = new Set(remove.map(foldName));
      for (const record of ids.map(runOf)) {
        const kept = record.tags.filter((tag) => !away.has(foldName(tag)));
        const known = new Set(kept.map(foldName));
        const added = add.filter((tag) => !known.has(foldName(tag)) && known.add(foldName(tag)));
        record.tags = [...kept, ...added].sort(byLetters);
      }
    },
    setRunNote: (id, note) => {
      runOf(id).note = note;
    },
    setTrialNote: (id, note) => {
      trialOf(id).note = note;
    },
    trashRuns: (ids) => {
      const found = ids.map(runOf);
      for (const { run } of found) assertAtRest(run.id, run.state);
      for (const record of found) record.trashedAt ??= at();
    },
    restoreRuns: (ids) => {
      for (const record of ids.map(runOf)) record.trashedAt = undefined;
    },
    keepFrontOnly: (runId, dropped) => {
      const record = runOf(runId);
      assertAtRest(runId, record.run.state);
      const files = dropWeights(dropped);
      record.frontOnly = true;
      return files;
    },
    saveView: (name, content) => {
      const index = views.findIndex((one) => foldName(one.name) === foldName(name));
      const view = { id: views[index]?.id ?? 1 + Math.max(0, ...views.map(({ id }) => id)), name, content };
      if (index < 0) views.push(view);
      else views[index] = view;
      return view;
    },
    removeView: (id) => {
      const index = views.findIndex((one) => one.id === id);
      if (index < 0) throw missingView(id);
      views.splice(index, 1);
    },
    deletePart: (id) => {
      const files = runOf(id).trials.flatMap(checkpointsOf);
      records.delete(id);
      return { files: files.map(({ file }) => file), isGone: true };
    },
    recordAsked: (runId, event, costs, epochs) => {
      const record = runOf(runId);
      assertAsked(record.run, record.trials.length, event, costs);
      log(record, event);
      const created = event.proposals.map(({ trial: number, candidate, seed, why }, index) => {
        const { params, macs, peakActivationBytes } = costs[index] ?? {
          params: NaN,
          macs: NaN,
          peakActivationBytes: NaN,
        };
        const id = trialIdOf(runId, number);
        const zero = { metrics: {}, epochsDone: 0, seconds: 0, attempts: 0 };
        const known = { params, macs, peakActivationBytes, epochs, createdAt: at() };
        return { id, runId, number, state: 'queued', candidate, seed, why, ...known, ...zero } satisfies Trial;
      });
      record.trials.push(...created.map((trial) => ({ trial, session: undefined, epochs: [] })));
      return created;
    },
    startTrial: (id) => {
      const record = moveTo(id, 'running', 0);
      change(record, { attempts: record.trial.attempts + 1, reason: undefined });
    },
    beginAnew: (id, reason) => {
      const record = trialOf(id);
      const { state } = record.trial;
      if (state !== 'running') throw conflict(`Trial ${id} is ${state}: it cannot begin anew.`);
      const { epoch } = record;
      record.epochs = [];
      record.epoch = undefined;
      change(record, { epochsDone: 0, reason });
      return epoch?.file;
    },
    appendEpoch: (trialId, point, checkpoint) => {
      const record = trialOf(trialId);
      const { state } = record.trial;
      if (state !== 'running') throw conflict(`Trial ${trialId} is ${state}: it has no epochs to report.`);
      assertPoint(trialId, point.epoch, record.epochs.at(-1)?.epoch);
      if (checkpoint) assertFree(checkpoint.file, record);
      record.epochs = [...record.epochs.filter(({ epoch }) => epoch < point.epoch), point];
      change(record, { epochsDone: record.epochs.length });
      if (!checkpoint) return undefined;
      const old = record.epoch?.file;
      record.epoch = { ...checkpoint, trialId, kind: 'epoch' };
      return old === checkpoint.file ? undefined : old;
    },
    finishTrial: (trialId, { metrics, seconds, checkpoint, best, predictions, score }) => {
      assertPredictions(trialId, predictions);
      assertFree(checkpoint.file, trialOf(trialId));
      if (best) assertFree(best.file, trialOf(trialId));
      const record = moveTo(trialId, 'finished', seconds);
      change(record, { metrics, finishedAt: at() });
      const old = record.epoch?.file;
      record.epoch = undefined;
      record.final = { ...checkpoint, trialId, kind: 'final' };
      record.best = best && { ...best, trialId, kind: 'best' };
      record.predictions = { ...predictions, probabilities: fromHalfFloats(toHalfFloats(predictions.probabilities)) };
      const run = runOf(record.trial.runId);
      run.score = score;
      log(run, { type: 'told', trial: record.trial.number, metrics });
      return old === checkpoint.file ? undefined : old;
    },
    dropWeights,
    failTrial: (trialId, reason, state, seconds) => {
      const record = moveTo(trialId, state, seconds);
      change(record, { reason, finishedAt: at() });
      log(runOf(record.trial.runId), { type: 'failed', trial: record.trial.number, reason });
      const old = record.epoch?.file;
      record.epoch = undefined;
      return old;
    },
    ruleOutTrial: (trialId, metrics, reason) => {
      const record = moveTo(trialId, 'stopped', 0);
      change(record, { metrics, reason, finishedAt: at() });
      log(runOf(record.trial.runId), { type: 'told', trial: record.trial.number, metrics });
    },
    recordLatency: (trialId, measurements) => {
      const record = trialOf(trialId);
      const rows = measurements.map((one) => ({ ...one, timingsMs: one.timingsMs.slice(), measuredAt: at() }));
      record.latencies = [...(record.latencies ?? []), ...rows];
    },
    interruptTrial: (trialId, seconds) => {
      moveTo(trialId, 'interrupted', seconds);
    },
    recordTest: (trialId, testAccuracy) => {
      const record = trialOf(trialId);
      assertTestable(trialId, record.trial.state, record.trial.testAccuracy !== undefined);
      change(record, { testAccuracy });
    },
    close: () => {},
  };
}
