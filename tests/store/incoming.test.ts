/**
 * Runs on their way in or out, seen by others between two steps: nothing that comes is taken for
 * waste, nobody touches what is not whole, and a copy made in between tells no later start to take
 * anything away.
 */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUp, listBackups } from '../../src/store/upkeep/backup.ts';
import { openDatabase, openDatabaseReadonly } from '../../src/store/database.ts';
import { examine } from '../../src/store/upkeep/doctor.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { findWaste } from '../../src/store/upkeep/waste.ts';
import { DATABASE_FILE, openReadable, openWorkspace, type Workspace } from '../../src/store/workspace.ts';
import {
  addRun,
  addTeacherTo,
  canonical,
  filled,
  packed,
  problems,
  stage,
  taken,
  teacherIn,
} from '../support/archives.ts';
import { asked, askedOf, costsOf, searchConfig } from '../support/store-records.ts';
import { temporaryWorkspace } from '../support/workspace.ts';

const RUNS = ['run_1', 'run_2', 'run_3'] as const;

/** A teacher of the workspace's own. */
function addTeacher({ directory }: Workspace, text = '{}'): void {
  mkdirSync(join(directory, 'teachers', 'big'), { recursive: true });
  writeFileSync(join(directory, 'teachers', 'big', 'teacher.json'), text);
}

/** Takes all of `from` in, and calls `between` whenever others have a turn. Returns how often that
 * was with a run half here. */
async function arriveIn(into: Workspace, file: string, between: () => void | Promise<void>): Promise<number> {
  const { staging, staged } = await stage(into, file);
  const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
  let isDone = false;
  let turns = 0;
  const arrival = into
    .takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders })
    .finally(() => (isDone = true));
  // It may fail while others have their turn: that is told at the end.
  arrival.catch(() => undefined);
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    if (into.store.passage().arriving.length === 0) continue;
    turns += 1;
    await between();
  }
  await arrival;
  return turns;
}

function copyOf({ directory, files }: Workspace, minutes = 0): string {
  const db = openDatabaseReadonly(join(directory, DATABASE_FILE));
  try {
    const { backups } = files.folders;
    return backUp(db, { backups, kind: 'asked', at: new Date(minutes * 60_000) }).slice(backups.length + 1);
  } finally {
    db.close();
  }
}

describe('while runs are taken in', () => {
  test('no file of theirs is ever one that no row names: what makes room frees nothing of them', async () => {
    const from = filled(...RUNS);
    const into = temporaryWorkspace('into');
    const turns = await arriveIn(into, await packed(from), () => {
      const { store, files } = openReadable(into.directory);
      const waste = findWaste(store, files, into.store.fence);
      expect([waste.orphans, waste.weights, waste.trash, waste.leftovers]).toEqual([[], [], [], []]);
      // As the reclaim does it, with what it has just found.
      into.files.remove(into.files.unnamed(into.store.storedFiles()).orphans);
      expect(examine(into.store, into.files).problems).toEqual([]);
    });
    expect(turns).toBeGreaterThanOrEqual(2 * RUNS.length - 1);
    expect(canonical(into)).toEqual(canonical(from));
    expect(problems(into)).toEqual([]);
  });

  test('nobody pauses, resumes, trashes, deletes, thins out or repairs what is half here', async () => {
    const from = filled(...RUNS);
    const into = temporaryWorkspace('into');
    addRun(into, 'ours');
    let tried = 0;
    await arriveIn(into, await packed(from), async () => {
      const { store } = into;
      for (const id of store.passage().arriving.filter((one) => store.run(one) !== undefined)) {
        const event = askedOf(4);
        const attempts = [
          () => store.setRunState(id, 'running'),
          () => store.trashRuns(['ours', id]),
          () => store.keepFrontOnly(id, []),
          () => store.deletePart(id),
          () => store.recordAsked(id, event, costsOf(event), 3),
          () => into.mend([{ what: 'log', runId: id }]),
        ];
        for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining({ code: 'workspace.busy' }));
        tried += 1;
      }
      expect(store.summary('ours')?.trashedAt).toBeUndefined();
      // Ours goes on as always.
      store.renameRun('ours', `ours ${tried}`);
    });
    expect(tried).toBeGreaterThan(3);
    expect(canonical(into).slice(1)).toEqual(canonical(from));
    into.store.trashRuns(['run_1']);
  });

  test('another arrival and a compaction wait for its end, and it for theirs', async () => {
    const [first, second] = [await packed(filled('run_1')), await packed(filled('run_2'))];
    const into = temporaryWorkspace('into');
    const order: string[] = [];
    const begin = async (file: string, name: string): Promise<void> => {
      const { staging, staged } = await stage(into, file);
      const runs = staged.runs.map(({ id }) => id);
      later.push(into.takeIn({ staged: staging, runs, folders: [] }).then(() => void order.push(name)));
    };
    const later: Promise<void>[] = [];
    await begin(first, 'first');
    await begin(second, 'second');
    const compaction = into.whileCompacting(() => {
      order.push('compaction');
      expect(into.store.passage().arriving).toEqual([]);
      return new Promise((resolve) => setTimeout(resolve, 20));
    });
    await Promise.all([...later, compaction]);
    expect(order).toEqual(['first', 'second', 'compaction']);
    expect(into.store.runs().total).toBe(2);
  });

  test('an archive of the whole workspace leaves them out, and one of them alone is refused', async () => {
    const from = filled(...RUNS);
    const into = temporaryWorkspace('into');
    addRun(into, 'ours');
    let packs = 0;
    await arriveIn(into, await packed(from), async () => {
      if (into.store.run('run_1') === undefined || packs > 0) return;
      packs += 1;
      await expect(packed(into, 'run_1')).rejects.toMatchObject({ code: 'run.state' });
      const again = temporaryWorkspace('again');
      const { runs } = await taken(again, await packed(into));
      expect(runs.map(({ id }) => id)).toEqual(['ours']);
    });
    expect(packs).toBe(1);
  });
});

describe('a copy made while runs are taken in', () => {
  test('has none of them; put back, it takes nothing away: not the teacher that came, nor our runs', async () => {
    const from = filled(...RUNS);
    addTeacherTo(from);
    const sound = teacherIn(from.directory);
    expect(sound).toContain('big');
    const into = temporaryWorkspace('into');
    addRun(into, 'ours');
    let made = 0;
    await arriveIn(into, await packed(from), () => void copyOf(into, (made += 1)));
    expect(teacherIn(into.directory)).toBe(sound);
    const { backups } = into.files.folders;
    const copies = listBackups(backups);
    expect(copies.length).toBe(Math.min(made, 5));
    for (const { name } of copies) {
      const db = new Database(join(backups, name), { readonly: true });
      expect(db.prepare('SELECT id FROM run').pluck().all()).toEqual(['ours']);
      expect(db.prepare('SELECT key FROM meta').pluck().all()).toEqual(['session']);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
    }
    into.close();
    wishFor(into.directory, { restore: copies[0]?.name ?? '' });
    const back = openWorkspace(into.directory);
    expect(back.recovery).toMatchObject({ what: 'restored' });
    expect(back.store.runs({ trash: 'with' }).rows.map(({ run }) => run.id)).toEqual(['ours']);
    expect(teacherIn(into.directory)).toBe(sound);
    expect(examine(back.store, back.files).problems).toEqual([]);
    back.close();
  });

  test('by a version before, with its mark in it, is settled when it is put back, and that is told', () => {
    const into = temporaryWorkspace('into');
    addRun(into, 'ours');
    addRun(into, 'half');
    addTeacher(into);
    const copy = copyOf(into);
    const db = openDatabase(join(into.files.folders.backups, copy));
    db.pragma('journal_mode = DELETE');
    const mark = JSON.stringify({ runs: ['half'], folders: ['teachers/big'] });
    db.prepare("INSERT INTO meta VALUES ('arriving', ?)").run(mark);
    db.close();
    into.close();
    wishFor(into.directory, { restore: copy });
    const back = openWorkspace(into.directory);
    expect(back.recovery).toMatchObject({ what: 'restored', leftOut: ['half'] });
    expect(back.store.runs().rows.map(({ run }) => run.id)).toEqual(['ours']);
    expect(teacherIn(into.directory)).toBe('{}');
    back.close();
  });
});

describe('a copy made while a run is deleted for good', () => {
  test('has no part of it: what is put back is whole, and stays', () => {
    const { directory, files, ...into } = temporaryWorkspace('into');
    const { store } = into;
    store.createRun({ id: 'large', config: searchConfig(), strategyVersion: 1, sample: false });
    const event = asked(...Array(250).keys());
    store.recordAsked('large', event, costsOf(event), 3);
    store.setRunState('large', 'paused');
    addRun({ directory, files, ...into }, 'ours');
    expect(store.deletePart('large').isGone).toBe(false);
    // Not whole: nothing that a repair could bring into agreement.
    expect(examine(store, files).problems).toEqual([]);
    const copy = copyOf({ directory, files, ...into });
    into.close();
    wishFor(directory, { restore: copy });
    for (const start of ['first', 'second']) {
      const back = openWorkspace(directory);
      expect([start, back.store.runs({ trash: 'with' }).rows.map(({ run }) => run.id)]).toEqual([start, ['ours']]);
      expect(examine(back.store, back.files).problems).toEqual([]);
      back.close();
    }
  });
});

describe('folders of an arrival', () => {
  const mark = ({ directory }: Workspace, value: unknown): void => {
    const db = openDatabase(join(directory, DATABASE_FILE));
    db.prepare("INSERT INTO meta VALUES ('arrived', ?)").run(typeof value === 'string' ? value : JSON.stringify(value));
    db.close();
  };

  test('that a kill after the last row left waiting come into their place by the next start', () => {
    const into = temporaryWorkspace('into');
    const from = join('tmp', into.store.fence, 'archive-1', 'teachers', 'big');
    into.close();
    mkdirSync(join(into.directory, from), { recursive: true });
    writeFileSync(join(into.directory, from, 'teacher.json'), '{"theirs":1}');
    const replay = join('tmp', into.store.fence, 'archive-1', 'replays', 'one');
    mkdirSync(join(into.directory, replay), { recursive: true });
    mark(into, [
      // In a copy that was put back: it came into its place long ago.
      { from: join('tmp', 's000007-abcdef', 'teachers', 'gone'), to: 'teachers/gone' },
      { from, to: 'teachers/big' },
      // Of a kind that this workspace has had nothing of yet.
      { from: replay, to: 'replays/one' },
    ]);
    expect(existsSync(join(into.directory, 'replays'))).toBe(false);
    for (const start of ['first', 'second']) {
      openWorkspace(into.directory).close();
      expect([start, teacherIn(into.directory)]).toEqual([start, '{"theirs":1}']);
      expect(existsSync(join(into.directory, 'replays', 'one'))).toBe(true);
      expect(existsSync(join(into.directory, 'teachers', 'gone'))).toBe(false);
    }
  });

  test('never take a place that is taken, come from elsewhere, or go elsewhere, whatever a mark says', () => {
    const into = temporaryWorkspace('into');
    addTeacher(into, '{"ours":1}');
    const own = join('tmp', into.store.fence);
    into.close();
    const elsewhere = join(into.directory, '..', 'thesis');
    mkdirSync(elsewhere);
    for (const name of ['a', 'b']) mkdirSync(join(into.directory, own, name), { recursive: true });
    symlinkSync(elsewhere, join(into.directory, own, 'link'));
    mark(into, [
      { from: join(own, 'a'), to: 'teachers/big' },
      { from: join(own, 'b'), to: '../gone' },
      { from: join(own, 'b'), to: 'checkpoints/gone' },
      { from: join('tmp', '..', '..', 'thesis'), to: 'teachers/stolen' },
      { from: 'tmp/../../thesis', to: 'teachers/stolen' },
      { from: 'tmp', to: 'teachers/stolen' },
      { from: join(own, 'b'), to: '../teachers/stolen' },
      { from: join(own, 'b'), to: 'teachers/stolen/../../../gone' },
      { from: join(own, 'b'), to: ['teachers/stolen'] },
      { from: elsewhere, to: 'teachers/stolen' },
      { from: join(own, 'link'), to: 'teachers/stolen' },
      { from: 7, to: 'teachers/stolen' },
      'teachers/big',
      null,
    ]);
    openWorkspace(into.directory).close();
    expect(teacherIn(into.directory)).toBe('{"ours":1}');
    expect(existsSync(elsewhere)).toBe(true);
    for (const place of ['../gone', 'checkpoints/gone', 'teachers/stolen', '../teachers']) {
      expect([place, existsSync(join(into.directory, place))]).toEqual([place, false]);
    }
    mark(into, 'no JSON at all');
    openWorkspace(into.directory).close();
  });

  test('are not there before all rows are: a fault leaves none, and nothing has to be taken back', async () => {
    const from = filled('run_1', 'run_2');
    addTeacherTo(from);
    const into = temporaryWorkspace('into');
    const { staging, staged } = await stage(into, await packed(from));
    const db = openDatabase(join(staging, DATABASE_FILE));
    db.exec("UPDATE checkpoint SET file = (SELECT file FROM checkpoint LIMIT 1) || 'x' WHERE trial_id = 'run_2-0002'");
    db.close();
    const runs = staged.runs.map(({ id }) => id);
    const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
    expect(folders).toHaveLength(1);
    await expect(into.takeIn({ staged: staging, runs, folders })).rejects.toThrow();
    expect(teacherIn(into.directory)).toBeUndefined();
    expect([into.store.passage(), into.store.runs().total]).toEqual([{ arriving: [], leaving: [] }, 0]);
    expect(problems(into)).toEqual([]);
  });

  test('never take a place that somebody took while the rows came: the runs are not another teacher’s', async () => {
    const from = filled(...RUNS);
    addTeacherTo(from);
    const into = temporaryWorkspace('into');
    const arrival = arriveIn(into, await packed(from), () => {
      if (teacherIn(into.directory) === undefined) addTeacher(into, '{"ours":1}');
    });
    await expect(arrival).rejects.toMatchObject({ code: 'store.conflict' });
    expect(teacherIn(into.directory)).toBe('{"ours":1}');
    expect([into.store.passage(), into.store.runs().total]).toEqual([{ arriving: [], leaving: [] }, 0]);
    expect(problems(into)).toEqual([]);
  });
});
