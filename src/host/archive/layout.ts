/** Where what stands in an archive. Paths of somebody's archive are taken only where they are such
 * a path, letter by letter. */

export const MANIFEST = 'manifest.json';
/** Folders of a workspace that are packed with all of it. */
export const PACKED_FOLDERS = ['teachers', 'datasets', 'replays'] as const;

export const recordsPath = (runId: string): string => `runs/${runId}/records.jsonl`;
export const checkpointPath = (runId: string, trial: number, kind: string): string =>
  `runs/${runId}/checkpoints/${trial}-${kind}.safetensors`;

export const supernetPath = (runId: string, search: number): string => `runs/${runId}/supernets/${search}.safetensors`;

const RECORDS = /^runs\/([A-Za-z0-9_-]{1,56})\/records\.jsonl$/;
const CHECKPOINT = /^runs\/([A-Za-z0-9_-]{1,56})\/checkpoints\/(\d{1,9})-(best|epoch|final)\.safetensors$/;
const SUPERNET = /^runs\/([A-Za-z0-9_-]{1,56})\/supernets\/(\d{1,9})\.safetensors$/;
/** No longer than what the bridge takes for the name of a teacher or a data set, and no name that
 * begins with a dot. */
const NAME = '[A-Za-z0-9_-][A-Za-z0-9_.-]{0,119}';
/** Two folders deep at most. */
const OTHER = new RegExp(`^((?:teachers|datasets)/${NAME})/(?:${NAME}/)?${NAME}$`);
const REPLAY = new RegExp(`^replays/${NAME}$`);

/** Names that Windows takes for a device, whatever stands behind a dot; and a dot at the end, which
 * it drops. */
const NOT_ON_WINDOWS = /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:\/|$)|\.(?:\/|$)/i;

export type PackedPath =
  | { readonly kind: 'records'; readonly run: string }
  | { readonly kind: 'checkpoint'; readonly run: string; readonly trial: number; readonly of: string }
  | { readonly kind: 'supernet'; readonly run: string; readonly search: number }
  /** `unit`: what comes into place in one step. */
  | { readonly kind: 'other'; readonly unit: string };

/** Two names with one key are one folder where the file system does not tell small letters from
 * capitals. */
export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase();

/** Undefined for a path that no archive of ours has, or that is no path on every system. */
export function readPath(path: string): PackedPath | undefined {
  if (NOT_ON_WINDOWS.test(path)) return undefined;
  const records = RECORDS.exec(path);
  if (records) return { kind: 'records', run: records[1] ?? '' };
  const checkpoint = CHECKPOINT.exec(path);
  if (checkpoint) {
    const [, run = '', trial = '', of = ''] = checkpoint;
    return { kind: 'checkpoint', run, trial: Number(trial), of };
  }
  const supernet = SUPERNET.exec(path);
  if (supernet) return { kind: 'supernet', run: supernet[1] ?? '', search: Number(supernet[2]) };
  if (REPLAY.test(path)) return { kind: 'other', unit: path };
  const other = OTHER.exec(path);
  return other ? { kind: 'other', unit: other[1] ?? '' } : undefined;
}
