/** Rows of trials: reading them, and the moves of their state. */
import type { Metrics } from '../../core/objective.ts';
import type { Continuation, Proposal } from '../../core/records/events.ts';
import type { Leg, WarmStart, Why } from '../../core/records/proposal.ts';
import type { Configuration } from '../../core/space/space.ts';
import type { Trial, TrialState } from '../../core/records/trial.ts';
import { sweeper, updater, type Connection } from '../database.ts';
import { trialIdOf } from '../ids.ts';
import { readJson, readNumber, writeJson, writeNumber, type WrittenNumber } from '../numbers.ts';
import { assertTestable, assertTrialMove, conflict, missingTrial } from '../rules.ts';
import type { RecordRow } from './record-rows.ts';
import type { FinishedTrials, NewTrialCosts, Slice, TrialEvidence, TrialQuery } from '../store.ts';

interface TrialRow extends RecordRow<'trial'> {
  readonly id: string;
  readonly run_id: string;
  readonly state: TrialState;
  /** Of its curve, where it rests or rested to the end. */
  readonly reached: WrittenNumber | null;
}

/** A leg is kept with what ended on it. */
const TRIAL = `trial.*, CASE WHEN leg IS NOT NULL AND state IN ('resting', 'stopped') THEN
  (SELECT validation_accuracy FROM epoch WHERE trial_id = trial.id AND epoch = trial.epochs_done) END AS reached`;

interface ChosenTrials {
  readonly runId: string;
  readonly offset: number;
  readonly limit: number;
  /** A JSON list. */
  readonly states: string | null;
  readonly family: string | null;
}

/** For a column that may have none. */
export const writeAny = (value: unknown): string | null => (value === undefined ? null : writeJson(value));

const readLeg = (leg: string | null): Leg | undefined => (leg === null ? undefined : (readJson(leg) as Leg));

/** What the test was measured by stands under a name of its own in the column. Somebody else's may
 * hold anything: it is looked at as it is. */
function readMetrics(text: string): Pick<Trial, 'metrics' | 'testMeasures'> {
  const read = readJson(text) as (Metrics & { readonly test?: Metrics }) | undefined;
  if (read?.test === undefined) return { metrics: read as Metrics };
  const { test, ...metrics } = read;
  return { metrics, testMeasures: test };
}

/** The JSON columns are written below from values of these types. */
function toTrial(row: TrialRow): Trial {
  return {
    id: row.id,
    runId: row.run_id,
    number: row.number,
    state: row.state,
    candidate: { family: row.family, config: readJson(row.config) as Configuration },
    seed: row.seed,
    why: readJson(row.why) as Why,
    ...(row.leg !== null && { leg: readLeg(row.leg) }),
    ...(row.warm_start !== null && { from: readJson(row.warm_start) as WarmStart }),
    params: row.params,
    macs: row.macs,
    peakActivationBytes: row.peak_activation_bytes,
    ...readMetrics(row.metrics),
    ...(row.reached !== null && { reached: readNumber(row.reached) }),
    testAccuracy: row.test_accuracy === null ? undefined : readNumber(row.test_accuracy),
    epochsDone: row.epochs_done,
    epochs: row.epochs,
    seconds: row.seconds,
    attempts: row.attempts,
    reason: row.reason ?? undefined,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function trialReader(db: Connection) {
  const byId = db.prepare<[string], TrialRow>(`SELECT ${TRIAL} FROM trial WHERE id = ?`);
  // A run's numbers have no gaps: from which on is where, and nothing is read to be skipped.
  const ofRun = db.prepare<[string, number, number], TrialRow>(
    `SELECT ${TRIAL} FROM trial WHERE run_id = ? AND number >= ? ORDER BY number LIMIT ?`,
  );
  const chosen = db.prepare<[ChosenTrials], TrialRow>(
    `SELECT ${TRIAL} FROM trial WHERE run_id = :runId AND number >= :offset
       AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
       AND (:family IS NULL OR family = :family)
     ORDER BY number LIMIT :limit`,
  );
  const finished = db
    .prepare<[string, number, number], readonly [string, string, WrittenNumber | null, number, number]>(
      `SELECT id, family, metrics ->> '$.accuracy', params, macs FROM trial
       WHERE run_id = ? AND number >= ? AND number < ? AND state = 'finished' ORDER BY number`,
    )
    .raw();
  const evidence = db.prepare<[string], { trialId: string; epochs: number; hasPredictions: 0 | 1 }>(
    `SELECT id AS trialId, (SELECT count(*) FROM epoch WHERE trial_id = trial.id) AS epochs,
       EXISTS (SELECT 1 FROM prediction WHERE trial_id = trial.id) AS hasPredictions
     FROM trial WHERE run_id = ? ORDER BY number`,
  );
  return {
    trial: (id: string): Trial | undefined => {
      const row = byId.get(id);
      return row && toTrial(row);
    },
    trials: (runId: string, query: TrialQuery = {}): readonly Trial[] => {
      const { offset = 0, limit = -1, states, family } = query;
      if (states === undefined && family === undefined) return ofRun.all(runId, offset, limit).map(toTrial);
      const filter = { states: states === undefined ? null : JSON.stringify(states), family: family ?? null };
      return chosen.all({ runId, offset, limit, ...filter }).map(toTrial);
    },
    evidence: (runId: string): readonly TrialEvidence[] =>
      evidence.all(runId).map((row) => ({ ...row, hasPredictions: row.hasPredictions === 1 })),
    finishedTrials: (runId: string, { offset = 0, limit = Infinity }: Slice = {}): FinishedTrials => {
      const rows = finished.all(runId, offset, offset + limit);
      return {
        ids: rows.map(([id]) => id),
        families: rows.map(([, family]) => family),
        accuracies: Float64Array.from(rows, ([, , accuracy]) => (accuracy === null ? NaN : readNumber(accuracy))),
        params: Float64Array.from(rows, ([, , , params]) => params),
        macs: Float64Array.from(rows, ([, , , , macs]) => macs),
      };
    },
  };
}

/** What a write needs to know of the trial that it changes. */
export interface TrialPlace {
  readonly runId: string;
  readonly number: number;
  readonly state: TrialState;
  readonly tested: 0 | 1;
}

type EndState = Extract<TrialState, 'finished' | 'failed' | 'stopped'>;

/** Calls belong inside a transaction of the store. */
export function trialWriter(db: Connection, session: string) {
  const place = db.prepare<[string], TrialPlace>(
    'SELECT run_id AS runId, number, state, test_accuracy IS NOT NULL AS tested FROM trial WHERE id = ?',
  );
  const next = db.prepare<[string], number>('SELECT coalesce(max(number) + 1, 0) FROM trial WHERE run_id = ?').pluck();
  const insert = db.prepare<unknown[]>(`
    INSERT INTO trial (id, run_id, number, state, family, config, seed, why, leg, warm_start, params, macs,
      peak_activation_bytes, epochs, created_at)
    VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const set = (columns: string) => updater(db, 'trial', columns);
  const start = set(`state = 'running', attempts = attempts + 1, reason = NULL, session = ?`);
  const explain = set('reason = ?');
  const interrupt = set(`state = 'interrupted', session = NULL, seconds = seconds + ?`);
  const rest = set(`state = 'resting', session = NULL, seconds = seconds + ?`);
  const goOn = set(`state = 'queued', leg = ?`);
  const end = set(
    'state = ?, metrics = ?, reason = coalesce(?, reason), session = NULL, seconds = seconds + ?, finished_at = ?',
  );
  const test = set('test_accuracy = ?');
  // Under a name of its own among the metrics: those of the search never see the test.
  const measured = set(`metrics = json_set(metrics, '$.test', json(?))`);
  const legs = db.prepare<[string], string | null>('SELECT leg FROM trial WHERE id = ?').pluck();
  const legOf = (id: string): Leg | undefined => readLeg(legs.get(id) ?? null);
  const placeOf = (id: string): TrialPlace => {
    const found = place.get(id);
    if (!found) throw missingTrial(id);
    return found;
  };
  const moveTo = (id: string, to: TrialState): TrialPlace => {
    const found = placeOf(id);
    assertTrialMove(id, found.state, to);
    return found;
  };

  return {
    placeOf,
    nextNumber: (runId: string): number => next.get(runId) ?? 0,
    create: (runId: string, proposal: Proposal, costs: NewTrialCosts, epochs: number, createdAt: string): string => {
      const id = trialIdOf(runId, proposal.trial);
      const { trial, candidate, seed, why, leg, from } = proposal;
      const { params, macs, peakActivationBytes } = costs;
      insert.run(
        ...[id, runId, trial, candidate.family, writeJson(candidate.config), seed, writeJson(why)],
        ...[writeAny(leg), writeAny(from), params, macs, peakActivationBytes, epochs, createdAt],
      );
      return id;
    },
    start: (id: string) => {
      moveTo(id, 'running');
      start(id, session);
    },
    giveReason: explain,
    interrupt: (id: string, seconds: number) => {
      moveTo(id, 'interrupted');
      interrupt(id, seconds);
    },
    rest: (id: string, seconds: number): TrialPlace & { readonly leg: Leg } => {
      const found = moveTo(id, 'resting');
      const leg = legOf(id);
      if (leg === undefined) throw conflict(`Trial ${id} is trained to its end: it does not rest.`);
      rest(id, seconds);
      return { ...found, leg };
    },
    /** Where it had a schedule of its own, all of it starts afresh: its curve is the caller's to
     * forget. */
    goOn: (runId: string, { trial, leg }: Continuation): { readonly id: string; readonly isAfresh: boolean } => {
      const id = trialIdOf(runId, trial);
      moveTo(id, 'queued');
      const isAfresh = legOf(id)?.schedule === 'own';
      goOn(id, writeAny(leg));
      return { id, isAfresh };
    },
    end: (
      id: string,
      to: EndState,
      outcome: { readonly metrics: Metrics; readonly reason?: string; readonly seconds: number; readonly at: string },
    ): TrialPlace => {
      const found = moveTo(id, to);
      end(id, to, writeJson(outcome.metrics), outcome.reason ?? null, outcome.seconds, outcome.at);
      return found;
    },
    recordTest: (id: string, accuracy: number, measures: Metrics = {}) => {
      const { state, tested } = placeOf(id);
      assertTestable(id, state, tested === 1);
      test(id, writeNumber(accuracy));
      if (Object.keys(measures).length > 0) measured(id, writeJson(measures));
    },
    sweep: sweeper(db, 'trial', session),
  };
}
