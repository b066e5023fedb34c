/**
 * Our own TensorFlow ops for the CPU (`compute/native/*.cc`): all of a small student's training
 * step, each op in as few passes over memory as it needs. Set-up compiles them
 * (`scripts/setup/kernels.mjs`); without them, on a GPU and in WebAssembly, every layer takes ops
 * that are there everywhere.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ActivationKind } from '../../core/arch/graph.ts';
import { kernelSources } from './kernel-sources.ts';
import type { KernelSources } from './kernel-sources.ts';
import { tensorFlow } from './raw.ts';
import { kernelsRecord, setUpDecision } from './runtime-record.ts';
import type { KernelsBuild, MeasuredKernels } from './runtime-record.ts';

/** What may be computed with the layer before in one pass; `tanh` is rare, a pass of its own. */
export type FusedActivation = Exclude<ActivationKind, 'tanh'> | 'none';

/** As `activation.h` numbers them. */
const NATIVE_ACTIVATIONS = {
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
  /** What they were compiled for: `AVX2`, and floats that it takes at a time. */
  readonly instructions?: string;
  readonly lanes?: number;
  /** Why nothing was. */
  readonly reason?: string;
  /** What is to be known of those that were. */
  readonly note?: string;
}

/** What an addon says of itself when it is loaded. */
interface Addon {
  readonly instructions: string;
  readonly lanes: number;
  /** Hash of what it was compiled from, and the ops that it has; absent in the first ones. */
  readonly sources?: string;
  readonly ops?: readonly string[];
}

/** What recurrent units do without: they are composed then. */
const RECURRENT = /^TradeGru/;
const MEND = 'run "npm run setup"';

interface Verdict {
  /** Why it is left alone: another op would be missed in the middle of a training. */
  readonly refusal?: string;
  readonly note?: string;
  readonly isRecurrent: boolean;
}

/** Of a build beside the sources that are here; an installed program has none. */
function verdictOn({ sources, ops }: Pick<Addon, 'sources' | 'ops'>, here: KernelSources | undefined): Verdict {
  if (here === undefined) return { isRecurrent: true };
  if (ops === undefined) {
    return { isRecurrent: false, refusal: `they are of another version of the program; ${MEND}` };
  }
  const lacking = here.ops.filter((op) => !ops.includes(op));
  const names = lacking.map((op) => op.replace(/\{.*/, '')).join(', ');
  const isRecurrent = !lacking.some((op) => RECURRENT.test(op));
  if (!lacking.every((op) => RECURRENT.test(op))) {
    return { isRecurrent, refusal: `they have no ${names} of this version of the program; ${MEND}` };
  }
  if (!isRecurrent) {
    const note = `Our kernels were built before ${names}: recurrent units take many times as long; ${MEND}.`;
    return { isRecurrent, note };
  }
  if (sources === here.hash) return { isRecurrent };
  return { isRecurrent, note: `Our kernels were built of other sources than those here; ${MEND}.` };
}

let loaded = false;
let isRecurrent = false;

/** Registers the ops where they can be had; says why not otherwise. TensorFlow must be loaded. */
export function loadNativeKernels(): NativeKernels {
  if (tensorFlow()?.isUsingGpuDevice !== false) return { reason: 'they are for the CPU' };
  const { path, version, reason, measured } = chooseKernels();
  if (path === undefined) return { reason };
  if (measured !== undefined) chosen = measured;
  try {
    const { instructions, lanes, ...build } = createRequire(import.meta.url)(path) as Addon; // our own
    const { refusal, note, isRecurrent: has } = verdictOn(build, kernelSources());
    if (refusal !== undefined) return { reason: refusal };
    loaded = lanes > 0;
    isRecurrent = has;
    return loaded ? { version, instructions, lanes, note } : { reason: `${path} registered nothing` };
  } catch (error) {
    return { reason: String(error instanceof Error ? error.message : error).split('\n', 1)[0] };
  }
}

interface Choice {
  readonly path?: string;
  readonly version?: string;
  readonly reason?: string;
  readonly measured?: MeasuredKernels;
}

function chooseKernels(): Choice {
  const setting = process.env[KERNELS_VARIABLE];
  if (setting === 'off') return { reason: `${KERNELS_VARIABLE}=off asks for that` };
  if (setting) return { path: setting, version: setting };
  const record = kernelsRecord();
  if (record === undefined) return { reason: 'set-up has built none ("npm run setup" does)' };
  // Linked to another runtime they would load a second TensorFlow.
  if (record.runtime !== setUpDecision()?.key) return { reason: 'they are of another runtime; run "npm run setup"' };
  const { key: version, builds, path, reason, measured } = record;
  if (builds === undefined) return { path, version, reason, measured };
  const build = fittingBuild(builds, processorAbilities());
  if (build !== undefined) return { path: build.path, version };
  return { reason: reason ?? 'this processor is too old for those that were shipped' };
}

/**
 * The first of the builds, best first, that the processor can run. Where nobody says what it can
 * do, the last: an addon for more than that ends in an illegal instruction.
 */
function fittingBuild(builds: readonly KernelsBuild[], abilities: string): KernelsBuild | undefined {
  if (abilities === '') return builds.at(-1);
  const known = new Set(abilities.split(/\s+/));
  return builds.find(({ needs }) => needs.every((need) => known.has(need)));
}

function processorAbilities(): string {
  try {
    return /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim() ?? '';
  } catch {
    return '';
  }
}

/** Whether layers may call them now. */
export function hasNativeKernels(): boolean {
  return loaded && tensorFlow() !== undefined;
}

/** Whether recurrent units may, too. */
export const hasNativeRecurrence = (): boolean => isRecurrent && hasNativeKernels();

/** Measures what is without them. Nothing else may compute meanwhile. */
export async function withoutNativeKernels<T>(work: () => Promise<T>): Promise<T> {
  const before = loaded;
  loaded = false;
  try {
    return await work();
  } finally {
    loaded = before;
  }
}

/** Before anything was measured: up to so many weights ours were as fast on one thread, and twice
 * as fast on two (AVX-512). */
const UNMEASURED: Omit<MeasuredKernels, 'ratios' | 'oneDnn'> = {
  largest: { convolution: 16384, product: 16384 },
  depthwise: true,
  batchNorm: true,
};

let chosen: Pick<MeasuredKernels, 'largest' | 'depthwise' | 'batchNorm'> = UNMEASURED;

/** Of those that are there, which are quicker here than the ops that they stand in for. */
export function quickerKernels(): typeof chosen {
  return chosen;
}

export const testing = { NATIVE_ACTIVATIONS, fittingBuild, verdictOn };
