/** Accuracy, loss and predictions of a network on a split. */
import * as tf from '@tensorflow/tfjs-core';
import { gatherImages, passOver } from '../data/augment.ts';
import type { Images } from '../data/augment.ts';
import type { Model } from '../model/model.ts';
import { unflatten } from '../model/parameters.ts';
import type { Parameters } from '../model/parameters.ts';
import type { Evaluation } from '../tasks/evaluate/task.ts';

/** Between two batches: lets messages in; throws to give up. */
export type YieldToEvents = () => Promise<void>;

/** `labels[i]` is the class of image i. */
export async function evaluate(
  model: Model,
  parameters: Parameters,
  data: Images,
  labels: Uint8Array,
  yieldToEvents: YieldToEvents,
): Promise<Evaluation> {
  return evaluationOf(await logitsOf(model, parameters, data, yieldToEvents), labels, model.graph.classes);
}

/** Of logits `[count][classes]`. */
export function evaluationOf(logits: Float32Array, labels: Uint8Array, classes: number): Evaluation {
  const count = logits.length / classes;
  const probabilities = new Float32Array(logits.length);
  let right = 0;
  let loss = 0;
  for (let image = 0; image < count; image++) {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const label = labels[image] ?? 0;
    const highest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - highest), 0);
    row.forEach((value, index) => (probabilities[image * classes + index] = Math.exp(value - highest) / total));
    loss += highest + Math.log(total) - (row[label] ?? Number.NaN);
    if (row.indexOf(highest) === label) right += 1;
  }
  return { accuracy: right / count, loss: loss / count, predictions: { count, classes, probabilities } };
}

/** Logits `[count][classes]` of all images. */
async function logitsOf(
  model: Model,
  parameters: Parameters,
  data: Images,
  yieldToEvents: YieldToEvents,
): Promise<Float32Array> {
  const logits = new Float32Array(data.count * model.graph.classes);
  for await (const samples of passOver(data, yieldToEvents)) {
    const output = tf.tidy(() => {
      const weights = unflatten(model.layout, parameters.theta);
      return model.forward(gatherImages(data, samples), weights, parameters.statistics);
    });
    logits.set(output.dataSync<'float32'>(), (samples[0] ?? 0) * model.graph.classes);
    output.dispose();
  }
  return logits;
}
