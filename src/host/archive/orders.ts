/** What an archive is packed or taken apart by, and what comes of it. */

/** What was packed, and in words what was not. */
export interface Packed {
  readonly bytes: number;
  readonly runs: number;
  readonly notes: readonly string[];
}

export interface PackOrder {
  readonly workspace: string;
  /** All of the workspace where none are named. */
  readonly runs?: readonly string[];
  /** Written whole or not at all. */
  readonly target: string;
  /** For what is put together on the way, on the disk of the target; emptied in the end. */
  readonly temp: string;
  readonly program: string;
  readonly packedAt: string;
}

export interface UnpackOrder {
  readonly file: string;
  /** What to call it in messages. */
  readonly name: string;
  /** Made by the worker; the caller removes it. */
  readonly staging: string;
  readonly workspace: string;
  /** Of the program: names of its teachers and data sets are taken. */
  readonly resources: string;
  /** Letters that a run gets whose id is taken. */
  readonly suffix: string;
  readonly now: string;
}

export interface StagedRun {
  readonly id: string;
  readonly name: string;
  /** Where it has another one here. */
  readonly formerId?: string;
}

/** What comes beside the runs, by name. */
export interface Companions {
  readonly teachers: readonly string[];
  readonly datasets: readonly string[];
  readonly replays: number;
}

export interface Staged extends Companions {
  readonly kind: 'run' | 'workspace';
  /** Oldest first. */
  readonly runs: readonly StagedRun[];
  readonly views: readonly { readonly name: string; readonly content: string }[];
  /** Of the workspace's folder, and the same below the staging's. */
  readonly folders: readonly string[];
  /** What was left out and why, in words. */
  readonly notes: readonly string[];
}
