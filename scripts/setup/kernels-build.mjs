/** Compiles our own TensorFlow ops for this machine's processor, links them to the runtime in use,
 * and tests them. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';
import { contentHash } from './files.mjs';
import { INSTRUCTION_SETS, heldTo } from './instruction-sets.mjs';
import { node24Path } from './paths.mjs';
import { SetupError } from './report.mjs';
import { linkAddon } from './runtime-binding.mjs';
import { RETRY_ADVICE } from './runtime-targets.mjs';

const TEST_TIMEOUT_MS = 60_000;
const TESTED_THREADS = [1, 2];
const COMPILER_ADVICE = `a compiler for C++20 is needed (GCC 10 or Clang 12 and newer); ${RETRY_ADVICE}`;

/** Sums may be reordered and -0 may be 0; NaN and infinities keep their meaning. */
const FLAGS = Object.freeze([
  ...['-std=c++20', '-O3', '-fPIC', '-fvisibility=hidden', '-pthread', '-DNAPI_VERSION=8', '-Wno-psabi'],
  ...['-fno-math-errno', '-fno-trapping-math', '-fno-signed-zeros', '-fassociative-math', '-freciprocal-math'],
]);

/** Flags for this processor, or for one of the named sets; best first, since not every compiler
 * knows all of them. */
function processorFlagSets({ arch, env, isa = heldTo(env) }) {
  if (isa !== undefined) return [INSTRUCTION_SETS[isa].flags];
  if (arch !== 'x64') return [['-mcpu=native'], []];
  return [['-march=native', '-mprefer-vector-width=512'], ['-march=native'], []];
}

/**
 * @param {{ compiler?: string, library: string, target:
 * import('./runtime-targets.mjs').RuntimeTarget }} wanted
 * @param {string} sources folder of the `.cc` files
 * @param {string} addon path of what is built; its folder may be written to
 */
export async function buildKernels(context, wanted, sources, addon) {
  const { compiler, library, target } = wanted;
  if (!compiler) {
    const message = "no C++ compiler was found on the PATH (g++, c++ or clang++; Debian's package g++)";
    throw new SetupError({ message, advice: 'install it and run the same command again.' });
  }
  const objects = join(dirname(addon), 'objects');
  mkdirSync(objects);
  await linkAddon(context, target, compiler, {
    objects: await compileAll(context, compiler, { library, sources, objects }),
    addon,
    libraries: library,
    standIns: objects,
    // Shipped ones find them by their name alone, once the binding has loaded them.
    places: context.isShipped ? [] : [library],
    what: 'the compute kernels could not be linked',
    advice: COMPILER_ADVICE,
  });
  rmSync(objects, { recursive: true });
  if (context.isTried !== false) await testKernels(context, library, addon);
}

/** As many at a time as there are cores; after a failure no other one is begun. */
async function compileAll(context, compiler, { library, sources, objects }) {
  const { root, env, signal } = context;
  const headers = [join(root, 'node_modules/node-api-headers/include'), join(library, 'include')];
  const flags = [
    ...FLAGS,
    // What the program compares with the sources that it finds (`backend/kernel-sources.ts`).
    `-DTRADE_SOURCES="${contentHash([sources])}"`,
    ...(await knownFlags(context, compiler, processorFlagSets(context))),
    ...headers.map((path) => `-I${path}`),
  ];
  const names = readdirSync(sources).filter((name) => name.endsWith('.cc'));
  const objectOf = (name) => join(objects, `${name}.o`);
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        const what = `the compute kernels could not be compiled: ${name}`;
        const args = [...flags, '-c', join(sources, name), '-o', objectOf(name)];
        await runCommand(compiler, args, { env, signal, what, advice: COMPILER_ADVICE });
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  // All of them end before the folder that they write into is deleted.
  for (const result of await Promise.allSettled(Array.from({ length: availableParallelism() }, work)))
    if (result.status === 'rejected') throw result.reason;
  return names.map(objectOf);
}

/** The first set that the compiler takes. */
async function knownFlags({ env, signal }, compiler, sets) {
  for (const flags of sets) {
    try {
      const args = [...flags, '-x', 'c++', '-c', '/dev/null', '-o', '/dev/null'];
      await runCommand(compiler, args, { env, signal, what: 'probing the compiler', advice: COMPILER_ADVICE });
      return flags;
    } catch (error) {
      if (error.code === 'interrupted') throw error;
    }
  }
  return [];
}

/**
 * Which of the kernels beat the ops that they stand in for on this machine, and whether
 * TensorFlow's own are quicker with oneDNN. A process for each answer: oneDNN is switched once a
 * process. Undefined where they cannot be timed: then all are used.
 * @returns {Promise<import('../../src/compute/backend/runtime-record.ts').MeasuredKernels |
 * undefined>}
 */
export async function measureKernels({ root, env, platform, signal }, addon) {
  const script = fileURLToPath(new URL('kernels-measure.mjs', import.meta.url));
  // On one thread: a second one that waits for its turn on a busy machine would decide in place of
  // the kernels.
  const alone = { TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' };
  const ask = async (what, more) => {
    const output = await runCommand(node24Path(root, platform), [script, root, what], {
      env: { ...env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1', TRADE_KERNELS: addon, ...alone, ...more },
      signal,
      timeoutMs: TEST_TIMEOUT_MS,
      what: 'the compute kernels could not be timed',
      advice: RETRY_ADVICE,
    });
    return JSON.parse(output.trimEnd().split('\n').at(-1));
  };
  const isa = heldTo(env);
  const held = isa === undefined ? {} : { ONEDNN_MAX_CPU_ISA: INSTRUCTION_SETS[isa].oneDnn };
  try {
    const [on, off] = [
      await ask('tensorflow', { ...held, TF_ENABLE_ONEDNN_OPTS: '1' }),
      await ask('tensorflow', { TF_ENABLE_ONEDNN_OPTS: '0' }),
    ];
    const oneDnn = on <= off;
    const kernels = await ask('kernels', { ...held, TF_ENABLE_ONEDNN_OPTS: oneDnn ? '1' : '0' });
    return { ...kernels, oneDnn, ratios: { ...kernels.ratios, oneDNN: off / on } };
  } catch (error) {
    if (error.code === 'interrupted') throw error;
    return undefined;
  }
}

/** In a process of its own each time: the kernels read the number of threads once, and a bad one
 * may crash. */
export async function testKernels({ root, env, platform, signal }, library, addon) {
  const script = fileURLToPath(new URL('kernels-test.mjs', import.meta.url));
  for (const threads of TESTED_THREADS) {
    await runCommand(node24Path(root, platform), [script, root, join(library, 'tfjs_binding.node'), addon], {
      env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: String(threads), CUDA_VISIBLE_DEVICES: '-1' },
      signal,
      timeoutMs: TEST_TIMEOUT_MS,
      what: `the compute kernels failed their self-test with ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      advice: RETRY_ADVICE,
    });
  }
}
