/**
 * What computes in the package: TensorFlow's libraries beside the binding that looks for them there, and our own kernels compiled for
 * processors of its kind; or WebAssembly alone.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, readJson } from '../setup/files.mjs';
import { buildKernels, SHIPPED_PROCESSORS } from '../setup/kernels-build.mjs';
import { kernelSources } from '../setup/kernels.mjs';
import { checkoutCache, runtimeRecordPath } from '../setup/paths.mjs';
import { findTools } from '../setup/runtime.mjs';
import { runtimeTarget } from '../setup/runtime-targets.mjs';
import type { Placed } from './stage.ts';

/** Where tfjs-node looks for its binding, and that for the libraries: first of all in `tensorflow` beside itself. */
const BINDING = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8';
/** Below `program/`; they find the libraries that the binding has loaded by their name. */
const KERNELS = 'kernels/trade_kernels.node';

export interface ShippedRuntime {
  /** To places below `program/`. */
  readonly files: readonly Placed[];
  /** For `.cache`: what set-up would have written down. */
  readonly records: Readonly<Record<string, object>>;
  /** Why TensorFlow does not come along. */
  readonly lacking: string | undefined;
}

/** An addon of our own ops and what its processor has to know; or why there is none. */
export type ShippedKernels =
  { readonly addon: string; readonly needs: readonly string[] } | { readonly reason: string };

interface RuntimeRecord {
  readonly backend: string;
  readonly device: string;
  readonly key: string;
  readonly library?: string;
  readonly version?: string;
  readonly reason: string;
}

/** `root`: a checkout that is set up. */
export function shippedRuntime(root: string, kernels: ShippedKernels): ShippedRuntime {
  const record = recordOf(root);
  const lacking = whyNot(record);
  if (record?.library === undefined || lacking !== undefined) {
    return { files: [], records: { 'runtime.json': decision('wasm', { reason: lacking }) }, lacking };
  }
  const { key, library, version } = record;
  const reason = `TensorFlow ${version}, shipped with the program`;
  const hasKernels = 'addon' in kernels;
  return {
    files: [
      { from: join(library, 'tensorflow'), to: `${BINDING}/tensorflow` },
      { from: join(library, 'runtime.json'), to: `${BINDING}/runtime.json` },
      ...(hasKernels ? [{ from: kernels.addon, to: KERNELS }] : []),
    ],
    records: {
      'runtime.json': decision('tensorflow', { key, version, reason }),
      'kernels.json': {
        ...{ key: 'shipped', runtime: key },
        ...(hasKernels ? { path: join('..', KERNELS), needs: kernels.needs } : { reason: kernels.reason }),
      },
    },
    lacking: undefined,
  };
}

/** Compiles them once for all processors that a package is for: half a minute or more; the next time they are there. */
export async function shippedKernels(root: string): Promise<ShippedKernels> {
  const { env, platform, arch } = process;
  const record = recordOf(root);
  const target = runtimeTarget({ platform, arch });
  const { compiler } = findTools({ env, platform });
  if (record?.library === undefined || target === undefined || whyNot(record) !== undefined) {
    return { reason: 'there is no TensorFlow for them' };
  }
  const processors = Object.entries(SHIPPED_PROCESSORS).find(([name]) => name === arch)?.[1];
  const inputs = { sources: contentHash([kernelSources(root)]), compiler, runtime: record.key, processors };
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  const folder = join(checkoutCache(root), 'package-kernels', key);
  const addon = join(folder, 'trade_kernels.node');
  if (!existsSync(addon)) {
    const temporary = `${folder}.${process.pid}.tmp`;
    try {
      mkdirSync(temporary, { recursive: true });
      const context = { root, env, platform, arch, shipped: true };
      const wanted = { compiler, library: record.library, target };
      await buildKernels(context, wanted, kernelSources(root), join(temporary, 'trade_kernels.node'));
      renameSync(temporary, folder);
    } catch (error) {
      return { reason: `they could not be compiled: ${error instanceof Error ? error.message : String(error)}` };
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
  return { addon, needs: processors?.needs ?? [] };
}

const recordOf = (root: string): RuntimeRecord | undefined => readJson(runtimeRecordPath(root)); // set-up's own

const decision = (backend: string, rest: object): object => ({ backend, device: 'cpu', ...rest });

function whyNot(record: RuntimeRecord | undefined): string | undefined {
  if (record?.backend !== 'tensorflow') {
    return `${record?.reason ?? 'set-up has not decided on a runtime'}; mend that and run "npm run setup -- --retry"`;
  }
  if (record.device !== 'cpu') {
    return 'this checkout computes on a GPU, whose libraries fit no other machine: run "TRADE_DEVICE=cpu npm run package"';
  }
  return existsSync(join(record.library ?? '', 'tensorflow'))
    ? undefined
    : `${record.library} is gone: run "npm run setup"`;
}
