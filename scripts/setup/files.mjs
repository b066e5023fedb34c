/** Small file helpers of set-up: whole-or-nothing writes, looking on the PATH, fingerprints. */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** @returns {any} the parsed file, or undefined when it is missing or not JSON */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes so that a reader sees the old file or the new one, never half of it. */
export function writeWhole(path, content, options = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, options);
  renameSync(temporary, path);
}

export const writeJson = (path, value) => writeWhole(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** @returns {string | undefined} path of the first of these programs that the PATH holds */
export function findProgram(names, env = process.env, platform = process.platform) {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const name of names) {
    for (const folder of folders) {
      for (const ending of endings) {
        const path = join(folder, name + ending);
        if (isExecutable(path)) return path;
      }
    }
  }
  return undefined;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @returns {string[]} paths of all files below these files and folders, sorted; missing ones are
 * left out */
export function listFiles(paths) {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return [];
    if (!found.isDirectory()) return [path];
    return listFiles(
      readdirSync(path)
        .sort()
        .map((name) => join(path, name)),
    );
  });
}

/** Fingerprint of the files below these paths by name, size and time of change: quick, and wrong
 * only towards more work. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of listFiles(paths)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Hash of the files' names and content, for what must be the same on every machine. */
export function contentHash(paths) {
  const hash = createHash('sha256');
  for (const path of listFiles(paths))
    hash
      .update(`${path.split(/[\\/]/).pop()}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}
