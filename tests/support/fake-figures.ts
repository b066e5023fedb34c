/** What networks of the fake trainer reach: formulas of their graphs, and predictions that fit
 * them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { costOf } from '../../src/core/arch/cost.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { dataKindOf } from '../../src/core/data-kinds.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { MEASURES } from '../../src/core/measures.ts';
import type { Measured } from '../../src/core/measures.ts';
import type { DatasetCard } from '../../src/core/records/dataset-card.ts';
import type { Predictions } from '../../src/compute/tasks/evaluate/task.ts';
import type { DatasetRef } from '../../src/compute/tasks/inputs.ts';

/** In (0.5, 0.95), rising with the logarithm of params, a little different for each family. */
export function fakeAccuracy(graph: ArchitectureGraph): number {
  const { params } = costOf(graph);
  const bonus = { resnet: 0.01, 'mobilenet-v2': 0.02, vit: -0.01, 'mlp-mixer': 0 }[graph.family] ?? 0;
  return Math.min(0.94, 0.55 + 0.07 * Math.log10(params) + bonus);
}

/** Of a student that rests: what its curve has after that epoch. */
export function restedFigures(graph: ArchitectureGraph, epoch: number): { accuracy: number; loss: number } {
  return { accuracy: fakeAccuracy(graph) * (1 - 0.3 / (epoch + 1)), loss: 2.1 / (epoch + 1) };
}

export function labelsOf({ directory }: DatasetRef, split: 'val' | 'test'): Uint8Array {
  // Sound: the host has read the card before.
  const card = JSON.parse(readFileSync(join(directory, 'dataset.json'), 'utf8')) as DatasetCard;
  const content = gunzipSync(readFileSync(join(directory, card.splits[split].labels.file)));
  return new Uint8Array(content.subarray(8));
}

/** As the kind of the set has them, of one without columns. */
export function measuresOf(
  { directory }: DatasetRef,
  labels: Uint8Array,
  predictions: Omit<Predictions, 'count'>,
): Measured {
  const card = JSON.parse(readFileSync(join(directory, 'dataset.json'), 'utf8')) as DatasetCard; // of a test
  const known = dataKindOf(card).measures.filter((name) => name === 'balancedAccuracy' || predictions.classes === 2);
  return Object.fromEntries(known.map((name) => [name, MEASURES[name]({ ...predictions, labels })]));
}

/** About `accuracy` of the labels are right; where not, the next class is guessed. */
export function predict(
  labels: Uint8Array,
  classes: number,
  accuracy: number,
  seed: number,
): Predictions & { accuracy: number } {
  const rng = createRng(seed);
  const probabilities = new Float32Array(labels.length * classes).fill(0.2 / classes);
  let right = 0;
  labels.forEach((label, index) => {
    const hit = rng.uniform() < accuracy;
    if (hit) right += 1;
    const place = index * classes + ((hit ? label : label + 1) % classes);
    probabilities[place] = (probabilities[place] ?? 0) + 0.8;
  });
  return { count: labels.length, classes, probabilities, accuracy: right / labels.length };
}
