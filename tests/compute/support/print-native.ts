/**
 * Run by Node itself: every case of `native-cases.ts` and `native-map-cases.ts`, ours and the
 * reference's, forward and backward. Prints how far they are apart, and a digest of ours to the
 * bit, as JSON.
 */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { hasNativeKernels } from '../../../src/compute/backend/native.ts';
import { nativeCases } from './native-cases.ts';
import { mapCases } from './native-map-cases.ts';
import type { NativeCase } from './native-cases.ts';
import { distance, gaussian, numbers } from './native-tensors.ts';

export interface PrintedNative {
  readonly native: boolean;
  readonly cases: readonly {
    readonly name: string;
    readonly within: number;
    /** By result; null where one is not a number. */
    readonly apart: Readonly<Record<string, number | null>>;
    /** Whether ours are the same bits when computed again. */
    readonly repeats: boolean;
  }[];
}

const drawn = new Map<string, Tensor>();

function drawnOnce(shape: readonly number[], seed: number): Tensor {
  const key = `${shape.join()} ${seed}`;
  const tensor = drawn.get(key) ?? tf.keep(gaussian(shape, seed));
  drawn.set(key, tensor);
  return tensor;
}

/** `output`, `gradient 0` and so on of the inputs, `also 0` and so on of what has none. */
function computed({ forwardOnly }: NativeCase, compute: NativeCase['ours'], inputs: Tensor[]): Record<string, Tensor> {
  const also: Tensor[] = [];
  const output = compute(inputs, (tensor) => also.push(tensor));
  const results = { output, ...Object.fromEntries(also.map((tensor, index) => [`also ${index}`, tensor])) };
  if (forwardOnly) return results;
  const dy = drawnOnce(output.shape, 99);
  const gradients = tf.grads((...values: Tensor[]) => compute(values, () => undefined))(inputs, dy);
  return { ...results, ...Object.fromEntries(gradients.map((tensor, index) => [`gradient ${index}`, tensor])) };
}

function digest(results: Readonly<Record<string, Tensor>>): string {
  const hash = createHash('sha256');
  for (const tensor of Object.values(results)) {
    const values = numbers(tensor);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

function compared(each: NativeCase): PrintedNative['cases'][number] {
  return tf.tidy(() => {
    const inputs = each.shapes.map((shape, index) => drawnOnce(shape, index + 1));
    const ours = computed(each, each.ours, inputs);
    const theirs = computed(each, each.theirs, inputs);
    const apart = Object.entries(ours).map(([name, tensor]) => {
      return [name, distance(tensor, theirs[name] ?? tf.scalar(0))] as const;
    });
    const repeats = digest(ours) === digest(computed(each, each.ours, inputs));
    return { name: each.name, within: each.within ?? 1e-5, apart: Object.fromEntries(apart), repeats };
  });
}

await loadBackend();
const printed: PrintedNative = { native: hasNativeKernels(), cases: [...nativeCases(), ...mapCases()].map(compared) };
process.stdout.write(JSON.stringify(printed), () => process.exit(0));
