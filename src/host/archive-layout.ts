/** Where what stands in an archive. Paths of somebody's archive are taken only where they are such a path, letter by letter. */

export const MANIFEST = 'manifest.json';
/** Folders of a workspace that are packed with all of it. */
export const PACKED_FOLDERS = ['teachers', 'datasets', 'replays'] as const;

export const recordsPath = (runId: string): string => `runs/${runId}/records.jsonl`;
export const checkpointPath = (runId: string, trial: number, kind: string): string =>
  `runs/${runId}/checkpoints/${trial}-${kind}.safetensors`;

const RECORDS = /^runs\/([A-Za-z0-9_-]{1,56})\/records\.jsonl$/;
const CHECKPOINT = /^runs\/([A-Za-z0-9_-]{1,56})\/checkpoints\/(\d{1,9})-(best|epoch|final)\.safetensors$/;
/** Two folders deep at most, and no name that begins with a dot. */
const OTHER =
  /^((?:teachers|datasets)\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120})\/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}\/)?[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/;
const REPLAY = /^replays\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/;

export type PackedPath =
  | { readonly kind: 'records'; readonly run: string }
  | { readonly kind: 'checkpoint'; readonly run: string; readonly trial: number; readonly of: string }
  /** `unit`: what comes into place in one step. */
  | { readonly kind: 'other'; readonly unit: string };

/** Undefined for a path that no archive of ours has. */
export function readPath(path: string): PackedPath | undefined {
  const records = RECORDS.exec(path);
  if (records) return { kind: 'records', run: records[1] ?? '' };
  const checkpoint = CHECKPOINT.exec(path);
  if (checkpoint) {
    const [, run = '', trial = '', of = ''] = checkpoint;
    return { kind: 'checkpoint', run, trial: Number(trial), of };
  }
  if (REPLAY.test(path)) return { kind: 'other', unit: path };
  const other = OTHER.exec(path);
  return other ? { kind: 'other', unit: other[1] ?? '' } : undefined;
}
