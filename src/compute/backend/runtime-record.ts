/** What set-up wrote down about the compute runtime and the kernels (`scripts/setup`): what it chose, and what it built. */
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
  /** The addon; where it was shipped with the program, from the record's own folder. */
  readonly path?: string;
  /** What the processor has to know for them, as Linux calls it; absent where they were built for this very one. */
  readonly needs?: readonly string[];
  /** Why there is none. */
  readonly reason?: string;
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

/** Undefined where set-up had no runtime to build kernels for. */
export function kernelsRecord(): KernelsRecord | undefined {
  const record = setUpRecord('kernels.json') as KernelsRecord | undefined; // written by our own set-up
  return record?.path === undefined ? record : { ...record, path: resolve(recordFolder(), record.path) };
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
