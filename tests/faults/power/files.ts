/** Power cuts while a schema changes, and while files of others, of trainers and of the library are
 * written. */
import { createHash } from 'node:crypto';
import type { ReplayView } from '../../../src/bridge/schemas/replay.ts';
import { createCatalog } from '../../../src/host/library/catalog.ts';
import { createLibrary } from '../../../src/host/library/library.ts';
import { openLog } from '../../../src/host/log.ts';
import { createReplayFiles } from '../../../src/host/replays/files.ts';
import { FASHION_TEACHER, writeFakeTeacher } from '../../support/fake-teacher.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../../../src/compute/files/atomic-file.ts';
import { packArchive } from '../../../src/host/archive/pack.ts';
import { unpackArchive } from '../../../src/host/archive/unpack.ts';
import { listBackups } from '../../../src/store/upkeep/backup.ts';
import { DATABASE_FILE, openWorkspace } from '../../../src/store/workspace.ts';
import Database from 'better-sqlite3';
import { addRun, lookForNote, nextStart, placeIn, RESOURCES } from './operation.ts';
import type { Operation } from './operation.ts';

const OLDEST = fileURLToPath(new URL('../../store/fixtures/schema-0001.sql', import.meta.url));

/** From the oldest schema to the newest. */
export const migration: Operation = {
  name: 'migration',
  prepare: (disk) => {
    mkdirSync(placeIn(disk), { recursive: true });
    new Database(join(placeIn(disk), DATABASE_FILE)).exec(readFileSync(OLDEST, 'utf8')).close();
    return (acknowledge) => {
      const { store, close } = openWorkspace(placeIn(disk));
      acknowledge('open');
      store.setRunNote('run_1', 'noted');
      acknowledge('noted');
      close();
    };
  },
  look: (disk, acknowledged, lose) => {
    if (acknowledged.includes('open')) {
      const copy = listBackups(join(placeIn(disk), 'backups')).at(-1);
      if (copy?.schema !== 1) lose('the copy from before is lost');
    }
    const workspace = openWorkspace(placeIn(disk));
    try {
      const { store } = workspace;
      store.sweep();
      for (const damage of store.check()) lose(damage);
      if (store.trials('run_1').length !== 4) lose('students are lost');
      if (acknowledged.includes('noted') && store.runNote('run_1') !== 'noted') lose('the note is lost');
    } finally {
      workspace.close();
    }
  },
};

/** Files of others and of trainers: whole, and once it is said that they are there, there. */
export const files: Operation = {
  name: 'files',
  prepare: async (disk) => {
    const workspace = openWorkspace(placeIn(disk));
    await addRun(workspace, 'run', 1);
    workspace.close();
    writeFakeTeacher(join(placeIn(disk), 'teachers/big'), { ...FASHION_TEACHER, name: 'big' });
    mkdirSync(join(disk, 'out'));
    writeFileSync(join(disk, 'out/state'), 'old');
    writeFileSync(join(disk, 'out/a.trade'), 'old');
    return async (acknowledge) => {
      writeAtomically(join(disk, 'out/state'), Buffer.from('new'));
      acknowledge('state');
      writeAtomically(join(disk, 'out/deep/cache'), Buffer.from('targets'));
      acknowledge('cache');
      const order = { workspace: placeIn(disk), temp: join(disk, 'temp'), program: '1' } as const;
      const packedAt = '2026-01-01T00:00:00.000Z';
      await packArchive({ ...order, target: join(disk, 'out/a.trade'), packedAt }, () => undefined);
      acknowledge('archive');

      const session = openWorkspace(placeIn(disk));
      acknowledge('open');
      const catalog = createCatalog(RESOURCES, session.directory);
      const library = createLibrary({ ...session, catalog, inHand: () => [], changed: () => undefined });
      await library.removeTeacher('big');
      acknowledge('removed');
      const { log, close } = openLog(join(session.files.folders.logs, 'host.log'));
      const replays = createReplayFiles(session.directory, session.files.temp, log);
      for (const games of [1, 2]) {
        // Sound: what is written is not looked into.
        replays.write({ summary: { id: 'r1' }, results: Array(games).fill('game') } as unknown as ReplayView);
        acknowledge('replay');
      }
      acknowledge('removing it');
      replays.remove('r1');
      acknowledge('no replay');
      close();
      acknowledge('closing');
      session.close();
    };
  },
  look: async (disk, acknowledged, lose) => {
    const state = readFileSync(join(disk, 'out/state'), 'utf8');
    if (state !== 'new' && (state !== 'old' || acknowledged.includes('state'))) lose(`the state is "${state}"`);
    const cache = join(disk, 'out/deep/cache');
    if (existsSync(cache) ? readFileSync(cache, 'utf8') !== 'targets' : acknowledged.includes('cache'))
      lose('the cache is not whole');
    if (acknowledged.includes('open') && !acknowledged.includes('closing')) lookForNote(disk, lose);
    nextStart(disk, lose);
    if (acknowledged.includes('removed') && existsSync(join(placeIn(disk), 'teachers/big'))) lose('a teacher is back');
    const replays = join(placeIn(disk), 'replays');
    const names = existsSync(replays)
      ? readdirSync(replays).filter((name) => /^r1-[0-9a-f]{12}\.json$/.test(name))
      : [];
    for (const name of names) {
      const hash = createHash('sha256')
        .update(readFileSync(join(replays, name)))
        .digest('hex');
      if (name !== `r1-${hash.slice(0, 12)}.json`) lose('half a replay bears its name');
    }
    const isRemoved = acknowledged.includes('no replay');
    const isThere = acknowledged.includes('replay') && !acknowledged.includes('removing it');
    if (isRemoved && names.length > 0) lose('a replay is back');
    if (isThere && names.length === 0) lose('a replay is lost');
    const archive = join(disk, 'out/a.trade');
    if (readFileSync(archive).equals(Buffer.from('old'))) {
      if (acknowledged.includes('archive')) lose('the archive is lost');
      return;
    }
    const staging = join(disk, 'staging');
    const place = { file: archive, name: 'a.trade', staging, workspace: join(disk, 'none'), resources: RESOURCES };
    const now = '2026-01-02T00:00:00.000Z';
    const { runs } = await unpackArchive({ suffix: 'b1', now, ...place }, () => undefined);
    if (runs.length !== 1) lose('the archive lacks the run');
  },
};
