/**
 * Where the entries of our own processes are, in a checkout (sources), in a build and in an
 * installed app, and what runs them. An installed app holds what Electron runs in an archive,
 * `app.asar`, and what plain Node runs in `program` beside it.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkbenchError } from '../../core/errors.ts';

const SOURCES = {
  trainer: '../../compute/trainer-process.ts',
  importer: '../../compute/importer-process.ts',
  'strategy-worker': './strategy-worker.ts',
  'store-worker': './store-worker.ts',
  'ray-worker': '../executors/ray/ray-worker.ts',
} as const;

export type EntryName = keyof typeof SOURCES;

/** Absolute path of an entry. A built one stands beside this file or, when this file is a shared
 * chunk, one folder up. */
export function processEntry(name: EntryName): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) return join(dirname(here), SOURCES[name]);
  const built = `${basename(SOURCES[name], '.ts')}.js`;
  const places = [dirname(here), dirname(dirname(here))].map((folder) => join(folder, built));
  const found = places.map(besideArchive).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new WorkbenchError('internal', `${built} is missing beside ${here}: build the program again.`);
}

/** A Node that can run trainers: this one, or under Electron the one that is shipped with the
 * program. */
export function nodeBinary(configured: string | undefined): string {
  if (configured !== undefined) return configured;
  if (process.versions['electron'] === undefined) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  // Electron adds the folder of an installed app's resources to `process`; Node's types do not know
  // it.
  const resources = (process as { readonly resourcesPath?: string }).resourcesPath;
  const root = checkoutRoot(dirname(fileURLToPath(import.meta.url)));
  const places = [
    ...(resources === undefined ? [] : [join(resources, 'node', 'bin', name)]),
    ...(root === undefined ? [] : [join(root, 'node_modules', 'node', 'bin', name)]),
  ];
  const found = places.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new WorkbenchError(
    'backend.missing',
    `The program's own Node is missing (${places.join(', ')}): install it again.`,
  );
}

/** Node knows nothing of Electron's archives. */
function besideArchive(file: string): string {
  return file.replace(`${sep}app.asar${sep}`, `${sep}program${sep}`);
}

function checkoutRoot(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
