/** Rows of runs: reading, writing and their lists. */
import { completeConfig } from '../core/run.ts';
import type { RecordedConfig, Run, RunState, SearchConfig } from '../core/run.ts';
import type { PriorResult } from '../core/strategies/strategy.ts';
import type { TrialState } from '../core/trial.ts';
import type { Connection } from './database.ts';
import { readJson, writeJson } from './numbers.ts';
import { assertRunMove, missingRun, NO_TRIALS } from './rules.ts';
import type { RunQuery, RunScore, RunSummary } from './store.ts';
import { EMPTY_SCORE, foldName } from './summaries.ts';

interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly config: string;
  readonly strategy_version: number;
  readonly reason: string | null;
  readonly sample: 0 | 1;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly seconds: number;
  readonly score: string;
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

export type RunReader = ReturnType<typeof runReader>;

export function runReader(db: Connection) {
  const byId = db.prepare<[string], RunRow>('SELECT * FROM run WHERE id = ?');
  // An empty search is found in every name.
  const page = db.prepare<[string, number, number], RunRow>(
    'SELECT * FROM run WHERE instr(name_folded, ?) > 0 ORDER BY number DESC LIMIT ? OFFSET ?',
  );
  const size = db.prepare<[string], number>('SELECT count(*) FROM run WHERE instr(name_folded, ?) > 0').pluck();
  const counts = db.prepare<[string], { state: TrialState; trials: number }>(
    'SELECT state, trials FROM trial_count WHERE run_id = ?',
  );

  const toSummary = (row: RunRow): RunSummary => ({
    run: toRun(row),
    trials: counts.all(row.id).reduce((all, { state, trials }) => ({ ...all, [state]: trials }), NO_TRIALS),
    // Written by setScore below, from a RunScore; JSON drops a `bestAccuracy` that is undefined, and older ones have no step.
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
    summary: (id: string): RunSummary | undefined => {
      const row = byId.get(id);
      return row && toSummary(row);
    },
    runs: ({ search = '', offset = 0, limit = -1 }: RunQuery = {}) => {
      const folded = foldName(search);
      return { rows: page.all(folded, limit, offset).map(toSummary), total: size.get(folded) ?? 0 };
    },
  };
}

export interface NewRun {
  readonly id: string;
  readonly config: SearchConfig;
  readonly strategyVersion: number;
  readonly sample: boolean;
  readonly prior?: readonly PriorResult[];
}

/** Calls belong inside a transaction of the store. */
export function runWriter(db: Connection, session: string) {
  const state = db.prepare<[string], RunState>('SELECT state FROM run WHERE id = ?').pluck();
  const insert = db.prepare<[string, string, string, string, number, 0 | 1, string, string, string]>(`
    INSERT INTO run (id, name, name_folded, state, config, strategy_version, sample, session, created_at, score)
    VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)`);
  const move = db.prepare<[RunState, string | null, string | null, string | null, string]>(
    'UPDATE run SET state = ?, reason = ?, session = ?, finished_at = ? WHERE id = ?',
  );
  const addSeconds = db.prepare<[number, string]>('UPDATE run SET seconds = seconds + ? WHERE id = ?');
  const rename = db.prepare<[string, string, string]>('UPDATE run SET name = ?, name_folded = ? WHERE id = ?');
  const keep = db.prepare<[string]>('UPDATE run SET sample = 0 WHERE id = ?');
  const score = db.prepare<[string, string]>('UPDATE run SET score = ? WHERE id = ?');
  const remove = db.prepare<[string]>('DELETE FROM run WHERE id = ?');
  const sweep = db.prepare<[string, string], { id: string }>(`
    UPDATE run SET state = 'interrupted', session = NULL, reason = ?
    WHERE state = 'running' AND session IS NOT ? RETURNING id`);

  const stateOf = (id: string): RunState => {
    const found = state.get(id);
    if (found === undefined) throw missingRun(id);
    return found;
  };
  const one = (id: string, changes: number) => {
    if (changes !== 1) throw missingRun(id);
  };

  return {
    stateOf,
    create: (run: NewRun, createdAt: string) => {
      const { name } = run.config;
      const { prior = [] } = run;
      const recorded: RecordedConfig = prior.length > 0 ? { ...run.config, prior } : run.config;
      const config = writeJson(recorded);
      const score = writeJson(EMPTY_SCORE);
      const sample = run.sample ? 1 : 0;
      insert.run(run.id, name, foldName(name), config, run.strategyVersion, sample, session, createdAt, score);
    },
    move: (id: string, to: RunState, reason: string | undefined, at: string) => {
      assertRunMove(id, stateOf(id), to);
      const ended = to === 'finished' || to === 'failed';
      move.run(to, reason ?? null, to === 'running' ? session : null, ended ? at : null, id);
    },
    addSeconds: (id: string, seconds: number) => one(id, addSeconds.run(seconds, id).changes),
    rename: (id: string, name: string) => one(id, rename.run(name, foldName(name), id).changes),
    keep: (id: string) => one(id, keep.run(id).changes),
    setScore: (id: string, value: RunScore) => one(id, score.run(writeJson(value), id).changes),
    remove: (id: string) => one(id, remove.run(id).changes),
    sweep: (reason: string): readonly string[] => sweep.all(reason, session).map((row) => row.id),
  };
}
