/**
 * The folder law: a folder of `src` holds at most 25 files on one floor, so that its list can be
 * read at a glance.
 *
 *   node scripts/folder-law.mjs [ROOT]
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './setup/paths.mjs';

export const MOST_FILES = 25;

/**
 * Folders of a checkout's `src` with too many files, the fullest first. Folders inside a folder are
 * floors of their own.
 *
 * @param {string} root
 * @returns {{ readonly folder: string, readonly files: number }[]}
 */
export function crowdedFolders(root) {
  return floors(root, 'src')
    .filter(({ files }) => files > MOST_FILES)
    .sort((one, other) => other.files - one.files);
}

function floors(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory());
  return [
    { folder, files: entries.length - inner.length },
    ...inner.flatMap(({ name }) => floors(root, `${folder}/${name}`)),
  ];
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const crowded = crowdedFolders(resolve(process.argv[2] ?? packageRoot));
  for (const { folder, files } of crowded) {
    process.stdout.write(
      `${folder} holds ${files} files on one floor, more than ${MOST_FILES}: ` +
        'move those that are about one thing into a folder named after it.\n',
    );
  }
  process.exitCode = crowded.length > 0 ? 1 : 0;
}
