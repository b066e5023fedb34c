/** The map of the product's first version: of each weight the leading channels that child and
 * parent share, over windows of one size, and the rest as it was drawn. */
import type { HostWeights, Layout } from '../../src/compute/model/parameters.ts';

export function overlay(layout: Layout, fresh: HostWeights, parent: Layout, known: HostWeights): HostWeights {
  const shapes = new Map([...parent.trainable, ...parent.other].map(({ name, spec }) => [name, spec.shape]));
  const weights = new Map(fresh);
  for (const { name, spec } of [...layout.trainable, ...layout.other]) {
    const [own, theirs, shape] = [weights.get(name), known.get(name), shapes.get(name)];
    if (own === undefined || theirs === undefined || shape?.length !== spec.shape.length) continue;
    if (!spec.shape.slice(0, -2).every((size, axis) => size === shape[axis])) continue;
    weights.set(name, overlaid(own, spec.shape, theirs, shape));
  }
  return weights;
}

function overlaid(
  own: Float32Array,
  shape: readonly number[],
  theirs: Float32Array,
  other: readonly number[],
): Float32Array {
  return own.map((value, index) => {
    let [rest, place, stride] = [index, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const [size = 1, most = 1] = [shape[axis], other[axis]];
      if (rest % size >= most) return value;
      place += (rest % size) * stride;
      stride *= most;
      rest = Math.floor(rest / size);
    }
    return theirs[place] ?? value;
  });
}
