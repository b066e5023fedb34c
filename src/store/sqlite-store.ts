/**
 * The store over SQLite: what each write consists of, in which transaction and how durable. SQL
 * stands in the files of the rows.
 */
import type { AskedEvent } from '../core/strategies/strategy.ts';
import type { Run } from '../core/records/run.ts';
import type { Trial, TrialState } from '../core/records/trial.ts';
import { checkpointReader, checkpointWriter } from './rows/checkpoints.ts';
import { pragma, transact, type Connection } from './database.ts';
import { epochReader, epochWriter } from './rows/epochs.ts';
import { eachBy, inWordsOf } from './errors.ts';
import { eventReader, eventWriter } from './rows/event-log.ts';
import { assertRunId } from './ids.ts';
import { labelWriter, noteReader } from './rows/labels.ts';
import { latencyReader, latencyWriter } from './rows/latencies.ts';
import { leavingWriter } from './passage/leaving.ts';
import { passageReader } from './passage/passage.ts';
import { queueReader, queueWriter } from './rows/queue.ts';
import { predictionReader, predictionWriter } from './rows/predictions.ts';
import { supernetReader, supernetWriter } from './rows/supernets.ts';
import { assertAsked, assertEnded, assertParents, assertSearch, conflict } from './rules.ts';
import { facetReader, noteSearcher } from './rows/run-query.ts';
import { runReader, runWriter } from './rows/runs.ts';
import type { NewRun, ReadableStore, RunWrites, SearchWrites, TrialWrites, WritableStore } from './store.ts';
import { CUT_OFF } from './summaries.ts';
import { trialReader, trialWriter } from './rows/trials.ts';
import { viewReader, viewWriter } from './rows/views.ts';

export function createReadableStore(db: Connection): ReadableStore {
  const { checkpoints, ...checkpoint } = checkpointReader(db);
  const { supernets } = supernetReader(db);
  const reads = {
    ...runReader(db),
    ...facetReader(db),
    ...noteSearcher(db),
    ...noteReader(db),
    ...viewReader(db),
    ...queueReader(db),
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
  };
  return eachBy(reads, (work) => inWordsOf(db.name, work));
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

/** `db` is migrated and its workspace locked. */
export function createSqliteStore(
  db: Connection,
  { fence, now }: { readonly fence: string; readonly now: () => Date },
): WritableStore {
  const rows = openRows(db, fence, now);
  const writes = { ...runWrites(rows), ...trialWrites(rows), ...searchWrites(rows) };
  const { addRunSeconds, setRunEpochs, startTrial, appendEpoch } = writes;
  return {
    ...rows.reader,
    fence,
    ...eachBy(writes, (work) => transact(db, 'full', work)),
    // What a power cut takes of these, a training that goes on makes again.
    addRunSeconds: (id, seconds) => transact(db, 'normal', () => addRunSeconds(id, seconds)),
    setRunEpochs: (id, epochs) => transact(db, 'normal', () => setRunEpochs(id, epochs)),
    startTrial: (id) => transact(db, 'normal', () => startTrial(id)),
    appendEpoch: (id, point, checkpoint) =>
      transact(db, checkpoint ? 'full' : 'normal', () => appendEpoch(id, point, checkpoint)),
    close: () => db.close(),
  };
}

type Rows = ReturnType<typeof openRows>;

/** What the writes share: the rows' own writers, and what several of them ask. */
function openRows(db: Connection, fence: string, now: () => Date) {
  const reader = createReadableStore(db);
  const trials = trialWriter(db, fence);
  const checkpoints = checkpointWriter(db);
  const written = (id: string): Trial => {
    const trial = reader.trial(id);
    if (!trial) throw conflict(`Trial ${id} was written and is not there.`);
    return trial;
  };
  const runs = runWriter(db, fence);
  return {
    ...{ reader, runs, trials, checkpoints, written },
    queue: queueWriter(db, runs.stateOf),
    log: eventWriter(db),
    curves: epochWriter(db),
    supernets: supernetWriter(db),
    predictions: predictionWriter(db),
    latency: latencyWriter(db),
    labels: labelWriter(db),
    views: viewWriter(db),
    leaving: leavingWriter(db),
    assertHere: passageReader(db).assertHere,
    at: () => now().toISOString(),
    left: (id: string, file: string | undefined) => ({ trial: written(id), files: file === undefined ? [] : [file] }),
    dropWeights: (trialIds: readonly string[]): readonly string[] =>
      trialIds.flatMap((id) => {
        assertEnded(id, trials.placeOf(id).state);
        return checkpoints.removeWeights(id);
      }),
  };
}

function runWrites(rows: Rows): RunWrites {
  const { reader, runs, queue, trials, labels, views, leaving, assertHere, at, dropWeights } = rows;

  function create(run: NewRun, state: 'running' | 'paused'): Run {
    assertRunId(run.id);
    runs.create(run, state, at());
    const created = reader.run(run.id);
    if (!created) throw conflict(`Run ${run.id} was written and is not there.`);
    return created;
  }

  return {
    sweep: () => ({ trials: trials.sweep(CUT_OFF), runs: runs.sweep(CUT_OFF) }),
    createRun: (run) => create(run, 'running'),
    queueNewRuns: (all, tags) => {
      const created = all.map((run) => create(run, 'paused'));
      const ids = created.map(({ id }) => id);
      ids.forEach((id) => labels.tag(id, tags));
      queue.append(ids);
      return created;
    },
    setQueue: queue.set,
    setRunState: (id, state, reason) => {
      assertHere(id);
      runs.move(id, state, reason, at());
      if (state !== 'paused') queue.leave(id);
    },
    setSources: runs.setSources,
    addRunSeconds: runs.addSeconds,
    setRunEpochs: runs.setEpochs,
    renameRun: runs.rename,
    keepRun: runs.keep,
    tagRuns: (ids, { add, remove }) => {
      for (const id of ids) {
        runs.stateOf(id);
        labels.untag(id, remove);
        labels.tag(id, add);
      }
    },
    setRunNote: runs.setNote,
    setTrialNote: (id, note) => {
      trials.placeOf(id);
      labels.setTrialNote(id, note);
    },
    trashRuns: (ids) => {
      ids.forEach(assertHere);
      ids.forEach((id) => runs.trash(id, at()));
      ids.forEach(queue.leave);
    },
    restoreRuns: (ids) => ids.forEach((id) => runs.restore(id)),
    keepFrontOnly: (runId, dropped) => {
      assertHere(runId);
      runs.setFrontOnly(runId);
      return dropWeights(dropped);
    },
    saveView: views.save,
    removeView: views.remove,
    deletePart: (id) => {
      assertHere(id);
      const { files, isLast } = leaving.removePart(id);
      leaving.mark(id, !isLast);
      if (isLast) runs.remove(id);
      return { files, isGone: isLast };
    },
  };
}

function trialWrites(rows: Rows): TrialWrites {
  const { reader, runs, trials, log, curves, checkpoints, predictions, latency } = rows;
  const { assertHere, at, written, left, dropWeights } = rows;

  const assertNewTasks = (runId: string, event: AskedEvent): void => {
    if (event.search) assertSearch(runId, reader.searches(runId), event);
    const isAboutWeights = event.proposals.some(({ from }) => from) || (event.continues ?? []).length > 0;
    if (!isAboutWeights) return;
    const trialOf = (number: number): Trial | undefined => reader.trials(runId, { offset: number, limit: 1 })[0];
    assertParents(runId, event, trialOf, reader.trials(runId, { states: OPEN_STATES }));
  };

  return {
    recordAsked: (runId, event, costs, epochs) => {
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
    },
    startTrial: (id) => {
      trials.start(id);
      return written(id);
    },
    beginAnew: (id, reason) => {
      const { state } = trials.placeOf(id);
      if (state !== 'running') throw conflict(`Trial ${id} is ${state}: it cannot begin anew.`);
      trials.giveReason(id, reason);
      curves.forget(id);
      return left(id, checkpoints.remove(id, 'epoch'));
    },
    appendEpoch: (trialId, point, checkpoint) => {
      const { state } = trials.placeOf(trialId);
      if (state !== 'running') throw conflict(`Trial ${trialId} is ${state}: it has no epochs to report.`);
      curves.append(trialId, point);
      return checkpoint && checkpoints.replaceEpoch({ ...checkpoint, trialId, kind: 'epoch' });
    },
    finishTrial: (trialId, { metrics, seconds, checkpoint, best, predictions: probabilities, score }) => {
      const { runId, number } = trials.end(trialId, 'finished', { metrics, seconds, at: at() });
      const old = checkpoints.replaceEpoch({ ...checkpoint, trialId, kind: 'final' });
      if (best) checkpoints.insert({ ...best, trialId, kind: 'best' });
      predictions.insert(trialId, probabilities);
      runs.setScore(runId, score);
      const event = log.append(runId, { type: 'told', trial: number, metrics }, at());
      return { event, ...left(trialId, old) };
    },
    dropWeights,
    failTrial: (trialId, reason, state, seconds) => {
      const { runId, number } = trials.end(trialId, state, { metrics: {}, reason, seconds, at: at() });
      const event = log.append(runId, { type: 'failed', trial: number, reason }, at());
      return { event, ...left(trialId, checkpoints.remove(trialId, 'epoch')) };
    },
    ruleOutTrial: (trialId, metrics, reason) => {
      const { runId, number } = trials.end(trialId, 'stopped', { metrics, reason, seconds: 0, at: at() });
      const event = log.append(runId, { type: 'told', trial: number, metrics }, at());
      return { event, ...left(trialId, undefined) };
    },
    recordLatency: (trialId, measurements) => {
      trials.placeOf(trialId);
      for (const one of measurements) latency.insert(trialId, one, at());
    },
    restTrial: (trialId, { epoch, metrics, seconds }) => {
      const { runId, number, leg } = trials.rest(trialId, seconds);
      const event = log.append(runId, { type: 'rested', trial: number, epoch, metrics }, at());
      return { event, ...left(trialId, leg.schedule === 'own' ? checkpoints.remove(trialId, 'epoch') : undefined) };
    },
    interruptTrial: trials.interrupt,
    recordTest: trials.recordTest,
  };
}

function searchWrites({ reader, log, supernets, assertHere, at }: Rows): SearchWrites {
  const assertOpen = (runId: string, search: number): void => {
    assertHere(runId);
    if (reader.searches(runId).open?.search === search) return;
    throw conflict(`Run ${runId}: search ${search} is not open.`);
  };
  return {
    keepSupernet: (runId, { event, weights }) => {
      const { search, epoch } = event;
      assertOpen(runId, search);
      log.append(runId, event, at());
      return supernets.replace({ ...weights, runId, search, epoch });
    },
    dropSupernet: (runId, search) => {
      assertHere(runId);
      return supernets.remove(runId, search);
    },
    finishSearch: (runId, { event, weights }) => {
      const { search } = event;
      assertOpen(runId, search);
      const old = weights ? supernets.replace({ ...weights, runId, search }) : supernets.remove(runId, search);
      return { event: log.append(runId, event, at()), files: old === undefined ? [] : [old] };
    },
  };
}
