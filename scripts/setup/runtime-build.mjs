/**
 * Builds a compute runtime in a temporary folder beside its place: fetches the wheels, keeps their libraries, compiles
 * the binding against them, tests it, and renames the folder into place as the last act, so that a half-made runtime is
 * never used and two set-ups at once do not meet.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { listFiles, writeJson } from './files.mjs';
import { compileObjects, linkBinding, testRuntime } from './runtime-binding.mjs';
import { fetchWheels, unpackHeaders, unpackLibraries } from './runtime-wheels.mjs';
import { SetupError } from './report.mjs';
import { isComplete } from './runtime-folder.mjs';
import { RETRY_ADVICE, TENSORFLOW_VERSION } from './runtime-targets.mjs';

const LEFTOVER_AGE_MS = 6 * 3600 * 1000;
/** Runtimes of other versions that no checkout has read for so long are deleted. */
const UNUSED_AGE_MS = 60 * 24 * 3600 * 1000;

/**
 * Finds the runtime in one of its folders, or builds it in the first that can be written. With `context.retry` a found
 * one is tested again, and built anew if it fails.
 * @returns {Promise<string>} its folder; a failure throws a SetupError and leaves nothing behind
 */
export async function provideRuntime(context, wanted, tools) {
  const found = wanted.folders.find((folder) => isComplete(wanted.key, folder));
  if (found && !context.retry) return found;
  if (found && (await stillWorks(context, wanted, found))) return found;
  if (found) moveAside(found);
  requireTools(tools);
  const { folder, temporary } = chooseFolder(context, wanted);
  try {
    await build(context, wanted, tools, folder, temporary);
    moveIntoPlace(temporary, wanted.key, folder);
    sweepUnused(folder);
    return folder;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function stillWorks(context, { target }, folder) {
  try {
    await context.report.step('  testing the runtime', () => testRuntime(context, target, folder));
    return true;
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    context.report.line(`  ${error.message}; building it anew`);
    return false;
  }
}

function requireTools({ python, pip, compiler }) {
  const advice = 'install it and run the same command again.';
  if (!python && !pip) {
    throw new SetupError({
      message: "no Python with pip was found on the PATH (Debian's package python3-pip)",
      advice,
    });
  }
  if (!compiler) {
    const message = "no C++ compiler was found on the PATH (g++, c++ or clang++; Debian's package g++)";
    throw new SetupError({ message, advice });
  }
}

async function build(context, wanted, tools, folder, temporary) {
  const { key, target } = wanted;
  const { report } = context;
  const compiled = () => compileObjects(context, tools, temporary);
  const linkAndTest = async () => {
    await report.step('  linking the binding', () => linkBinding(context, target, tools, folder, temporary));
    return report.step('  testing it', () => testRuntime(context, target, temporary));
  };
  await fetchWheels(context, target, tools, temporary);
  await report.step('  unpacking the libraries and compiling the binding', async () => {
    await unpackHeaders(target, temporary);
    await both(unpackLibraries(context, target, temporary), compiled());
  });
  const tested = await linkAndTest().catch(async (error) => {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    report.line(`  ${error.message}; building it once more`);
    await compiled();
    return linkAndTest();
  });
  for (const leftover of ['wheels', 'include', 'objects'])
    rmSync(join(temporary, leftover), { recursive: true, force: true });
  const files = Object.fromEntries(
    listFiles([temporary]).map((path) => [relative(temporary, path).replaceAll('\\', '/'), statSync(path).size]),
  );
  const { name, device } = target;
  const record = { key, folder, version: TENSORFLOW_VERSION, name, device, oneDnn: tested.oneDnn, files };
  writeJson(join(temporary, 'runtime.json'), record);
}

/** Waits for both even if one fails, since they write into a folder that a failure deletes. */
async function both(...works) {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}

/** The first folder whose parent can be written and has room; tells when that is not the first. */
function chooseFolder({ report }, { target, folders }) {
  const problems = [];
  for (const folder of folders) {
    try {
      const temporary = makeTemporary(dirname(folder), target);
      if (problems.length > 0) report.line(`  ${problems[0].message}; building it in ${dirname(folder)}`);
      return { folder, temporary };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error);
    }
  }
  throw problems[0];
}

function makeTemporary(parent, { neededBytes }) {
  try {
    mkdirSync(parent, { recursive: true });
    sweepLeftovers(parent);
    const { bavail, bsize } = statfsSync(parent);
    if (bavail * bsize < neededBytes) {
      const [free, needed] = [bavail * bsize, neededBytes].map((bytes) => (bytes / 1e9).toFixed(1));
      throw new SetupError({
        message: `${parent} has only ${free} GB free, ${needed} GB are needed while TensorFlow is unpacked`,
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

/** Its name tells whose it is, so that what a killed set-up left (1 GB) is known for dead at once. */
const makeAside = (parent) => mkdtempSync(join(parent, `making-${hostname()}-${process.pid}-`));

/** Removes what killed set-ups left; one on another machine that shares the cache is given six hours. */
function sweepLeftovers(parent) {
  const endOf = (path) => {
    const pid = path.match(/-(\d+)-[^-]*$/)?.[1];
    const isDead = path.includes(`making-${hostname()}-`) && pid !== undefined && !isAlive(Number(pid));
    return isDead ? 0 : statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  };
  sweep(parent, 'making-', endOf, LEFTOVER_AGE_MS);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** A set-up reads the record of the runtime it uses, which the file system notes. */
function sweepUnused(folder) {
  const lastRead = (path) => {
    const record = statSync(join(path, 'runtime.json'), { throwIfNoEntry: false });
    return record && path !== folder ? Math.max(record.atimeMs, record.mtimeMs) : undefined;
  };
  sweep(dirname(folder), 'tensorflow-', lastRead, UNUSED_AGE_MS);
}

function sweep(parent, prefix, timeOf, ageMs) {
  for (const name of readdirSync(parent).filter((name) => name.startsWith(prefix))) {
    const path = join(parent, name);
    if (Date.now() - (timeOf(path) ?? Date.now()) > ageMs) rmSync(path, { recursive: true, force: true });
  }
}

/** Another set-up may have been quicker: then its runtime stays. A broken one at that place makes room. */
function moveIntoPlace(temporary, key, folder) {
  for (let tries = 0; tries < 3; tries++) {
    if (isComplete(key, folder)) return;
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

function moveAside(folder) {
  const aside = makeAside(dirname(folder));
  try {
    renameSync(folder, join(aside, 'broken'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
