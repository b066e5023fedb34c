/** Orders of values: what differs between the trainer's layout (channels last) and that of exported
 * networks (channels first). */
import { sizeOf } from '../../core/arch/ops.ts';

export interface Arranged {
  readonly dims: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** Axis `i` of the result is axis `order[i]` of the input. */
export function permuted(values: Float32Array, shape: readonly number[], order: readonly number[]): Arranged {
  const dims = order.map((axis) => shape[axis] ?? 0);
  const steps = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const result = new Float32Array(values.length);
  for (let place = 0; place < result.length; place++) {
    let rest = place;
    let source = 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const length = dims[axis] ?? 1;
      source += (rest % length) * (steps[axis] ?? 0);
      rest = Math.floor(rest / length);
    }
    result[place] = values[source] ?? Number.NaN;
  }
  return { dims, values: result };
}

/** TensorFlow's SAME along one axis: pads before and after; the odd one comes after. */
export function samePads(length: number, size: number, stride: number): readonly [number, number] {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
