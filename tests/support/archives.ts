/** Workspaces to pack, their files, and what of them has to come out the same. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packArchive } from '../../src/host/archive/pack.ts';
import { unpackArchive } from '../../src/host/archive/unpack.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import { openReadable } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { FASHION_TEACHER, writeFakeTeacher } from './fake-teacher.ts';
import { askedOf, costsOf, finished, LATENCY, mixed, point, PREDICTIONS, searchConfig } from './store-records.ts';
import { adoptText, temporaryFolder, temporaryWorkspace } from './workspace.ts';

export const quiet = (): void => undefined;
let made = 0;

/** Of the program: its names are taken, and its data set says which students there are. */
export const RESOURCES = join(import.meta.dirname, '../../resources');

/** No window can ask for an infinite limit, as the store's own tests do. */
export const configOf = (name: string) => ({ ...searchConfig(name), limits: [{ metric: 'macs', max: 1e9 }] });

/** A run with a student of every state, and every kind of row. */
export function addRun(workspace: Workspace, id: string, config = configOf(id), prior: readonly string[] = []): void {
  const { store, files } = workspace;
  const learned = prior.map((source) => ({ ...{ candidate: askedOf(0).proposals[0]!.candidate, value: NaN }, source }));
  const more = prior.length > 0 ? { ...config, transferFrom: prior } : config;
  store.createRun({ id, config: more, strategyVersion: 2, sample: true, prior: learned });
  const event = askedOf(0, 1, 2, 3);
  const [done = '', failed = '', cut = ''] = store.recordAsked(id, event, costsOf(event), 3).map((trial) => trial.id);
  for (const trial of [done, failed, cut]) store.startTrial(trial);
  for (const epoch of [1, 2, 3]) store.appendEpoch(done, point(epoch), undefined);
  const best = { epoch: 2, ...adoptText(files, `${done}-best-2.safetensors`, `best of ${done}`) };
  const final = { epoch: 3, ...adoptText(files, `${done}.safetensors`, `weights of ${done}`) };
  store.finishTrial(done, finished('', { checkpoint: final, best, predictions: PREDICTIONS }));
  store.recordTest(done, 0.5, { auc: 0.75, weightedAuc: NaN });
  store.recordLatency(done, [LATENCY, { ...LATENCY, otherLoad: NaN }]);
  store.failTrial(failed, 'it did not\nlearn', 'failed', 1.5);
  const epoch = { epoch: 1, ...adoptText(files, `${cut}-epoch-1.safetensors`, `half of ${cut}`) };
  store.appendEpoch(cut, point(1), epoch);
  store.interruptTrial(cut, 0.25);
  const search = { search: 0, family: 'resnet', method: 'darts', options: {}, epochs: 2, seed: 1 };
  store.recordAsked(id, { type: 'asked', proposals: [], position: 4, search }, [], 3);
  const half = adoptText(files, `${id}-supernet-0-1.safetensors`, `half of ${id}`);
  store.keepSupernet(id, { event: { ...mixed(), loss: NaN }, weights: half });
  const weights = { epoch: 2, ...adoptText(files, `${id}-supernet-0.safetensors`, `learned by ${id}`) };
  const searched = { type: 'searched', search: 0, mixing: [0.5, NaN], cpuSeconds: 2 } as const;
  files.remove(store.finishSearch(id, { event: searched, weights }).files);
  store.setRunState(id, 'paused', 'by hand');
  store.addRunSeconds(id, 12.5);
  store.tagRuns([id], { add: ['Übung', 'keep'], remove: [] });
  store.setRunNote(id, '# Why\n\u2028NaN');
  store.setTrialNote(done, 'the one');
}

/** One that an archive may bring. */
export const addTeacherTo = ({ directory }: Workspace): void =>
  writeFakeTeacher(join(directory, 'teachers', 'big'), { ...FASHION_TEACHER, name: 'big' });

/** Its card. */
export const teacherIn = (directory: string): string | undefined => {
  const file = join(directory, 'teachers', 'big', 'teacher.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

export function filled(...ids: readonly string[]): Workspace {
  const workspace = temporaryWorkspace(`from ${(made += 1)}`);
  for (const id of ids) addRun(workspace, id);
  return workspace;
}

/** These runs; the whole workspace where none are named. */
export async function packed({ directory }: Workspace, ...runs: readonly string[]): Promise<string> {
  const folder = temporaryFolder('archive');
  mkdirSync(folder);
  const target = join(folder, 'all.trade');
  const order = { workspace: directory, target, temp: join(folder, 'temp'), program: '1' } as const;
  await packArchive({ ...order, packedAt: '2026-01-01T00:00:00.000Z', ...(runs.length > 0 && { runs }) }, quiet);
  expect(readdirSync(folder)).toEqual(['all.trade']);
  return target;
}

export async function stage({ directory, files }: Workspace, file: string) {
  const staging = join(files.temp, `staging-${(made += 1)}`);
  const places = { file, staging, workspace: directory, resources: RESOURCES };
  const order = { name: 'all.trade', suffix: 'b1', ...places } as const;
  return { staging, staged: await unpackArchive({ ...order, now: '2026-01-02T00:00:00.000Z' }, quiet) };
}

export async function taken(workspace: Workspace, file: string) {
  const { staging, staged } = await stage(workspace, file);
  const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
  await workspace.takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders });
  return staged;
}

/** Hash of the canonical form of each run, in the order of their making. */
export function canonical({ directory }: Workspace): readonly string[] {
  const { store, together, close } = openReadable(directory);
  try {
    const ids = store
      .runs({ trash: 'with', order: { by: 'started', descending: false } })
      .rows.map(({ run }) => run.id);
    return together((records) =>
      ids.map((id) =>
        createHash('sha256')
          .update([...records(id)].map((one) => JSON.stringify(one)).join('\n'))
          .digest('hex'),
      ),
    );
  } finally {
    close();
  }
}

export const problems = (workspace: Workspace): readonly string[] => {
  workspace.close();
  return examineFolder(workspace.directory).problems;
};
