/** What of a workspace takes space without need; looks only, and changes nothing. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportedOf } from '../../core/front.ts';
import type { StoredFiles } from '../files.ts';
import { ownTemps } from '../ownership.ts';
import type { ReadableStore, SupernetRow } from '../store.ts';
import { lenderOf } from '../../core/strategies/listed.ts';
import { beginsWithOthers } from '../../core/strategies/registry.ts';
import type { RunSummary } from '../../core/records/summary.ts';

/** A run at rest, the students off its front whose weights are kept, and its searches that are
 * over. */
export interface DroppableWeights {
  readonly runId: string;
  readonly trialIds: readonly string[];
  /** What they have learned is in the log. */
  readonly searches: readonly number[];
  readonly files: number;
  readonly bytes: number;
}

/** Entries of a folder of the workspace that nothing needs, with all that is in them. */
export interface UselessFile {
  readonly name: string;
  readonly bytes: number;
}

export interface Waste {
  readonly weights: readonly DroppableWeights[];
  readonly trash: readonly { readonly runId: string; readonly bytes: number }[];
  /** In `checkpoints`. */
  readonly orphans: readonly UselessFile[];
  /** In `tmp`, left by other sessions. */
  readonly leftovers: readonly UselessFile[];
  /** In `cache`: soft targets, which are computed again where they are wanted. */
  readonly caches: readonly UselessFile[];
  readonly database: ReturnType<ReadableStore['space']>;
}

/** `fence`: of the session that has the workspace open; its temp folder is in use. */
export function findWaste(store: ReadableStore, files: StoredFiles, fence: string): Waste {
  const { folders } = files;
  // Files first: one that is named by a row by the time the rows are read was never an orphan.
  const present = new Map(entriesOf(folders.checkpoints).map((entry) => [entry.name, entry.bytes]));
  const rows = store.checkpoints();
  const supernets = store.supernets();
  const { arriving } = store.passage();
  const runs = store.runs({ trash: 'with' }).rows.filter(({ run }) => !arriving.includes(run.id));
  const lenders = new Set(runs.flatMap(({ run }) => lenderOf(run) ?? []));
  const bytesOf = new Map<string, { files: number; bytes: number }>();
  for (const { trialId, kind, bytes } of rows) {
    if (kind === 'epoch') continue;
    const known = bytesOf.get(trialId) ?? { files: 0, bytes: 0 };
    bytesOf.set(trialId, { files: known.files + 1, bytes: known.bytes + bytes });
  }
  return {
    weights: runs.flatMap((summary) => droppable(store, summary, bytesOf, supernets, lenders)),
    trash: runs
      .filter(({ run, trashedAt }) => trashedAt !== undefined && !lenders.has(run.id))
      .map(({ run }) => {
        const { checkpointBytes, recordBytes } = store.runSize(run.id);
        return { runId: run.id, bytes: checkpointBytes + recordBytes };
      }),
    orphans: files.unnamed([...rows, ...supernets]).orphans.flatMap((name) => {
      const bytes = present.get(name);
      return bytes === undefined ? [] : [{ name, bytes }];
    }),
    leftovers: ownTemps(folders.tmp)
      .filter((name) => name !== fence)
      .map((name) => ({ name, bytes: bytesIn(join(folders.tmp, name)) })),
    // Beside them stand folders of teachers whose training can go on.
    caches: entriesOf(folders.cache).filter(({ name }) => name.endsWith('.safetensors')),
    database: store.space(),
  };
}

/** Of runs in the trash nothing: they leave whole, or come back whole. Nor of one that can go on
 * and begins students with the weights of others: any of them may be a parent yet. */
function droppable(
  store: ReadableStore,
  { run, trashedAt }: RunSummary,
  bytesOf: ReadonlyMap<string, { readonly files: number; readonly bytes: number }>,
  supernets: readonly SupernetRow[],
  lenders: ReadonlySet<string>,
): readonly DroppableWeights[] {
  if (trashedAt !== undefined || run.state === 'running') return [];
  const all = store.trials(run.id);
  const begins = beginsWithOthers(run.config.strategy) || all.some(({ from }) => from !== undefined);
  const needsAll = (begins && run.state !== 'finished') || lenders.has(run.id);
  const trials = needsAll ? [] : all.filter(({ state }) => state === 'finished');
  const front = new Set(reportedOf(run.config, trials).map(({ id }) => id));
  const found = trials.flatMap(({ id }) => {
    const size = front.has(id) ? undefined : bytesOf.get(id);
    return size ? [{ id, ...size }] : [];
  });
  const own = supernets.filter(({ runId }) => runId === run.id);
  const open = own.length === 0 ? undefined : store.searches(run.id).open;
  const over = own.filter(({ search }) => search !== open?.search);
  if (found.length + over.length === 0) return [];
  return [
    {
      runId: run.id,
      trialIds: found.map(({ id }) => id),
      searches: over.map(({ search }) => search),
      files: found.reduce((sum, { files }) => sum + files, over.length),
      bytes: [...found, ...over].reduce((sum, { bytes }) => sum + bytes, 0),
    },
  ];
}

function entriesOf(folder: string): readonly UselessFile[] {
  return list(folder).map((name) => ({ name, bytes: bytesIn(join(folder, name)) }));
}

/** What goes while this looks counts as nothing. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a file, or of all files in a folder; links count as nothing. */
export function bytesIn(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.isFile() ? found.size : 0;
  return list(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
