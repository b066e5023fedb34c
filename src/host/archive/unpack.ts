/**
 * Takes somebody's archive apart into a staging folder and looks at all of it before anything of
 * the workspace is touched. Nothing in it is believed: paths are ours or refused, sizes and hashes
 * are measured, records go through the rules of a fresh database, and the doctor looks at what came
 * of it.
 */
import { createHash } from 'node:crypto';
import { closeSync, createWriteStream, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { fromFd } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, manifestSchema } from '../../bridge/schemas/archive.ts';
import type { Manifest } from '../../bridge/schemas/archive.ts';
import { viewContentSchema } from '../../bridge/schemas/upkeep.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { SCHEMA_VERSION } from '../../store/database.ts';
import { examine } from '../../store/upkeep/doctor.ts';
import { toWorkbenchError } from '../../store/errors.ts';
import { openStaging } from '../../store/passage/incoming.ts';
import type { Staging } from '../../store/passage/incoming.ts';
import { openReadable } from '../../store/workspace.ts';
import { cardOf, cardsIn } from './cards.ts';
import { openArchiveFile } from './file.ts';
import { stageCompanions } from './folders.ts';
import { MANIFEST, foldedName, readPath } from './layout.ts';
import type { Staged, StagedRun, UnpackOrder } from './orders.ts';
import { assertRecord, assertRun, assertSummary } from './records.ts';
import { plural } from './words.ts';
import type { Report } from './pack.ts';

/** A manifest names every file; an honest one of a million files is smaller. */
const MOST_MANIFEST_BYTES = 256 << 20;
/** Of one line of records: the predictions of a student on a large validation split. */
const MOST_LINE_CHARACTERS = 512 << 20;
const MOST_ENTRIES = 1_000_001;
/** Room that the disk keeps. */
const SPARE_BYTES = 64 << 20;

const fromDescriptor = promisify<number, { lazyEntries: true; strictFileNames: true; autoClose: false }, ZipFile>(
  fromFd,
);

async function openZip({ file, name }: UnpackOrder): Promise<ZipFile> {
  const descriptor = openArchiveFile(file, name);
  try {
    return await fromDescriptor(descriptor, { lazyEntries: true, strictFileNames: true, autoClose: false });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Errors told as they are: of the machine, of the whole file, or in our words already. */
const OURS: ReadonlySet<string> = new Set<ErrorCode>([
  'usage.invalid',
  'workspace.newer',
  'workspace.readonly',
  'workspace.busy',
  'disk.full',
]);

/** Throws `usage.invalid` with what is wrong in it, `workspace.newer`, or `disk.full`. */
export async function unpackArchive(order: UnpackOrder, report: Report): Promise<Staged> {
  try {
    return await unpack(order, report);
  } catch (error) {
    const known = toWorkbenchError(error, order.file);
    if (known instanceof WorkbenchError && OURS.has(known.code)) throw known;
    // Errors of the zip reader, of the rules of a database and of our own readers: all say that it
    // is not what we write.
    throw unusable(order, messageOf(error));
  }
}

/** What it says of itself may be of any length. */
const MOST_WORDS = 600;

function unusable({ name, file }: UnpackOrder, what: string): WorkbenchError {
  const words = what.length > MOST_WORDS ? `${what.slice(0, MOST_WORDS)}…` : what.replace(/\.$/, '');
  return new WorkbenchError(
    'usage.invalid',
    `"${name}" cannot be taken in: ${words}. Nothing was changed; export it again, or copy it anew.`,
    { file },
  );
}

async function unpack(order: UnpackOrder, report: Report): Promise<Staged> {
  const zip = await openZip(order);
  try {
    const refuse = (what: string): never => {
      throw unusable(order, what);
    };
    if (zip.entryCount > MOST_ENTRIES) refuse(`it has ${zip.entryCount} entries`);
    const entries = entriesOf(zip);
    const first = await entries.next();
    if (first.done || first.value.fileName !== MANIFEST) return refuse(`it does not begin with ${MANIFEST}`);
    const manifest = await readManifest(order, zip, first.value);
    assertPaths(order, manifest);
    await stageFiles(order, zip, entries, manifest, report);
    return await stageRuns(order, manifest, report);
  } finally {
    zip.close();
  }
}

/** One at a time: the next is read when it is asked for. */
async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry, undefined> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      const settle = (act: () => void): void => {
        zip.removeListener('entry', found).removeListener('end', ended).removeListener('error', failed);
        act();
      };
      const found = (one: Entry): void => settle(() => resolve(one));
      const ended = (): void => settle(() => resolve(undefined));
      const failed = (error: unknown): void => settle(() => reject(error));
      zip.on('entry', found).on('end', ended).on('error', failed);
      zip.readEntry();
    });
    if (entry === undefined) return undefined;
    yield entry;
  }
}

const streamOf = (zip: ZipFile, entry: Entry) =>
  promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry);

async function readManifest(order: UnpackOrder, zip: ZipFile, entry: Entry): Promise<Manifest> {
  if (entry.uncompressedSize > MOST_MANIFEST_BYTES) throw unusable(order, 'its manifest is too large');
  const chunks: Buffer[] = [];
  // Sound: the stream of an entry gives buffers.
  for await (const chunk of await streamOf(zip, entry)) chunks.push(chunk as Buffer);
  const written: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  assertNotNewer(order, written);
  const parsed = manifestSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(order, `its manifest is wrong at "${issue?.path.join('.')}" (${issue?.message})`);
}

/** Before its fields are looked at: a later version has others. */
function assertNotNewer(order: UnpackOrder, written: unknown): void {
  if (typeof written !== 'object' || written === null) return;
  const { format, version, schema } = written as Readonly<Record<string, unknown>>;
  if (format !== ARCHIVE_FORMAT) throw unusable(order, 'it is no archive of the TRADE workbench');
  if (Number(version) <= ARCHIVE_VERSION && Number(schema) <= SCHEMA_VERSION) return;
  throw new WorkbenchError(
    'workspace.newer',
    `"${order.name}" was written by a newer version of the workbench (archive ${String(version)}, schema ` +
      `${String(schema)}; ` +
      `this one knows ${ARCHIVE_VERSION} and ${SCHEMA_VERSION}): update the workbench.`,
    { file: order.file },
  );
}

/** Every path is one that an archive of ours has, on every system, and no two are one file where
 * letters' sizes count nothing. */
function assertPaths(order: UnpackOrder, { files }: Manifest): void {
  const folded = new Map<string, string>();
  for (const { path } of files) {
    if (readPath(path) === undefined) throw unusable(order, `it holds "${shown(path)}", which no archive has`);
    const parts = path.split('/');
    // Folders, too: `teachers/Big` and `teachers/big` would become one.
    for (const [place] of parts.entries()) {
      const folder = parts.slice(0, place + 1).join('/');
      const other = folded.get(foldedName(folder)) ?? folder;
      if (other !== folder)
        throw unusable(order, `it holds "${other}" and "${folder}", which some systems take for one`);
      folded.set(foldedName(folder), folder);
    }
  }
}

/** Where the files of an archive lie until their place is known. */
const rawPath = (staging: string, path: string): string => join(staging, 'raw', path);

async function stageFiles(
  order: UnpackOrder,
  zip: ZipFile,
  entries: AsyncGenerator<Entry, undefined>,
  { files }: Manifest,
  report: Report,
): Promise<void> {
  const due = new Map(files.map((file) => [file.path, file]));
  if (due.size !== files.length) throw unusable(order, 'its manifest names a file twice');
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  mkdirSync(order.staging, { recursive: true });
  assertRoom(order, total);
  let done = 0;
  for await (const entry of entries) {
    const path = entry.fileName;
    const file = due.get(path);
    if (file === undefined) throw unusable(order, `it holds "${shown(path)}", which its manifest does not name`);
    due.delete(path);
    if (entry.uncompressedSize !== file.bytes) {
      throw unusable(order, `"${path}" has ${entry.uncompressedSize} bytes where ${file.bytes} were packed`);
    }
    const target = rawPath(order.staging, path);
    mkdirSync(dirname(target), { recursive: true });
    const hash = createHash('sha256');
    const measured = new Transform({
      transform(chunk: Buffer, _encoding, pass) {
        hash.update(chunk);
        done += chunk.length;
        report('unpacking', done, total);
        pass(null, chunk);
      },
    });
    await pipeline(await streamOf(zip, entry), measured, createWriteStream(target, { flags: 'wx' }));
    if (hash.digest('hex') !== file.sha256) throw unusable(order, `"${path}" has other content than was packed`);
  }
  const [missing] = due.keys();
  if (missing !== undefined) throw unusable(order, `"${missing}" is missing`);
}

/** Names of strangers in our own words: short, and on one line. */
function shown(path: string): string {
  return path.slice(0, 80).replaceAll(/[^\x20-\x7e]/g, '?');
}

function assertRoom({ name, staging }: UnpackOrder, bytes: number): void {
  const { bavail, bsize } = statfsSync(staging);
  if (bytes + SPARE_BYTES <= bavail * bsize) return;
  throw new WorkbenchError(
    'disk.full',
    `"${name}" holds ${bytes.toLocaleString('en')} bytes, and the workspace's disk has room for ` +
      `${Math.max(0, bavail * bsize - SPARE_BYTES).toLocaleString('en')}: make room and try again.`,
    { file: staging },
  );
}

async function stageRuns(order: UnpackOrder, manifest: Manifest, report: Report): Promise<Staged> {
  const here = openReadable(order.workspace);
  const staging = openStaging(order.staging, () => new Date(order.now));
  try {
    const runs = namedRuns(order, manifest, (id) => here.store.run(id) !== undefined);
    const renamed = new Map(
      runs.flatMap(({ id, formerId }) => (formerId === undefined ? [] : [[formerId, id] as const])),
    );
    for (const [index, run] of runs.entries()) {
      report('reading records', index, runs.length);
      stageRun(order, staging, run, renamed);
    }
    report('looking at what came of it', 0, 0);
    return { kind: manifest.kind, runs, ...(await stageRest(order, staging, manifest, runs)) };
  } finally {
    staging.close();
    here.close();
  }
}

/** What comes beside the runs, and whether all of it is sound. */
async function stageRest(
  order: UnpackOrder,
  { store, files }: Staging,
  manifest: Manifest,
  runs: readonly StagedRun[],
): Promise<Omit<Staged, 'kind' | 'runs'>> {
  const { rows } = store.runs({ trash: 'with' });
  if (rows.length !== manifest.runs.length) throw unusable(order, 'a run of it has no records');
  // The manifest's name is the one that is told when it has come.
  const other = runs.find(({ id, name }) => store.run(id)?.name !== name);
  if (other !== undefined) throw unusable(order, `the run "${shown(other.name)}" is called otherwise in its records`);
  rows.forEach(assertSummary);
  const ownCards = await cardsIn(join(order.staging, 'raw', 'datasets'));
  const { notes, ...companions } = await stageCompanions(
    order,
    manifest,
    rows.map(({ run: { name, config } }) => ({
      who: `“${name}”`,
      dataset: config.dataset,
      ...(config.recipe.distillation.loss !== 'none' && { teacher: config.teacher }),
    })),
  );
  for (const summary of rows) assertRun(store, summary, await cardOf(order, ownCards, summary.run.config));
  const { problems } = examine(store, files, 'none');
  if (problems[0] !== undefined) throw unusable(order, problems[0]);
  const views = manifest.views.filter(isReadable);
  const unreadable = manifest.views.length - views.length;
  const lost = unreadable === 0 ? [] : [`${plural(unreadable, 'saved view')} of it cannot be read and stayed out.`];
  return { ...companions, views, notes: [...notes, ...lost] };
}

function isReadable({ name, content }: Manifest['views'][number]): boolean {
  if (name.trim() === '' || name.length > 60) return false;
  try {
    return viewContentSchema.safeParse(JSON.parse(content)).success;
  } catch {
    return false;
  }
}

/** A run whose id is taken gets another one; so does what refers to it within the archive. */
function namedRuns(
  order: UnpackOrder,
  { runs, files }: Manifest,
  isTaken: (id: string) => boolean,
): readonly StagedRun[] {
  const packed = new Set(files.flatMap(({ path }) => recordsIn(path)));
  if (packed.size !== runs.length || runs.some(({ id }) => !packed.has(id))) {
    throw unusable(order, 'its runs are not those of its manifest');
  }
  const used = new Set(runs.map(({ id }) => id));
  return runs.map(({ id, name }) => {
    if (!isTaken(id)) return { id, name };
    let next = '';
    for (let number = 1; next === '' || isTaken(next) || used.has(next); number += 1) {
      next = `${id.slice(0, 44)}-${order.suffix}${number > 1 ? number : ''}`;
    }
    used.add(next);
    return { id: next, name, formerId: id };
  });
}

function recordsIn(path: string): readonly string[] {
  const found = readPath(path);
  return found?.kind === 'records' ? [found.run] : [];
}

function stageRun(
  order: UnpackOrder,
  staging: Staging,
  { id, formerId = id }: StagedRun,
  renamed: ReadonlyMap<string, string>,
): void {
  const raw = rawPath(order.staging, `runs/${formerId}`);
  const placed = (path: string, file: string, whose: string): string => {
    if (!existsSync(join(raw, path))) throw unusable(order, `the weights of ${whose} are missing`);
    renameSync(join(raw, path), staging.files.pathOf(file));
    return file;
  };
  staging.addRun(
    {
      ...{ id, renamed },
      fileOf: ({ trialId, trial, kind, epoch, sha256 }) => {
        const name = kind === 'final' ? trialId : `${trialId}-${kind}-${epoch}`;
        const path = `checkpoints/${trial}-${kind}.safetensors`;
        return placed(path, `${name}-${sha256.slice(0, 12)}.safetensors`, `student ${trial + 1}`);
      },
      supernetOf: ({ search, sha256 }) => {
        const file = `${id}-supernet-${search}-${sha256.slice(0, 12)}.safetensors`;
        return placed(`supernets/${search}.safetensors`, file, `search ${search + 1}`);
      },
    },
    recordsOf(order, join(raw, 'records.jsonl')),
  );
}

const CHUNK_BYTES = 1 << 20;

/** Line by line: the records of a long run are never in memory as a whole. */
function* recordsOf(order: UnpackOrder, path: string): Generator<unknown> {
  const descriptor = openSync(path, 'r');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const lines = (rest + decoder.decode(chunk.subarray(0, read), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MOST_LINE_CHARACTERS) throw unusable(order, 'one of its records is too long');
      for (const line of lines) {
        const record: unknown = JSON.parse(line);
        assertRecord(record);
        yield record;
      }
    }
  } finally {
    closeSync(descriptor);
  }
  if (rest !== '') throw unusable(order, 'its records break off in the middle of a line');
}
