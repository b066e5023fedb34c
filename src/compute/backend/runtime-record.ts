/** What set-up wrote down about the compute runtime and the kernels (`scripts/setup`): what it
 * chose, and what it built. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The choice for this checkout. */
export interface SetUpDecision {
  readonly key?: string;
  readonly backend?: string;
  readonly device?: string;
  /** The GPU's name. */
  readonly gpu?: string;
  readonly reason?: string;
  /** Why not a faster one. */
  readonly note?: string;
}

/** Our own ops for this checkout. */
export interface KernelsRecord {
  readonly key: string;
  /** Key of the runtime that they are linked to. */
  readonly runtime: string;
  /** The addon that was built for this very processor, or for the set that `TRADE_ISA` names. */
  readonly path?: string;
  /** Addons that were shipped with the program, best first. */
  readonly builds?: readonly KernelsBuild[];
  /** Why there is none. */
  readonly reason?: string;
  /** What was measured where they were built. */
  readonly measured?: MeasuredKernels;
  /** What oneDNN is held to (`ONEDNN_MAX_CPU_ISA`), where `TRADE_ISA` names a set. */
  readonly oneDnn?: string;
}

export interface KernelsBuild {
  /** From the record's own folder. */
  readonly path: string;
  /** What the processor has to know for them, as Linux calls it. */
  readonly needs: readonly string[];
}

/** Which of our kernels beat the ops that they stand in for, and whether TensorFlow's own are
 * quicker with oneDNN. */
export interface MeasuredKernels {
  /** Largest filter or matrix, in weights, up to which ours win; 0: none. */
  readonly largest: { readonly convolution: number; readonly product: number };
  readonly depthwise: boolean;
  readonly batchNorm: boolean;
  readonly oneDnn: boolean;
  /** Seconds of TensorFlow's op over ours, by what was timed. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface LoadedRuntime {
  readonly folder: string;
  readonly bytes: number;
  readonly oneDnn: string | undefined;
}

/** In an installed app the packager has written it. */
export function setUpDecision(): SetUpDecision | undefined {
  return setUpRecord('runtime.json') as SetUpDecision | undefined; // written by our own set-up
}

/** Set to the name of an instruction set (`x86-64-v3`) to hold everything that computes to it;
 * set-up builds kernels for it. */
const ISA_VARIABLE = 'TRADE_ISA';

/** The set that everything is held to; undefined: what the machine has. */
function heldInstructionSet(): string | undefined {
  const name = process.env[ISA_VARIABLE];
  return name === undefined || name === '' || name === 'native' ? undefined : name;
}

/** Undefined where set-up had no runtime to build kernels for. */
export function kernelsRecord(): KernelsRecord | undefined {
  const held = heldInstructionSet();
  const name = held === undefined ? 'kernels.json' : `kernels-${held}.json`;
  const record = setUpRecord(name) as KernelsRecord | undefined; // written by our own set-up
  const place = (path: string): string => resolve(recordFolder(), path);
  return (
    record && {
      ...record,
      ...(record.path !== undefined && { path: place(record.path) }),
      ...(record.builds && { builds: record.builds.map((build) => ({ ...build, path: place(build.path) })) }),
    }
  );
}

function setUpRecord(name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(recordFolder(), name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The `.cache` beside `node_modules`. */
function recordFolder(): string {
  const tfjsNode = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json');
  return join(dirname(tfjsNode), '../../../.cache');
}

/** The runtime whose library this process has loaded, wherever it lies. */
export function loadedRuntime(): LoadedRuntime | undefined {
  // Newer than Node's types; without it the report looks up the names of open connections.
  Object.assign(process.report, { excludeNetwork: true });
  // Sound: Node's report lists the shared libraries of the process.
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  const library = sharedObjects.find((path) => /libtensorflow_cc\.[^/\\]*$/.test(path));
  if (library === undefined) return undefined;
  const folder = dirname(dirname(library));
  try {
    const text = readFileSync(join(folder, 'runtime.json'), 'utf8');
    // Written by our own set-up.
    const record = JSON.parse(text) as { readonly oneDnn?: string; readonly files: Readonly<Record<string, number>> };
    const bytes = Object.values(record.files).reduce((sum, size) => sum + size, 0);
    return { folder, bytes, oneDnn: record.oneDnn };
  } catch {
    return undefined;
  }
}
