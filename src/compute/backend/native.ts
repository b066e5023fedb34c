/**
 * Our own TensorFlow ops for the CPU (`compute/native/*.cc`): all of a small student's training step, each op in as few
 * passes over memory as it needs. Set-up compiles them (`scripts/setup/kernels.mjs`); without them, on a GPU and in
 * WebAssembly, every layer takes ops that are there everywhere.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ActivationKind } from '../../core/arch/graph.ts';
import { tensorFlow } from './raw.ts';
import { kernelsRecord, setUpDecision } from './runtime-record.ts';

export type FusedActivation = ActivationKind | 'none';

/** As `activation.h` numbers them. */
export const NATIVE_ACTIVATIONS = {
  none: 0,
  relu: 1,
  relu6: 2,
  gelu: 3,
  hardSwish: 4,
  swish: 5,
  sigmoid: 6,
  hardSigmoid: 7,
} as const satisfies Record<FusedActivation, number>;

/** One value for each activation, from its number. */
export function perActivation<T>(make: (activation: number) => T): Readonly<Record<FusedActivation, T>> {
  const entries = Object.entries(NATIVE_ACTIVATIONS).map(([name, number]) => [name, make(number)] as const);
  // Sound: the entries are those of the table above.
  return Object.fromEntries(entries) as Record<FusedActivation, T>;
}

/** Set to `off` to leave them alone, or to the path of another build. */
const KERNELS_VARIABLE = 'TRADE_KERNELS';

export interface NativeKernels {
  /** Of what was loaded. */
  readonly version?: string;
  /** Why nothing was. */
  readonly reason?: string;
}

let loaded = false;

/** Registers the ops where they can be had; says why not otherwise. TensorFlow must be loaded. */
export function loadNativeKernels(): NativeKernels {
  if (tensorFlow()?.isUsingGpuDevice !== false) return { reason: 'they are for the CPU' };
  const { path, version, reason } = chooseKernels();
  if (path === undefined) return { reason };
  try {
    loaded = createRequire(import.meta.url)(path) === true;
    return loaded ? { version } : { reason: `${path} registered nothing` };
  } catch (error) {
    return { reason: String(error instanceof Error ? error.message : error).split('\n', 1)[0] };
  }
}

function chooseKernels(): NativeKernels & { readonly path?: string } {
  const setting = process.env[KERNELS_VARIABLE];
  if (setting === 'off') return { reason: `${KERNELS_VARIABLE}=off asks for that` };
  if (setting) return { path: setting, version: setting };
  const record = kernelsRecord();
  if (record === undefined) return { reason: 'set-up has built none ("npm run setup" does)' };
  // Linked to another runtime they would load a second TensorFlow.
  if (record.runtime !== setUpDecision()?.key) return { reason: 'they are of another runtime; run "npm run setup"' };
  const lacking = lackedBy(processorAbilities(), record.needs ?? []);
  if (lacking.length > 0) return { reason: `this processor is too old for them (it lacks ${lacking.join(', ')})` };
  return { path: record.path, version: record.key, reason: record.reason };
}

/** Of what is needed; nothing where nobody can say what the processor knows, as on a Mac, whose processors are of one kind. */
export function lackedBy(abilities: string, needs: readonly string[]): readonly string[] {
  const known = new Set(abilities.split(/\s+/));
  return abilities === '' ? [] : needs.filter((need) => !known.has(need));
}

function processorAbilities(): string {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim() ?? '';
  } catch {
    return '';
  }
}

/** Whether layers may call them now. */
export function hasNativeKernels(): boolean {
  return loaded && tensorFlow() !== undefined;
}
