/**
 * Our own TensorFlow ops for the CPU (`compute/native/*.cc`): a training step's work between convolutions and matrix
 * products, each in as few passes over memory as it needs. Set-up compiles them beside the binding; without them, on a
 * GPU and in WebAssembly, `fused.ts` takes ops that are there everywhere.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ActivationKind } from '../../core/arch/graph.ts';
import { tensorFlow } from './raw.ts';

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

/** Set to `off` to leave them alone. */
const KERNELS_VARIABLE = 'TRADE_KERNELS';

let loaded = false;

/** Registers the ops where they can be had; says why not otherwise. TensorFlow must be loaded. */
export function loadNativeKernels(): string | undefined {
  const setting = process.env[KERNELS_VARIABLE];
  if (setting === 'off') return `asked for by ${KERNELS_VARIABLE}=off`;
  if (tensorFlow()?.isUsingGpuDevice !== false) return 'they are for the CPU';
  const require = createRequire(import.meta.url);
  try {
    const binding = require.resolve('@tensorflow/tfjs-node-gpu/package.json');
    const beside = join(dirname(binding), 'lib', 'napi-v8', 'trade_kernels.node');
    loaded = require(setting ?? beside) === true;
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n', 1)[0];
  }
}

/** Whether layers may call them now. */
export function hasNativeKernels(): boolean {
  return loaded && tensorFlow() !== undefined;
}
