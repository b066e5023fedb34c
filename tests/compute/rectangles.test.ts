/** Spectrograms are wider than high: every family of maps trains on them and is exported as it was
 * trained, in both spaces. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inferShapes } from '../../src/core/arch/cost.ts';
import { familyNamesFor, studentFamily } from '../../src/core/arch/families/registry.ts';
import { resnetTeacher } from '../../src/core/arch/families/resnet.ts';
import type { StudentTask } from '../../src/core/arch/families/student-family.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import type { Statistics } from '../../src/compute/backend/norms.ts';
import { onnxModel } from '../../src/compute/export/onnx.ts';
import { onnxLogits, ownLogits, testing } from '../../src/compute/export/verify.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { initialWeights, unflatten, uploadWeights } from '../../src/compute/model/parameters.ts';
import { sampleInputs } from '../../src/compute/model/sample-inputs.ts';
import { randomNetwork, randomPixels } from './support/random-network.ts';

beforeAll(async () => void (await loadBackend()));

const { BOUNDS } = testing;
const SPECTROGRAM = { rate: 16_000, window: 400, hop: 160, lowest: 0, highest: 8000, floor: 80 } as const;
const TASK: StudentTask = {
  ...{ inputShape: [40, 100, 1], classes: 4 },
  example: { kind: 'spectrogram', ...SPECTROGRAM },
};

/** Names of the layers whose weights a step would leave as they are. */
function untouched(graph: ArchitectureGraph): readonly string[] {
  const model = createModel(graph);
  return tf.tidy(() => {
    const { theta, statistics } = uploadWeights(model.layout, initialWeights(model.layout, 3));
    const images = tf.tensor4d(sampleInputs(graph, 4, createRng(1)), [4, 40, 100, 1]);
    const targets = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3], 'int32'), 4), 'float32') as Tensor2D; // a row each
    const forget = (_layer: string, fresh: Statistics): void => tf.dispose([fresh.mean, fresh.variance]);
    const { value, gradients } = lossAndGradients(
      (weights) => [model.forward(images, weights, statistics, forget)],
      ([logits]) => crossEntropy(logits as Tensor2D, targets),
      unflatten(model.layout, theta),
      [],
    );
    expect(value.dataSync()[0]).toBeGreaterThan(0.1);
    return model.layout.trainable.flatMap(({ name }, index) =>
      gradients[index]?.dataSync().some((slope) => slope !== 0) === true ? [] : [name],
    ) as string[]; // a tidy gives names as they are
  });
}

describe.each(familyNamesFor(TASK))('%s over 40 bands of 100 frames', (name) => {
  it.each(['compact', 'wide'] as const)('learns by all its layers, and is exported, in the %s space', async (kind) => {
    const space = kind === 'wide' ? ({ kind, scale: 100_000 } as const) : { kind };
    const family = studentFamily(name, TASK, space);
    const graph = family.build(family.reference);
    expect(untouched(graph)).toEqual([]);
    const network = randomNetwork(graph);
    const pixels = randomPixels(graph, 3);
    const ours = ownLogits(network, pixels);
    const theirs = await onnxLogits(onnxModel(network), graph.inputShape, pixels);
    const apart = Math.max(...ours.map((value, place) => Math.abs(value - (theirs[place] ?? NaN))));
    expect(apart).toBeLessThan(BOUNDS.fp32.limit);
  });

  it('keeps maps wider than high as long as they are maps', () => {
    const family = studentFamily(name, TASK);
    for (const shape of inferShapes(family.build(family.reference)).values()) {
      if (shape.length === 3) expect(shape[1]).toBeGreaterThanOrEqual(shape[0] ?? NaN);
    }
  });
});

it('the teacher of maps takes them, too', () => {
  expect(untouched(resnetTeacher([40, 100, 1], 4))).toEqual([]);
});
