/** tfjs-node's binding: compiled from the package's own sources, linked to the unpacked libraries,
 * tested. */
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';
import { node24Path } from './paths.mjs';
import { RETRY_ADVICE, TENSORFLOW_VERSION } from './runtime-targets.mjs';
import { tfjsNodeFolder } from './runtime-folder.mjs';

const SOURCES = Object.freeze(['tfjs_backend', 'tfjs_binding']);
const TEST_TIMEOUT_MS = 120_000;
const COMPILER_ADVICE = `a compiler for C++17 is needed (GCC 8 or Clang 7 and newer); ${RETRY_ADVICE}`;

const objectPath = (temporary, source) => join(temporary, 'objects', `${source}.o`);

/** Needs the headers only. */
export async function compileObjects({ root, env, signal }, { compiler }, temporary) {
  mkdirSync(join(temporary, 'objects'), { recursive: true });
  const headers = [join(root, 'node_modules/node-api-headers/include'), join(temporary, 'include')];
  const flags = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8', ...headers.map((path) => `-I${path}`)];
  const compile = (source) => {
    const input = join(tfjsNodeFolder(root), 'binding', `${source}.cc`);
    const args = [...flags, '-c', input, '-o', objectPath(temporary, source)];
    const what = 'the TensorFlow binding could not be compiled';
    return runCommand(compiler, args, { env, signal, what, advice: COMPILER_ADVICE });
  };
  for (const result of await Promise.allSettled(SOURCES.map(compile)))
    if (result.status === 'rejected') throw result.reason;
}

/** It finds its libraries in its own folder, which the self-test uses, and in the final one, as its
 * copy in node_modules does. */
export async function linkBinding(context, target, { compiler }, folder, temporary) {
  await linkAddon(context, target, compiler, {
    objects: SOURCES.map((source) => objectPath(temporary, source)),
    addon: join(temporary, 'tfjs_binding.node'),
    libraries: temporary,
    standIns: join(temporary, 'objects'),
    places: [target.ownFolder, folder],
    what: 'the TensorFlow binding could not be linked',
    advice: COMPILER_ADVICE,
  });
}

/**
 * Links a Node addon to TensorFlow.
 * @param {{ objects: readonly string[], addon: string, libraries: string, standIns: string, places:
 * readonly string[],
 *   what: string, advice: string }} options
 *   `libraries`: folder of a runtime; `standIns`: where empty libraries may be put in their stead;
 *   `places`: runtimes in which
 *   the addon looks for them when it is loaded
 */
export async function linkAddon({ env, signal }, target, compiler, options) {
  const { objects, addon, libraries, standIns, places, what, advice } = options;
  const run = (args) => runCommand(compiler, args, { env, signal, what, advice });
  const shown = target.libraries.map((name) => join(target.standIns ? standIns : libraries, name));
  if (target.standIns) {
    mkdirSync(dirname(shown[0]), { recursive: true });
    for (const path of shown) {
      await run(['-shared', '-x', 'c++', '/dev/null', '-o', path, `-Wl,-soname,${basename(path)}`]);
    }
  }
  const paths = places.map((path) => `-Wl,-rpath,${path}/${dirname(target.libraries[0])}`);
  await run([...target.linkFlags, ...objects, '-o', addon, ...shown, ...paths]);
}

/** @returns {Promise<{ oneDnn?: string }>} oneDNN's version, which only its own log tells */
export async function testRuntime({ root, env, platform, signal }, target, folder) {
  const script = fileURLToPath(new URL('self-test.mjs', import.meta.url));
  const args = [script, root, join(folder, 'tfjs_binding.node'), TENSORFLOW_VERSION, target.device];
  const quiet = { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  // As src/compute/backend sets it: without AVX-512 TensorFlow would leave oneDNN off, and its log
  // would say nothing.
  const oneDnn = { TF_ENABLE_ONEDNN_OPTS: '1', ONEDNN_VERBOSE: 'profile_create' };
  const output = await runCommand(node24Path(root, platform), args, {
    env: { ...env, ...quiet, ...oneDnn },
    signal,
    timeoutMs: TEST_TIMEOUT_MS,
    keptCharacters: 100_000,
    what: 'the TensorFlow binding failed its self-test',
    advice: RETRY_ADVICE,
  });
  return { oneDnn: /oneDNN v([\d.]+)/.exec(output)?.[1] };
}
