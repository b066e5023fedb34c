/** Is everything in a workspace as its rows say, and do the rows agree with each other? */
import { existsSync } from 'node:fs';
import { WorkbenchError } from '../../core/errors.ts';
import { askedIn, endedIn, standingsOf, toldOf, type RunEvent } from '../../core/records/events.ts';
import { isDeepStrictEqual } from 'node:util';
import { reportedOf } from '../../core/front.ts';
import type { Trial, TrialState } from '../../core/records/trial.ts';
import type { StoredFiles, UnnamedFiles } from '../files.ts';
import { isLocked } from '../lock.ts';
import { strangeTemps } from '../ownership.ts';
import { hasRoomForReserve, reserveOf } from './reserve.ts';
import { agrees, dueOutcome, type Mend } from './repair.ts';
import type { ReadableStore, StoredEvent, TrialEvidence } from '../store.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { openReadable } from '../workspace.ts';

export interface Problem {
  readonly words: string;
  /** Absent where nothing brings back what is lost. */
  readonly mend?: Mend;
}

export interface DoctorReport {
  readonly ok: boolean;
  /** `ok`, or what SQLite's own checks say. */
  readonly integrity: string;
  readonly trials: number;
  readonly checkpoints: number;
  readonly problems: readonly string[];
  /** What a repair would do about each of them; empty where nothing brings back what is lost.
   * Absent without problems. */
  readonly remedies?: readonly string[];
  /** What lies in the workspace and is not the workbench's: no fault, and left alone. Absent where
   * there is none. */
  readonly notes?: readonly string[];
}

/**
 * Who has the workspace open for writing. In a session, running trials are as they should be; in
 * one of another process, so is a file on its way to its row.
 */
export type OpenSession = 'ours' | 'another' | 'none';

export function examine(store: ReadableStore, files: StoredFiles, session: OpenSession = 'ours'): DoctorReport {
  const report = look(store, files, session);
  if (session !== 'another' || report.ok) return report;
  // Rows and files change between one reading and the next while a search runs: only what is seen
  // twice is wrong.
  const again = look(store, files, session);
  const stay = again.problems.map((problem) => report.problems.includes(problem));
  const problems = again.problems.filter((_, place) => stay[place]);
  const { remedies, ...rest } = again;
  const left = remedies?.filter((_, place) => stay[place]) ?? [];
  return { ...rest, ok: problems.length === 0, problems, ...(left.length > 0 && { remedies: left }) };
}

const REMEDIES = {
  checkpoint: 'forgets these weights, puts the file aside, and keeps the figures of the student',
  supernet: 'forgets these weights, and puts the file aside; a search that is not over begins anew',
  orphan: 'puts the file aside, among the backups',
  counts: 'counts the students again',
  log: 'brings log and students into agreement; a student whose records are lost counts as failed',
  curve: 'brings the curve and its number of epochs into agreement',
} as const satisfies Readonly<Record<Mend['what'], string>>;

function look(store: ReadableStore, files: StoredFiles, session: OpenSession): DoctorReport {
  const damage = store.check();
  if (damage.length > 0) return damaged(damage.join('; '), damage);
  const unnamed = unnamedOf(store, files, session);
  const problems = problemsOf(store, files, session, unnamed);
  const notes = [...strangerNotes(files, session, unnamed), ...roomNotes(files)];
  return {
    ok: problems.length === 0,
    integrity: 'ok',
    trials: store
      .runs({ trash: 'with' })
      .rows.reduce((sum, { trials }) => Object.values(trials).reduce((all, count) => all + count, sum), 0),
    checkpoints: store.storedFiles().length,
    problems: problems.map(({ words }) => words),
    ...(problems.length > 0 && { remedies: problems.map(({ mend }) => (mend ? REMEDIES[mend.what] : '')) }),
    ...(notes.length > 0 && { notes }),
  };
}

/** The room that it kept is gone, and there is none to keep it again. */
function roomNotes({ directory }: StoredFiles): readonly string[] {
  if (!existsSync(directory) || reserveOf(directory).length > 0 || hasRoomForReserve(directory)) return [];
  return ['The disk is nearly full, and no room is kept for making some: remove files of yours, or runs, soon.'];
}

/** In another's session a file on its way to its row is neither an orphan nor a stranger. */
function unnamedOf(store: ReadableStore, files: StoredFiles, session: OpenSession): UnnamedFiles {
  return session === 'another' ? { orphans: [], strangers: [] } : files.unnamed(store.storedFiles());
}

function strangerNotes(files: StoredFiles, session: OpenSession, unnamed: UnnamedFiles): readonly string[] {
  if (session === 'another') return [];
  const paths = [
    ...unnamed.strangers.map((name) => `checkpoints/${name}`),
    ...strangeTemps(files.folders.tmp).map((name) => `tmp/${name}`),
  ];
  return paths.map((path) => `"${path}" is not the workbench's: it is left alone.`);
}

/** Of a database that is sound in itself. */
export function findProblems(store: ReadableStore, files: StoredFiles, session: OpenSession): readonly Problem[] {
  return problemsOf(store, files, session, unnamedOf(store, files, session));
}

function problemsOf(
  store: ReadableStore,
  files: StoredFiles,
  session: OpenSession,
  { orphans }: UnnamedFiles,
): readonly Problem[] {
  const { arriving, leaving } = store.passage();
  // Runs on their way are not whole yet, or no more, and nothing that could be mended.
  const whole = store.runs({ trash: 'with' }).rows.filter(({ run: { id } }) => ![...arriving, ...leaving].includes(id));
  const runs = whole.map((summary) => ({ summary, trials: store.trials(summary.run.id) }));
  return [
    ...store.checkpoints().flatMap((row) => {
      const problem = files.verify(row);
      if (problem === undefined) return [];
      const { trialId, kind, file } = row;
      const mend = { what: 'checkpoint', trialId, kind, file } as const;
      return [{ words: `Checkpoint "${file}" of trial ${trialId} ${problem}.`, mend }];
    }),
    ...store.supernets().flatMap((row) => {
      const problem = files.verify(row);
      if (problem === undefined) return [];
      const { runId, search, file } = row;
      const words = `The file "${file}" of search ${search} of run ${runId} ${problem}.`;
      return [{ words, mend: { what: 'supernet', runId, search, file } as const }];
    }),
    ...orphans.map(orphanProblem),
    ...runs.flatMap(({ summary, trials }) => [
      ...countProblems(summary, trials),
      ...logProblems(summary.run.id, store.events(summary.run.id), trials),
      ...searchProblems(store, summary.run.id),
      ...trialsProblems(store, summary, trials),
      ...(session === 'none' ? strayProblems(summary, trials) : []),
    ]),
  ];
}

/** The same for a folder that nobody, or somebody else, has open. A damaged database is an answer,
 * not an error. */
export function examineFolder(directory: string): DoctorReport {
  try {
    const { store, files, close } = openReadable(directory);
    try {
      return examine(store, files, isLocked(directory) ? 'another' : 'none');
    } finally {
      close();
    }
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'workspace.corrupt') {
      return damaged(error.message, [error.message]);
    }
    throw error;
  }
}

function damaged(integrity: string, problems: readonly string[]): DoctorReport {
  return { ok: false, integrity, trials: 0, checkpoints: 0, problems };
}

function orphanProblem(file: string): Problem {
  const words = `Checkpoint "${file}" belongs to no trial; the next start removes it.`;
  return { words, mend: { what: 'orphan', file } };
}

function countProblems({ run, trials: counts }: RunSummary, trials: readonly Trial[]): readonly Problem[] {
  // Sound: the summary has a count for every state.
  return (Object.keys(counts) as TrialState[]).flatMap((state) => {
    const found = trials.filter((trial) => trial.state === state).length;
    if (found === counts[state]) return [];
    const words = `Run ${run.id} counts ${counts[state]} ${state} trials and has ${found}.`;
    return [{ words, mend: { what: 'counts', runId: run.id } }];
  });
}

/** The log has no gap, asks for each trial once and in order, and tells of each ended trial once
 * and of no other. */
function logProblems(runId: string, log: readonly StoredEvent[], trials: readonly Trial[]): readonly Problem[] {
  const gaps = log.flatMap(({ seq }, index) =>
    seq === index ? [] : [`The log of run ${runId} has event ${seq} where ${index} is due.`],
  );
  const asked = log.flatMap(({ event }) => askedIn(event).map(({ trial }) => trial));
  const wanted = trials.map(({ number }) => number);
  const asking =
    asked.join() === wanted.join()
      ? []
      : [`The log of run ${runId} asks for ${asked.length} trials, not its ${wanted.length}.`];
  const toldOf = new Map<number, string[]>();
  for (const { event } of log) {
    const trial = endedIn(event);
    if (trial !== undefined) toldOf.set(trial, [...(toldOf.get(trial) ?? []), event.type]);
  }
  const outcomes = trials.flatMap((trial) => {
    const told = toldOf.get(trial.number) ?? [];
    const due = dueOutcome(trial);
    return told.join() === due.join()
      ? []
      : [`Trial ${trial.id} is ${trial.state}, and the log says "${told.join(', ')}" of it.`];
  });
  const standings = standingsOf(log.map(({ event }) => event));
  const standing = trials.flatMap((trial) => {
    const said = standings.get(trial.number);
    return said === undefined || agrees(trial, said)
      ? []
      : [
          `Trial ${trial.id} is ${trial.state}${legWords(trial.leg)}, and by the log ` +
            `${said.state}${legWords(said.leg)}.`,
        ];
  });
  const starts = warmStartProblems(
    log.map(({ event }) => event),
    trials,
  );
  return [...gaps, ...asking, ...outcomes, ...standing, ...starts].map((words) => ({
    words,
    mend: { what: 'log', runId },
  }));
}

/** Rows begin with the weights that the log says, and those were there when it was asked for. */
function warmStartProblems(log: readonly RunEvent[], trials: readonly Trial[]): readonly string[] {
  const ready = new Set<number | 'teacher'>(['teacher']);
  return log.flatMap((event) => {
    const told = event.type === 'failed' ? undefined : toldOf(event);
    if (told !== undefined) ready.add(told);
    return askedIn(event).flatMap(({ trial, from }) => {
      const row = trials[trial];
      const early = from?.parents.find((parent) => !ready.has(parent));
      return [
        ...(row === undefined || isDeepStrictEqual(row.from, from)
          ? []
          : [`Trial ${row.id} begins with other weights than its log says.`]),
        ...(early === undefined ? [] : [`Trial ${trial} begins with the weights of ${early}, which had none then.`]),
      ];
    });
  });
}

/** Searches are numbered without gaps, each is told of once and after it was asked for, and files
 * are of searches alone. */
function searchProblems(store: ReadableStore, runId: string): readonly Problem[] {
  let asked = 0;
  let open: number | undefined;
  const wrong = store.events(runId).flatMap(({ event }): string[] => {
    if (event.type === 'mixed' && event.search !== open) {
      return [`The log of run ${runId} tells of an epoch of search ${event.search}, which is not open.`];
    }
    if (event.type === 'searched') {
      const isOpen = event.search === open;
      open = isOpen ? undefined : open;
      return isOpen ? [] : [`The log of run ${runId} tells of search ${event.search}, which is not open.`];
    }
    if (event.type !== 'asked' || event.search === undefined) return [];
    const isNext = open === undefined && event.search.search === asked;
    asked += 1;
    open = event.search.search;
    return isNext ? [] : [`The log of run ${runId} asks for search ${open} out of turn.`];
  });
  const stray = store.supernets(runId).filter(({ search }) => search >= asked);
  return [
    ...wrong.map((words): Problem => ({ words, mend: { what: 'log', runId } })),
    ...stray.map(({ search, file }): Problem => {
      const words = `The file "${file}" is of search ${search} of run ${runId}, which was never asked for.`;
      return { words, mend: { what: 'supernet', runId, search, file } };
    }),
  ];
}

const legWords = (leg: Trial['leg']): string =>
  leg === undefined
    ? ''
    : ` on a leg to epoch ${leg.until} of ${leg.schedule === 'own' ? 'its own' : 'the whole'} schedule`;

function trialsProblems(
  store: ReadableStore,
  { run, frontOnly }: RunSummary,
  trials: readonly Trial[],
): readonly Problem[] {
  const keepsAll = run.config.checkpoints.keep !== 'front' && !frontOnly;
  const kept = keepsAll ? trials : reportedOf(run.config, trials);
  const ids = new Set(kept.map(({ id }) => id));
  const evidence = new Map(store.evidence(run.id).map((one) => [one.trialId, one]));
  return trials.flatMap((trial) => trialProblems(store, trial, evidence.get(trial.id), ids.has(trial.id)));
}

function trialProblems(
  store: ReadableStore,
  trial: Trial,
  evidence: TrialEvidence | undefined,
  keepsWeights: boolean,
): readonly Problem[] {
  const say = (words: string): string => `Trial ${trial.id} ${words}.`;
  const problems: Problem[] = [];
  const points = evidence?.epochs ?? 0;
  if (points !== trial.epochsDone) {
    const words = say(`has ${points} epochs of a curve and counts ${trial.epochsDone}`);
    problems.push({ words, mend: { what: 'curve', trialId: trial.id } });
  }
  if (trial.state === 'finished') {
    if (keepsWeights && !store.checkpoint(trial.id, 'final')) {
      problems.push({ words: say('is finished without a checkpoint') });
    }
    if (evidence?.hasPredictions !== true) problems.push({ words: say('is finished without predictions') });
  }
  return problems;
}

function strayProblems({ run }: RunSummary, trials: readonly Trial[]): readonly Problem[] {
  const stray = [run, ...trials].filter(({ state }) => state === 'running');
  return stray.map(({ id }) => ({
    words: `${id} is marked as running and nothing runs it; the next start marks it interrupted.`,
  }));
}
