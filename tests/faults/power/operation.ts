/** What an operation is that is tried with power cuts, and what several of them begin with and look
 * at. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backUp } from '../../../src/store/upkeep/backup.ts';
import type { BackupKind } from '../../../src/store/upkeep/backup.ts';
import { openDatabaseReadonly } from '../../../src/store/database.ts';
import { examine } from '../../../src/store/upkeep/doctor.ts';
import type { AdoptedFile } from '../../../src/store/files.ts';
import { DATABASE_FILE, openReadable, openWorkspace } from '../../../src/store/workspace.ts';
import type { Workspace } from '../../../src/store/workspace.ts';
import { askedOf, costsOf, finished, point, PREDICTIONS, searchConfig } from '../../support/store-records.ts';

export type Acknowledge = (what: string) => void;
export type Lose = (what: string) => void;

export interface Operation {
  readonly name: string;
  /** Makes `disk` with all that is there before; what is returned is done under watch. */
  prepare(
    disk: string,
  ): Promise<(acknowledge: Acknowledge) => void | Promise<void>> | ((acknowledge: Acknowledge) => void | Promise<void>);
  /** At the disk that a power cut has left. */
  look(disk: string, acknowledged: readonly string[], lose: Lose): void | Promise<void>;
}

export const RESOURCES = fileURLToPath(new URL('../../../resources', import.meta.url));
export const placeIn = (disk: string): string => join(disk, 'workspace');

/** The next start: it opens, and rows and files agree; nothing of a dead session is left over. */
export function nextStart(disk: string, lose: Lose, look: (workspace: Workspace) => void = () => undefined): void {
  const workspace = openWorkspace(placeIn(disk));
  try {
    const { store, files } = workspace;
    store.sweep();
    for (const damage of store.check()) lose(`damaged: ${damage}`);
    for (const problem of examine(store, files).problems) lose(problem);
    const { orphans, strangers } = files.unnamed(store.checkpoints());
    for (const file of [...orphans, ...strangers]) lose(`the file ${file} is left over`);
    const temps = readdirSync(files.folders.tmp).filter((name) => name !== store.fence);
    if (temps.length > 0) lose(`${temps.join()} is left over in tmp`);
    const { arriving, leaving } = store.passage();
    if (arriving.length + leaving.length > 0) lose('a mark is left over');
    look(workspace);
  } finally {
    workspace.close();
  }
}

/** Of a session that is under way: without it the next start would not look for damage. */
export function lookForNote(disk: string, lose: Lose): void {
  const note = join(placeIn(disk), 'lock.json');
  if (!existsSync(note) || !/^\{"pid":\d+\}\n$/.test(readFileSync(note, 'utf8')))
    lose('the next start cannot know that a session was cut off');
}

/** As a trainer's file comes in. */
export async function adopt({ files }: Workspace, name: string, text: string): Promise<AdoptedFile> {
  const file = join(files.temp, name);
  writeFileSync(file, text);
  return files.adopt(file, name, await files.seal(file));
}

/** A run with so many finished students, each with weights; the last one is cut off. */
export async function addRun(workspace: Workspace, id: string, students: number): Promise<void> {
  const { store } = workspace;
  store.createRun({ id, config: { ...searchConfig(id), limits: [] }, strategyVersion: 1, sample: false });
  await addStudents(workspace, id, students);
  const cut = ask(workspace, id);
  store.startTrial(cut);
  store.appendEpoch(cut, point(1), { epoch: 1, ...(await adopt(workspace, `${cut}-1.bin`, `half of ${cut}`)) });
  store.interruptTrial(cut, 1);
  store.setRunState(id, 'paused');
}

async function addStudents(workspace: Workspace, id: string, students: number): Promise<void> {
  const { store } = workspace;
  for (let number = 0; number < students; number += 1) {
    const trial = ask(workspace, id);
    store.startTrial(trial);
    for (const epoch of [1, 2, 3]) store.appendEpoch(trial, point(epoch), undefined);
    const checkpoint = { epoch: 3, ...(await adopt(workspace, `${trial}.bin`, `weights of ${trial}`)) };
    store.finishTrial(trial, finished('', { checkpoint, predictions: PREDICTIONS }));
  }
}

export function ask({ store }: Workspace, id: string): string {
  const event = askedOf(store.trials(id).length);
  return store.recordAsked(id, event, costsOf(event), 3)[0]?.id ?? '';
}

/** Of all rows of a run, without times. */
export function rowsOf(directory: string, id: string): string {
  const { together, close } = openReadable(directory);
  try {
    const hash = createHash('sha256');
    together((records) => {
      for (const record of records(id)) hash.update(JSON.stringify(record));
    });
    return hash.digest('hex');
  } finally {
    close();
  }
}

/** A workspace as a session leaves it that dies: with a log. */
export async function deadWorkspace(disk: string, fill: (workspace: Workspace) => Promise<void>): Promise<void> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'trade-dead-'));
  try {
    const workspace = openWorkspace(join(elsewhere, 'workspace'));
    await fill(workspace);
    mkdirSync(disk, { recursive: true });
    for (const name of readdirSync(workspace.directory)) {
      // Before the session ends; nothing else is open in this process.
      if (!name.startsWith('lock.'))
        cpSync(join(workspace.directory, name), join(placeIn(disk), name), { recursive: true });
    }
    workspace.close();
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

export function copyIn(directory: string, kind: BackupKind, at: number): string {
  const db = openDatabaseReadonly(join(directory, DATABASE_FILE));
  try {
    return basename(backUp(db, { backups: join(directory, 'backups'), kind, at: new Date(at * 60_000) }));
  } finally {
    db.close();
  }
}
