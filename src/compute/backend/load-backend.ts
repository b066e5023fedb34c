/** Chooses what computes: TensorFlow through tfjs-node where its library loads, else WebAssembly, and says why. */
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import type { BackendInfo } from '../protocol.ts';
import { tensorFlow } from './raw.ts';

export type LoadedBackend = Omit<BackendInfo, 'gflops'>;

/** Set to `wasm` to leave TensorFlow alone. */
const BACKEND_VARIABLE = 'TRADE_BACKEND';
/** TensorFlow's own switch, read once when its first op runs. */
const THREADS_VARIABLE = 'TF_NUM_INTRAOP_THREADS';

let loading: Promise<LoadedBackend> | undefined;

/** Loads a backend once per process. Throws `backend.missing` when none can be had. */
export function loadBackend(): Promise<LoadedBackend> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LoadedBackend> {
  if (process.env[BACKEND_VARIABLE] === 'wasm') return loadWasm(`asked for by ${BACKEND_VARIABLE}=wasm`);
  try {
    return loadTensorFlow();
  } catch (error) {
    return loadWasm(`TensorFlow did not load: ${firstLine(error)}`);
  }
}

function loadTensorFlow(): LoadedBackend {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // tfjs-node calls two helpers that Node 23 removed.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
  const backend = tensorFlow();
  if (backend === undefined) throw new Error('its backend did not register');
  return {
    backend: 'tensorflow',
    device: backend.isUsingGpuDevice ? 'gpu' : `cpu (${cpuName()})`,
    version: backend.binding.TF_Version,
    threads: Number(process.env[THREADS_VARIABLE] ?? availableParallelism()),
    note: undefined,
  };
}

async function loadWasm(note: string): Promise<LoadedBackend> {
  try {
    // tfjs-core registers no gradients in its build for Node; the union package does, as a dependency of tfjs-node.
    createRequire(import.meta.url)('@tensorflow/tfjs');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const { registerComposedKernels } = await import('./composed.ts');
    if (!(await tf.setBackend('wasm'))) throw new Error('its backend did not start');
    registerComposedKernels();
    // Its threads are switched off in Node.
    return { backend: 'wasm', device: `cpu (${cpuName()})`, version: wasm.version_wasm, threads: 1, note };
  } catch (error) {
    throw new WorkbenchError(
      'backend.missing',
      `Nothing to compute with: ${note}; WebAssembly did not load: ${firstLine(error)}. Run "npm start" to set up again.`,
      {},
      { cause: error },
    );
  }
}

function cpuName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown';
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
