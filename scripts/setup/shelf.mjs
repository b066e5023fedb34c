/**
 * Folders that are built once for all checkouts: each in a temporary folder beside its place, which
 * is renamed into it as the last act, so that a half-made one is never used and two set-ups at once
 * do not meet.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { SetupError } from './report.mjs';
import { RETRY_ADVICE } from './runtime-targets.mjs';

const LEFTOVER_AGE_MS = 6 * 3600 * 1000;
/** What no checkout has read for so long is deleted. */
const UNUSED_AGE_MS = 60 * 24 * 3600 * 1000;

/**
 * Builds in the first of the folders whose parent can be written and has room; tells when that is
 * not the first.
 * @param {{ report: import('./report.mjs').Reporter }} context
 * @param {{ folders: readonly string[], neededBytes: number, purpose: string, record: string,
 *   isComplete: (folder: string) => boolean, build: (folder: string, temporary: string) =>
 *   Promise<void> }} options
 *   `purpose`: what the bytes are needed for; `record`: the file that a set-up reads in what it
 *   uses
 * @returns {Promise<string>} the folder; a failure throws a SetupError and leaves nothing behind
 */
export async function buildOnShelf({ report }, { folders, neededBytes, purpose, record, isComplete, build }) {
  const { folder, temporary } = chooseFolder(report, folders, neededBytes, purpose);
  try {
    await build(folder, temporary);
    moveIntoPlace(temporary, folder, isComplete);
    sweepUnused(folder, record);
    return folder;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

export function moveAside(folder) {
  const aside = makeAside(dirname(folder));
  try {
    renameSync(folder, join(aside, 'broken'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function chooseFolder(report, folders, neededBytes, purpose) {
  const problems = [];
  for (const folder of folders) {
    try {
      const temporary = makeTemporary(dirname(folder), neededBytes, purpose);
      if (problems.length > 0) report.line(`  ${problems[0].message}; building it in ${dirname(folder)}`);
      return { folder, temporary };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error);
    }
  }
  throw problems[0];
}

function makeTemporary(parent, neededBytes, purpose) {
  try {
    mkdirSync(parent, { recursive: true });
    sweepLeftovers(parent);
    const { bavail, bsize } = statfsSync(parent);
    if (bavail * bsize < neededBytes) {
      const [free, needed] = [bavail * bsize, neededBytes].map((bytes) => (bytes / 1e9).toFixed(1));
      throw new SetupError({
        message: `${parent} has only ${free} GB free, ${needed} GB are needed ${purpose}`,
        advice: `free some space, or set XDG_CACHE_HOME to another disk; ${RETRY_ADVICE}`,
      });
    }
    return makeAside(parent);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const advice = `set XDG_CACHE_HOME to a folder that you can write; ${RETRY_ADVICE}`;
    throw new SetupError({ message: `cannot write to ${parent} (${error.code})`, advice });
  }
}

/** Its name tells whose it is, so that what a killed set-up left (1 GB) is known for dead at
 * once. */
const makeAside = (parent) => mkdtempSync(join(parent, `making-${hostname()}-${process.pid}-`));

/** Removes what killed set-ups left; one on another machine that shares the cache is given six
 * hours. */
function sweepLeftovers(parent) {
  const endOf = (path) => {
    const pid = path.match(/-(\d+)-[^-]*$/)?.[1];
    const isDead = path.includes(`making-${hostname()}-`) && pid !== undefined && !isAlive(Number(pid));
    return isDead ? 0 : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  };
  sweep(parent, (name) => name.startsWith('making-'), endOf, LEFTOVER_AGE_MS);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** A set-up reads the record of what it uses, which the file system notes. */
function sweepUnused(folder, record) {
  const lastRead = (path) => {
    const found = statSync(join(path, record), { throwIfNoEntry: false });
    return found && path !== folder ? Math.max(found.atimeMs, found.mtimeMs) : undefined;
  };
  sweep(dirname(folder), (name) => !name.startsWith('making-'), lastRead, UNUSED_AGE_MS);
}

function sweep(parent, isMeant, timeOf, ageMs) {
  for (const name of readdirSync(parent).filter(isMeant)) {
    const path = join(parent, name);
    if (Date.now() - (timeOf(path) ?? Date.now()) > ageMs) rmSync(path, { recursive: true, force: true });
  }
}

/** Another set-up may have been quicker: then its folder stays. A broken one at that place makes
 * room. */
function moveIntoPlace(temporary, folder, isComplete) {
  for (let tries = 0; tries < 3; tries++) {
    if (isComplete(folder)) return;
    try {
      renameSync(temporary, folder);
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
      moveAside(folder);
    }
  }
  throw new SetupError({ message: `${folder} could not be replaced`, advice: `delete it; ${RETRY_ADVICE}` });
}
