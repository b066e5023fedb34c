/** Makes room: what can go, how much that is, and away with it. Rows go first, files after them, so
 * a kill leaves orphans only. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WASTE_KINDS } from '../../bridge/schemas/upkeep.ts';
import type { ReclaimedView, WasteKind, WasteView } from '../../bridge/schemas/upkeep.ts';
import { DATABASE_FILE } from '../../store/workspace.ts';
import type { Workspace } from '../../store/workspace.ts';
import { compactDatabase, findWaste } from '../processes/store-client.ts';
import type { RunService } from '../runs/service.ts';
import type { RunUpkeep } from '../runs/upkeep.ts';
import { yieldToEvents } from '../slices.ts';

export interface ReclaimParts {
  readonly workspace: Workspace;
  readonly runs: Pick<RunService, 'active' | 'announce'>;
  readonly upkeep: Pick<RunUpkeep, 'purge'>;
  /** Why searches or trainers may read and write what would go, in words. */
  readonly busy: () => string | undefined;
}

/** A smaller part of the file is not worth the writing of all of it. */
const LEAST_FREE_SHARE = 0.1;
const LEAST_FREE_BYTES = 1 << 20;

type Found = Awaited<ReturnType<typeof findWaste>>;

const total = (sizes: readonly { readonly bytes: number }[]): number =>
  sizes.reduce((sum, { bytes }) => sum + bytes, 0);

export function createReclaim({ workspace, runs, upkeep, busy }: ReclaimParts) {
  const { store, files, directory } = workspace;
  const database = join(directory, DATABASE_FILE);

  const look = (): Promise<Found> => findWaste(directory, store.fence);

  const SIZES = {
    checkpoints: ({ weights }) => ({
      bytes: total(weights),
      count: weights.reduce((sum, { files: count }) => sum + count, 0),
    }),
    trash: ({ trash }) => ({ bytes: total(trash), count: trash.length }),
    caches: ({ caches }) => ({ bytes: total(caches), count: caches.length }),
    orphans: ({ orphans, leftovers }) => ({
      bytes: total(orphans) + total(leftovers),
      count: orphans.length + leftovers.length,
    }),
    database: ({ database: { bytes, freeBytes, freePages } }) => {
      const pays = freeBytes >= LEAST_FREE_BYTES && freeBytes >= LEAST_FREE_SHARE * bytes;
      return pays ? { bytes: freeBytes, count: freePages } : { bytes: 0, count: 0 };
    },
  } as const satisfies Record<WasteKind, (found: Found) => { readonly bytes: number; readonly count: number }>;

  /** Why it cannot go now, in words. */
  function blocked(kind: WasteKind): string | undefined {
    if (kind !== 'caches' && kind !== 'database') return undefined;
    if (kind === 'database' && store.passage().arriving.length > 0) {
      return 'Runs are being taken in from a file: wait for its end, or stop it.';
    }
    return busy();
  }

  async function dropWeights({ weights }: Found): Promise<void> {
    for (const { runId, trialIds, searches } of weights) {
      // It may have been gone on with, or thrown away, since it was looked at.
      if (runs.active().includes(runId) || store.summary(runId)?.trashedAt !== undefined) continue;
      if (store.run(runId) === undefined) continue;
      if (trialIds.length > 0) files.remove(store.keepFrontOnly(runId, trialIds));
      files.remove(searches.flatMap((search) => store.dropSupernet(runId, search) ?? []));
      runs.announce(runId);
      await yieldToEvents();
    }
  }

  async function removeOrphans({ orphans, leftovers }: Found): Promise<void> {
    // Between a file's coming into place and its row nobody else has a turn: what no row names now
    // is an orphan.
    const known = new Set(store.storedFiles().map(({ file }) => file));
    files.remove(orphans.map(({ name }) => name).filter((name) => !known.has(name)));
    await removeAll(files.folders.tmp, leftovers);
  }

  const WAYS = {
    checkpoints: dropWeights,
    trash: ({ trash }) => upkeep.purge(trash.map(({ runId }) => runId).filter((id) => store.run(id) !== undefined)),
    caches: ({ caches }) => removeAll(files.folders.cache, caches),
    orphans: removeOrphans,
    database: () => workspace.whileCompacting(() => compactDatabase(database)),
  } as const satisfies Record<WasteKind, (found: Found) => Promise<void>>;

  return {
    waste: async (): Promise<readonly WasteView[]> => {
      const found = await look();
      return WASTE_KINDS.map((kind) => {
        const why = blocked(kind);
        return { kind, ...SIZES[kind](found), ...(why !== undefined && { blocked: why }) };
      });
    },
    /** In the order of `WASTE_KINDS`; what is blocked by then is passed over. */
    reclaim: async (kinds: readonly WasteKind[]) => {
      const reclaimed: ReclaimedView[] = [];
      for (const kind of WASTE_KINDS.filter((one) => kinds.includes(one) && blocked(one) === undefined)) {
        // Anew for each: what one leaves behind, orphans and free pages, the next one finds.
        const found = await look();
        const size = SIZES[kind](found);
        if (size.count === 0) continue;
        await WAYS[kind](found);
        reclaimed.push({ kind, ...size });
      }
      return reclaimed;
    },
  };
}

async function removeAll(folder: string, entries: readonly { readonly name: string }[]): Promise<void> {
  // What another program holds open stays for the next time.
  for (const { name } of entries) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}
