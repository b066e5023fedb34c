/** Workspaces that lose something, and what the next start makes of them. */
import { join } from 'node:path';
import { openDatabaseReadonly } from '../../src/store/database.ts';
import { backUp } from '../../src/store/upkeep/backup.ts';
import { findProblems } from '../../src/store/upkeep/doctor.ts';
import type { Mend } from '../../src/store/upkeep/repair.ts';
import { DATABASE_FILE, openWorkspace, type Workspace } from '../../src/store/workspace.ts';
import { asked, costsOf, finished, point, searchConfig } from './store-records.ts';
import { adoptText } from './workspace.ts';

/** Trials from `first` on, each finished with a checkpoint of its own. */
export function work({ store, files }: Workspace, first: number, count: number): void {
  if (store.run('run_1') === undefined) {
    store.createRun({ id: 'run_1', config: searchConfig('Ünïcödé'), strategyVersion: 1, sample: false });
  }
  for (let number = first; number < first + count; number += 1) {
    const event = asked(number);
    const [trial] = store.recordAsked('run_1', event, costsOf(event), 3);
    const id = trial?.id ?? '';
    store.startTrial(id);
    for (const epoch of [1, 2, 3]) store.appendEpoch(id, point(epoch), undefined);
    const checkpoint = { epoch: 3, ...adoptText(files, `${id}.bin`, `weights of ${id}`) };
    store.finishTrial(id, finished('', { metrics: { accuracy: number / 1000 }, checkpoint }));
  }
}

/** A daily one, made beside the open session; its name. */
export function copyOf({ directory, files }: Workspace): string {
  const db = openDatabaseReadonly(join(directory, DATABASE_FILE));
  try {
    const file = backUp(db, { backups: files.folders.backups, kind: 'daily', at: new Date(0) });
    return file.slice(files.folders.backups.length + 1);
  } finally {
    db.close();
  }
}

/** As the host does after a recovery. */
export function openAndMend(directory: string): Workspace & { readonly done: readonly string[] } {
  const workspace = openWorkspace(directory);
  workspace.store.sweep();
  const mends = findProblems(workspace.store, workspace.files, 'ours').flatMap(({ mend }): Mend[] =>
    mend ? [mend] : [],
  );
  return { ...workspace, done: workspace.mend(mends) };
}

export const numbers = ({ store }: Workspace): readonly number[] => store.trials('run_1').map(({ number }) => number);
