/** The weights that a student begins with where others have learned some: parents are read, and
 * mapped onto it. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../../core/errors.ts';
import { createRng, split } from '../../../core/math/rng.ts';
import { gatherImages, passBatch, prepareImages } from '../../data/augment.ts';
import { readNetwork } from '../../files/checkpoint.ts';
import { disposeParameters, layoutOf, unflatten, uploadWeights } from '../../model/parameters.ts';
import type { HostWeights } from '../../model/parameters.ts';
import { stageReporter } from '../../tasks/run.ts';
import type { TaskTools } from '../../tasks/run.ts';
import { COMBINING } from '../../tasks/train/task.ts';
import type { TrainInput } from '../../tasks/train/task.ts';
import { readKnownGraph, WEIGHTS_FILE } from '../../teachers/card.ts';
import { evaluationOf } from '../evaluate.ts';
import { drawnWeights } from '../learner.ts';
import type { TrainingTask } from '../task.ts';
import { expand } from './expand.ts';
import { inherit } from './inherit.ts';
import type { Parent } from './inherit.ts';

/** Images that a climb looks at in all, and its tries: forward passes of about one epoch of the
 * sample search. [R] */
const CLIMB = Object.freeze({ images: 16_000, least: 64, most: 512 });
/** The stream of chance, beside the map's own, that draws the batch. */
const BATCH_STREAM = 9;

/** Absent where it has no parents. Throws `checkpoint.corrupt`, `teacher.missing` and
 * `teacher.mismatch`. */
export async function warmWeights(
  input: Pick<TrainInput, 'from' | 'teacher' | 'graph'>,
  task: TrainingTask,
  tools: Pick<TaskTools<'train'>, 'yieldToEvents' | 'report'>,
): Promise<HostWeights | undefined> {
  const { from, graph } = input;
  if (from === undefined || from.parents.length === 0) return undefined;
  const child = { graph, fresh: drawnWeights(task) };
  const parents = readParents(input);
  return from.map === 'inherit' ? inherit(child, parents, from.seed) : climb(child, parents, from.seed, task, tools);
}

function readParents({ from, teacher, graph }: Pick<TrainInput, 'from' | 'teacher' | 'graph'>): readonly Parent[] {
  return (from?.parents ?? []).map((parent) => {
    if (parent !== 'teacher') {
      const weights = readNetwork(parent.path, layoutOf(parent.graph), parent.sha256);
      return fitting({ graph: parent.graph, weights }, graph, `Weights ${parent.path} are of a network that`);
    }
    if (teacher === undefined) throw new Error('A student is to begin with the weights of a teacher that is not there');
    const card = readKnownGraph(teacher, 'students that begin with its weights');
    const weights = readNetwork(join(teacher.directory, WEIGHTS_FILE), layoutOf(card.graph), teacher.known?.weights);
    return fitting({ graph: card.graph, weights }, graph, `Teacher "${card.name}"`);
  });
}

function fitting(parent: Parent, { inputShape }: TrainInput['graph'], whose: string): Parent {
  if (parent.graph.inputShape.join() === inputShape.join()) return parent;
  const [theirs, own] = [parent.graph.inputShape, inputShape].map((shape) => shape.join(' x '));
  const message = `${whose} reads examples of ${theirs}: no student that reads ${own} can begin with its weights.`;
  throw new WorkbenchError('teacher.mismatch', `${message} Choose another one to begin with.`);
}

async function climb(
  child: Parameters<typeof expand>[0],
  parents: readonly Parent[],
  seed: number,
  { model, train }: TrainingTask,
  { yieldToEvents, report }: Pick<TaskTools<'train'>, 'yieldToEvents' | 'report'>,
): Promise<HostWeights> {
  const count = Math.min(train.count, passBatch(train));
  const order = createRng(split(seed, BATCH_STREAM)).shuffle([...Array(train.count).keys()]);
  const samples = Int32Array.from(order.slice(0, count));
  const labels = Uint8Array.from(samples, (sample) => train.labels[sample] ?? 0);
  const tries = Math.min(CLIMB.most, Math.max(CLIMB.least, Math.floor(CLIMB.images / count)));
  const progress = stageReporter(report, COMBINING);
  await prepareImages(train, samples);
  const images = gatherImages(train, samples);
  const lossOf = (weights: HostWeights): number => {
    const parameters = uploadWeights(model.layout, weights);
    const logits = tf.tidy(() =>
      model.forward(images, unflatten(model.layout, parameters.theta), parameters.statistics).dataSync<'float32'>(),
    );
    disposeParameters(parameters);
    return evaluationOf(logits, labels, model.graph.classes).loss;
  };
  try {
    const beforeTry = async (done: number): Promise<void> => {
      await yieldToEvents();
      progress(done, tries);
    };
    const { weights, before, after, filters } = await expand(child, parents, seed, { lossOf, tries, beforeTry });
    const over = `the loss over ${count} training examples`;
    const losses = `from ${before.toFixed(4)} to ${after.toFixed(4)}`;
    const words = `${filters} combined filters took ${over} ${losses}, in ${tries} tries.`;
    if (filters > 0) report({ type: 'note', words });
    return weights;
  } finally {
    images.dispose();
  }
}
