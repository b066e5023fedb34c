/**
 * Builds the compute runtime in a temporary folder beside its place: fetches the wheel, keeps its two libraries,
 * compiles the binding against them, tests it, and renames the folder into place as the last act, so that a half-made
 * runtime is never used and two set-ups at once do not meet.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';
import { findProgram, writeJson } from './files.mjs';
import { node24Path } from './paths.mjs';
import { SetupError } from './report.mjs';
import { isComplete, tfjsNodeFolder } from './runtime-folder.mjs';
import { TENSORFLOW_VERSION } from './runtime-targets.mjs';
import { unzip } from './unzip.mjs';

const NEEDED_BYTES = 1.6e9;
const LEFTOVER_AGE_MS = 6 * 3600 * 1000;
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|xla\/tsl\/c|tsl\/platform)\/.*\.h)$/;
const RETRY_ADVICE = 'to try again run `npm run setup -- --retry`';

/** @returns {Promise<void>} a failure throws a SetupError and leaves nothing behind */
export async function buildRuntime(context, wanted, tools) {
  const parent = dirname(wanted.folder);
  const temporary = makeTemporary(parent);
  try {
    await fetchLibraries(context, wanted, tools, temporary);
    await compileAndTest(context, wanted, tools, temporary);
    for (const leftover of ['wheel', 'include']) rmSync(join(temporary, leftover), { recursive: true, force: true });
    const files = Object.fromEntries(
      readdirSync(temporary).map((name) => [name, statSync(join(temporary, name)).size]),
    );
    const { key, folder, target } = wanted;
    writeJson(join(temporary, 'runtime.json'), {
      key,
      folder,
      version: TENSORFLOW_VERSION,
      wheel: target.wheel,
      files,
    });
    moveIntoPlace(temporary, wanted);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function makeTemporary(parent) {
  try {
    mkdirSync(parent, { recursive: true });
    sweepLeftovers(parent);
    const { bavail, bsize } = statfsSync(parent);
    if (bavail * bsize < NEEDED_BYTES) {
      const message = `${parent} has only ${((bavail * bsize) / 1e9).toFixed(1)} GB free, 1.6 GB are needed while TensorFlow is unpacked`;
      throw new SetupError({
        message,
        advice: `free some space, or set XDG_CACHE_HOME to another disk; ${RETRY_ADVICE}`,
      });
    }
    return mkdtempSync(join(parent, 'making-'));
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const advice = `set XDG_CACHE_HOME to a folder that you can write; ${RETRY_ADVICE}`;
    throw new SetupError({ message: `cannot write to ${parent} (${error.code})`, advice });
  }
}

/** Removes what killed set-ups left; a living one is never that old. */
function sweepLeftovers(parent) {
  for (const name of readdirSync(parent).filter((name) => name.startsWith('making-'))) {
    const path = join(parent, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - changed > LEFTOVER_AGE_MS) rmSync(path, { recursive: true, force: true });
  }
}

async function fetchLibraries({ env, signal, report }, { target }, { python, pip }, temporary) {
  const wheelFolder = join(temporary, 'wheel');
  mkdirSync(wheelFolder);
  const [program, ...start] = python && (await hasPip(python, env, signal)) ? [python, '-m', 'pip'] : [pip];
  if (!program) {
    throw new SetupError({
      message: `${python} has no pip`,
      advice: `install it (Debian's package python3-pip); ${RETRY_ADVICE}`,
    });
  }
  const args = ['download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--disable-pip-version-check'];
  const choice = ['--python-version', '3.12', '--platform', target.tag, `${target.wheel}==${TENSORFLOW_VERSION}`];
  await report.step(`  fetching ${target.wheel} from PyPI with pip (about 270 MB)`, () =>
    runCommand(program, [...start, ...args, '--progress-bar', 'off', '--dest', wheelFolder, ...choice], {
      // pip's own temporary files would fill a small /tmp.
      env: { ...env, TMPDIR: wheelFolder },
      signal,
      what: `pip could not download ${target.wheel} ${TENSORFLOW_VERSION}`,
      advice: `check that PyPI can be reached; ${RETRY_ADVICE}`,
    }),
  );
  await report.step('  unpacking its libraries (about 850 MB, 630 MB after stripping)', async () => {
    await unpack(wheelFolder, target, temporary);
    await strip(target, temporary, env, signal);
  });
}

const hasPip = (python, env, signal) =>
  runCommand(python, ['-m', 'pip', '--version'], { env, signal, what: 'pip', advice: '' }).then(
    () => true,
    () => false,
  );

async function unpack(wheelFolder, target, temporary) {
  const wheel = readdirSync(wheelFolder).find((name) => name.endsWith('.whl'));
  const libraries = target.libraries.map((name) => `tensorflow/${name}`);
  const placeOf = (name) => {
    if (libraries.includes(name)) return join(temporary, name.slice('tensorflow/'.length));
    const header = HEADERS.exec(name)?.[1];
    return header && join(temporary, 'include', header);
  };
  try {
    await unzip(join(wheelFolder, wheel ?? 'no wheel'), placeOf);
    for (const name of target.libraries) statSync(join(temporary, name));
  } catch (error) {
    throw new SetupError({ message: `the wheel could not be unpacked: ${error.message}`, advice: RETRY_ADVICE });
  }
}

/** Debug symbols are a quarter of the library; without `strip` it works as well. */
async function strip(target, temporary, env, signal) {
  const program = findProgram(['strip'], env);
  if (!program || process.platform !== 'linux') return;
  const args = ['--strip-unneeded', ...target.libraries.map((name) => join(temporary, name))];
  await runCommand(program, args, { env, signal, what: 'stripping', advice: RETRY_ADVICE });
}

async function compileAndTest(context, wanted, tools, temporary) {
  const attempt = async () => {
    await context.report.step('  compiling the binding', () => compile(context, wanted, tools, temporary));
    await context.report.step('  testing it', () => selfTest(context, temporary));
  };
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    context.report.line(`  ${error.message}; building it once more`);
    await attempt();
  }
}

function compile({ root, env, signal }, { target, folder }, { compiler }, temporary) {
  const binding = join(tfjsNodeFolder(root), 'binding');
  const headers = [join(root, 'node_modules/node-api-headers/include'), join(temporary, 'include')];
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8'],
    ...headers.map((path) => `-I${path}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, name)),
    ...['-o', join(temporary, 'tfjs_binding.node'), `-L${temporary}`, ...target.linkFlags],
    // Its own folder serves the self-test, the final one the copy in node_modules.
    ...[target.ownFolder, folder].map((path) => `-Wl,-rpath,${path}`),
  ];
  return runCommand(compiler, args, {
    env,
    signal,
    what: 'the TensorFlow binding could not be compiled',
    advice: `a compiler for C++17 is needed (GCC 8 or Clang 7 and newer); ${RETRY_ADVICE}`,
  });
}

function selfTest({ root, env, platform, signal }, temporary) {
  const script = fileURLToPath(new URL('self-test.mjs', import.meta.url));
  return runCommand(node24Path(root, platform), [script, root, join(temporary, 'tfjs_binding.node')], {
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2' },
    signal,
    timeoutMs: 120_000,
    what: 'the TensorFlow binding failed its self-test',
    advice: RETRY_ADVICE,
  });
}

/** Another set-up may have been quicker: then its runtime stays. A broken one at that place makes room. */
function moveIntoPlace(temporary, wanted) {
  const { folder } = wanted;
  for (let tries = 0; tries < 3; tries++) {
    if (isComplete(wanted)) return;
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
  const aside = mkdtempSync(join(dirname(folder), 'making-'));
  try {
    renameSync(folder, join(aside, 'broken'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
