/**
 * Brings rows of a sound database into agreement with one another and with the files, by what is
 * still known. Nothing is made up: what is gone stays gone, and is said. Whoever calls has made a
 * copy first.
 */
import { join } from 'node:path';
import { renameSync } from 'node:fs';
import { askedIn, standingsOf, type Proposal, type RunEvent, type Standing } from '../../core/records/events.ts';
import { endOf, type Trial, type TrialEnd } from '../../core/records/trial.ts';
import { ASIDE } from './backup.ts';
import { updater, type Connection } from '../database.ts';
import { flushFolder, makeFolder } from '../disk.ts';
import { checkpointReader, checkpointWriter } from '../rows/checkpoints.ts';
import { epochWriter } from '../rows/epochs.ts';
import { eventReader, eventWriter } from '../rows/event-log.ts';
import { supernetWriter } from '../rows/supernets.ts';
import { inWordsOf } from '../errors.ts';
import type { StoredFiles } from '../files.ts';
import { trialIdOf } from '../ids.ts';
import { writeJson } from '../numbers.ts';
import type { CheckpointRow } from '../store.ts';
import { trialReader, writeAny } from '../rows/trials.ts';

/** What can be done about a problem that the doctor found. */
export type Mend =
  /** The row names a file that is missing or is another. */
  | {
      readonly what: 'checkpoint';
      readonly trialId: string;
      readonly kind: CheckpointRow['kind'];
      readonly file: string;
    }
  /** The same of a search. */
  | { readonly what: 'supernet'; readonly runId: string; readonly search: number; readonly file: string }
  /** A file that no row names. */
  | { readonly what: 'orphan'; readonly file: string }
  /** Trials by state. */
  | { readonly what: 'counts'; readonly runId: string }
  /** The log and the trials do not agree. */
  | { readonly what: 'log'; readonly runId: string }
  /** Points of the curve and the number of them. */
  | { readonly what: 'curve'; readonly trialId: string };

const DUE = {
  finished: ['told'],
  ruledOut: ['told'],
  failed: ['failed'],
  stopped: ['failed'],
  rested: ['failed'],
} as const satisfies Record<TrialEnd, readonly ('told' | 'failed')[]>;

/** What the log has to say of a trial besides that it was asked for. */
export function dueOutcome(trial: Pick<Trial, 'state' | 'metrics'>): readonly ('told' | 'failed')[] {
  const end = endOf(trial);
  return end === undefined ? [] : DUE[end];
}

/** What was done, a sentence each. Files that no row names any more are the caller's to put aside.
 * Inside a transaction. */
export function mendRows(db: Connection, mends: readonly Mend[], at: string): readonly string[] {
  const unique = new Map(mends.map((mend) => [JSON.stringify(mend), mend]));
  const inOrder = ORDER.flatMap((what) => [...unique.values()].filter((mend) => mend.what === what));
  return inOrder.flatMap((mend) => {
    switch (mend.what) {
      case 'log':
        return mendLog(db, mend.runId, at);
      case 'checkpoint':
        return dropCheckpoint(db, mend.trialId, mend.kind);
      case 'supernet':
        return dropSupernet(db, mend.runId, mend.search);
      case 'curve':
        return mendCurve(db, mend.trialId);
      case 'counts':
        return recount(db, mend.runId);
      case 'orphan':
        return [`The file "${mend.file}", which belongs to no trial, was put aside.`];
    }
  });
}

/** Trials leave with the log's repair, so that their checkpoints and curves need none. */
const ORDER = ['log', 'checkpoint', 'supernet', 'curve', 'counts', 'orphan'] as const satisfies readonly Mend['what'][];

/** Moves checkpoint files into a folder of `backups`, where a copy that names them finds them
 * again. */
export function putAside({ folders, pathOf }: StoredFiles, names: readonly string[], stamp: string): void {
  if (names.length === 0) return;
  const aside = join(folders.backups, `${ASIDE}${stamp}`);
  inWordsOf(aside, () => makeFolder(aside));
  for (const name of names) {
    const target = join(aside, name);
    inWordsOf(target, () => renameSync(pathOf(name), target));
  }
  // In their old place the next sweep would take them.
  inWordsOf(aside, () => flushFolder(aside));
}

/**
 * Rows of trials come first: the log then asks for each of them in order, and tells the outcome
 * that its row has, once. A proposal whose row is lost comes back as a failed trial; from the first
 * number on of which neither is left, the run is cut, and a resume proposes others.
 */
function mendLog(db: Connection, runId: string, at: string): readonly string[] {
  const events = eventReader(db)
    .events(runId)
    .map(({ event }) => event);
  const proposals = new Map(events.flatMap(askedIn).map((one) => [one.trial, one]));
  const there = new Map(
    trialReader(db)
      .trials(runId)
      .map((trial) => [trial.number, trial]),
  );
  let kept = 0;
  let remade = 0;
  for (; there.has(kept) || proposals.has(kept); kept += 1) {
    const proposal = proposals.get(kept);
    if (there.has(kept) || proposal === undefined) continue;
    remakeTrial(db, runId, proposal, at);
    remade += 1;
  }
  const { changes: cut } = db.prepare('DELETE FROM trial WHERE run_id = ? AND number >= ?').run(runId, kept);
  const log = agreeing(events, trialReader(db).trials(runId));
  rewriteLog(db, runId, log, at);
  mendStandings(db, runId, log);
  mendStarts(db, runId, log);
  const lost = [
    remade > 0 ? ` The records of ${students(remade)} are lost; as failed they keep their number.` : '',
    cut > 0 ? ` After a gap in the records ${students(cut)} are gone.` : '',
  ].join('');
  if (lost !== '') {
    updater(db, 'run', 'reason = ?')(runId, `Repaired.${lost}`);
  }
  return [`The log of run ${runId} was brought into agreement with its ${students(kept)}.${lost}`];
}

const students = (count: number): string => (count === 1 ? '1 student' : `${count} students`);

function remakeTrial(db: Connection, runId: string, { trial, candidate, seed, why, from }: Proposal, at: string): void {
  const [family, config] = [candidate.family, writeJson(candidate.config)];
  db.prepare<unknown[]>(
    `INSERT INTO trial (id, run_id, number, state, family, config, seed, why, params, macs, peak_activation_bytes,
       epochs, reason, created_at, finished_at, warm_start)
     VALUES (?, ?, ?, 'failed', ?, ?, ?, ?, 0, 0, 0, 0, 'The records of this student were lost.', ?, ?, ?)`,
  ).run(trialIdOf(runId, trial), runId, trial, family, config, seed, writeJson(why), at, at, writeAny(from));
}

/** `events` as far as they speak of `trials`, which are in order and without a gap, and what they
 * leave out. */
function agreeing(events: readonly RunEvent[], trials: readonly Trial[]): readonly RunEvent[] {
  const log: RunEvent[] = [];
  const told = new Set<number>();
  let asked = 0;
  let searches = 0;
  let open: number | undefined;
  const askUpTo = (end: number): void => {
    for (; asked < Math.min(end, trials.length); asked += 1) {
      const trial = trials[asked];
      if (trial === undefined) continue;
      const { number, candidate, seed, why, leg, from } = trial;
      const proposal = { trial: number, candidate, seed, why, ...(leg && { leg }), ...(from && { from }) };
      log.push({ type: 'asked', proposals: [proposal], position: number + 1 });
    }
  };
  const keep = (event: RunEvent): void => {
    switch (event.type) {
      case 'asked': {
        if (event.proposals.length > 0) askUpTo(Math.min(...event.proposals.map(({ trial }) => trial)));
        const proposals = event.proposals.filter(({ trial }) => trial >= asked && trial < trials.length);
        const continues = event.continues?.filter(({ trial }) => trial < asked && !told.has(trial));
        const { search, ...others } = event;
        const isNext = search !== undefined && search.search === searches && open === undefined;
        if (isNext) {
          open = search.search;
          searches += 1;
        }
        if (proposals.length > 0 || event.proposals.length === 0 || (continues ?? []).length > 0 || isNext) {
          log.push({ ...others, proposals, ...(continues && { continues }), ...(isNext && { search }) });
        }
        asked += proposals.length;
        return;
      }
      case 'mixed':
        if (event.search === open) log.push(event);
        return;
      case 'searched':
        if (event.search !== open) return;
        open = undefined;
        log.push(event);
        return;
      case 'rested':
        if (event.trial < asked && !told.has(event.trial)) log.push(event);
        return;
      case 'told':
      case 'failed': {
        const trial = trials[event.trial];
        if (trial === undefined || told.has(event.trial) || dueOutcome(trial)[0] !== event.type) return;
        askUpTo(event.trial + 1);
        told.add(event.trial);
        log.push(event);
        return;
      }
      default:
        return event satisfies never;
    }
  };
  events.forEach(keep);
  askUpTo(trials.length);
  const untold = trials.filter(({ number }) => !told.has(number));
  return [...log, ...untold.flatMap((trial) => dueOutcome(trial).map((due) => outcomeOf(due, trial)))];
}

/** Open trials rest where the log says so, and nowhere else; each is on the leg that it was asked
 * for last. */
function mendStandings(db: Connection, runId: string, log: readonly RunEvent[]): void {
  const standings = standingsOf(log);
  const mend = updater(db, 'trial', 'state = ?, leg = ?');
  for (const trial of trialReader(db).trials(runId)) {
    const standing = standings.get(trial.number);
    if (standing === undefined || agrees(trial, standing)) continue;
    const state = standing.state === 'resting' ? 'resting' : trial.state === 'resting' ? 'queued' : trial.state;
    mend(trial.id, state, writeAny(standing.leg));
  }
}

/** Rows begin with the weights that the log says. */
function mendStarts(db: Connection, runId: string, log: readonly RunEvent[]): void {
  const mend = updater(db, 'trial', 'warm_start = ?');
  for (const { trial, from } of log.flatMap(askedIn)) mend(trialIdOf(runId, trial), writeAny(from));
}

/** Whether a trial that has not ended stands where its run's log says. */
export function agrees(trial: Pick<Trial, 'state' | 'metrics' | 'leg'>, standing: Standing): boolean {
  const { state, leg } = trial;
  if (standing.state === 'ended' || endOf(trial) !== undefined) return true; // outcomes are looked at by themselves
  const isSameLeg = leg?.until === standing.leg?.until && leg?.schedule === standing.leg?.schedule;
  return isSameLeg && (state === 'resting') === (standing.state === 'resting');
}

function outcomeOf(due: 'told' | 'failed', { number, metrics, reason }: Trial): RunEvent {
  if (due === 'told') return { type: 'told', trial: number, metrics };
  return { type: 'failed', trial: number, reason: reason ?? '' };
}

/** Events keep the times at which they were written, as far as they are the same. */
function rewriteLog(db: Connection, runId: string, log: readonly RunEvent[], at: string): void {
  const times = new Map(
    db
      .prepare<[string], { json: string; at: string }>('SELECT json, created_at AS at FROM event WHERE run_id = ?')
      .all(runId)
      .map((row) => [row.json, row.at]),
  );
  db.prepare<[string]>('DELETE FROM event WHERE run_id = ?').run(runId);
  const { append } = eventWriter(db);
  for (const event of log) append(runId, event, times.get(writeJson(event)) ?? at);
}

/** An open trial that has lost what it could go on from begins anew; a finished one keeps its
 * result. */
function dropCheckpoint(db: Connection, trialId: string, kind: CheckpointRow['kind']): readonly string[] {
  if (checkpointWriter(db).remove(trialId, kind) === undefined) return [];
  if (kind !== 'epoch') return [`Trial ${trialId} has lost its weights (${kind}); its result stays.`];
  epochWriter(db).forget(trialId);
  return [`Trial ${trialId} has lost what it could go on from, and begins anew.`];
}

function dropSupernet(db: Connection, runId: string, search: number): readonly string[] {
  if (supernetWriter(db).remove(runId, search) === undefined) return [];
  return [`Search ${search} of run ${runId} has lost its weights; what the log tells of it stays.`];
}

/** A trial that has ended counts the points that it has; one that goes on does so where points and
 * checkpoint agree. */
function mendCurve(db: Connection, trialId: string): readonly string[] {
  const trial = trialReader(db).trial(trialId);
  if (trial === undefined) return [];
  const points = db
    .prepare<[string], number>('SELECT epoch FROM epoch WHERE trial_id = ? ORDER BY epoch')
    .pluck()
    .all(trialId);
  const isOpen = endOf(trial) === undefined;
  const from = checkpointReader(db).checkpoint(trialId, 'epoch')?.epoch;
  const isWhole = points.every((epoch, index) => epoch === index + 1);
  if (isOpen && !(isWhole && from === points.length)) {
    checkpointWriter(db).remove(trialId, 'epoch');
    epochWriter(db).forget(trialId);
    return [`Trial ${trialId} has lost points of its curve, and begins anew.`];
  }
  updater(db, 'trial', 'epochs_done = ?')(trialId, points.length);
  return [`Trial ${trialId} now counts the ${points.length} points that its curve has.`];
}

function recount(db: Connection, runId: string): readonly string[] {
  db.prepare<[string]>('DELETE FROM trial_count WHERE run_id = ?').run(runId);
  db.prepare<[string]>(
    `INSERT INTO trial_count (run_id, state, trials)
     SELECT run_id, state, count(*) FROM trial WHERE run_id = ? GROUP BY state`,
  ).run(runId);
  return [`The students of run ${runId} were counted again.`];
}
