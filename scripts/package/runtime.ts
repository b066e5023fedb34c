/**
 * What computes in the package: TensorFlow's libraries beside the binding that looks for them
 * there, and our own kernels compiled for processors of its kind; or WebAssembly alone.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, readJson } from '../setup/files.mjs';
import { INSTRUCTION_SETS, processorAbilities } from '../setup/instruction-sets.mjs';
import { buildKernels } from '../setup/kernels-build.mjs';
import { kernelSources } from '../setup/kernels.mjs';
import { checkoutCache, runtimeRecordPath } from '../setup/paths.mjs';
import { findTools } from '../setup/runtime.mjs';
import { runtimeTarget } from '../setup/runtime-targets.mjs';
import type { Placed } from './stage.ts';

/** Where tfjs-node looks for its binding, and that for the libraries: first of all in `tensorflow`
 * beside itself. */
const BINDING = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8';
/** Below `program/`; they find the libraries that the binding has loaded by their name. */
const KERNELS = 'kernels';

export interface ShippedRuntime {
  /** To places below `program/`. */
  readonly files: readonly Placed[];
  /** For `.cache`: what set-up would have written down. */
  readonly records: Readonly<Record<string, object>>;
  /** Why TensorFlow does not come along. */
  readonly lacking: string | undefined;
  /** TensorFlow's. */
  readonly version: string | undefined;
}

/** An addon of our own ops, the instruction set that it is for, and what a processor has to know
 * for it. */
export interface ShippedBuild {
  readonly set: string;
  readonly addon: string;
  readonly needs: readonly string[];
}

/** Best first; or why there are none. */
export type ShippedKernels = { readonly builds: readonly ShippedBuild[] } | { readonly reason: string };

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
    return {
      files: [],
      records: { 'runtime.json': decision('wasm', { reason: lacking }) },
      lacking,
      version: undefined,
    };
  }
  const { key, library, version } = record;
  const reason = `TensorFlow ${version}, shipped with the program`;
  const builds = 'builds' in kernels ? kernels.builds : [];
  const placeOf = ({ set }: ShippedBuild): string => `${KERNELS}/${set}.node`;
  return {
    files: [
      { from: join(library, 'tensorflow'), to: `${BINDING}/tensorflow` },
      { from: join(library, 'runtime.json'), to: `${BINDING}/runtime.json` },
      ...builds.map((build) => ({ from: build.addon, to: placeOf(build) })),
    ],
    records: {
      'runtime.json': decision('tensorflow', { key, version, reason }),
      'kernels.json': {
        ...{ key: 'shipped', runtime: key },
        ...('builds' in kernels
          ? { builds: builds.map((build) => ({ path: join('..', placeOf(build)), needs: build.needs })) }
          : { reason: kernels.reason }),
      },
    },
    lacking: undefined,
    version,
  };
}

/** Compiles them once for each set of processors that a package is for, half a minute or more each;
 * the next time they are there. */
export async function shippedKernels(root: string): Promise<ShippedKernels> {
  const { env, platform, arch } = process;
  const record = recordOf(root);
  const target = runtimeTarget({ platform, arch });
  const { compiler } = findTools({ env, platform });
  if (record?.library === undefined || target === undefined || whyNot(record) !== undefined) {
    return { reason: 'there is no TensorFlow for them' };
  }
  const sets = Object.entries(INSTRUCTION_SETS).filter(([, set]) => set.arch === arch);
  const sources = contentHash([kernelSources(root)]);
  const builds: ShippedBuild[] = [];
  for (const [set, { flags, needs }] of sets) {
    const inputs = { sources, compiler, runtime: record.key, flags };
    const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
    const folder = join(checkoutCache(root), 'package-kernels', key);
    const addon = join(folder, 'trade_kernels.node');
    if (!existsSync(addon)) {
      const temporary = `${folder}.${process.pid}.tmp`;
      try {
        mkdirSync(temporary, { recursive: true });
        // Those for more than this machine can do are tried where they are used.
        const isTried = lackedBy(needs).length === 0;
        const context = { root, env, platform, arch, isa: set, isShipped: true, isTried };
        const wanted = { compiler, library: record.library, target };
        await buildKernels(context, wanted, kernelSources(root), join(temporary, 'trade_kernels.node'));
        renameSync(temporary, folder);
      } catch (error) {
        return { reason: `they could not be compiled: ${error instanceof Error ? error.message : String(error)}` };
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    }
    builds.push({ set, addon, needs });
  }
  return { builds };
}

const lackedBy = (needs: readonly string[]): readonly string[] => {
  const abilities = new Set(processorAbilities().split(/\s+/));
  return needs.filter((need) => !abilities.has(need));
};

const recordOf = (root: string): RuntimeRecord | undefined => readJson(runtimeRecordPath(root)); // set-up's own

const decision = (backend: string, rest: object): object => ({ backend, device: 'cpu', ...rest });

function whyNot(record: RuntimeRecord | undefined): string | undefined {
  if (record?.backend !== 'tensorflow') {
    return `${record?.reason ?? 'set-up has not decided on a runtime'}; mend that and run "npm run setup -- --retry"`;
  }
  if (record.device !== 'cpu') {
    return (
      'this checkout computes on a GPU, whose libraries fit no other machine: run "TRADE_DEVICE=cpu npm ' +
      'run package"'
    );
  }
  return existsSync(join(record.library ?? '', 'tensorflow'))
    ? undefined
    : `${record.library} is gone: run "npm run setup"`;
}
