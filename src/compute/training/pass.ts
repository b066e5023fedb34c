/**
 * One batch through a network and its criterion: the loss, and its slope by every weight. What a
 * training and a search of supernets have in common; chance is decided by the seed and the step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { createRng, split } from '../../core/math/rng.ts';
import { memoise } from '../../core/memoise.ts';
import type { Statistics } from '../backend/norms.ts';
import { lossAndGradients } from '../backend/gradient.ts';
import { createCriterion } from '../losses/create-criterion.ts';
import type { Criterion } from '../losses/criterion.ts';
import { gatherImages, viewOf } from '../data/augment.ts';
import type { View } from '../data/augment.ts';
import { drawShare, mixed } from '../data/mixup.ts';
import { oneHot, smooth } from '../losses/soft-targets.ts';
import type { Model } from '../model/model.ts';
import { disposeStatistics, extendLayout, flatten, unflatten } from '../model/parameters.ts';
import type { Layout, Parameters, WeightSlot } from '../model/parameters.ts';
import type { TrainingTask } from './task.ts';

/** Streams of chance that a seed is split into. */
const STREAM = { views: 2, criterion: 3, mixup: 4 } as const;

export type PassTask = Pick<TrainingTask, 'model' | 'recipe' | 'seed' | 'train' | 'teacher'>;

export interface Batch {
  /** Which training images, `[batch]`. */
  readonly samples: Int32Array;
  readonly epoch: number;
  /** Steps done before this one. */
  readonly step: number;
  /** Share of the training that is done, 0 to 1. */
  readonly progress: number;
}

/** What a pass replaces, by layer and by name. It outlives the enclosing tidy: whoever holds it
 * adopts or drops it. */
export interface Fresh {
  readonly statistics: Map<string, Statistics>;
  readonly kept: Map<string, Tensor>;
}

export interface Slope {
  readonly value: Scalar;
  /** By all weights of the layout, `[params]`. */
  readonly gradient: Tensor1D;
}

/** What its checkpoints hold: the network's weights and those of its criterion. */
export function trainingLayout(task: PassTask): Layout {
  return extendLayout(task.model.layout, criterionOf(task).slots);
}

/** Whether a weight is learned: all are, or those of the head and of the criterion. */
export function learningIn({ model, recipe }: PassTask): (slot: WeightSlot) => boolean {
  if (recipe.trains !== 'head') return () => true;
  const body = new Set(model.layout.trainable.filter(({ layerId }) => layerId !== model.head.layerId));
  return (slot) => !body.has(slot);
}

function criterionOf({ model, recipe, teacher, train: { labels } }: PassTask): Criterion {
  const { distillation } = recipe;
  return createCriterion({ student: model.graph, distillation, labels, ...(teacher && { teacher }) });
}

/** Layers whose outputs the criterion looks at. */
export const layersLookedAt = (task: PassTask): readonly string[] => criterionOf(task).taps;

/**
 * Call both inside a tidy; what they fill into `fresh` outlives that. `network`: a part of the
 * task's, with layers of the same names; absent: all of it.
 */
export interface Pass {
  readonly slope: (parameters: Parameters, batch: Batch, fresh: Fresh, network?: Model) => Slope;
  /** The loss alone, with the batch's own statistics. */
  readonly value: (parameters: Parameters, batch: Batch, fresh: Fresh, network?: Model) => Scalar;
}

type Network = (weights: readonly Tensor[]) => readonly Tensor[];
type Loss = (outputs: readonly Tensor[], weights: readonly Tensor[]) => Scalar;

/** One batch, as its network and its criterion see it. */
interface Shown {
  readonly network: Network;
  readonly loss: Loss;
  /** Those that are learned, as tensors. */
  readonly weights: readonly Tensor[];
  readonly places: Places;
}

export function createPass(task: PassTask, layout: Layout): Pass {
  const { model, recipe, seed } = task;
  const criterion = criterionOf(task);
  const placesIn = memoise((network: Model) => placesOf(task, layout, criterion, network));
  const show = ({ theta, statistics, kept }: Parameters, batch: Batch, fresh: Fresh, network: Model): Shown => {
    const { samples, epoch, step, progress } = batch;
    const { views, rows } = showings(task, samples, epoch);
    const rng = createRng(split(split(seed, STREAM.criterion), step));
    const lambda = shareOf(task, step);
    const images = mixed(gatherImages(task.train, samples, views), lambda);
    const labels = oneHot(
      Array.from(samples, (sample) => task.train.labels[sample] ?? 0),
      model.graph.classes,
    );
    const targets = mixed(smooth(labels, recipe.labelSmoothing), lambda);
    const places = placesIn(network);
    const all = unflatten(layout, theta);
    const weightOf = (weights: readonly Tensor[], name: string): Tensor =>
      found(kept.get(name) ?? weights[places.slots.get(name) ?? -1], name);
    const isHeadAlone = recipe.trains === 'head';
    const frozen = isHeadAlone ? frozenFeatures(network, images, all, statistics, criterion.taps) : undefined;
    return {
      places,
      weights: all.filter((_, index) => places.learns[index]),
      network: (weights) => {
        if (frozen) return [network.head.forward(frozen.read, (name) => weightOf(weights, name)), ...frozen.tapped];
        const features = new Map<string, Tensor>();
        const update = (layer: string, updated: Statistics): void => void fresh.statistics.set(layer, updated);
        const logits = network.forward(images, weights, statistics, update, {
          layers: criterion.taps,
          give: (layer, output) => features.set(layer, output),
        });
        return [logits, ...criterion.taps.map((layer) => found(features.get(layer), layer))];
      },
      loss: ([logits, ...features], weights) =>
        criterion.loss({
          ...{ logits: logits as Tensor2D, targets, samples, progress, rng }, // the network's own
          teacher: (name) => mixed(rowsOf(found(task.teacher?.tensors.get(name), name), rows), lambda),
          feature: (layer) => found(features[criterion.taps.indexOf(layer)], layer),
          weight: (name) => weightOf(weights, name),
          keep: (name, updated) => fresh.kept.set(name, tf.keep(updated)),
        }),
    };
  };
  return {
    slope: (parameters, batch, fresh, part = model) => {
      const { network, loss, weights, places } = show(parameters, batch, fresh, part);
      const { value, gradients } = lossAndGradients(network, loss, weights, places.own);
      if (places.learns.every(Boolean)) return { value, gradient: flatten(gradients) };
      let next = 0;
      const slopes = layout.trainable.map(({ spec }, index) => {
        const slope = places.learns[index] ? gradients[next++] : undefined;
        return slope ?? tf.zeros([...spec.shape]);
      });
      return { value, gradient: flatten(slopes) };
    },
    value: (parameters, batch, fresh, part = model) => {
      const { network, loss, weights } = show(parameters, batch, fresh, part);
      return loss(network(weights), weights);
    },
  };
}

/** Which of the layout's trainable weights a pass learns. */
interface Places {
  /** Of each of them. */
  readonly learns: readonly boolean[];
  /** Of those that are learned, by their full names. */
  readonly slots: ReadonlyMap<string, number>;
  /** The criterion's among them. */
  readonly own: readonly number[];
}

function placesOf(task: PassTask, layout: Layout, criterion: Criterion, network: Model): Places {
  const isLearned = learningIn(task);
  const there = new Set([...network.layout.trainable, ...criterion.slots].map(({ name }) => name));
  const learns = layout.trainable.map((slot) => isLearned(slot) && there.has(slot.name));
  const learned = layout.trainable.filter((_, index) => learns[index]);
  const slots = new Map(learned.map((slot, index) => [slot.name, index]));
  return { learns, slots, own: criterion.slots.flatMap(({ name }) => slots.get(name) ?? []) };
}

interface Frozen {
  /** What the head reads. */
  readonly read: Tensor;
  readonly tapped: readonly Tensor[];
}

/** A body that is not trained, as in judging: norms go by their running statistics, and no slope is
 * asked for. */
function frozenFeatures(
  model: Model,
  images: Tensor4D,
  weights: readonly Tensor[],
  statistics: Parameters['statistics'],
  taps: readonly string[],
): Frozen {
  const features = new Map<string, Tensor>();
  const layers = [...new Set([model.head.reads, ...taps])];
  model.forward(images, weights, statistics, undefined, {
    layers,
    give: (layer, output) => features.set(layer, output),
  });
  const read = (layer: string): Tensor => found(features.get(layer), layer);
  return { read: read(model.head.reads), tapped: taps.map(read) };
}

/** Takes the place of what it replaces, which is disposed. */
export function adopt({ statistics, kept }: Omit<Parameters, 'theta'>, fresh: Fresh): Omit<Parameters, 'theta'> {
  // had by every layer that updates
  for (const layer of fresh.statistics.keys()) disposeStatistics(statistics.get(layer) as Statistics);
  for (const name of fresh.kept.keys()) kept.get(name)?.dispose();
  return {
    statistics: new Map([...statistics, ...fresh.statistics]),
    kept: new Map([...kept, ...fresh.kept]),
  };
}

/** What `work` has filled in is dropped where it throws. */
export function withFresh<T>(work: (fresh: Fresh) => T): T {
  const fresh: Fresh = { statistics: new Map(), kept: new Map() };
  try {
    return work(fresh);
  } catch (error) {
    dropTape();
    drop(fresh);
    throw error;
  }
}

export function drop({ statistics, kept }: Fresh): void {
  for (const fresh of statistics.values()) disposeStatistics(fresh);
  for (const fresh of kept.values()) fresh.dispose();
}

/** tfjs-core 4.22 forgets what a forward pass that throws has saved for its gradients; nobody else
 * can dispose it. */
function dropTape(): void {
  const { state } = tf.engine();
  // Its type forgets that there is none after a pass that went well.
  const tape = state.activeTape as typeof state.activeTape | null;
  for (const { saved } of tape ?? []) tf.dispose(saved);
  state.activeTape = [];
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The criterion asks for "${name}", which is not there`);
  return value;
}

/** tfjs-node reads the indices of a gather, which is free as long as they have not left the host:
 * each gather has its own. */
function rowsOf<T extends Tensor>(tensor: T, rows: Int32Array): T {
  return tf.gather(tensor, tf.tensor1d(rows, 'int32'));
}

/** 1 where samples are not mixed. */
function shareOf({ recipe, seed }: PassTask, step: number): number {
  const { mixup } = recipe.augmentation;
  return mixup === 0 ? 1 : drawShare(mixup, createRng(split(split(seed, STREAM.mixup), step)));
}

/**
 * How the samples are shown in an epoch. With a teacher one of its fixed views is drawn, and `rows`
 * says where its logits are; without, or where it is shown none, every epoch has views of its own.
 */
function showings(
  task: PassTask,
  samples: Int32Array,
  epoch: number,
): { readonly views: View[]; readonly rows: Int32Array } {
  const { recipe, teacher, train: data } = task;
  const seed = split(task.seed, STREAM.views);
  const follows = teacher?.ignoresViews === true ? undefined : teacher;
  const rows = new Int32Array(samples.length);
  const views = Array.from(samples, (sample, index) => {
    rows[index] = sample;
    if (follows === undefined) return viewOf(seed, sample, epoch, recipe.augmentation, data);
    const view = split(split(seed, sample), epoch) % follows.views;
    rows[index] = view * data.count + sample;
    return viewOf(follows.viewSeed, sample, view, recipe.augmentation, data);
  });
  return { views, rows };
}
