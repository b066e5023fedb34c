/** Power cuts while the database is copied, put back, saved or repaired. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepDamaged, listBackups, removeBackup } from '../../../src/store/upkeep/backup.ts';
import { findProblems } from '../../../src/store/upkeep/doctor.ts';
import { storedFiles } from '../../../src/store/files.ts';
import { wishedCopy, wishFor } from '../../../src/store/upkeep/recovery.ts';
import type { Mend } from '../../../src/store/upkeep/repair.ts';
import { DATABASE_FILE, openWorkspace } from '../../../src/store/workspace.ts';
import Database from 'better-sqlite3';
import { addRun, adopt, copyIn, deadWorkspace, lookForNote, nextStart, placeIn } from './operation.ts';
import type { Operation } from './operation.ts';

/** Copies are made, thinned out and removed; a damaged database is kept. */
export const backup: Operation = {
  name: 'backup',
  prepare: async (disk) => {
    await deadWorkspace(disk, (workspace) => addRun(workspace, 'run', 2));
    const directory = placeIn(disk);
    const backups = join(directory, 'backups');
    return async (acknowledge) => {
      for (let number = 1; number <= 7; number += 1) acknowledge(`copy ${copyIn(directory, 'asked', number)}`);
      const removed = copyIn(directory, 'repair', 8);
      await removeBackup(backups, removed);
      acknowledge(`removed ${removed}`);
      acknowledge(`kept ${keepDamaged(join(directory, DATABASE_FILE), backups, new Date(9 * 60_000))}`);
    };
  },
  look: (disk, acknowledged, lose) => {
    const backups = join(placeIn(disk), 'backups');
    const named = (what: string): readonly string[] =>
      acknowledged.flatMap((one) => (one.startsWith(`${what} `) ? [one.slice(what.length + 1)] : []));
    const found = listBackups(backups);
    const there = new Set(found.map(({ name }) => name));
    for (const name of named('copy').slice(-5)) {
      // Five newer ones are there, the last of them not acknowledged yet.
      const newer = found.filter((one) => one.kind === 'asked' && one.name > name).length;
      if (!there.has(name) && newer < 5) lose(`the copy ${name} is lost`);
    }
    for (const name of named('removed')) if (there.has(name)) lose(`the copy ${name} is back`);
    for (const { name, kind } of found) {
      if (kind === 'damaged') continue;
      const db = new Database(join(backups, name), { readonly: true });
      try {
        if (db.pragma('integrity_check', { simple: true }) !== 'ok') lose(`the copy ${name} is damaged`);
        if (db.prepare('SELECT count(*) FROM trial').pluck().get() !== 3) lose(`the copy ${name} lacks students`);
      } finally {
        db.close();
      }
    }
    for (const name of named('kept')) {
      for (const suffix of ['', '-wal']) {
        const [ours, theirs] = [join(placeIn(disk), DATABASE_FILE), join(backups, name)].map((one) => one + suffix);
        if (ours === undefined || theirs === undefined || !existsSync(ours)) continue;
        if (!existsSync(theirs) || !readFileSync(ours).equals(readFileSync(theirs)))
          lose(`the bytes of the damaged database are not kept (${suffix})`);
      }
    }
    nextStart(disk, lose);
  },
};

/** A copy is put back, work goes on, and what stood there is put back again. */
export const restore: Operation = {
  name: 'restore',
  prepare: async (disk) => {
    let copy = '';
    await deadWorkspace(disk, async (workspace) => {
      await addRun(workspace, 'run', 1);
      copy = copyIn(workspace.directory, 'asked', 1);
      await addRun(workspace, 'lost', 1);
    });
    const directory = placeIn(disk);
    return async (acknowledge) => {
      wishFor(directory, { restore: copy });
      acknowledge('wished');
      const back = openWorkspace(directory);
      acknowledge('back');
      await addRun(back, 'later', 1);
      acknowledge('later');
      acknowledge('closing');
      back.close();
      wishFor(directory, { restore: back.recovery?.kept ?? '' });
      acknowledge('wished again');
      openWorkspace(directory).close();
      acknowledge('forth');
    };
  },
  look: (disk, acknowledged, lose) => {
    const has = (what: string): boolean => acknowledged.includes(what);
    const { backups, checkpoints } = storedFiles(placeIn(disk)).folders;
    // A wish that is there and was not acknowledged yet may be granted.
    const isWishedAgain = has('wished again') || wishedCopy(placeIn(disk))?.endsWith('-restore.sqlite') === true;
    if (has('back') && !has('closing')) lookForNote(disk, lose);
    nextStart(disk, lose, ({ store }) => {
      const there = ['run', 'lost', 'later'].filter((id) => store.run(id) !== undefined).join();
      const states = ['run,lost', 'run', 'run,later'];
      if (!states.includes(there)) lose(`there are ${there}`);
      if (has('wished') && !isWishedAgain && there === 'run,lost') lose('the wish is forgotten');
      if (has('later') && !isWishedAgain && there !== 'run,later') lose('what came after it is lost');
      if (has('forth') && there !== 'run,lost') lose('what stood there is lost');
      if (has('wished again') && there !== 'run,lost') lose('the second wish is forgotten');
    });
    // Weights are where their rows are, or wait for them.
    const waiting = readdirSync(backups).filter((name) => name.startsWith('checkpoints-'));
    const files = [checkpoints, ...waiting.map((name) => join(backups, name))].flatMap((one) => readdirSync(one));
    for (const id of ['run', 'lost', ...(has('later') ? ['later'] : [])]) {
      // In both places at once: the next sweep takes one of them.
      const found = new Set(files.filter((name) => name.startsWith(`${id}-0`))).size;
      if (found !== 2) lose(`${found} of the weights of ${id} are there`);
    }
    const copies = listBackups(backups).filter(({ kind }) => kind === 'restore').length;
    if (has('back') && copies === 0) lose('what stood there is not kept');
  },
};

/** What is left of a damaged database is saved, and rows and files that disagree are repaired. */
export const salvage: Operation = {
  name: 'salvage',
  prepare: async (disk) => {
    const workspace = openWorkspace(placeIn(disk));
    await addRun(workspace, 'run', 3);
    workspace.close();
    const file = join(placeIn(disk), DATABASE_FILE);
    const bytes = readFileSync(file);
    bytes.fill(0, 0, 96);
    writeFileSync(file, bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return async (acknowledge) => {
      wishFor(placeIn(disk), { salvage: true });
      acknowledge(`wished ${hash}`);
      const saved = openWorkspace(placeIn(disk));
      acknowledge('saved');
      saved.store.renameRun('run', 'renamed');
      acknowledge('renamed');
      // A file that is gone, and one that no row names.
      const { store, files } = saved;
      files.remove([store.checkpoint('run-0000', 'final')?.file ?? '']);
      await adopt(saved, 'lost.bin', 'orphan');
      copyIn(placeIn(disk), 'repair', 1);
      saved.mend(findProblems(store, files, 'ours').flatMap(({ mend }): Mend[] => (mend ? [mend] : [])));
      acknowledge('mended');
      saved.close();
    };
  },
  look: (disk, acknowledged, lose) => {
    const wished = acknowledged[0]?.split(' ')[1];
    const has = (what: string): boolean => acknowledged.includes(what);
    const { backups } = storedFiles(placeIn(disk)).folders;
    if (wished === undefined) return;
    const broken: string[] = [];
    nextStart(
      disk,
      (what) => broken.push(what),
      ({ store }) => {
        if (store.trials('run').length !== 4) lose('students are lost');
        if (has('renamed') && store.run('run')?.name !== 'renamed') lose('it was saved a second time');
      },
    );
    // The file that was removed is missing before the repair, and is said to be gone after it.
    for (const what of broken)
      if (!/without a checkpoint/.test(what) && (has('mended') || !/is missing/.test(what))) lose(what);
    const kept = listBackups(backups).filter(({ kind }) => kind === 'damaged');
    const hashes = kept.map(({ name }) =>
      createHash('sha256')
        .update(readFileSync(join(backups, name)))
        .digest('hex'),
    );
    if (!hashes.includes(wished)) lose('the damaged database is not kept');
    const asides = readdirSync(backups).filter((name) => name.startsWith('checkpoints-'));
    const files = asides.flatMap((name) => readdirSync(join(backups, name)));
    if (has('mended') && !files.some((name) => name.startsWith('lost-'))) lose('what was put aside is gone');
  },
};
