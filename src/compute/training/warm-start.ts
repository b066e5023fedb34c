/** Weights that a student begins with where others have learned them. */
import { join } from 'node:path';
import { readTensors } from '../files/checkpoint.ts';
import type { NamedTensor, TensorFile } from '../files/safetensors.ts';
import type { HostWeights, Layout } from '../model/parameters.ts';
import type { TrainInput } from '../tasks/train/task.ts';
import { readKnownGraph, WEIGHTS_FILE } from '../teachers/card.ts';

/** In the order of the parents. Throws `checkpoint.corrupt`. */
export function readParents({ from, teacher }: Pick<TrainInput, 'from' | 'teacher'>): readonly TensorFile['tensors'][] {
  return (from?.parents ?? []).map((parent) => {
    if (parent !== 'teacher') return readTensors(parent.path, parent.sha256);
    if (teacher === undefined) throw new Error('A student is to begin with the weights of a teacher that is not there');
    readKnownGraph(teacher, 'students that begin with its weights');
    return readTensors(join(teacher.directory, WEIGHTS_FILE), teacher.known?.weights);
  });
}

/**
 * `fresh`, with what the parents have: of each weight the leading channels that it shares with the
 * first parent that has one of its name, over windows of one size. Those of a criterion stay.
 */
export function inherit(layout: Layout, fresh: HostWeights, parents: readonly TensorFile['tensors'][]): HostWeights {
  if (parents.length === 0) return fresh;
  const weights = new Map(fresh);
  for (const { name, spec } of [...layout.trainable, ...layout.other]) {
    const own = weights.get(name);
    const parent = parents.flatMap((tensors) => tensors.get(name) ?? []).find(({ shape }) => fits(spec.shape, shape));
    if (own !== undefined && parent !== undefined) weights.set(name, overlaid(own, spec.shape, parent));
  }
  return weights;
}

/** The last two axes are channels: kernels are `[k,k,in,out]`, dense ones `[in,out]`. */
function fits(own: readonly number[], other: readonly number[]): boolean {
  return own.length === other.length && own.slice(0, -2).every((size, axis) => size === other[axis]);
}

/** The block of leading indices that both have is the parent's. */
function overlaid(own: Float32Array, shape: readonly number[], parent: NamedTensor): Float32Array {
  const values = own.slice();
  const shared = shape.map((size, axis) => Math.min(size, parent.shape[axis] ?? 0));
  const width = shared.at(-1) ?? 1;
  const rows = shared.slice(0, -1).reduce((product, size) => product * size, 1);
  for (let row = 0; row < rows; row += 1) {
    const from = offsetOf(row, shared, parent.shape);
    values.set(parent.values.subarray(from, from + width), offsetOf(row, shared, shape));
  }
  return values;
}

/** Where the `row`-th row of the shared block begins in a tensor of `shape`. */
function offsetOf(row: number, shared: readonly number[], shape: readonly number[]): number {
  let offset = 0;
  let stride = shape.at(-1) ?? 1;
  let rest = row;
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    const size = shared[axis] ?? 1;
    offset += (rest % size) * stride;
    rest = Math.floor(rest / size);
    stride *= shape[axis] ?? 1;
  }
  return offset;
}
