/**
 * Process for long work on a workspace's files and database, and for files of strangers: archives
 * are taken apart here, never in the host.
 */
import { basename } from 'node:path';
import { backUp } from '../../store/upkeep/backup.ts';
import type { BackupKind } from '../../store/upkeep/backup.ts';
import { compactDatabase, openDatabaseReadonly } from '../../store/database.ts';
import { examine, findProblems } from '../../store/upkeep/doctor.ts';
import type { OpenSession } from '../../store/upkeep/doctor.ts';
import { findWaste } from '../../store/upkeep/waste.ts';
import { openReadable } from '../../store/workspace.ts';
import type { ReadableWorkspace } from '../../store/workspace.ts';
import type { PackOrder, UnpackOrder } from '../archive/orders.ts';
import { packArchive } from '../archive/pack.ts';
import { unpackArchive } from '../archive/unpack.ts';
import { serve } from './channel.ts';

/** `backups`: the folder of the copies. */
export interface BackUpOrder {
  readonly database: string;
  readonly backups: string;
  readonly kind: BackupKind;
  readonly at: Date;
}

/** How far an archive is. */
export interface ArchiveProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** What the host offers while an archive is packed or taken apart. */
export interface ArchiveWatcher {
  progress(progress: ArchiveProgress): void;
}

/** Between two reports of one stage. */
const REPORT_MS = 100;

const functions = {
  /** `session`: whether files may be on their way to their rows meanwhile. */
  examine: (workspace: string, session: OpenSession) =>
    reading(workspace, ({ store, files }) => examine(store, files, session)),
  /** Problems are known of a database that is not damaged in itself. */
  diagnose: (workspace: string) =>
    reading(workspace, ({ store, files }) => {
      const damage = store.check();
      return { damage, problems: damage.length > 0 ? [] : findProblems(store, files, 'ours') };
    }),
  findWaste: (workspace: string, fence: string) =>
    reading(workspace, ({ store, files }) => findWaste(store, files, fence)),
  compact: compactDatabase,
  backUp: (order: BackUpOrder) => {
    const db = openDatabaseReadonly(order.database);
    try {
      return basename(backUp(db, order));
    } finally {
      db.close();
    }
  },
  pack: (order: PackOrder) => packArchive(order, report),
  unpack: (order: UnpackOrder) => unpackArchive(order, report),
};

export type StoreWorker = typeof functions;

const host = serve<ArchiveWatcher>(functions);

function reading<T>(workspace: string, read: (workspace: ReadableWorkspace) => T): T {
  const open = openReadable(workspace);
  try {
    return read(open);
  } finally {
    open.close();
  }
}

let reported = 0;
let lastStage = '';

function report(stage: string, done: number, total: number): void {
  const now = performance.now();
  if (stage === lastStage && now - reported < REPORT_MS) return;
  reported = now;
  lastStage = stage;
  void host.progress.asEvent({ stage, done, total });
}
