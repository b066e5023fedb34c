/**
 * Our side of `train.ts`: trains the network in a folder with the product's own trainer. Prints one
 * JSON line of facts for the parity check, then answers each line `N` on standard input with the
 * seconds that N steps took.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import type { Statistics } from '../src/compute/backend/norms.ts';
import { gatherImages, residentImages } from '../src/compute/data/augment.ts';
import { crossEntropy, oneHot } from '../src/compute/losses/soft-targets.ts';
import { createModel } from '../src/compute/model/model.ts';
import { unflatten, uploadWeights } from '../src/compute/model/parameters.ts';
import { train } from '../src/compute/training/trainer.ts';
import { costOf } from '../src/core/arch/cost.ts';
import { BENCH, benchGraph, benchImages, benchRecipe, benchWeights } from './train-task.ts';

const [folder = ''] = process.argv.slice(2);
const { family, shape } = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as {
  readonly family: string;
  readonly shape: readonly [number, number, number];
};
const { version, threads } = await loadBackend();
const graph = benchGraph(family, shape);
const model = createModel(graph);
const { split, normalisation } = benchImages(shape);
const images = residentImages(split, shape, normalisation);
const few = residentImages(split, shape, normalisation, { count: 10 });
const weights = benchWeights(graph);

const firstLoss = tf.tidy(() => {
  const { theta, statistics } = uploadWeights(model.layout, weights);
  const samples = Int32Array.from({ length: BENCH.batchSize }, (_, index) => index);
  const dropped: Statistics[] = [];
  const logits = model.forward(gatherImages(images, samples), unflatten(model.layout, theta), statistics, (_, fresh) =>
    dropped.push(fresh),
  );
  const loss = crossEntropy(logits, oneHot(images.labels.subarray(0, samples.length), BENCH.classes)).dataSync()[0];
  dropped.forEach(({ mean, variance }) => tf.dispose([mean, variance]));
  return loss;
});
const { params, macs } = costOf(graph);
process.stdout.write(`${JSON.stringify({ params, macs, firstLoss, threads, version })}\n`);

const requests = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let left = 0;
let asked = 0;
let started = 0;
let cpu = process.cpuUsage();

/** Between two steps: answers a finished request and waits for the next. */
async function yieldToEvents(): Promise<void> {
  if (left > 0) {
    left -= 1;
    return;
  }
  if (asked > 0) {
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 })}\n`);
  }
  const { value, done } = await requests.next();
  if (done) process.exit(0);
  asked = Number(value);
  left = asked - 1;
  started = performance.now();
  cpu = process.cpuUsage();
}

await train(
  {
    model,
    recipe: benchRecipe(),
    seed: 1,
    train: images,
    validation: few,
    validationLabels: split.labels.subarray(0, few.count),
    start: { step: 0, lossSum: 0, elapsed: 0, weights, optimizer: new Map() },
  },
  { yieldToEvents },
);
