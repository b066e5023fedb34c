/** The host's side of the store worker: each piece of work has a process of its own. */
import type { DoctorReport } from '../../store/upkeep/doctor.ts';
import type { Packed, PackOrder, Staged, UnpackOrder } from '../archive/orders.ts';
import { briefly, withWorker } from './channel.ts';
import type { Remote } from './channel.ts';
import { processEntry } from './process-entry.ts';
import type { ArchiveProgress, ArchiveWatcher, BackUpOrder, StoreWorker } from './store-worker.ts';

type Store = Remote<StoreWorker>;
type Tell = (progress: ArchiveProgress) => void;

const entry = (): string => processEntry('store-worker');

/** Hashes every checkpoint: that takes time in a large workspace. `searching`: a run is adding to
 * it meanwhile. */
export function examineWorkspace(workspace: string, searching: boolean): Promise<DoctorReport> {
  return briefly(entry(), ({ examine }: Store) => examine(workspace, searching ? 'another' : 'ours'));
}

/** What is wrong, with what can be done about it, while nothing is searched or trained. */
export function diagnoseWorkspace(workspace: string) {
  return briefly(entry(), ({ diagnose }: Store) => diagnose(workspace));
}

/** What takes space without need. `fence`: of the session that has the workspace open. */
export function findWaste(workspace: string, fence: string) {
  return briefly(entry(), (store: Store) => store.findWaste(workspace, fence));
}

/** Gives the database's free pages back to the disk, beside a session that rests. */
export function compactDatabase(database: string): Promise<void> {
  return withWorker(entry(), ({ compact }: Store) => compact(database));
}

/** Copies the database beside the session that has it open; gives the copy's name. `signal` gives
 * the copy up. */
export function backUpDatabase(order: BackUpOrder, signal?: AbortSignal): Promise<string> {
  return withWorker(entry(), ({ backUp }: Store) => backUp(order), { signal });
}

/** Undefined where it was stopped. Throws `run.missing`, `run.state`, `checkpoint.corrupt`,
 * `disk.full`. */
export function packArchive(order: PackOrder, tell: Tell, signal?: AbortSignal): Promise<Packed | undefined> {
  return unlessStopped(({ pack }) => pack(order), tell, signal);
}

/** Undefined where it was stopped. Throws `usage.invalid`, `workspace.newer`, `disk.full`. */
export function unpackArchive(order: UnpackOrder, tell: Tell, signal?: AbortSignal): Promise<Staged | undefined> {
  return unlessStopped(({ unpack }) => unpack(order), tell, signal);
}

async function unlessStopped<T>(
  work: (store: Store) => Promise<T>,
  progress: Tell,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  try {
    return await withWorker(entry(), work, { signal, ours: { progress } satisfies ArchiveWatcher });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}
