/** Students of fusions as tensors: trained by every one of their layers, exported as they are, and
 * begun with the weights of the student that they extend. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUSION_OPS } from '../../src/core/arch/families/fusion/code.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { StudentTask } from '../../src/core/arch/families/student-family.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { grown } from '../../src/core/space/growth.ts';
import type { Configuration } from '../../src/core/space/space.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import type { Statistics } from '../../src/compute/backend/norms.ts';
import { onnxModel } from '../../src/compute/export/onnx.ts';
import { onnxLogits, ownLogits, testing as verifyTesting } from '../../src/compute/export/verify.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { flatten, initialWeights, layoutOf, unflatten, uploadWeights } from '../../src/compute/model/parameters.ts';
import { sampleInputs } from '../../src/compute/model/sample-inputs.ts';
import { inherit } from '../../src/compute/training/warm-start/inherit.ts';
import { randomNetwork, randomPixels } from './support/random-network.ts';
import { trained } from './support/warm-parents.ts';

beforeAll(async () => void (await loadBackend()));

/** A skill of two bytes, an answer, a time, and noise. */
const TASK: StudentTask = {
  ...{ inputShape: [6, 1, 5], classes: 2 },
  example: {
    kind: 'sequence',
    modalities: [
      { name: 'skill', title: 'Skill', channel: 0, bytes: 2, values: 400 },
      { name: 'correct', title: 'Answer', channel: 2, bytes: 1, values: 3 },
      { name: 'time', title: 'Time', channel: 3, bytes: 1, values: 9 },
      { name: 'noise', title: 'Noise', channel: 4, bytes: 1, values: 9 },
    ],
  },
};
const BATCH = 6;
const family = studentFamily('fusion', TASK, {
  kind: 'wide',
  scale: 100_000,
  levels: { fusion: { width: [6], units: [8] } },
});

const LAYER = { act1: 'relu', act2: 'tanh', act3: 'sigmoid' } as const;
const memberOf = (op: string): Configuration => ({
  ...{ width: 6, units: 8, layers: 3, inputs1: 'skill+correct', op1: op, act1: LAYER.act1 },
  ...{ with2: 'time', op2: op, act2: LAYER.act2, with3: 'layer 1', op3: op, act3: LAYER.act3 },
});

/** Layers of which no weight has a gradient. */
function untouched(graph: ArchitectureGraph): readonly string[] {
  const model = createModel(graph);
  return tf.tidy(() => {
    const { theta, statistics } = uploadWeights(model.layout, initialWeights(model.layout, 3));
    const inputs = tf.tensor4d(sampleInputs(graph, BATCH, createRng(7)), [BATCH, 6, 1, 5]);
    const labels = tf.tensor1d(
      Int32Array.from({ length: BATCH }, (_, index) => index % 2),
      'int32',
    );
    const targets = tf.cast(tf.oneHot(labels, 2), 'float32') as Tensor2D;
    const forget = (_layer: string, fresh: Statistics): void => tf.dispose([fresh.mean, fresh.variance]);
    const { value, gradients } = lossAndGradients(
      (weights) => [model.forward(inputs as Tensor4D, weights, statistics, forget)],
      ([logits]) => crossEntropy(logits as Tensor2D, targets),
      unflatten(model.layout, theta),
      [],
    );
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    const still = unflatten(model.layout, flatten(gradients)).map((slot) => tf.max(tf.abs(slot)).dataSync()[0] === 0);
    const layers = new Map<string, boolean>();
    for (const [index, { layerId }] of model.layout.trainable.entries()) {
      layers.set(layerId, (layers.get(layerId) ?? true) && still[index] === true);
    }
    return [...layers].filter(([, isStill]) => isStill).map(([layer]) => layer);
  });
}

describe.each(FUSION_OPS)('a student whose layers join by %s', (op) => {
  it('is trained in every layer', () => {
    expect(untouched(family.build(memberOf(op)))).toEqual([]);
  });

  it('computes the same as its ONNX file', async () => {
    const network = randomNetwork(family.build(memberOf(op)), 2);
    const inputs = randomPixels(network.graph, BATCH);
    const ours = ownLogits(network, inputs);
    const theirs = await onnxLogits(onnxModel(network, { precision: 'fp32' }), TASK.inputShape, inputs);
    const gap = Math.max(...ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN))));
    expect(gap).toBeLessThan(verifyTesting.BOUNDS.fp32.limit);
  });
});

describe('an extended student', () => {
  // A table or a recurrent layer drawn anew would be no shared weight.
  it('begins with what its parent has learned in every layer that both have', () => {
    const config = { width: 6, units: 8, layers: 1, inputs1: 'skill+correct', op1: 'concat', act1: 'relu' };
    const parent = trained(family.build(config), 4);
    const child = family.build(
      grown(family, config).find(({ with2, op2 }) => with2 === 'time' && op2 === 'concat') ?? {},
    );
    const fresh = initialWeights(layoutOf(child), 9);
    const weights = inherit({ graph: child, fresh }, [parent], 1);
    const shared = [...parent.weights.keys()];
    expect(shared).toEqual(expect.arrayContaining(['embed.skill/table', 'fusion1.join/kernel', 'gru/recurrent']));
    for (const name of shared) expect(weights.get(name), name).toEqual(parent.weights.get(name));
    for (const name of ['embed.time/table', 'fusion2.join/kernel']) expect(weights.get(name)).toEqual(fresh.get(name));
  });
});
