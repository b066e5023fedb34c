/** Runs, or a whole workspace, as one zip file: a manifest first, then records and files, each with
 * its hash. */
import { createHash } from 'node:crypto';
import { closeSync, createWriteStream, lstatSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION } from '../../bridge/schemas/archive.ts';
import type { Manifest } from '../../bridge/schemas/archive.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { SCHEMA_VERSION } from '../../store/database.ts';
import { flushFile, move } from '../../store/disk.ts';
import { toWorkbenchError } from '../../store/errors.ts';
import { hashFile } from '../../store/files.ts';
import { isLocked } from '../../store/lock.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import type { StoredFile } from '../../store/store.ts';
import { openReadable } from '../../store/workspace.ts';
import type { ReadableWorkspace } from '../../store/workspace.ts';
import { MANIFEST, PACKED_FOLDERS, checkpointPath, foldedName, readPath, recordsPath, supernetPath } from './layout.ts';
import type { Packed, PackOrder } from './orders.ts';
import { noRun } from '../runs/views.ts';

export type Report = (stage: string, done: number, total: number) => void;

interface Entry {
  readonly path: string;
  readonly source: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Weights and gzipped images do not get smaller. */
  readonly compress: boolean;
}

interface PackedRun {
  readonly summary: RunSummary;
  readonly records: Entry;
  readonly weights: readonly { readonly row: StoredFile; readonly path: string }[];
}

/** Throws `run.missing`, `run.state` for one that is running, and `checkpoint.corrupt`; then there
 * is no target. */
export async function packArchive(order: PackOrder, report: Report): Promise<Packed> {
  const workspace = openReadable(order.workspace);
  const partial = join(order.temp, 'archive.partial');
  try {
    mkdirSync(order.temp, { recursive: true });
    report('reading records', 0, 0);
    const runs = workspace.together((records) =>
      chosen(workspace, order).map((summary) => packRun(workspace, order.temp, summary, records(summary.run.id))),
    );
    const weights = checkedWeights(workspace, runs, report);
    const { paths, notes } = order.runs === undefined ? packedPaths(workspace.directory) : { paths: [], notes: [] };
    const others = otherFiles(workspace.directory, paths, report);
    const entries = [...runs.map(({ records }) => records), ...weights, ...others];
    const manifest: Manifest = {
      format: ARCHIVE_FORMAT,
      version: ARCHIVE_VERSION,
      schema: SCHEMA_VERSION,
      kind: order.runs === undefined ? 'workspace' : 'run',
      program: order.program,
      packedAt: order.packedAt,
      runs: runs.map(({ summary: { run }, records }) => ({ id: run.id, name: run.name, records: records.sha256 })),
      views:
        order.runs === undefined ? workspace.store.savedViews().map(({ name, content }) => ({ name, content })) : [],
      files: entries.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    };
    await write(partial, manifest, entries, new Date(order.packedAt), report);
    move(partial, order.target);
    const left = order.runs === undefined ? workspace.store.runs({ trash: 'with' }).total - runs.length : 0;
    const passing = left > 0 ? [`Left out, since they are being taken in or deleted: ${left} of the runs.`] : [];
    return { bytes: lstatSync(order.target).size, runs: runs.length, notes: [...notes, ...passing] };
  } catch (error) {
    throw toWorkbenchError(error, order.target);
  } finally {
    workspace.close();
    rmSync(order.temp, { recursive: true, force: true });
  }
}

/** Oldest first: they are taken in in this order, too. */
function chosen({ store, directory }: ReadableWorkspace, { runs: ids }: PackOrder): readonly RunSummary[] {
  const missing = ids?.find((id) => store.summary(id) === undefined);
  if (missing !== undefined) throw noRun(missing);
  const { arriving, leaving } = store.passage();
  const passing = ids?.find((id) => [...arriving, ...leaving].includes(id));
  if (passing !== undefined) {
    const way = arriving.includes(passing) ? 'being taken in from a file' : 'being deleted';
    throw new WorkbenchError('run.state', `"${store.summary(passing)?.run.name}" is ${way}: it is not whole.`);
  }
  const rows = store.runs({ trash: 'with', order: { by: 'started', descending: false } }).rows;
  const all = rows.filter(({ run }) => ![...arriving, ...leaving].includes(run.id));
  const wanted = ids === undefined ? all : all.filter(({ run }) => ids.includes(run.id));
  return wanted.map((summary) => {
    const { name, state } = summary.run;
    if (state !== 'running' || !isLocked(directory)) return summary;
    throw new WorkbenchError('run.state', `"${name}" is running: pause it first, then it can be exported.`);
  });
}

function packRun(
  { store }: ReadableWorkspace,
  temp: string,
  summary: RunSummary,
  records: Iterable<unknown>,
): PackedRun {
  const source = join(temp, `${summary.run.id}.jsonl`);
  const facts = writeLines(source, records);
  const path = recordsPath(summary.run.id);
  const runId = summary.run.id;
  const checkpoints = store.trials(runId).flatMap(({ id, number }) =>
    (['best', 'epoch', 'final'] as const).flatMap((kind) => {
      const row = store.checkpoint(id, kind);
      return row ? [{ row, path: checkpointPath(runId, number, kind) }] : [];
    }),
  );
  const supernets = store.supernets(runId).map((row) => ({ row, path: supernetPath(runId, row.search) }));
  return {
    summary,
    records: { path, source, ...facts, compress: true },
    weights: [...checkpoints, ...supernets],
  };
}

/** Lines that are gathered before they are written. */
const BATCH_CHARACTERS = 1 << 20;

function writeLines(path: string, records: Iterable<unknown>): { readonly bytes: number; readonly sha256: string } {
  const descriptor = openSync(path, 'w');
  const hash = createHash('sha256');
  let bytes = 0;
  let batch = '';
  const flush = (): void => {
    const data = Buffer.from(batch);
    hash.update(data);
    for (let start = 0; start < data.length;) start += writeSync(descriptor, data, start);
    bytes += data.length;
    batch = '';
  };
  try {
    for (const record of records) {
      batch += `${JSON.stringify(record)}\n`;
      if (batch.length >= BATCH_CHARACTERS) flush();
    }
    flush();
  } finally {
    closeSync(descriptor);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** An archive of damaged weights would be found out when nobody has the sound ones any more. */
function checkedWeights({ files }: ReadableWorkspace, runs: readonly PackedRun[], report: Report): readonly Entry[] {
  const all = runs.flatMap(({ weights }) => weights);
  return all.map(({ row, path }, index) => {
    report('checking weights', index, all.length);
    const problem = files.verify(row);
    if (problem !== undefined) {
      throw new WorkbenchError(
        'checkpoint.corrupt',
        `Checkpoint "${row.file}" ${problem}: the run cannot be exported whole. \`trade doctor\` says what ` +
          'else is wrong.',
        { file: files.pathOf(row.file) },
      );
    }
    return { path, source: files.pathOf(row.file), bytes: row.bytes, sha256: row.sha256, compress: false };
  });
}

/** Teachers, data sets and replays of the workspace's own: what our own rules would take in again,
 * and in words what not. */
function packedPaths(directory: string): { readonly paths: readonly string[]; readonly notes: readonly string[] } {
  const found = PACKED_FOLDERS.flatMap((folder) => filesBelow(directory, folder));
  const paths: string[] = [];
  const left: string[] = [];
  const taken = new Map<string, string>();
  for (const { path, isFile } of found) {
    const packed = readPath(path);
    const unit = packed?.kind === 'other' ? packed.unit : path;
    const isTwin = (taken.get(foldedName(unit)) ?? unit) !== unit || (unit !== path && taken.has(foldedName(path)));
    if (!isFile || packed === undefined || isTwin) left.push(path);
    else {
      taken.set(foldedName(unit), unit).set(foldedName(path), path);
      paths.push(path);
    }
  }
  if (left.length === 0) return { paths, notes: [] };
  const shown = left.slice(0, MOST_NAMED).map((path) => `"${path}"`);
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
  const why = 'links, hidden files, and names that not every system takes';
  return { paths, notes: [`Left out (${why}): ${shown.join(', ')}${more}.`] };
}

const MOST_NAMED = 5;

function otherFiles(directory: string, paths: readonly string[], report: Report): readonly Entry[] {
  const entries: Entry[] = [];
  for (const path of paths) {
    report('checking teachers and data sets', entries.length, paths.length);
    const source = join(directory, path);
    const facts = { bytes: lstatSync(source).size, sha256: hashFile(source) };
    entries.push({ path, source, ...facts, compress: !/\.(gz|safetensors)$/.test(path) });
  }
  return entries;
}

/** With `/` between, in the order of their names; hidden ones and links are none, and what is only
 * on its way is not told of. */
function filesBelow(directory: string, path: string): readonly { readonly path: string; readonly isFile: boolean }[] {
  const found = lstatSync(join(directory, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [{ path, isFile: found.isFile() }];
  return readdirSync(join(directory, path))
    .filter((name) => !(name.startsWith('.') && name.endsWith('.partial')))
    .sort()
    .flatMap((name) =>
      name.startsWith('.') ? [{ path: `${path}/${name}`, isFile: false }] : filesBelow(directory, `${path}/${name}`),
    );
}

async function write(
  target: string,
  manifest: Manifest,
  entries: readonly Entry[],
  mtime: Date,
  report: Report,
): Promise<void> {
  const zip = new ZipFile();
  const mode = 0o100644;
  zip.addBuffer(Buffer.from(JSON.stringify(manifest)), MANIFEST, { mtime, mode });
  for (const { path, source, compress } of entries) zip.addFile(source, path, { mtime, mode, compress });
  zip.end();
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const output = createWriteStream(target);
  zip.outputStream.on('data', () => report('writing the archive', Math.min(total, output.bytesWritten), total));
  const failed = new Promise<never>((_resolve, reject) => zip.on('error', reject));
  zip.outputStream.pipe(output);
  await Promise.race([finished(output), failed]);
  flushFile(target);
}
