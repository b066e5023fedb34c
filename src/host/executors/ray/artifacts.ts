/** What an order reads, by its hash: files as they are, folders as lists of files. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Input, Kind } from '../../../compute/tasks/tasks.ts';
import type { Artifact } from '../../../compute/tasks/inputs.ts';
import { inputAt } from './envelope.ts';

/** What has to be on the worker's shelf before it is given the order. */
export interface Load<K extends Kind> {
  /** Paths are names on the shelf. */
  readonly input: Input<K>;
  /** Paths here by their hashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Hashes by names, for each folder by its own hash. */
  readonly folders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Remembers the hashes of files that have not changed since. */
export function createArtifacts() {
  const known = new Map<string, { readonly key: string; readonly sha256: string }>();

  async function hashOf(path: string): Promise<string> {
    const { size, mtimeMs, ino } = await stat(path);
    const key = [size, mtimeMs, ino].join();
    const found = known.get(path);
    if (found?.key === key) return found.sha256;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const sha256 = hash.digest('hex');
    known.set(path, { key, sha256 });
    return sha256;
  }

  async function folderAt(directory: string) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const names: Record<string, string> = {};
    for (const path of paths.toSorted()) names[relative(directory, path).replaceAll(sep, '/')] = await hashOf(path);
    const id = createHash('sha256').update(JSON.stringify(names)).digest('hex');
    return {
      id,
      names,
      paths: Object.fromEntries(Object.entries(names).map(([name, hash]) => [hash, join(directory, name)])),
    };
  }

  /** Throws where something is not there. */
  async function load<K extends Kind>(kind: K, input: Input<K>): Promise<Load<K>> {
    const directories = new Set<string>();
    const files: Record<string, string> = {};
    const folder = (path: string): string => (directories.add(path), path);
    const file = ({ path, sha256 }: Artifact): string => ((files[sha256] = path), path);
    inputAt(kind, input, { folder, file });
    const folders = new Map<string, Awaited<ReturnType<typeof folderAt>>>();
    for (const directory of directories) folders.set(directory, await folderAt(directory));
    return {
      input: inputAt(kind, input, {
        folder: (path) => folders.get(path)?.id ?? path,
        file: ({ sha256 }) => sha256,
      }),
      files: Object.assign(files, ...[...folders.values()].map(({ paths }) => paths)) as Record<string, string>,
      folders: Object.fromEntries([...folders.values()].map(({ id, names }) => [id, names])),
    };
  }

  return { load };
}

export type Artifacts = ReturnType<typeof createArtifacts>;
