/**
 * TensorFlow ops of our own for the CPU (`src/compute/native`): compiled for this machine's
 * processor, tested, and kept in a cache folder. Where they cannot be had everything computes
 * without them, slower. `.cache/kernels.json`, which src/compute/backend reads, names the built
 * addon or says why there is none.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { contentHash, readJson, writeJson } from './files.mjs';
import { buildKernels, measureKernels, testKernels } from './kernels-build.mjs';
import { INSTRUCTION_SETS, heldTo, processorAbilities } from './instruction-sets.mjs';
import { checkoutCache, kernelsRecordPath, runtimeRecordPath, userCacheFolder } from './paths.mjs';
import { SetupError } from './report.mjs';
import { findTools } from './runtime.mjs';
import { runtimeTarget } from './runtime-targets.mjs';
import { buildOnShelf, moveAside } from './shelf.mjs';

/** Raise it when the way they are built changes. */
const LAYOUT = 3;
const RETRY_AFTER_MS = 24 * 3600 * 1000;
const NEEDED_BYTES = 2e7;
const ADDON = 'trade_kernels.node';
/** Written last of all. */
const RECORD = 'kernels.json';

export const kernelSources = (root) => join(root, 'src/compute/native');

/**
 * @typedef {{ key: string, runtime: string, path?: string, reason?: string, decidedAt: number }}
 * KernelsRecord
 *   `runtime`: key of the compute runtime that they are linked to; `reason`: why there are none
 */

export const kernelsStep = {
  title: 'Compute kernels: compiled for this processor',
  isReady: (context) => areDecided(context),
  async make(context) {
    const runtime = readJson(runtimeRecordPath(context.root));
    const wanted = describeKernels(context, runtime);
    const found = await tryKernels(context, wanted);
    const isa = heldTo(context.env);
    const oneDnn = isa && INSTRUCTION_SETS[isa].oneDnn;
    const record = { key: wanted.key, runtime: runtime.key, ...found, oneDnn, decidedAt: Date.now() };
    writeJson(kernelsRecordPath(context.root, heldTo(context.env)), record);
    if (found.reason) context.report.line(`  training goes on without them, slower: ${found.reason}`);
  },
};

/** True where nothing is to be built, or the recorded answer still fits this machine and what it
 * names is in place. */
export function areDecided(context) {
  const { root, env, retry } = context;
  if (env.TRADE_BACKEND === 'wasm' || env.TRADE_KERNELS) return true;
  const runtime = readJson(runtimeRecordPath(root));
  if (runtime?.backend !== 'tensorflow' || runtime.device !== 'cpu') return true;
  const record = readJson(kernelsRecordPath(root, heldTo(env)));
  if (!record || retry) return false;
  const { key, folders } = describeKernels(context, runtime);
  if (record.key !== key) return false;
  if (record.path === undefined) return Date.now() - record.decidedAt < RETRY_AFTER_MS;
  return folders.some((folder) => record.path === join(folder, ADDON) && isComplete(key, folder));
}

/** The key names everything that the addon depends on; `folders` are the places for it, best
 * first. */
export function describeKernels(context, runtime) {
  const { root, env, platform, arch } = context;
  const { compiler } = findTools(context);
  const inputs = {
    ...{ LAYOUT, sources: contentHash([kernelSources(root)]), compiler, version: versionOf(compiler) },
    ...{ processor: heldTo(env) ?? (processorAbilities() || cpus()[0]?.model) },
    ...{ runtime: runtime.key, library: runtime.library },
  };
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  const key = `${platform}-${arch}-${hash}`;
  const folders = [userCacheFolder(env, platform), checkoutCache(root)].map((cache) => join(cache, 'kernels', key));
  return { key, folders, compiler, library: runtime.library, target: runtimeTarget({ platform, arch }) };
}

/** They count when their record, written last, fits its place and the addon has its size. */
function isComplete(key, folder) {
  const record = readJson(join(folder, RECORD));
  const bytes = statSync(join(folder, ADDON), { throwIfNoEntry: false })?.size;
  return record?.key === key && record.folder === folder && record.bytes === bytes;
}

/** @returns {Promise<{ path?: string, reason?: string }>} */
async function tryKernels(context, wanted) {
  try {
    const folder = await provideKernels(context, wanted);
    return { path: join(folder, ADDON), measured: readJson(join(folder, RECORD))?.measured };
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    return { reason: `${error.message}${tellingLine(error.output)}; ${error.advice}` };
  }
}

async function provideKernels(context, wanted) {
  const { key, folders } = wanted;
  const found = folders.find((folder) => isComplete(key, folder));
  if (found && !context.retry) return found;
  if (found && (await stillWork(context, wanted, found))) {
    // They may have been timed on a machine that was busy, or was another one.
    const measured = await time(context, join(found, ADDON));
    // What was known stays where they could not be timed.
    if (measured !== undefined) writeJson(join(found, RECORD), { ...readJson(join(found, RECORD)), measured });
    return found;
  }
  if (found) moveAside(found);
  return buildOnShelf(context, {
    folders,
    neededBytes: NEEDED_BYTES,
    purpose: 'while they are compiled',
    record: RECORD,
    isComplete: (folder) => isComplete(key, folder),
    async build(folder, temporary) {
      const addon = join(temporary, ADDON);
      await buildKernels(context, wanted, kernelSources(context.root), addon);
      const measured = await time(context, addon);
      writeJson(join(temporary, RECORD), { key, folder, bytes: statSync(addon).size, measured });
    },
  });
}

const time = (context, addon) =>
  context.report.step('  timing them beside the ops that they stand in for', () => measureKernels(context, addon));

async function stillWork(context, { library }, folder) {
  try {
    await testKernels(context, library, join(folder, ADDON));
    return true;
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    context.report.line(`  ${error.message}; building them anew`);
    return false;
  }
}

/** Of a compiler's output the first error, of another program's its last line. */
function tellingLine(output) {
  const lines = output.trimEnd().split('\n');
  const line = lines.find((text) => /\berror:/.test(text)) ?? lines.pop();
  return line ? ` (${line.trim()})` : '';
}

function versionOf(compiler) {
  if (!compiler) return undefined;
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 };
    return execFileSync(compiler, ['--version'], options).split('\n', 1)[0];
  } catch {
    return 'unknown';
  }
}
