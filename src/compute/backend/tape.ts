/**
 * A tape for one training step: what `differentiable.ts` has computed, with its gradients, in
 * order. It does for layers what tfjs's own tape does for any op, in a fraction of the time.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { only, rawOp } from './raw.ts';

export interface TapeNode {
  readonly inputs: readonly Tensor[];
  readonly value: Tensor;
  readonly saved: readonly Tensor[];
  /** Gradients of the inputs, in their order. */
  readonly gradient: (dy: Tensor, saved: readonly Tensor[]) => Tensor | Tensor[];
}

const add = rawOp('TradeSum', 1, {});

let recording: TapeNode[] | undefined;

/** Whether nodes are recorded here rather than by tfjs. */
export function isRecording(): boolean {
  return recording !== undefined;
}

export function record(node: TapeNode): void {
  recording?.push(node);
}

/** Runs `compute` and gives its nodes. */
export function recorded<T>(compute: () => T): { readonly result: T; readonly tape: readonly TapeNode[] } {
  const tape: TapeNode[] = [];
  recording = tape;
  try {
    return { result: compute(), tape };
  } finally {
    recording = undefined;
  }
}

/** Gradients by tensor id, from those of the tape's outputs. What is used up on the way is
 * disposed. */
export function backward(tape: readonly TapeNode[], seeds: ReadonlyMap<number, Tensor>): ReadonlyMap<number, Tensor> {
  const gradients = new Map(seeds);
  // One tensor may be the gradient of several: both terms of a sum get the sum's own.
  const holders = new Map<Tensor, number>();
  const hold = (tensor: Tensor, change: 1 | -1): void => {
    const count = (holders.get(tensor) ?? 0) + change;
    if (count > 0) holders.set(tensor, count);
    else {
      holders.delete(tensor);
      tensor.dispose();
    }
  };
  for (const seed of seeds.values()) hold(seed, 1);
  for (let index = tape.length - 1; index >= 0; index -= 1) {
    const node = tape[index];
    const dy = node && gradients.get(node.value.id);
    if (node === undefined || dy === undefined) continue;
    const slopes = node.gradient(dy, node.saved);
    node.inputs.forEach((input, place) => {
      const slope = Array.isArray(slopes) ? slopes[place] : slopes;
      if (slope === undefined) throw new Error('A node of the tape gave fewer gradients than it has inputs');
      const known = gradients.get(input.id);
      const total = known ? only(add([known, slope])) : slope;
      hold(total, 1);
      gradients.set(input.id, total);
      if (known) {
        hold(known, -1);
        if (!holders.has(slope)) slope.dispose();
      }
    });
    gradients.delete(node.value.id);
    hold(dy, -1);
  }
  return gradients;
}
