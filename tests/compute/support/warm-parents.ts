/** Parents whose every weight matters, and what a network says of a few images. */
import * as tf from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../../src/core/arch/graph.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { createModel } from '../../../src/compute/model/model.ts';
import {
  disposeParameters,
  initialWeights,
  layoutOf,
  unflatten,
  uploadWeights,
} from '../../../src/compute/model/parameters.ts';
import { sampleInputs } from '../../../src/compute/model/sample-inputs.ts';
import type { HostWeights } from '../../../src/compute/model/parameters.ts';
import type { Parent } from '../../../src/compute/training/warm-start/inherit.ts';

const IMAGES = 3;

/** As if it had been trained: no weight is what it begins as, no two are equal. */
export function trained(graph: ArchitectureGraph, seed: number): Parent {
  const layout = layoutOf(graph);
  const { normal, uniform } = createRng(seed + 1000);
  const drawn = initialWeights(layout, seed);
  const slots = [...layout.trainable, ...layout.other];
  const weights = slots.map(({ name, spec }) => {
    const isFactor = ['gamma', 'variance'].includes(spec.name);
    const values = (drawn.get(name) ?? new Float32Array()).map((value) =>
      isFactor ? 0.5 + uniform() : value + 0.1 * normal(),
    );
    return [name, values] as const;
  });
  return { graph, weights: new Map(weights) };
}

/** `[IMAGES * classes]` of images drawn from one seed. */
export function logitsOf(graph: ArchitectureGraph, weights: HostWeights): Float32Array {
  const model = createModel(graph);
  const parameters = uploadWeights(model.layout, weights);
  const [height = 1, width = 1, channels = 1] = graph.inputShape;
  try {
    return tf.tidy(() => {
      const pixels = sampleInputs(graph, IMAGES, createRng(42));
      const images = tf.tensor4d(pixels, [IMAGES, height, width, channels]);
      const logits = model.forward(images, unflatten(model.layout, parameters.theta), parameters.statistics);
      return logits.dataSync<'float32'>().slice();
    });
  } finally {
    disposeParameters(parameters);
  }
}
