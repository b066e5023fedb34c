/** Archives of the session: packed for a window to fetch, or handed over by one to be taken in.
 * Each has an id and no path. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ARCHIVE_CHUNK_BYTES, ARCHIVE_ENDING } from '../../bridge/schemas/archive.ts';
import type { MadeArchive, OfferedArchive } from '../../bridge/schemas/archive.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { plainName } from '../../bridge/words/plain-name.ts';
import { inWordsOf } from '../../store/errors.ts';
import type { Workspace } from '../../store/workspace.ts';
import { packArchive, unpackArchive } from '../processes/store-client.ts';
import type { ArchiveProgress } from '../processes/store-worker.ts';
import type { Staged } from './orders.ts';
import { openArchiveFile } from './file.ts';
import { plural, takenText } from './words.ts';
import type { TakenIn } from './words.ts';
import type { JobList } from '../jobs/job-list.ts';
import type { RunService } from '../runs/service.ts';

export interface ArchiveParts {
  readonly workspace: Workspace;
  /** Of the program. */
  readonly resources: string;
  readonly runs: Pick<RunService, 'get' | 'announce'>;
  readonly jobs: Pick<JobList, 'start'>;
  readonly version: string;
  readonly now: () => Date;
  /** Called when something was taken in: teachers and data sets may have come with it. */
  readonly changed: () => void;
  /** Called when an archive was offered. */
  readonly offering: () => void;
}

type TellArchive = (progress: ArchiveProgress) => void;

interface Held {
  readonly file: string;
  readonly name: string;
}

export type Archives = ReturnType<typeof createArchives>;

export function createArchives(parts: ArchiveParts) {
  const { runs, jobs, version, now, changed, offering } = parts;
  const { files, directory } = parts.workspace;
  const packed = new Map<string, Held & { readonly notes: readonly string[] }>();
  const uploads = new Map<string, string>();
  /** Files that are not ours. */
  const offers = new Map<string, Held>();

  function heldOf(id: string) {
    const held = packed.get(id);
    if (held !== undefined) return held;
    throw new WorkbenchError('usage.invalid', 'This export is gone: export it again.');
  }

  /** These runs, or the whole workspace where none are named; the job's `made` is the archive's
   * id. */
  function pack(ids: readonly string[] | undefined): JobView {
    const names = ids && [...new Set(ids)].map((id) => runs.get(id).run.name);
    const subject =
      names === undefined ? 'the whole workspace' : names.length > 1 ? `${names.length} runs` : (names[0] ?? '');
    const name = `${plainName(names === undefined ? 'workspace' : subject) || 'run'}${ARCHIVE_ENDING}`;
    return jobs.start({ kind: 'pack', subject }, async (tell, signal) => {
      const id = fresh();
      const file = join(files.temp, `${id}${ARCHIVE_ENDING}`);
      const order = { workspace: directory, target: file, temp: join(files.temp, id), program: version };
      const done = await packArchive(
        { ...order, packedAt: now().toISOString(), ...(ids && { runs: ids }) },
        tell,
        signal,
      ).finally(() => removeAll(join(files.temp, id)));
      if (done === undefined) return undefined;
      packed.set(id, { file, name, notes: done.notes });
      return id;
    });
  }

  function upload(id: string, offset: number, data: Uint8Array): void {
    const file = join(files.temp, `${id}.upload`);
    const known = uploads.get(id);
    const size = known === undefined ? 0 : bytesOf(file);
    if (offset !== size) {
      throw new WorkbenchError('usage.invalid', 'A piece of the file came out of turn: choose the file again.');
    }
    uploads.set(id, file);
    inWordsOf(file, () => writeFileSync(file, data, { flag: known === undefined ? 'wx' : 'a' }));
  }

  /** The job's `made` says in words what came. */
  function unpack(id: string, name: string): JobView {
    const file = uploads.get(id) ?? offers.get(id)?.file;
    if (file === undefined)
      throw new WorkbenchError('usage.invalid', 'This file was not handed over: choose it again.');
    offers.delete(id);
    return jobs.start({ kind: 'unpack', subject: name }, async (tell, signal) => {
      try {
        const taken = await takeIn(parts, file, name, tell, signal);
        if (taken) changed();
        return taken && takenText(taken);
      } finally {
        drop(id);
      }
    });
  }

  /** A file of this machine that a window may take in, or drop: neither moves it or learns where it
   * lies. */
  function offer(file: string): void {
    closeSync(openArchiveFile(file, basename(file).slice(0, 300)));
    offers.set(fresh(), { file, name: basename(file).slice(0, 300) });
    offering();
  }

  function drop(id: string): void {
    const file = packed.get(id)?.file ?? uploads.get(id);
    packed.delete(id);
    uploads.delete(id);
    offers.delete(id);
    if (file !== undefined) removeAll(file);
  }

  return {
    pack,
    takeIn: (file: string, name: string, tell: TellArchive, signal?: AbortSignal) =>
      takeIn(parts, file, name, tell, signal),
    upload,
    unpack,
    drop,
    offer,
    offered: (): readonly OfferedArchive[] =>
      [...offers].map(([id, { file, name }]) => ({ id, name, bytes: bytesOf(file) })),
    made: (id: string): MadeArchive => {
      const { file, name, notes } = heldOf(id);
      return { name, bytes: statSync(file).size, notes };
    },
    read: (id: string, offset: number) => chunkOf(heldOf(id).file, offset),
  };
}

/** A file of this machine, for the command line. Undefined where it was stopped. */
async function takeIn(
  { workspace, resources, runs, now }: ArchiveParts,
  file: string,
  name: string,
  tell: TellArchive,
  signal?: AbortSignal,
): Promise<TakenIn | undefined> {
  const staging = join(workspace.files.temp, fresh());
  try {
    const suffix = randomBytes(3).toString('hex');
    const order = { file, name, staging, workspace: workspace.directory, resources, suffix, now: now().toISOString() };
    const staged = await unpackArchive(order, tell, signal);
    if (staged === undefined || signal?.aborted) return undefined;
    const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
    await workspace.takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders });
    const views = keepViews(workspace, staged);
    for (const { id } of staged.runs) runs.announce(id);
    const { teachers, datasets, replays, notes } = staged;
    return { runs: staged.runs, teachers, datasets, replays, notes: [...notes, ...views] };
  } finally {
    removeAll(staging);
  }
}

/** Those that are here stay as they are; in words what stayed out for it. */
function keepViews({ store }: Workspace, { views }: Staged): readonly string[] {
  const known = new Map(store.savedViews().map((view) => [view.name.toLowerCase(), view.content]));
  const left = views.filter(({ name, content }) => {
    const ours = known.get(name.toLowerCase());
    if (ours !== undefined) return ours !== content;
    store.saveView(name, content);
    known.set(name.toLowerCase(), content);
    return false;
  });
  if (left.length === 0) return [];
  return [`${plural(left.length, 'saved view')} stayed out, since one of that name is here already.`];
}

const fresh = (): string => `archive-${randomBytes(6).toString('hex')}`;

/** 0 where it has gone meanwhile: taking it in says so. */
const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const removeAll = (path: string): void => rmSync(path, { recursive: true, force: true });

function chunkOf(file: string, offset: number): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = new Uint8Array(ARCHIVE_CHUNK_BYTES);
    return chunk.subarray(0, readSync(descriptor, chunk, 0, chunk.length, offset));
  } finally {
    closeSync(descriptor);
  }
}
