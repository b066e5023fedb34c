/** Rows of trials: reading them, and the moves of their state. */
import type { Metrics } from '../../core/objective.ts';
import type { Continuation, Proposal } from '../../core/records/events.ts';
import type { Leg, WarmStart, Why } from '../../core/records/proposal.ts';
import type { Configuration } from '../../core/space/space.ts';
import type { Trial, TrialState } from '../../core/records/trial.ts';
import type { Connection } from '../database.ts';
import { trialIdOf } from '../ids.ts';
import { readJson, readNumber, writeJson, writeNumber, type WrittenNumber } from '../numbers.ts';
import { assertTestable, assertTrialMove, conflict, missingTrial } from '../rules.ts';
import type { FinishedTrials, NewTrialCosts, Slice, TrialEvidence, TrialQuery } from '../store.ts';

interface TrialRow {
  readonly id: string;
  readonly run_id: string;
  readonly number: number;
  readonly state: TrialState;
  readonly family: string;
  readonly config: string;
  readonly seed: number;
  readonly why: string;
  readonly leg: string | null;
  readonly warm_start: string | null;
  readonly params: number;
  readonly macs: number;
  readonly peak_activation_bytes: number;
  readonly metrics: string;
  readonly test_accuracy: WrittenNumber | null;
  readonly epochs_done: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly attempts: number;
  readonly reason: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

interface ChosenTrials {
  readonly runId: string;
  readonly offset: number;
  readonly limit: number;
  /** A JSON list. */
  readonly states: string | null;
  readonly family: string | null;
}

const writeLeg = (leg: Leg | undefined): string | null => (leg === undefined ? null : writeJson(leg));

/** As the function before has written it. */
const readLeg = (leg: string | null | undefined): Leg | undefined => (leg == null ? undefined : (readJson(leg) as Leg));

/** Absent in a database of an earlier schema, which is read as it is. */
const legField = (leg: string | null | undefined): Pick<Trial, 'leg'> => {
  const known = readLeg(leg);
  return known === undefined ? {} : { leg: known };
};

/** Absent in a database of an earlier schema, too; written below from a value of this type. */
const fromField = (from: string | null | undefined): Pick<Trial, 'from'> =>
  from == null ? {} : { from: readJson(from) as WarmStart };

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
    ...legField(row.leg),
    ...fromField(row.warm_start),
    params: row.params,
    macs: row.macs,
    peakActivationBytes: row.peak_activation_bytes,
    metrics: readJson(row.metrics) as Metrics,
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
  const byId = db.prepare<[string], TrialRow>('SELECT * FROM trial WHERE id = ?');
  // A run's numbers have no gaps: from which on is where, and nothing is read to be skipped.
  const ofRun = db.prepare<[string, number, number], TrialRow>(
    'SELECT * FROM trial WHERE run_id = ? AND number >= ? ORDER BY number LIMIT ?',
  );
  const chosen = db.prepare<[ChosenTrials], TrialRow>(
    `SELECT * FROM trial WHERE run_id = :runId AND number >= :offset
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
  const start = db.prepare<[string, string]>(
    `UPDATE trial SET state = 'running', attempts = attempts + 1, reason = NULL, session = ? WHERE id = ?`,
  );
  const explain = db.prepare<[string, string]>('UPDATE trial SET reason = ? WHERE id = ?');
  const interrupt = db.prepare<[number, string]>(
    `UPDATE trial SET state = 'interrupted', session = NULL, seconds = seconds + ? WHERE id = ?`,
  );
  const rest = db.prepare<[number, string]>(
    `UPDATE trial SET state = 'resting', session = NULL, seconds = seconds + ? WHERE id = ?`,
  );
  const goOn = db.prepare<[string | null, string]>(`UPDATE trial SET state = 'queued', leg = ? WHERE id = ?`);
  const end = db.prepare<[EndState, string, string | null, number, string, string]>(`
    UPDATE trial SET state = ?, metrics = ?, reason = coalesce(?, reason), session = NULL, seconds = seconds + ?,
      finished_at = ? WHERE id = ?`);
  const test = db.prepare<[WrittenNumber, string]>('UPDATE trial SET test_accuracy = ? WHERE id = ?');
  const sweep = db.prepare<[string, string], { id: string }>(`
    UPDATE trial SET state = 'interrupted', session = NULL, reason = ?
    WHERE state = 'running' AND session IS NOT ? RETURNING id`);

  const legOf = db.prepare<[string], string | null>('SELECT leg FROM trial WHERE id = ?').pluck();

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
      const { family, config } = proposal.candidate;
      const { params, macs, peakActivationBytes } = costs;
      const why = writeJson(proposal.why);
      const { trial, seed, from } = proposal;
      insert.run(
        ...[id, runId, trial, family, writeJson(config), seed, why, writeLeg(proposal.leg)],
        from === undefined ? null : writeJson(from),
        ...[params, macs, peakActivationBytes, epochs, createdAt],
      );
      return id;
    },
    start: (id: string) => {
      moveTo(id, 'running');
      start.run(session, id);
    },
    giveReason: (id: string, reason: string) => void explain.run(reason, id),
    interrupt: (id: string, seconds: number) => {
      moveTo(id, 'interrupted');
      interrupt.run(seconds, id);
    },
    rest: (id: string, seconds: number): TrialPlace & Pick<Trial, 'leg'> => {
      const found = moveTo(id, 'resting');
      const leg = readLeg(legOf.get(id));
      if (leg === undefined) throw conflict(`Trial ${id} is trained to its end: it does not rest.`);
      rest.run(seconds, id);
      return { ...found, leg };
    },
    /** Where it had a schedule of its own, all of it starts afresh: its curve is the caller's to
     * forget. */
    goOn: (runId: string, { trial, leg }: Continuation): { readonly id: string; readonly isAfresh: boolean } => {
      const id = trialIdOf(runId, trial);
      moveTo(id, 'queued');
      const isAfresh = readLeg(legOf.get(id))?.schedule === 'own';
      goOn.run(writeLeg(leg), id);
      return { id, isAfresh };
    },
    end: (
      id: string,
      to: EndState,
      outcome: { readonly metrics: Metrics; readonly reason?: string; readonly seconds: number; readonly at: string },
    ): TrialPlace => {
      const found = moveTo(id, to);
      end.run(to, writeJson(outcome.metrics), outcome.reason ?? null, outcome.seconds, outcome.at, id);
      return found;
    },
    recordTest: (id: string, accuracy: number) => {
      const { state, tested } = placeOf(id);
      assertTestable(id, state, tested === 1);
      test.run(writeNumber(accuracy), id);
    },
    sweep: (reason: string): readonly string[] => sweep.all(reason, session).map((row) => row.id),
  };
}
