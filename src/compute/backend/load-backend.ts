/** Chooses what computes: TensorFlow through tfjs-node where its library loads, else WebAssembly,
 * and says why. */
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import type { Computer } from '../../core/records/machine.ts';
import type { BackendInfo } from '../tasks/backend/task.ts';
import { loadNativeKernels } from './native.ts';
import type { NativeKernels } from './native.ts';
import { tensorFlow } from './raw.ts';
import { kernelsRecord, loadedRuntime, setUpDecision } from './runtime-record.ts';

export type LoadedBackend = Omit<BackendInfo, 'gflops' | 'training'>;

/** Set to `wasm` to leave TensorFlow alone. */
const BACKEND_VARIABLE = 'TRADE_BACKEND';
/** Set to `cpu` to leave a GPU alone. */
const DEVICE_VARIABLE = 'TRADE_DEVICE';
/** TensorFlow's own switch, read once when its first op runs. */
const THREADS_VARIABLE = 'TF_NUM_INTRAOP_THREADS';
/** TensorFlow's own: oneDNN's kernels for its ops. Left to itself it takes them with AVX-512 and
 * leaves them with AVX2. */
const ONEDNN_VARIABLE = 'TF_ENABLE_ONEDNN_OPTS';
/** oneDNN's own: the most that it may use. */
const ONEDNN_ISA_VARIABLE = 'ONEDNN_MAX_CPU_ISA';

/** What a run keeps of it. */
export const computerOf = ({ backend, version, device, threads, kernels }: LoadedBackend): Computer => ({
  ...{ backend: `${backend} ${version}`, device, threads },
  ...(kernels && { instructions: kernels.instructions }),
});

/** As many as TensorFlow was told to use; absent that, all that there are. */
export const trainerThreads = (): number => Number(process.env[THREADS_VARIABLE] ?? availableParallelism());

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
    const decision = setUpDecision();
    if (decision?.backend === 'wasm') return loadWasm(decision.reason ?? 'set-up found no TensorFlow');
    return loadWasm(`TensorFlow did not load: ${firstLine(error)}; "npm run setup -- --retry" tests and mends it`);
  }
}

function loadTensorFlow(): LoadedBackend {
  const leavesGpu = process.env[DEVICE_VARIABLE] === 'cpu';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  // Else the first of several trainers takes all memory of a GPU.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const { oneDnn, measured } = kernelsRecord() ?? {};
  process.env[ONEDNN_VARIABLE] ??= measured?.oneDnn === false ? '0' : '1';
  if (oneDnn !== undefined) process.env[ONEDNN_ISA_VARIABLE] ??= oneDnn;
  if (leavesGpu) process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  // tfjs-node calls two helpers that Node 23 removed.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
  const backend = tensorFlow();
  if (backend === undefined) throw new Error('its backend did not register');
  const { gpu, device, note } = setUpDecision() ?? {};
  const runtime = loadedRuntime();
  const lostGpu = leavesGpu
    ? `the GPU is left alone, as ${DEVICE_VARIABLE}=cpu asks.`
    : 'TensorFlow does not find the GPU that it was set up for; see what nvidia-smi says.';
  const kernels = loadNativeKernels();
  const notes = [
    backend.isUsingGpuDevice ? undefined : device === 'gpu' ? lostGpu : note,
    backend.isUsingGpuDevice || kernels.version ? undefined : `TensorFlow has no kernels of ours: ${kernels.reason}`,
    kernels.note,
  ].filter((line) => line !== undefined);
  return {
    backend: 'tensorflow',
    device: backend.isUsingGpuDevice ? `gpu (${gpu ?? 'NVIDIA'})` : `cpu (${cpuName()})`,
    version: backend.binding.TF_Version,
    versions: versions({
      ...{ TensorFlow: backend.binding.TF_Version, kernels: kernels.version },
      oneDNN: process.env[ONEDNN_VARIABLE] === '1' ? runtime?.oneDnn : undefined,
    }),
    threads: trainerThreads(),
    note: notes.length > 0 ? notes.join(' ') : undefined,
    kernels: kernelsOf(kernels),
    runtime: runtime && { folder: runtime.folder, bytes: runtime.bytes },
  };
}

async function loadWasm(note: string): Promise<LoadedBackend> {
  try {
    // tfjs-core registers no gradients in its build for Node; the union package does, as a
    // dependency of tfjs-node.
    createRequire(import.meta.url)('@tensorflow/tfjs');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const { registerComposedKernels } = await import('./composed.ts');
    if (!(await tf.setBackend('wasm'))) throw new Error('its backend did not start');
    registerComposedKernels();
    return {
      backend: 'wasm',
      device: `cpu (${cpuName()})`,
      version: wasm.version_wasm,
      versions: versions({}),
      // Its threads are switched off in Node.
      threads: 1,
      note,
      kernels: undefined,
      runtime: undefined,
    };
  } catch (error) {
    throw new WorkbenchError(
      'backend.missing',
      `Nothing to compute with: ${note}; WebAssembly did not load: ${firstLine(error)}. Run "npm start" to ` +
        'set up again.',
      {},
      { cause: error },
    );
  }
}

function kernelsOf({ instructions, lanes }: NativeKernels): LoadedBackend['kernels'] {
  return instructions === undefined || lanes === undefined ? undefined : { instructions, lanes };
}

function versions(own: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const all = Object.entries({ ...own, tfjs: tf.version_core, Node: process.versions.node });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function cpuName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown';
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
