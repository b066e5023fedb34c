/** Power cuts while a run goes its way, and while runs are taken in. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packArchive } from '../../../src/host/archive/pack.ts';
import { unpackArchive } from '../../../src/host/archive/unpack.ts';
import { openReadable, openWorkspace } from '../../../src/store/workspace.ts';
import { FASHION_TEACHER, writeFakeTeacher } from '../../support/fake-teacher.ts';
import { finished, point, PREDICTIONS, searchConfig } from '../../support/store-records.ts';
import { addRun, adopt, ask, lookForNote, nextStart, placeIn, RESOURCES, rowsOf } from './operation.ts';
import type { Lose, Operation } from './operation.ts';

/** A run from its beginning to its end: trained, thinned out, deleted. */
export const run: Operation = {
  name: 'run',
  prepare: (disk) => {
    mkdirSync(disk);
    return async (acknowledge) => {
      const workspace = openWorkspace(placeIn(disk));
      const { store, files } = workspace;
      acknowledge('open');
      store.createRun({ id: 'run', config: searchConfig(), strategyVersion: 1, sample: false });
      acknowledge('created');
      const [first, second, dull] = [ask(workspace, 'run'), ask(workspace, 'run'), ask(workspace, 'run')];
      acknowledge('asked');
      store.startTrial(first);
      for (const epoch of [1, 2, 3]) {
        const row = { epoch, ...(await adopt(workspace, `epoch-${epoch}.bin`, `state ${epoch}`)) };
        const replaced = store.appendEpoch(first, point(epoch), row);
        acknowledge(`epoch ${epoch}`);
        if (replaced !== undefined) files.remove([replaced]);
      }
      const checkpoint = { epoch: 3, ...(await adopt(workspace, 'final.bin', 'weights')) };
      const best = { epoch: 2, ...(await adopt(workspace, 'best.bin', 'best weights')) };
      const { files: left } = store.finishTrial(first, finished('', { checkpoint, best }));
      acknowledge('finished');
      files.remove(left);
      store.startTrial(second);
      store.failTrial(second, 'it did not learn', 'failed', 1);
      acknowledge('failed');
      store.startTrial(dull);
      const off = { epoch: 3, ...(await adopt(workspace, 'dull.bin', 'dull weights')) };
      const rest = { checkpoint: off, predictions: PREDICTIONS, metrics: { accuracy: 0.1 } };
      store.finishTrial(dull, finished('', rest));
      store.setRunState('run', 'finished');
      await addRun(workspace, 'other', 2);
      files.remove(store.keepFrontOnly('run', [dull]));
      acknowledge('thinned');
      store.trashRuns(['run']);
      acknowledge('trashed');
      for (let isGone = false; !isGone;) {
        const part = store.deletePart('run');
        files.remove(part.files);
        isGone = part.isGone;
      }
      acknowledge('purged');
      acknowledge('closing');
      workspace.close();
    };
  },
  look: (disk, acknowledged, lose) => {
    const has = (what: string): boolean => acknowledged.includes(what);
    if (has('open') && !has('closing')) lookForNote(disk, lose);
    nextStart(disk, lose, ({ store, files }) => {
      const found = store.summary('run');
      if (has('purged') && found !== undefined) lose('the run is back');
      if (has('trashed') ? found !== undefined && found.trashedAt === undefined : has('created') && !found)
        lose('the run is not where it was');
      const trials = store.trials('run');
      if (found === undefined) return;
      if (has('asked') && trials.length !== 3) lose(`there are ${trials.length} students`);
      const epochs = acknowledged.filter((what) => what.startsWith('epoch')).length;
      if (epochs > 0 && (trials[0]?.epochsDone ?? 0) < epochs) lose(`epoch ${epochs} is lost`);
      if (has('finished') && trials[0]?.state !== 'finished') lose('the result is lost');
      if (has('failed') && trials[1]?.state !== 'failed') lose('the failure is lost');
      if (has('thinned') && store.checkpoint('run-0002', 'final') !== undefined) lose('the weights are back');
      const from = store.checkpoint('run-0000', 'epoch');
      if (from !== undefined && readFileSync(files.pathOf(from.file), 'utf8') !== `state ${from.epoch}`)
        lose('the state to go on from is another');
    });
  },
};

/** An archive of runs, weights, a teacher, a data set and a replay comes in. */
export function arrival(): Operation {
  const rows = new Map<string, string>();
  const folders = ['teachers/big', 'datasets/small', 'replays/r1-000000000000.json'];
  let ours = '';
  return {
    name: 'import',
    prepare: async (disk) => {
      const from = openWorkspace(join(disk, 'from'));
      for (const id of ['run_1', 'run_2']) await addRun(from, id, 2);
      writeFakeTeacher(join(from.directory, 'teachers/big'), { ...FASHION_TEACHER, name: 'big' });
      from.close();
      for (const id of ['run_1', 'run_2']) rows.set(id, rowsOf(from.directory, id));
      const archive = join(disk, 'a.trade');
      const order = { workspace: from.directory, target: archive, temp: join(disk, 'temp') } as const;
      await packArchive({ ...order, program: '1', packedAt: '2026-01-01T00:00:00.000Z' }, () => undefined);
      rmSync(from.directory, { recursive: true });
      const before = openWorkspace(placeIn(disk));
      await addRun(before, 'ours', 1);
      before.close();
      ours = rowsOf(placeIn(disk), 'ours');
      return async (acknowledge) => {
        const into = openWorkspace(placeIn(disk));
        const staging = join(into.files.temp, 'staging');
        const place = { file: archive, name: 'a.trade', staging, workspace: into.directory, resources: RESOURCES };
        const now = '2026-01-02T00:00:00.000Z';
        const staged = await unpackArchive({ suffix: 'b1', now, ...place }, () => undefined);
        // As they stand in a workspace; what is in them is the archive's to look at.
        for (const folder of folders.filter((one) => !staged.folders.includes(one))) {
          const [kind = '', name = ''] = folder.split('/');
          mkdirSync(join(staging, kind), { recursive: true });
          if (kind === 'replays') writeFileSync(join(staging, kind, name), 'replayed');
          else {
            mkdirSync(join(staging, folder, 'deep'), { recursive: true });
            for (const file of ['card.json', 'deep/bytes.gz']) writeFileSync(join(staging, folder, file), file);
          }
        }
        const units = folders.map((folder) => ({ from: folder, to: folder }));
        await into.takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders: units });
        acknowledge('taken in');
        rmSync(staging, { recursive: true });
        into.close();
      };
    },
    look: (disk, acknowledged, lose) => {
      const directory = placeIn(disk);
      nextStart(disk, lose, ({ store }) => {
        const there = [...rows.keys()].filter((id) => store.run(id) !== undefined).length;
        if (there !== 0 && there !== rows.size) lose(`${there} of ${rows.size} runs are there`);
        if (acknowledged.includes('taken in') && there === 0) lose('the runs are lost');
        for (const folder of folders) {
          const isThere = existsSync(join(directory, folder));
          if (isThere !== there > 0) lose(`"${folder}" is ${isThere ? '' : 'not '}there, and the runs otherwise`);
          if (isThere) lookInto(directory, folder, lose);
        }
      });
      for (const [id, hash] of [...rows, ['ours', ours] as const]) {
        const { store, close } = openReadable(directory);
        const isThere = store.run(id) !== undefined;
        close();
        if (id === 'ours' && !isThere) lose('our run is gone');
        if (isThere && rowsOf(directory, id) !== hash) lose(`run ${id} is not as it was`);
      }
    },
  };
}

function lookInto(directory: string, folder: string, lose: Lose): void {
  const expected: Readonly<Record<string, string>> = folder.startsWith('datasets')
    ? { '/card.json': 'card.json', '/deep/bytes.gz': 'deep/bytes.gz' }
    : folder.startsWith('teachers')
      ? { '/weights.safetensors': 'none' }
      : { '': 'replayed' };
  for (const [file, text] of Object.entries(expected)) {
    const path = join(directory, folder) + file;
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) lose(`"${folder}${file}" is not whole`);
  }
  const card = join(directory, folder, 'teacher.json');
  if (folder.startsWith('teachers')) JSON.parse(readFileSync(card, 'utf8'));
}
