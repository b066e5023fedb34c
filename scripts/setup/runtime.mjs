/**
 * The compute runtime: TensorFlow's libraries in a cache folder and tfjs-node's binding built
 * against them, for the NVIDIA GPU where there is one, else for the CPU; or, where neither can be
 * had, the wasm fallback. The decision is written to `.cache/runtime.json`, which
 * src/compute/backend reads to say why it is not a faster one.
 */
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, readJson, writeJson } from './files.mjs';
import { detectNvidia, findNvidiaSmi, isOptedOut } from './nvidia.mjs';
import { runtimeRecordPath } from './paths.mjs';
import { SetupError } from './report.mjs';
import { provideRuntime } from './runtime-build.mjs';
import { describeRuntime, isComplete, tfjsNodeFolder } from './runtime-folder.mjs';
import { TENSORFLOW_VERSION, machineLibc, whyNoTarget } from './runtime-targets.mjs';

const RETRY_AFTER_MS = 24 * 3600 * 1000;

/**
 * @typedef {{ backend: 'tensorflow' | 'wasm', device: 'cpu' | 'gpu', key: string, library?: string,
 * version?: string,
 *   gpu?: string, reason: string, note?: string, tools: object, refused?:
 *   { key: string, driver: string, why: string },
 *   decidedAt: number }} RuntimeRecord
 *   `note`: why not a faster one; `refused`: a GPU runtime that could not be built or failed its
 *   test, with the driver
 */

export const runtimeStep = {
  title: `Compute runtime: TensorFlow ${TENSORFLOW_VERSION}`,
  isReady: (context) => isDecided(context),
  async make(context) {
    const record = await decide(context);
    writeJson(runtimeRecordPath(context.root), record);
    if (record.backend === 'wasm') context.report.line(`  using the slower wasm fallback: ${record.reason}`);
    else if (record.note) context.report.line(`  computing on the CPU: ${record.note}`);
  },
};

/** True when the recorded decision still fits this machine and what it names is in place. */
export function isDecided(context) {
  // wasm comes with the packages.
  if (context.env.TRADE_BACKEND === 'wasm') return true;
  const record = readJson(runtimeRecordPath(context.root));
  if (!record || context.retry) return false;
  const wanted = describeRuntime(context, record.device);
  if (record.key !== wanted.key) return false;
  if (record.backend === 'tensorflow' && !isInPlace(context.root, wanted, record.library)) return false;
  if (record.backend === 'tensorflow' && (record.device === 'gpu' || !mayHaveGpu(context))) return true;
  const sameTools = JSON.stringify(record.tools) === JSON.stringify(findTools(context));
  return sameTools && Date.now() - record.decidedAt < RETRY_AFTER_MS;
}

const isInPlace = (root, { key, folders }, folder) =>
  folders.includes(folder) && isComplete(key, folder) && bindingIsInstalled(root, folder);

const mayHaveGpu = ({ env, platform }) => !isOptedOut(env) && findNvidiaSmi(env, platform) !== undefined;

/** @returns {Promise<RuntimeRecord>} */
async function decide(context) {
  const tools = findTools(context);
  const common = { tools, decidedAt: Date.now() };
  const cpu = describeRuntime(context);
  const wasm = (reason) => ({ backend: 'wasm', device: 'cpu', key: cpu.key, reason, ...common });
  const nothing = whyNoTarget(context, context.libc ?? machineLibc());
  if (nothing) return wasm(nothing);

  const { record, note, refused } = await tryGpu(context, tools);
  if (record) return { ...record, ...common };
  const { folder, reason } = await tryRuntime(context, cpu, tools);
  if (folder === undefined) return { ...wasm(reason), refused };
  return { ...tensorFlowRecord(cpu, folder), note, refused, ...common };
}

/** A GPU runtime that failed is not fetched again before the driver changes or a person asks for
 * it. */
async function tryGpu(context, tools) {
  const wanted = describeRuntime(context, 'gpu');
  if (!wanted.target) return {};
  const { gpu, reason: note } = await detectNvidia(context);
  if (!gpu) return { note };
  const before = readJson(runtimeRecordPath(context.root))?.refused;
  if (!context.retry && before?.key === wanted.key && before.driver === gpu.driver) {
    return { note: before.why, refused: before };
  }
  const { folder, reason } = await tryRuntime(context, wanted, tools);
  if (folder !== undefined) return { record: { ...tensorFlowRecord(wanted, folder), gpu: gpu.name } };
  const why = `the ${gpu.name} is not used: ${reason}`;
  return { note: why, refused: { key: wanted.key, driver: gpu.driver, why } };
}

/** @returns {Promise<{ folder?: string, reason?: string }>} the runtime's folder, its binding
 * installed; or why there is none */
async function tryRuntime(context, wanted, tools) {
  try {
    const folder = await provideRuntime(context, wanted, tools);
    installBinding(context.root, folder);
    return { folder };
  } catch (error) {
    if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
    return { reason: `${error.message}${lastLine(error.output)}; ${error.advice}` };
  }
}

function tensorFlowRecord({ key, target }, folder) {
  const reason = `TensorFlow ${TENSORFLOW_VERSION} (${target.name}), self-tested when it was built`;
  return { backend: 'tensorflow', device: target.device, key, library: folder, version: TENSORFLOW_VERSION, reason };
}

/** @returns {{ python?: string, pip?: string, compiler?: string, nvidiaSmi?: string, device?:
 * string }} what a decision rests on */
export function findTools({ env, platform }) {
  return {
    python: findProgram(['python3', 'python'], env, platform),
    pip: findProgram(['pip3', 'pip'], env, platform),
    compiler: findProgram(['g++', 'c++', 'clang++'], env, platform),
    nvidiaSmi: findNvidiaSmi(env, platform),
    device: env.TRADE_DEVICE,
  };
}

const installedBinding = (root) => join(tfjsNodeFolder(root), 'lib/napi-v8/tfjs_binding.node');
const builtBinding = (folder) => join(folder, 'tfjs_binding.node');

function bindingIsInstalled(root, folder) {
  try {
    return readFileSync(installedBinding(root)).equals(readFileSync(builtBinding(folder)));
  } catch {
    return false;
  }
}

/** Copies the binding to where tfjs-node looks for it. */
function installBinding(root, folder) {
  const place = installedBinding(root);
  mkdirSync(dirname(place), { recursive: true });
  const temporary = `${place}.${process.pid}.tmp`;
  copyFileSync(builtBinding(folder), temporary);
  renameSync(temporary, place);
}

function lastLine(output) {
  const line = output.trimEnd().split('\n').pop();
  return line ? ` (${line.trim()})` : '';
}
