/** A network as training leaves it: no weight is at the value that it starts from, no statistic at
 * 0 or 1. */
import type { ArchitectureGraph } from '../../../src/core/arch/graph.ts';
import { sizeOf } from '../../../src/core/arch/ops.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import { sampleInputs } from '../../../src/compute/model/sample-inputs.ts';
import type { TrainedNetwork } from '../../../src/compute/export/onnx.ts';
import type { Pixels } from '../../../src/compute/export/verify.ts';
import { initialWeights, layoutOf } from '../../../src/compute/model/parameters.ts';

const hasSteps = ({ layers }: ArchitectureGraph): boolean => layers.some(({ layer }) => layer.op === 'embed');

export function randomNetwork(graph: ArchitectureGraph, seed = 1): TrainedNetwork {
  const layout = layoutOf(graph);
  const weights = new Map(initialWeights(layout, seed));
  for (const [index, { name, spec, size }] of [...layout.trainable, ...layout.other].entries()) {
    if (spec.shape.length > 1 && spec.init !== 'zeros') continue;
    const rng = createRng(split(seed + 1000, index));
    const draw =
      spec.name === 'gamma' || spec.name === 'variance' ? () => 0.5 + rng.uniform() : () => 0.3 * rng.normal();
    weights.set(name, Float32Array.from({ length: size }, draw));
  }
  if (hasSteps(graph)) return { graph, weights, normalisation: { mean: 0, deviation: 1 / 255 } };
  const channels = graph.inputShape.at(-1) ?? 1;
  const each = (values: readonly number[]) => values.slice(0, channels);
  const normalisation =
    channels === 1
      ? { mean: 0.2861, deviation: 0.353 }
      : { mean: each([0.4914, 0.4822, 0.4465]), deviation: each([0.247, 0.2435, 0.2616]) };
  return { graph, weights, normalisation };
}

export function randomPixels(graph: ArchitectureGraph, count: number, seed = 5): Pixels {
  const rng = createRng(seed);
  if (hasSteps(graph)) return { count, values: sampleInputs(graph, count, rng).map((byte) => byte / 255) };
  const values = Float32Array.from({ length: count * sizeOf(graph.inputShape) }, () => rng.int(256) / 255);
  return { count, values };
}
