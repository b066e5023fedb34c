/** What set-up wrote down about the compute runtime (`scripts/setup/runtime.mjs`): what it chose, and what it built. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The choice for this checkout. */
export interface SetUpDecision {
  readonly backend?: string;
  readonly device?: string;
  /** The GPU's name. */
  readonly gpu?: string;
  readonly reason?: string;
  /** Why not a faster one. */
  readonly note?: string;
}

export interface LoadedRuntime {
  readonly folder: string;
  readonly bytes: number;
  readonly oneDnn: string | undefined;
}

/** `.cache/runtime.json` beside `node_modules`; undefined in an installed app. */
export function setUpDecision(): SetUpDecision | undefined {
  try {
    const tfjsNode = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json');
    const path = join(dirname(tfjsNode), '../../../.cache/runtime.json');
    return JSON.parse(readFileSync(path, 'utf8')) as SetUpDecision; // written by our own set-up
  } catch {
    return undefined;
  }
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
