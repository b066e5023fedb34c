/** What several kinds of task tell on their way or give in the end. */
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Artifact } from './inputs.ts';

export interface WrittenFile extends Artifact {
  readonly bytes: number;
}

/** `stage`: words for the person ("computing the teacher's soft targets"); `done` and `total` in
 * the stage's own unit. */
export interface ProgressReport {
  readonly type: 'progress';
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** `checkpoint`: where training can go on from, written before this is sent. */
export interface EpochReport {
  readonly type: 'epoch';
  readonly point: EpochPoint;
  readonly checkpoint: WrittenFile;
}

/** Something that a person should know of how the job went on, in words: it is kept in the log. */
export interface NoteReport {
  readonly type: 'note';
  readonly words: string;
}

/** A finished folder below the order's own, ready to be moved into place. */
export interface WrittenFolder {
  readonly directory: string;
}
