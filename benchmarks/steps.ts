/**
 * What a training step over sequences takes: the reference students of the families over steps and
 * their teacher, with our own kernels and without them. Milliseconds of the processor's time on one
 * thread, the quickest of some rounds: what else the machine does counts little.
 *
 *   TF_NUM_INTRAOP_THREADS=1 node benchmarks/steps.ts
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { familyNamesFor, studentFamily } from '../src/core/arch/families/registry.ts';
import type { StudentTask } from '../src/core/arch/families/student-family.ts';
import { teacherGraph } from '../src/core/arch/families/teacher.ts';
import type { ArchitectureGraph } from '../src/core/arch/graph.ts';
import { createRng } from '../src/core/math/rng.ts';
import type { Modality } from '../src/core/records/example.ts';
import { lossAndGradients } from '../src/compute/backend/gradient.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { withoutNativeKernels } from '../src/compute/backend/native.ts';
import { crossEntropy } from '../src/compute/losses/soft-targets.ts';
import { createModel } from '../src/compute/model/model.ts';
import { initialWeights, unflatten, uploadWeights } from '../src/compute/model/parameters.ts';
import { sampleInputs } from '../src/compute/model/sample-inputs.ts';

const ROUNDS = 25;
const BATCH = 64;
const STEPS = 50;

const modality = (name: string, channel: number, bytes: 1 | 2, values: number): Modality => ({
  ...{ name, title: name, channel, bytes, values },
});
/** As many skills as ASSISTments has. */
const TASK: StudentTask = {
  ...{ inputShape: [STEPS, 1, 3], classes: 2 },
  example: { kind: 'sequence', modalities: [modality('skill', 0, 2, 124), modality('correct', 2, 1, 3)] },
};

function stepOf(graph: ArchitectureGraph): () => void {
  const model = createModel(graph);
  const { theta, statistics } = uploadWeights(model.layout, initialWeights(model.layout, 1));
  const inputs = tf.tensor4d(sampleInputs(graph, BATCH, createRng(1)), [BATCH, STEPS, 1, 3]);
  const labels = Int32Array.from({ length: BATCH }, (_, example) => example % 2);
  const targets = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 2), 'float32') as Tensor2D; // a row each
  return () =>
    tf.tidy(() => {
      const { value } = lossAndGradients(
        (weights) => [model.forward(inputs, weights, statistics, () => undefined)],
        ([logits]) => crossEntropy(logits as Tensor2D, targets),
        unflatten(model.layout, theta),
        [],
      );
      value.dataSync();
    });
}

function quickest(step: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = process.cpuUsage();
    step();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...rounds);
}

await loadBackend();
const students = familyNamesFor(TASK).map((name) => {
  const family = studentFamily(name, TASK);
  return [name, family.build(family.reference)] as const;
});
for (const [name, graph] of [...students, ['teacher', teacherGraph(TASK)] as const]) {
  const ours = quickest(stepOf(graph));
  const theirs = await withoutNativeKernels(() => Promise.resolve(quickest(stepOf(graph))));
  console.log(`${name}: ${ours.toFixed(1)} ms with our kernels, ${theirs.toFixed(1)} ms without`);
}
