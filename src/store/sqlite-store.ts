/**
 * The store over SQLite: what each write consists of, in which transaction and how durable. SQL
 * stands in the files of the rows.
 */
import type { AskedEvent } from '../core/strategies/strategy.ts';
import type { Trial, TrialState } from '../core/records/trial.ts';
import { checkpointReader, checkpointWriter } from './rows/checkpoints.ts';
import { pragma, transact, type Connection } from './database.ts';
import { epochReader, epochWriter } from './rows/epochs.ts';
import { allInWordsOf } from './errors.ts';
import { eventReader, eventWriter } from './rows/event-log.ts';
import { assertRunId } from './ids.ts';
import { labelWriter, noteReader } from './rows/labels.ts';
import { latencyReader, latencyWriter } from './rows/latencies.ts';
import { leavingWriter } from './passage/leaving.ts';
import { passageReader } from './passage/passage.ts';
import { predictionReader, predictionWriter } from './rows/predictions.ts';
import { supernetReader, supernetWriter } from './rows/supernets.ts';
import { assertAsked, assertEnded, assertParents, assertSearch, conflict } from './rules.ts';
import { facetReader, noteSearcher } from './rows/run-query.ts';
import { runReader, runWriter } from './rows/runs.ts';
import type { ReadableStore, WritableStore } from './store.ts';
import { CUT_OFF } from './summaries.ts';
import { trialReader, trialWriter } from './rows/trials.ts';
import { viewReader, viewWriter } from './rows/views.ts';

export function createReadableStore(db: Connection): ReadableStore {
  const { checkpoints, ...checkpoint } = checkpointReader(db);
  const { supernets } = supernetReader(db);
  return allInWordsOf(db.name, {
    ...runReader(db),
    ...facetReader(db),
    ...noteSearcher(db),
    ...noteReader(db),
    ...viewReader(db),
    ...trialReader(db),
    ...epochReader(db),
    ...eventReader(db),
    ...checkpoint,
    checkpoints,
    supernets,
    storedFiles: () => [...checkpoints(), ...supernets()],
    ...predictionReader(db),
    ...latencyReader(db),
    passage: passageReader(db).passage,
    space: () => {
      const freePages = Number(pragma(db, 'freelist_count'));
      const pageBytes = Number(pragma(db, 'page_size'));
      return { bytes: pageBytes * Number(pragma(db, 'page_count')), freePages, freeBytes: pageBytes * freePages };
    },
    check: () => [...integrityProblems(db), ...foreignKeyProblems(db)],
  });
}

function integrityProblems(db: Connection): readonly string[] {
  const lines = db.prepare<[], string>('PRAGMA integrity_check').pluck().all();
  return lines.filter((line) => line !== 'ok');
}

function foreignKeyProblems(db: Connection): readonly string[] {
  const rows = db.prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check').all();
  return rows.map(({ table, parent }) => `A row of ${table} names a ${parent} that does not exist.`);
}

/** Quicker than `check`: for the start after a session that ended without saying so. */
export function quickCheck(db: Connection): string | undefined {
  const answer = String(pragma(db, 'quick_check(1)'));
  return answer === 'ok' ? undefined : answer;
}

const OPEN_STATES: readonly TrialState[] = ['queued', 'running', 'interrupted'];

export interface SqliteStoreOptions {
  readonly fence: string;
  readonly now: () => Date;
}

/** `db` is migrated and its workspace locked. */
export function createSqliteStore(db: Connection, { fence, now }: SqliteStoreOptions): WritableStore {
  const reader = createReadableStore(db);
  const runs = runWriter(db, fence);
  const trials = trialWriter(db, fence);
  const log = eventWriter(db);
  const curves = epochWriter(db);
  const checkpoints = checkpointWriter(db);
  const supernets = supernetWriter(db);
  const predictions = predictionWriter(db);
  const latency = latencyWriter(db);
  const labels = labelWriter(db);
  const views = viewWriter(db);
  const leaving = leavingWriter(db);
  const { assertHere } = passageReader(db);
  const at = () => now().toISOString();

  const written = (id: string): Trial => {
    const trial = reader.trial(id);
    if (!trial) throw conflict(`Trial ${id} was written and is not there.`);
    return trial;
  };

  const left = (id: string, file: string | undefined) => ({
    trial: written(id),
    files: file === undefined ? [] : [file],
  });

  const assertNewTasks = (runId: string, event: AskedEvent): void => {
    if (event.search) assertSearch(runId, reader.searches(runId), event);
    const isAboutWeights = event.proposals.some(({ from }) => from) || (event.continues ?? []).length > 0;
    if (!isAboutWeights) return;
    const trialOf = (number: number): Trial | undefined => reader.trials(runId, { offset: number, limit: 1 })[0];
    assertParents(runId, event, trialOf, reader.trials(runId, { states: OPEN_STATES }));
  };

  const assertOpenSearch = (runId: string, search: number): void => {
    assertHere(runId);
    if (reader.searches(runId).open?.search === search) return;
    throw conflict(`Run ${runId}: search ${search} is not open.`);
  };

  const dropWeights = (trialIds: readonly string[]): readonly string[] =>
    trialIds.flatMap((id) => {
      assertEnded(id, trials.placeOf(id).state);
      return checkpoints.removeWeights(id);
    });

  return {
    ...reader,
    fence,

    sweep: () => transact(db, 'full', () => ({ trials: trials.sweep(CUT_OFF), runs: runs.sweep(CUT_OFF) })),

    createRun: (run) =>
      transact(db, 'full', () => {
        assertRunId(run.id);
        runs.create(run, at());
        const created = reader.run(run.id);
        if (!created) throw conflict(`Run ${run.id} was written and is not there.`);
        return created;
      }),

    setRunState: (id, state, reason) =>
      transact(db, 'full', () => {
        assertHere(id);
        runs.move(id, state, reason, at());
      }),

    setSources: (id, sources) => transact(db, 'full', () => runs.setSources(id, sources)),

    addRunSeconds: (id, seconds) => transact(db, 'normal', () => runs.addSeconds(id, seconds)),

    renameRun: (id, name) => transact(db, 'full', () => runs.rename(id, name)),

    keepRun: (id) => transact(db, 'full', () => runs.keep(id)),

    tagRuns: (ids, { add, remove }) =>
      transact(db, 'full', () => {
        for (const id of ids) {
          runs.stateOf(id);
          labels.untag(id, remove);
          labels.tag(id, add);
        }
      }),

    setRunNote: (id, note) => transact(db, 'full', () => labels.setRunNote(id, note)),

    setTrialNote: (id, note) =>
      transact(db, 'full', () => {
        trials.placeOf(id);
        labels.setTrialNote(id, note);
      }),

    trashRuns: (ids) =>
      transact(db, 'full', () => {
        ids.forEach(assertHere);
        ids.forEach((id) => runs.trash(id, at()));
      }),

    restoreRuns: (ids) => transact(db, 'full', () => ids.forEach((id) => runs.restore(id))),

    keepFrontOnly: (runId, dropped) =>
      transact(db, 'full', () => {
        assertHere(runId);
        runs.setFrontOnly(runId);
        return dropWeights(dropped);
      }),

    saveView: (name, content) => transact(db, 'full', () => views.save(name, content)),

    removeView: (id) => transact(db, 'full', () => views.remove(id)),

    deletePart: (id) =>
      transact(db, 'full', () => {
        assertHere(id);
        const { files, isLast } = leaving.removePart(id);
        if (isLast) {
          leaving.unmark(id);
          runs.remove(id);
        } else leaving.mark(id);
        return { files, isGone: isLast };
      }),

    recordAsked: (runId, event, costs, epochs) =>
      transact(db, 'full', () => {
        assertHere(runId);
        assertAsked({ id: runId, state: runs.stateOf(runId) }, trials.nextNumber(runId), event, costs);
        assertNewTasks(runId, event);
        log.append(runId, event, at());
        const onAgain = (event.continues ?? []).map((one) => trials.goOn(runId, one));
        for (const { id, isAfresh } of onAgain) if (isAfresh) curves.forget(id);
        const ids = event.proposals.map((proposal, index) => {
          const cost = costs[index];
          if (!cost) throw conflict(`Run ${runId}: proposal ${proposal.trial} came without its costs.`);
          return trials.create(runId, proposal, cost, epochs, at());
        });
        return [...onAgain.map(({ id }) => id), ...ids].map(written);
      }),

    startTrial: (id) =>
      transact(db, 'normal', () => {
        trials.start(id);
        return written(id);
      }),

    beginAnew: (id, reason) =>
      transact(db, 'full', () => {
        const { state } = trials.placeOf(id);
        if (state !== 'running') throw conflict(`Trial ${id} is ${state}: it cannot begin anew.`);
        trials.giveReason(id, reason);
        curves.forget(id);
        return left(id, checkpoints.removeEpoch(id));
      }),

    appendEpoch: (trialId, point, checkpoint) =>
      transact(db, checkpoint ? 'full' : 'normal', () => {
        const { state } = trials.placeOf(trialId);
        if (state !== 'running') throw conflict(`Trial ${trialId} is ${state}: it has no epochs to report.`);
        curves.append(trialId, point);
        return checkpoint && checkpoints.replaceEpoch({ ...checkpoint, trialId, kind: 'epoch' });
      }),

    finishTrial: (trialId, { metrics, seconds, checkpoint, best, predictions: rows, score }) =>
      transact(db, 'full', () => {
        const { runId, number } = trials.end(trialId, 'finished', { metrics, seconds, at: at() });
        const old = checkpoints.replaceEpoch({ ...checkpoint, trialId, kind: 'final' });
        if (best) checkpoints.insert({ ...best, trialId, kind: 'best' });
        predictions.insert(trialId, rows);
        runs.setScore(runId, score);
        const event = log.append(runId, { type: 'told', trial: number, metrics }, at());
        return { event, ...left(trialId, old) };
      }),

    dropWeights: (trialIds) => transact(db, 'full', () => dropWeights(trialIds)),

    failTrial: (trialId, reason, state, seconds) =>
      transact(db, 'full', () => {
        const { runId, number } = trials.end(trialId, state, { metrics: {}, reason, seconds, at: at() });
        const event = log.append(runId, { type: 'failed', trial: number, reason }, at());
        return { event, ...left(trialId, checkpoints.removeEpoch(trialId)) };
      }),

    ruleOutTrial: (trialId, metrics, reason) =>
      transact(db, 'full', () => {
        const { runId, number } = trials.end(trialId, 'stopped', { metrics, reason, seconds: 0, at: at() });
        const event = log.append(runId, { type: 'told', trial: number, metrics }, at());
        return { event, ...left(trialId, undefined) };
      }),

    recordLatency: (trialId, measurements) =>
      transact(db, 'full', () => {
        trials.placeOf(trialId);
        for (const one of measurements) latency.insert(trialId, one, at());
      }),

    restTrial: (trialId, { epoch, metrics, seconds }) =>
      transact(db, 'full', () => {
        const { runId, number, leg } = trials.rest(trialId, seconds);
        const event = log.append(runId, { type: 'rested', trial: number, epoch, metrics }, at());
        return { event, ...left(trialId, leg?.schedule === 'own' ? checkpoints.removeEpoch(trialId) : undefined) };
      }),

    keepSupernet: (runId, search, weights) =>
      transact(db, 'full', () => {
        assertOpenSearch(runId, search);
        return supernets.replace({ ...weights, runId, search });
      }),

    dropSupernet: (runId, search) =>
      transact(db, 'full', () => {
        assertHere(runId);
        return supernets.remove(runId, search);
      }),

    finishSearch: (runId, { event, weights }) =>
      transact(db, 'full', () => {
        const { search } = event;
        assertOpenSearch(runId, search);
        const old = weights ? supernets.replace({ ...weights, runId, search }) : supernets.remove(runId, search);
        return { event: log.append(runId, event, at()), files: old === undefined ? [] : [old] };
      }),

    interruptTrial: (trialId, seconds) => transact(db, 'full', () => trials.interrupt(trialId, seconds)),

    recordTest: (trialId, testAccuracy) => transact(db, 'full', () => trials.recordTest(trialId, testAccuracy)),

    close: () => db.close(),
  };
}
