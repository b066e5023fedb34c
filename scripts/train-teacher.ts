/**
 * Trains the bundled teacher on the Fashion-MNIST training images that are not bundled, so that its
 * soft targets on the students' images are not memorised. Goes on from the newest epoch checkpoint
 * in --work. Needs Node 24.
 *
 *   node scripts/train-teacher.ts [--source DIR] [--epochs N] [--out DIR] [--work DIR] [--seed S]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { timedYield } from '../src/compute/yield-to-events.ts';
import { loadDataset, readImages } from '../src/compute/data/dataset.ts';
import type { HeldSplit } from '../src/compute/data/dataset.ts';
import { TEACHER_RECIPE } from '../src/compute/tasks/train-teacher/task.ts';
import { trainTeacher } from '../src/compute/teachers/train.ts';
import { splitIndices } from './make-fashion-mnist.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: '/usr/share/datasets/fashion-mnist' },
    epochs: { type: 'string', default: String(TEACHER_RECIPE.epochs) },
    out: { type: 'string', default: join(ROOT, 'resources/teachers/fashion-resnet') },
    work: { type: 'string', default: join(ROOT, '.cache/teacher') },
    seed: { type: 'string', default: '1' },
  },
});

const dataset = loadDataset(join(ROOT, 'resources/datasets/fashion-mnist'));
const { shape, classes } = dataset.card;

function source(images: string, labels: string): HeldSplit {
  return readImages(join(values.source, images), join(values.source, labels), shape, classes.length);
}

function pick({ pixels, labels }: HeldSplit, indices: readonly number[]): HeldSplit {
  const size = shape.reduce((product, length) => product * length, 1);
  const chosen = new Uint8Array(indices.length * size);
  indices.forEach((index, row) => chosen.set(pixels.subarray(index * size, (index + 1) * size), row * size));
  return { count: indices.length, pixels: chosen, labels: Uint8Array.from(indices, (index) => labels[index] ?? 0) };
}

const whole = source('train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz');
const card = await trainTeacher(
  {
    name: 'fashion-resnet',
    title: 'ResNet-14 for Fashion-MNIST',
    dataset: dataset.card,
    normalisation: dataset.normalisation,
    train: pick(whole, splitIndices(whole.labels).teacher),
    validation: dataset.split('val'),
    test: dataset.split('test'),
    outDir: values.out,
    workDir: values.work,
    seed: Number(values.seed),
    date: new Date().toISOString().slice(0, 10),
    recipe: { ...TEACHER_RECIPE, epochs: Number(values.epochs) },
  },
  ({ point, epochs }) => {
    const { epoch, trainLoss, validationAccuracy, seconds } = point;
    const accuracy = (100 * validationAccuracy).toFixed(2);
    console.log(
      `epoch ${epoch}/${epochs}: loss ${trainLoss.toFixed(4)}, validation ${accuracy} %, ${seconds.toFixed(0)} s`,
    );
  },
  timedYield(),
);
console.log(`validation ${card.accuracy.validation}, test ${card.accuracy.test}, ${card.weights.bytes} bytes`);
