/**
 * The store's contract: what a workspace remembers. `ReadableStore` and `WritableStore` are
 * different types, so that a reader cannot write by accident. All calls are synchronous and each
 * write is one transaction: when it returns, it is on disk. `sqlite-store.ts` keeps it.
 */
import type { EpochPoint } from '../core/records/epoch.ts';
import type { EventOf, RunEvent, Search } from '../core/records/events.ts';
import type { LatencyMeasurement, LatencyRow } from '../core/latency.ts';
import type { Metrics } from '../core/objective.ts';
import type { NoteMatch, RunFacets, runFilter, RunOrdering, RunSize } from '../core/records/run-list.ts';
import type { PriorResult, Run, RunState, SearchConfig } from '../core/records/run.ts';
import type { RunSources } from '../core/records/sources.ts';
import type { RunScore, RunSummary } from '../core/records/summary.ts';
import type { Trial, TrialState } from '../core/records/trial.ts';
import type { RecordOf } from '../core/records/zod.ts';
import type { AskedEvent } from '../core/strategies/strategy.ts';

/** Of a run. */
export interface Searches {
  /** How many were asked for. */
  readonly asked: number;
  /** The one that is not over. */
  readonly open: Search | undefined;
}

/** An event with its place in the run's log: `seq` counts from 0 without gaps. */
export interface StoredEvent {
  readonly seq: number;
  /** When it was written down, ISO 8601: for people. */
  readonly at: string;
  readonly event: RunEvent;
}

export interface RunFilter extends RecordOf<typeof runFilter> {
  /** Runs in the trash are left out where nothing is said. */
  readonly trash?: 'without' | 'only' | 'with';
}

export interface RunQuery extends RunFilter {
  /** Newest first where none is named; what has no value stands last either way. */
  readonly order?: RunOrdering;
  readonly offset?: number;
  readonly limit?: number;
}

/** Columns, order and filters of the list under a name; `content` is JSON that the window reads. */
export interface SavedView {
  readonly id: number;
  readonly name: string;
  readonly content: string;
}

/** A run that waits for the machine. */
export interface QueuedRun {
  readonly id: string;
  readonly name: string;
}

export interface TrialFilter {
  readonly states?: readonly TrialState[];
  readonly family?: string;
}

/** A part of rows that are numbered from 0 without gaps: those from a number on, and how many at
 * most. */
export interface Slice {
  readonly offset?: number;
  readonly limit?: number;
}

export interface TrialQuery extends TrialFilter, Slice {}

/** What a trial's own row only counts or supposes. */
export interface TrialEvidence {
  readonly trialId: string;
  readonly epochs: number;
  readonly hasPredictions: boolean;
}

/** Trials of a run that have finished, as columns in the order of their numbers: what a front over
 * many runs needs of them. */
export interface FinishedTrials {
  readonly ids: readonly string[];
  readonly families: readonly string[];
  /** NaN where none was measured. */
  readonly accuracies: Float64Array;
  readonly params: Float64Array;
  readonly macs: Float64Array;
}

/** A file of the workspace: `file` is relative to the workspace's `checkpoints` folder. */
export interface StoredFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Weights of a trial. */
export interface CheckpointRow extends StoredFile {
  readonly trialId: string;
  /** Weights after the last epoch; those after the best one, where that is another; what training
   * goes on from. */
  readonly kind: 'final' | 'best' | 'epoch';
  readonly epoch: number;
}

/** The file of a search of a run: what it goes on from and, once it has ended, the weights that it
 * has learned. */
export interface SupernetRow extends StoredFile {
  readonly runId: string;
  readonly search: number;
  /** Epochs done. */
  readonly epoch: number;
}

/** Softmax outputs on the validation split; stored as half floats. */
export interface PredictionsRow {
  readonly count: number;
  readonly classes: number;
  /** `[count][classes]`, row-major. */
  readonly probabilities: Float32Array;
}

export interface NewTrialCosts {
  readonly params: number;
  readonly macs: number;
  readonly peakActivationBytes: number;
}

export interface FinishedTrial {
  readonly metrics: Metrics;
  readonly seconds: number;
  readonly checkpoint: Omit<CheckpointRow, 'trialId' | 'kind'>;
  readonly best?: Omit<CheckpointRow, 'trialId' | 'kind'>;
  readonly predictions: PredictionsRow;
  readonly score: RunScore;
}

/** A trial as it stands after a write. */
export interface WrittenTrial {
  readonly trial: Trial;
  /** Files that nothing names any more. */
  readonly files: readonly string[];
}

export interface EndedTrial extends WrittenTrial {
  /** What the write appended to the run's log, as it is read there. */
  readonly event: RunEvent;
}

/** An epoch of a search: what is told of it, and the file after it. */
export interface KeptSupernet {
  readonly event: EventOf<'mixed'>;
  readonly weights: StoredFile;
}

/** The end of a search; without a file where it failed. */
export interface EndedSearch {
  readonly event: EventOf<'searched'>;
  readonly weights: Omit<SupernetRow, 'runId' | 'search'> | undefined;
}

/** Ids of runs on their way in or out; `passage.ts` tells what that means. */
export interface Passage {
  readonly arriving: readonly string[];
  readonly leaving: readonly string[];
}

export interface ReadableStore {
  run(id: string): Run | undefined;
  summary(id: string): RunSummary | undefined;
  runs(query?: RunQuery): { readonly rows: readonly RunSummary[]; readonly total: number };
  /** The first place in the notes of each of these runs, its own before its students'; none for
   * runs whose notes do not say it. */
  noteHits(runIds: readonly string[], search: string): readonly NoteMatch[];
  /** Values in the order of their letters. */
  runFacets(): RunFacets;
  /** Markdown; empty where nothing was written. */
  runNote(id: string): string;
  trialNote(id: string): string;
  runSize(id: string): Omit<RunSize, 'id'>;
  /** In the order of their names. */
  savedViews(): readonly SavedView[];
  /** Runs that wait for the machine, the next one first. */
  queue(): readonly QueuedRun[];
  /** In order of their numbers. */
  trials(runId: string, query?: TrialQuery): readonly Trial[];
  /** A slice of all trials' numbers, of which some have not finished. */
  finishedTrials(runId: string, slice?: Slice): FinishedTrials;
  /** In order of their numbers. */
  evidence(runId: string): readonly TrialEvidence[];
  trial(id: string): Trial | undefined;
  epochs(trialId: string): readonly EpochPoint[];
  events(runId: string, slice?: Slice): readonly StoredEvent[];
  eventCount(runId: string): number;
  searches(runId: string): Searches;
  /** What the log says of searches: asked for, mixed, over. */
  searchEvents(runId: string): readonly StoredEvent[];
  /** Results of earlier runs that were written down with the run; empty where it learns from
   * none. */
  prior(runId: string): readonly PriorResult[];
  /** What it was trained on; `undefined` where an earlier version started it, and nobody has gone
   * on with it since. */
  sources(runId: string): RunSources | undefined;
  checkpoint(trialId: string, kind: CheckpointRow['kind']): CheckpointRow | undefined;
  checkpoints(): readonly CheckpointRow[];
  /** Of all runs where none is named, in the order of their searches. */
  supernets(runId?: string): readonly SupernetRow[];
  /** Everything that rows name in the workspace's `checkpoints` folder. */
  storedFiles(): readonly StoredFile[];
  /** Ids of the run's trials that have weights after their last or best epoch. */
  withWeights(runId: string): readonly string[];
  predictions(trialId: string): PredictionsRow | undefined;
  /** Oldest first; a student may have been measured more than once. */
  latencies(trialId: string): readonly LatencyRow[];
  /** Runs that are not whole: they come from an archive, or are deleted for good, some students at
   * a time. */
  passage(): Passage;
  /** Of the database: all of it, and its pages that hold nothing. */
  space(): { readonly bytes: number; readonly freeBytes: number; readonly freePages: number };
  /** `PRAGMA integrity_check` and foreign keys, as a list of problems in words (empty: sound). */
  check(): readonly string[];
}

export interface NewRun {
  readonly id: string;
  readonly config: SearchConfig;
  readonly strategyVersion: number;
  readonly sample: boolean;
  readonly prior?: readonly PriorResult[];
  readonly sources?: RunSources;
}

/** Of runs and what people write onto them. */
export interface RunWrites {
  /** Start sweep: what a dead session left running becomes interrupted; idempotent. */
  sweep(): { readonly runs: readonly string[]; readonly trials: readonly string[] };
  createRun(run: NewRun): Run;
  /** All or none: runs that have not begun, at the end of the queue, with these tags. */
  queueNewRuns(runs: readonly NewRun[], tags: readonly string[]): readonly Run[];
  /** The queue is these from then on; throws where one runs or has ended. One that starts, ends or
   * goes to the trash leaves it by itself. */
  setQueue(ids: readonly string[]): void;
  setSources(id: string, sources: RunSources): void;
  setRunState(id: string, state: RunState, reason?: string): void;
  addRunSeconds(id: string, seconds: number): void;
  /** Epochs that its trainings have cost by now, beside its score. */
  setRunEpochs(id: string, epochs: number): void;
  renameRun(id: string, name: string): void;
  /** The sample search becomes an ordinary run. */
  keepRun(id: string): void;
  /** Tags differ by more than case: one that is there already stays as it was written first. */
  tagRuns(ids: readonly string[], tags: { readonly add: readonly string[]; readonly remove: readonly string[] }): void;
  setRunNote(id: string, note: string): void;
  setTrialNote(id: string, note: string): void;
  /** All or none; throws where one is running. Those in the trash already stay as they are. */
  trashRuns(ids: readonly string[]): void;
  /** All or none. */
  restoreRuns(ids: readonly string[]): void;
  /**
   * Of an ended, paused or interrupted run: these finished trials give up their weights, and the
   * run says so from then on. Returns the files that nothing names any more.
   */
  keepFrontOnly(runId: string, dropped: readonly string[]): readonly string[];
  /** Takes the place of the view of that name, without regard to case. */
  saveView(name: string, content: string): SavedView;
  removeView(id: number): void;
  /**
   * Removes some of a run's students, with the last of them the run itself: to be called until it
   * says so. What a kill in between leaves, the next start removes. `files`: those that nothing
   * names any more.
   */
  deletePart(id: string): { readonly files: readonly string[]; readonly isGone: boolean };
}

/** Of trials, with what the log tells of them. */
export interface TrialWrites {
  /**
   * Appends the event, creates its trials and takes up those that rest (`queued`, the latter
   * first), in one transaction. Costs in the order of the proposals.
   */
  recordAsked(runId: string, event: AskedEvent, costs: readonly NewTrialCosts[], epochs: number): readonly Trial[];
  startTrial(id: string): Trial;
  /**
   * Of a running trial whose epoch checkpoint cannot be gone on from: its curve and that checkpoint
   * leave, and `reason` is kept with it until it ends.
   */
  beginAnew(id: string, reason: string): WrittenTrial;
  /** The point, and where training can go on from: replaces the trial's epoch checkpoint. Returns
   * the file it replaced. */
  appendEpoch(
    trialId: string,
    point: EpochPoint,
    checkpoint: Omit<CheckpointRow, 'trialId' | 'kind'> | undefined,
  ): string | undefined;
  /**
   * Metrics, checkpoint, predictions, score and the `told` event, in one transaction, synchronous
   * FULL. The trial's epoch checkpoint leaves.
   */
  finishTrial(trialId: string, finished: FinishedTrial): EndedTrial;
  /** Finished trials that are not to keep their weights; returns the files that nothing names any
   * more. */
  dropWeights(trialIds: readonly string[]): readonly string[];
  /** By a fault, or stopped by the person. With the `failed` event, in one transaction; the epoch
   * checkpoint leaves. */
  failTrial(trialId: string, reason: string, end: 'failed' | 'stopped', seconds: number): EndedTrial;
  /**
   * Measured and found beyond a limit before it was trained: it ends with the metrics that are
   * known, and a `told` event, so that the strategy learns from them.
   */
  ruleOutTrial(trialId: string, metrics: Metrics, reason: string): EndedTrial;
  /** Appended to what was measured before, in one transaction; the trial may be in any state. */
  recordLatency(trialId: string, measurements: readonly LatencyMeasurement[]): void;
  /** Its leg, to this epoch, is done: `resting`, with the `rested` event. The epoch checkpoint
   * leaves where nothing goes on from it, after a schedule of its own. */
  restTrial(
    trialId: string,
    rested: { readonly epoch: number; readonly metrics: Metrics; readonly seconds: number },
  ): EndedTrial;
  /** Paused or cut off: it can go on from its epoch checkpoint. */
  interruptTrial(trialId: string, seconds: number): void;
  /** Test accuracy of a reported student, and what else was measured: once; a second call
   * throws. */
  recordTest(trialId: string, testAccuracy: number, measures?: Metrics): void;
}

/** Of one-shot searches. */
export interface SearchWrites {
  /** What an epoch of a search came to, into the log, and where the search can go on from, in one
   * transaction: so each epoch that counts is told of once. Returns the file that it replaced. */
  keepSupernet(runId: string, kept: KeptSupernet): string | undefined;
  /** Of a search that is to begin anew, or whose weights nobody needs any more: returns the file
   * that leaves. */
  dropSupernet(runId: string, search: number): string | undefined;
  /** The `searched` event and the weights, in one transaction. Gives files that nothing names. */
  finishSearch(runId: string, ended: EndedSearch): { readonly event: RunEvent; readonly files: readonly string[] };
}

/** Each of the writes is one transaction. */
export interface WritableStore extends ReadableStore, RunWrites, TrialWrites, SearchWrites {
  /** Counts sessions: a later session's fence is greater. Written into temp folder names and
   * jobs. */
  readonly fence: string;
  close(): void;
}
