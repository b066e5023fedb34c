/** What the workspace takes, and what to send along with a report of a fault: without the name of
 * the home folder. */
import { opendir, readFile, stat } from 'node:fs/promises';
import { cpus, homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { BackendView, SizesView, SystemView } from '../../bridge/schemas/system.ts';
import type { StoredFiles } from '../../store/files.ts';
import type { ReadableStore } from '../../store/store.ts';
import { DATABASE_FILE, LATER_FOLDERS } from '../../store/ownership.ts';
import { readRuns } from '../slices.ts';

export interface DiagnosticsParts {
  readonly store: ReadableStore;
  readonly files: Pick<StoredFiles, 'folders'>;
  readonly system: SystemView;
  readonly logFile: string;
  /** As it was last measured. */
  readonly backend: () => BackendView | undefined;
  readonly now: () => Date;
}

const LAST_LINES = 60;
/** A log that is longer is read from near its end on. */
const MOST_LOG_BYTES = 200_000;

export function createDiagnostics({ store, files, system, logFile, backend, now }: DiagnosticsParts) {
  /** By kind, the largest first. */
  async function sizes(): Promise<SizesView> {
    const { folders } = files;
    const later = LATER_FOLDERS.map((name) => [name, join(system.workspace, name)] as const);
    const database = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((name) => bytesOf(join(system.workspace, name)));
    const found = await Promise.all([
      Promise.all(database).then((parts) => ({ kind: 'database', bytes: parts.reduce((sum, part) => sum + part) })),
      ...[...Object.entries(folders), ...later].map(async ([kind, folder]) => ({
        kind,
        bytes: await bytesUnder(folder),
      })),
    ]);
    return found.sort((left, right) => right.bytes - left.bytes);
  }

  return {
    sizes,
    text: async () => {
      const measured = backend();
      const runs = await readRuns(store, { trash: 'with' });
      const students = runs.reduce((sum, { trials }) => sum + trials.finished, 0);
      const [processor] = cpus();
      const lines = [
        `TRADE workbench ${system.version} (${system.shell}), ${now().toISOString()}`,
        `${system.platform}, Node ${system.node}`,
        `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${gibibytes(totalmem())} ` +
          'GiB of memory',
        measured === undefined ? 'Backend: not measured in this session' : `Backend: ${backendText(measured)}`,
        `Workspace: ${system.workspace}, ${runs.length} runs, ${students} finished students`,
        `Bytes: ${(await sizes()).map(({ kind, bytes }) => `${kind} ${bytes}`).join(', ')}`,
        '',
        `Last lines of ${logFile}:`,
        ...(await lastLines(logFile)),
      ];
      return withoutHome(lines.join('\n'), homedir());
    },
  };
}

/** `~` in the place of every mention of the home folder, also as JSON writes it. */
function withoutHome(text: string, home: string): string {
  if (home.length < 2) return text;
  return text.replaceAll(home, '~').replaceAll(JSON.stringify(home).slice(1, -1), '~');
}

/** Of all files of a folder and the folders in it. */
export async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (entry.isFile()) sum += await bytesOf(join(entry.parentPath, entry.name));
    }
  } catch {
    // A folder that goes away meanwhile takes nothing.
  }
  return sum;
}

const bytesOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function lastLines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '(there is no log)');
  return text.slice(-MOST_LOG_BYTES).trimEnd().split('\n').slice(-LAST_LINES);
}

function backendText({ backend, version, device, threads, note, gflops }: BackendView): string {
  const speeds = Object.entries(gflops).map(([name, speed]) => `${name} ${speed.toFixed(0)} GFLOP/s`);
  return [`${backend} ${version} on ${device}, ${threads} threads`, ...speeds, ...(note ? [note] : [])].join('; ');
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(0);

export const testing = { withoutHome };
