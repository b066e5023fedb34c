/** What computes in the package: TensorFlow's libraries beside the binding that looks for them there, or WebAssembly alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../setup/files.mjs';
import { runtimeRecordPath } from '../setup/paths.mjs';
import type { Placed } from './stage.ts';

/** Where tfjs-node looks for its binding, and that for the libraries: first of all in `tensorflow` beside itself. */
const BINDING = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8';

export interface ShippedRuntime {
  /** To places below `program/`. */
  readonly files: readonly Placed[];
  /** For `.cache`: what set-up would have written down. */
  readonly records: Readonly<Record<string, object>>;
  /** Why TensorFlow does not come along. */
  readonly lacking: string | undefined;
}

interface RuntimeRecord {
  readonly backend: string;
  readonly device: string;
  readonly key: string;
  readonly library?: string;
  readonly version?: string;
  readonly reason: string;
}

/** `root`: a checkout that is set up. */
export function shippedRuntime(root: string): ShippedRuntime {
  const record = readJson(runtimeRecordPath(root)) as RuntimeRecord | undefined; // set-up's own
  const lacking = whyNot(record);
  if (record?.library === undefined || lacking !== undefined) {
    return { files: [], records: { 'runtime.json': decision('wasm', { reason: lacking }) }, lacking };
  }
  const { key, library, version } = record;
  const reason = `TensorFlow ${version}, shipped with the program`;
  return {
    files: [
      { from: join(library, 'tensorflow'), to: `${BINDING}/tensorflow` },
      { from: join(library, 'runtime.json'), to: `${BINDING}/runtime.json` },
    ],
    records: { 'runtime.json': decision('tensorflow', { key, version, reason }) },
    lacking: undefined,
  };
}

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
