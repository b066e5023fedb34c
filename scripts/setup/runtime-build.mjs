/**
 * Builds a compute runtime: fetches the wheels, keeps their libraries and the few headers that
 * kernels of our own need, compiles the binding against them, and tests it.
 */
import { rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listFiles, writeJson } from './files.mjs';
import { compileObjects, linkBinding, testRuntime } from './runtime-binding.mjs';
import { fetchWheels, unpackHeaders, unpackLibraries } from './runtime-wheels.mjs';
import { SetupError } from './report.mjs';
import { isComplete } from './runtime-folder.mjs';
import { TENSORFLOW_VERSION } from './runtime-targets.mjs';
import { buildOnShelf, moveAside } from './shelf.mjs';

/**
 * Finds the runtime in one of its folders, or builds it in the first that can be written. With
 * `context.retry` a found one is tested again, and built anew if it fails.
 * @returns {Promise<string>} its folder; a failure throws a SetupError and leaves nothing behind
 */
export async function provideRuntime(context, wanted, tools) {
  const found = wanted.folders.find((folder) => isComplete(wanted.key, folder));
  if (found && !context.retry) return found;
  if (found && (await stillWorks(context, wanted, found))) return found;
  if (found) moveAside(found);
  requireTools(tools);
  return buildOnShelf(context, {
    folders: wanted.folders,
    neededBytes: wanted.target.neededBytes,
    purpose: 'while TensorFlow is unpacked',
    record: 'runtime.json',
    isComplete: (folder) => isComplete(wanted.key, folder),
    build: (folder, temporary) => build(context, wanted, tools, folder, temporary),
  });
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
  for (const leftover of ['wheels', 'objects']) rmSync(join(temporary, leftover), { recursive: true, force: true });
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
