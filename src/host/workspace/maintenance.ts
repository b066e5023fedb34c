/** Maintenance of the workspace: its rolling copies, its repair, and what an opening has put back
 * or saved. */
import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupView, RepairView } from '../../bridge/maintenance-contract.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { dailyIsDue, isRestorable, listAsides, listBackups, removeBackup } from '../../store/upkeep/backup.ts';
import type { Backup, BackupKind } from '../../store/upkeep/backup.ts';
import type { Problem } from '../../store/upkeep/doctor.ts';
import { storedFiles } from '../../store/files.ts';
import { wishedCopy } from '../../store/upkeep/recovery.ts';
import type { Recovery } from '../../store/upkeep/recovery.ts';
import type { Mend } from '../../store/upkeep/repair.ts';
import { DATABASE_FILE } from '../../store/workspace.ts';
import type { Workspace } from '../../store/workspace.ts';
import { backUpDatabase, diagnoseWorkspace } from '../processes/store-client.ts';
import { bytesUnder } from './diagnostics.ts';
import type { Log } from '../log.ts';

export interface MaintenanceParts {
  readonly workspace: Workspace;
  readonly log: Log;
  readonly now: () => Date;
  /** Why the workspace cannot be repaired now, in words. */
  readonly busy: () => string | undefined;
}

/** What an opening did that was wished for, and what was then brought into agreement with it. */
export interface RecoveryReport extends Recovery {
  readonly done: readonly string[];
}

export function createMaintenance({ workspace, log, now, busy }: MaintenanceParts) {
  const { backups } = workspace.files.folders;

  const closing = new AbortController();
  let rolling: Promise<void> = Promise.resolve();

  async function copy(kind: BackupKind): Promise<Backup> {
    const database = join(workspace.directory, DATABASE_FILE);
    const name = await backUpDatabase({ database, backups, kind, at: now() }, closing.signal);
    const made = listBackups(backups).find((backup) => backup.name === name);
    if (made !== undefined) return made;
    throw new WorkbenchError('internal', `The copy "${name}" was made and is not there.`, {
      file: join(backups, name),
    });
  }

  async function repair(): Promise<RepairView> {
    const why = busy();
    if (why !== undefined) throw new WorkbenchError('run.state', why);
    if (workspace.store.passage().arriving.length > 0) {
      const words = 'Runs are being taken in from a file: wait for its end, or stop it, then repair.';
      throw new WorkbenchError('workspace.busy', words);
    }
    const { damage, problems } = await diagnoseWorkspace(workspace.directory);
    if (damage.length > 0) {
      // No copy can be made of it: the next start keeps it byte by byte before it reads what can be
      // read.
      workspace.wish({ salvage: true });
      return { backup: '', done: [], problems: damage, restart: true };
    }
    const { name } = await copy('repair');
    const done = workspace.mend(mendsOf(problems));
    log.warn({ backup: name, done }, 'workspace repaired');
    const left = await diagnoseWorkspace(workspace.directory);
    return { backup: name, done, problems: left.problems.map(({ words }) => words), restart: false };
  }

  return {
    /** Newest first. */
    list: () => keptBackups(workspace.directory),
    /** For good. Throws where there is none of that name, or it is to be put back. */
    remove: async (name: string) => {
      await removeKept(workspace.directory, name);
      log.warn({ name }, 'removed a backup');
    },
    make: async () => viewOf(await copy('asked')),
    /** By the next start. */
    restore: (name: string) => workspace.wish({ restore: name }),
    repair,
    /** Of a session: makes a copy where a day has gone by since the last; what comes of it stands
     * in the log. */
    start: () => {
      // Of nothing there is nothing to lose.
      if (!dailyIsDue(backups, now()) || workspace.store.runs({ trash: 'with', limit: 1 }).total === 0) return;
      const database = join(workspace.directory, DATABASE_FILE);
      if (!hasRoomFor(statSync(database).size, backups)) {
        return log.warn({ backups }, 'no copy of the database: the disk has too little room left');
      }
      rolling = copy('daily').then(
        ({ name, bytes }) => log.info({ name, bytes }, 'copied the database'),
        (error: unknown) => log.error({ error: String(error) }, 'could not copy the database'),
      );
    },
    /** Gives up a copy in the making. */
    close: async () => {
      closing.abort();
      await rolling;
    },
  };
}

/** Copies of a workspace that need not be opened for it. */
export function backupsOf(directory: string): readonly BackupView[] {
  return listBackups(storedFiles(directory).folders.backups).map(viewOf);
}

/** Copies, and weights that were put aside, which take their time to be counted. Newest first. */
export async function keptBackups(directory: string): Promise<readonly BackupView[]> {
  const { backups } = storedFiles(directory).folders;
  const asides: BackupView[] = [];
  for (const { name, at } of listAsides(backups)) {
    const bytes = await bytesUnder(join(backups, name));
    asides.push({ name, at, bytes, kind: 'checkpoints', schema: 0, restorable: false });
  }
  return [...backupsOf(directory), ...asides].sort((left, right) => (left.at < right.at ? 1 : -1));
}

/** Removes one of them for good: nothing else ever removes damaged copies and weights that were put
 * aside. */
export async function removeKept(directory: string, name: string): Promise<BackupView> {
  const kept = await keptBackups(directory);
  const found = kept.find((backup) => backup.name === name);
  const refuse = (why: string): WorkbenchError =>
    new WorkbenchError('usage.invalid', `"${name}" ${why}`, { field: 'backup' });
  if (found === undefined) {
    const names = kept.map((backup) => backup.name).join(', ');
    throw refuse(`is no backup of this workspace. There ${names === '' ? 'are none' : `are: ${names}`}.`);
  }
  if (wishedCopy(directory) === name) throw refuse('is put back by the next start: remove it after that.');
  await removeBackup(storedFiles(directory).folders.backups, name);
  return found;
}

/** After an opening that has put something back or saved it, before anything else reads the
 * workspace. */
export async function mendAfterRecovery(workspace: Workspace): Promise<RecoveryReport | undefined> {
  const { recovery } = workspace;
  if (recovery === undefined) return undefined;
  const { problems } = await diagnoseWorkspace(workspace.directory);
  const left = (recovery.leftOut ?? []).map(
    (name) => `The run "${name}" was on its way in or out when the copy was made, and is not in it.`,
  );
  return { ...recovery, done: [...left, ...workspace.mend(mendsOf(problems))] };
}

/** Searches need room too: a copy takes no more than half of what is left. */
function hasRoomFor(bytes: number, folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 2 * bytes;
}

const mendsOf = (problems: readonly Problem[]): readonly Mend[] =>
  problems.map(({ mend }) => mend).filter((mend) => mend !== undefined);

const viewOf = (backup: Backup): BackupView => ({ ...backup, restorable: isRestorable(backup) });
