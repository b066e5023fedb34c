/**
 * The compute runtime: TensorFlow's library in the user's cache folder and tfjs-node's binding built against it, or,
 * where that cannot be had, the wasm fallback. The decision is written to `.cache/runtime.json`:
 * `{ backend, reason, version?, library?, key, tools?, decidedAt }`.
 */
import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, readJson, writeJson } from './files.mjs';
import { runtimeRecordPath } from './paths.mjs';
import { SetupError } from './report.mjs';
import { buildRuntime } from './runtime-build.mjs';
import { describeRuntime, isComplete, tfjsNodeFolder } from './runtime-folder.mjs';
import { TENSORFLOW_VERSION } from './runtime-targets.mjs';

const RETRY_AFTER_MS = 24 * 3600 * 1000;

export const runtimeStep = {
  title: `Compute runtime: TensorFlow ${TENSORFLOW_VERSION}`,
  isReady: (context) => isDecided(context),
  async make(context) {
    const record = await decide(context);
    writeJson(runtimeRecordPath(context.root), record);
    if (record.backend === 'wasm') context.report.line(`  using the slower wasm fallback: ${record.reason}`);
  },
};

/** True when the recorded decision still fits this machine and what it names is in place. */
export function isDecided(context) {
  const record = readJson(runtimeRecordPath(context.root));
  const wanted = describeRuntime(context);
  if (!record || record.key !== wanted.key) return false;
  if (record.backend === 'tensorflow') {
    return record.library === wanted.folder && isComplete(wanted) && bindingIsInstalled(context.root, wanted.folder);
  }
  const sameTools = JSON.stringify(record.tools) === JSON.stringify(findTools(context));
  return !context.retry && sameTools && Date.now() - record.decidedAt < RETRY_AFTER_MS;
}

async function decide(context) {
  const wanted = describeRuntime(context);
  const { key, target, folder } = wanted;
  const tools = findTools(context);
  const wasm = (reason) => ({ backend: 'wasm', reason, key, tools, decidedAt: Date.now() });
  if (!target) return wasm(`TensorFlow has no library for ${context.platform} on ${context.arch}.`);
  if (!isComplete(wanted)) {
    const lacking = lackingTools(tools);
    if (lacking) return wasm(`${lacking}. Install it and run the same command again.`);
    try {
      await buildRuntime(context, wanted, tools);
    } catch (error) {
      if (!(error instanceof SetupError) || error.code === 'interrupted') throw error;
      return wasm(`${error.message}; ${error.advice}${lastLine(error.output)}`);
    }
  }
  installBinding(context.root, folder);
  const reason = `TensorFlow ${TENSORFLOW_VERSION} (${target.wheel}), self-tested when it was built`;
  return { backend: 'tensorflow', reason, version: TENSORFLOW_VERSION, library: folder, key, decidedAt: Date.now() };
}

/** @returns {{ python?: string, pip?: string, compiler?: string }} */
export function findTools({ env, platform }) {
  return {
    python: findProgram(['python3', 'python'], env, platform),
    pip: findProgram(['pip3', 'pip'], env, platform),
    compiler: findProgram(['g++', 'c++', 'clang++'], env, platform),
  };
}

function lackingTools({ python, pip, compiler }) {
  if (!python && !pip) return "no Python with pip was found on the PATH (Debian's package python3-pip)";
  if (!compiler) return "no C++ compiler was found on the PATH (g++, c++ or clang++; Debian's package g++)";
  return undefined;
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
