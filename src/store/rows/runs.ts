/** Rows of runs: reading, writing and their lists. */
import { completeConfig } from '../../core/records/run.ts';
import type { PriorResult, RecordedConfig, Run, RunState } from '../../core/records/run.ts';
import { runSourcesSchema, type RunSources } from '../../core/records/sources.ts';
import type { TrialState } from '../../core/records/trial.ts';
import { sweeper, updater, type Connection } from '../database.ts';
import type { RecordRow } from './record-rows.ts';
import { tagReader } from './labels.ts';
import { readJson, writeJson } from '../numbers.ts';
import { assertAtRest, assertRunMove, missingRun, NO_TRIALS } from '../rules.ts';
import { runPages } from './run-query.ts';
import type { NewRun, RunQuery } from '../store.ts';
import type { RunScore, RunSummary } from '../../core/records/summary.ts';
import type { RunSize } from '../../core/records/run-list.ts';
import { EMPTY_SCORE, foldName } from '../summaries.ts';

interface RunRow extends RecordRow<'run'> {
  readonly id: string;
  readonly state: RunState;
}

function toRun(row: RunRow): Run {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    config: completeConfig(recordedConfig(row)),
    strategyVersion: row.strategy_version,
    reason: row.reason ?? undefined,
    sample: row.sample === 1,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
    seconds: row.seconds,
  };
}

// Written by createRun below, from a SearchConfig, or by an earlier version from its own.
const recordedConfig = (row: RunRow): RecordedConfig => readJson(row.config) as RecordedConfig;

export function runReader(db: Connection) {
  const byId = db.prepare<[string], RunRow>('SELECT * FROM run WHERE id = ?');
  const pages = runPages<RunRow>(db);
  const tags = tagReader(db);
  const counts = db.prepare<[string], { state: TrialState; trials: number }>(
    'SELECT state, trials FROM trial_count WHERE run_id = ?',
  );

  // Lengths are read from the heads of the rows; a curve's numbers take about this much each.
  const size = db.prepare<[{ readonly id: string }], Omit<RunSize, 'id'>>(`
    SELECT
      (SELECT coalesce(sum(c.bytes), 0) FROM checkpoint c JOIN trial t ON t.id = c.trial_id WHERE t.run_id = :id)
        + (SELECT coalesce(sum(bytes), 0) FROM supernet WHERE run_id = :id) AS checkpointBytes,
      (SELECT octet_length(config) + octet_length(score) + octet_length(note) FROM run WHERE id = :id)
        + (SELECT coalesce(sum(octet_length(config) + octet_length(why) + octet_length(metrics) + 200), 0)
           FROM trial WHERE run_id = :id)
        + (SELECT coalesce(sum(octet_length(json) + 60), 0) FROM event WHERE run_id = :id)
        + (SELECT coalesce(sum(t.epochs_done * 60), 0) FROM trial t WHERE t.run_id = :id)
        + (SELECT coalesce(sum(octet_length(p.probabilities)), 0) FROM prediction p JOIN trial t ON t.id = p.trial_id
           WHERE t.run_id = :id)
        + (SELECT coalesce(sum(octet_length(l.timings) + 100), 0) FROM latency l JOIN trial t ON t.id = l.trial_id
           WHERE t.run_id = :id)
        AS recordBytes
    FROM run WHERE id = :id`);

  const toSummary = (row: RunRow): RunSummary => ({
    run: toRun(row),
    tags: tags(row.id),
    hasNote: row.note !== '',
    trashedAt: row.trashed_at ?? undefined,
    frontOnly: row.front_only === 1,
    trials: counts.all(row.id).reduce((all, { state, trials }) => ({ ...all, [state]: trials }), NO_TRIALS),
    // Written by setScore below, from a RunScore; JSON drops a `bestAccuracy` that is undefined,
    // and older ones have no step.
    score: { ...EMPTY_SCORE, ...(readJson(row.score) as RunScore) },
  });

  return {
    run: (id: string): Run | undefined => {
      const row = byId.get(id);
      return row && toRun(row);
    },
    prior: (id: string): readonly PriorResult[] => {
      const row = byId.get(id);
      return (row && recordedConfig(row).prior) ?? [];
    },
    sources: (id: string): RunSources | undefined => {
      const written = byId.get(id)?.sources ?? undefined;
      // Rows of somebody's archive may hold anything that is JSON.
      return written === undefined ? undefined : runSourcesSchema.safeParse(JSON.parse(written)).data;
    },
    summary: (id: string): RunSummary | undefined => {
      const row = byId.get(id);
      return row && toSummary(row);
    },
    runs: (query: RunQuery = {}) => {
      const { rows, total } = pages(query);
      return { rows: rows.map(toSummary), total };
    },
    runSize: (id: string): Omit<RunSize, 'id'> => size.get({ id }) ?? { checkpointBytes: 0, recordBytes: 0 },
  };
}

/** Calls belong inside a transaction of the store. */
export function runWriter(db: Connection, session: string) {
  const state = db.prepare<[string], RunState>('SELECT state FROM run WHERE id = ?').pluck();
  const insert = db.prepare<unknown[]>(`
    INSERT INTO run (id, name, name_folded, state, config, strategy_version, sample, session, created_at, score,
      sources)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const remove = db.prepare<[string]>('DELETE FROM run WHERE id = ?');
  const set = (columns: string) => {
    const update = updater(db, 'run', columns);
    return (id: string, ...values: readonly (string | number | null)[]): void => {
      if (!update(id, ...values)) throw missingRun(id);
    };
  };
  const move = set('state = ?, reason = ?, session = ?, finished_at = ?');
  const rename = set('name = ?, name_folded = ?');
  const score = set('score = ?');
  const sources = set('sources = ?');
  const trash = set('trashed_at = coalesce(trashed_at, ?)');
  const frontOnly = set('front_only = 1');

  const stateOf = (id: string): RunState => {
    const found = state.get(id);
    if (found === undefined) throw missingRun(id);
    return found;
  };

  return {
    stateOf,
    create: (run: NewRun, state: 'running' | 'paused', createdAt: string) => {
      const { id, strategyVersion: version, prior = [] } = run;
      const { name } = run.config;
      const recorded: RecordedConfig = prior.length > 0 ? { ...run.config, prior } : run.config;
      const config = writeJson(recorded);
      const score = writeJson(EMPTY_SCORE);
      const sample = run.sample ? 1 : 0;
      const sources = run.sources === undefined ? null : JSON.stringify(run.sources);
      const owner = state === 'running' ? session : null;
      insert.run(id, name, foldName(name), state, config, version, sample, owner, createdAt, score, sources);
    },
    move: (id: string, to: RunState, reason: string | undefined, at: string) => {
      assertRunMove(id, stateOf(id), to);
      const ended = to === 'finished' || to === 'failed';
      move(id, to, reason ?? null, to === 'running' ? session : null, ended ? at : null);
    },
    addSeconds: set('seconds = seconds + ?'),
    setEpochs: set(`score = json_set(score, '$.epochs', ?)`),
    rename: (id: string, name: string) => rename(id, name, foldName(name)),
    keep: set('sample = 0'),
    setNote: set('note = ?'),
    setScore: (id: string, value: RunScore) => score(id, writeJson(value)),
    setSources: (id: string, value: RunSources) => sources(id, JSON.stringify(value)),
    trash: (id: string, at: string) => {
      assertAtRest(id, stateOf(id));
      trash(id, at);
    },
    restore: set('trashed_at = NULL'),
    setFrontOnly: (id: string) => {
      assertAtRest(id, stateOf(id));
      frontOnly(id);
    },
    remove: (id: string): void => {
      if (remove.run(id).changes !== 1) throw missingRun(id);
    },
    sweep: sweeper(db, 'run', session),
  };
}
