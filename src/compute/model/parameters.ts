/**
 * A network's weights as one vector: the optimiser then takes a handful of large ops a step,
 * however many layers.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | theta | all trainable weights, end to end, in the order of the graph | `[params]` |
 * | statistics | running mean and variance of every batch norm | by layer, `[channels]` each |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { weightSpecs } from '../../core/arch/cost.ts';
import type { ArchitectureGraph, WeightSpec } from '../../core/arch/graph.ts';
import { sizeOf } from '../../core/arch/ops.ts';
import { createRng, split } from '../../core/math/rng.ts';
import type { Rng } from '../../core/math/rng.ts';
import type { Statistics } from '../backend/norms.ts';
import { hasNativeKernels } from '../backend/native.ts';
import { only, perAttributes, rawOp } from '../backend/raw.ts';
import type { RawOp } from '../backend/raw.ts';

export interface WeightSlot {
  /** `${layer.id}/${spec.name}` */
  readonly name: string;
  readonly layerId: string;
  readonly spec: WeightSpec;
  readonly size: number;
}

export interface Layout {
  readonly trainable: readonly WeightSlot[];
  /** Running statistics. */
  readonly other: readonly WeightSlot[];
  /** What a criterion keeps from step to step, see `Criterion.slots`; a network's own layout has
   * none. */
  readonly kept: readonly WeightSlot[];
  readonly params: number;
}

/** Values of all tensors by full name, on the host. */
export type HostWeights = ReadonlyMap<string, Float32Array>;

/** Weights on the device. Whoever holds it disposes it. */
export interface Parameters {
  readonly theta: Tensor1D;
  readonly statistics: ReadonlyMap<string, Statistics>;
  /** By full name. */
  readonly kept: ReadonlyMap<string, Tensor>;
}

export function layoutOf(graph: ArchitectureGraph): Layout {
  const slots = weightSpecs(graph).map(({ name, spec, layer }) => {
    return { name, layerId: layer.id, spec, size: sizeOf(spec.shape) };
  });
  const trainable = slots.filter((slot) => slot.spec.trainable);
  return { trainable, other: slots.filter((slot) => !slot.spec.trainable), kept: [], params: totalOf(trainable) };
}

/** A network's layout with a criterion's slots behind it; `params` counts both. */
export function extendLayout(layout: Layout, slots: readonly WeightSlot[]): Layout {
  const trainable = [...layout.trainable, ...slots.filter((slot) => slot.spec.trainable)];
  return { ...layout, trainable, kept: slots.filter((slot) => !slot.spec.trainable), params: totalOf(trainable) };
}

function totalOf(slots: readonly WeightSlot[]): number {
  return slots.reduce((sum, slot) => sum + slot.size, 0);
}

/** Fresh values of every tensor; each has a generator of its own, so that a new layer changes no
 * other. */
export function initialWeights(layout: Layout, seed: number): HostWeights {
  const slots = [...layout.trainable, ...layout.other, ...layout.kept];
  return new Map(slots.map(({ name, spec, size }, index) => [name, draw(spec, size, createRng(split(seed, index)))]));
}

/** Uploads weights. `values` must have every tensor of the layout at its size. */
export function uploadWeights(layout: Layout, values: HostWeights): Parameters {
  const theta = new Float32Array(layout.params);
  let offset = 0;
  for (const slot of layout.trainable) {
    theta.set(valueOf(values, slot.name), offset);
    offset += slot.size;
  }
  const layers = new Set(layout.other.map((slot) => slot.layerId));
  const statistics = [...layers].map((layer) => {
    const mean = tf.tensor1d(valueOf(values, `${layer}/mean`).slice());
    return [layer, { mean, variance: tf.tensor1d(valueOf(values, `${layer}/variance`).slice()) }] as const;
  });
  const kept = layout.kept.map(({ name, spec }) => {
    return [name, tf.tensor(valueOf(values, name).slice(), [...spec.shape])] as const;
  });
  return { theta: tf.tensor1d(theta), statistics: new Map(statistics), kept: new Map(kept) };
}

/** Reads weights back, in the order of the graph's trainable weights, then of its statistics. */
export function downloadWeights(layout: Layout, parameters: Parameters): HostWeights {
  const theta = parameters.theta.dataSync<'float32'>();
  const values = new Map<string, Float32Array>();
  let offset = 0;
  for (const slot of layout.trainable) {
    values.set(slot.name, theta.slice(offset, offset + slot.size));
    offset += slot.size;
  }
  for (const [layer, { mean, variance }] of parameters.statistics) {
    values.set(`${layer}/mean`, mean.dataSync<'float32'>().slice());
    values.set(`${layer}/variance`, variance.dataSync<'float32'>().slice());
  }
  for (const { name } of layout.kept) {
    const value = parameters.kept.get(name)?.dataSync<'float32'>();
    if (value !== undefined) values.set(name, value.slice());
  }
  return values;
}

export function disposeParameters(parameters: Parameters): void {
  parameters.theta.dispose();
  for (const statistics of parameters.statistics.values()) disposeStatistics(statistics);
  for (const value of parameters.kept.values()) value.dispose();
}

export function disposeStatistics({ mean, variance }: Statistics): void {
  mean.dispose();
  variance.dispose();
}

/** Weights and statistics end to end: theta, then mean and variance of layer after layer. The
 * caller owns it. */
export function joined({ theta, statistics }: Parameters): Tensor1D {
  return tf.concat1d([theta, ...[...statistics.values()].flatMap(({ mean, variance }) => [mean, variance])]);
}

/** The inverse of `joined`; a criterion's kept tensors are none of it. The caller owns them. */
export function parted(layout: Layout, vector: Tensor1D): Parameters {
  const sizes = [layout.params, ...layout.other.map((slot) => slot.size)];
  const [theta, ...rest] = tf.split(vector, sizes) as [Tensor1D, ...Tensor1D[]]; // sound: sizes has a first
  const statistics = new Map<string, Partial<Statistics>>();
  layout.other.forEach(({ layerId, spec }, index) => {
    statistics.set(layerId, { ...statistics.get(layerId), [spec.name]: rest[index] });
  });
  // Sound: a batch norm has both, mean first.
  return { theta, statistics: statistics as Map<string, Statistics>, kept: new Map() };
}

/** How long `joined` is. */
export function joinedSize(layout: Layout): number {
  return layout.params + totalOf(layout.other);
}

/** Cuts theta into the shaped tensors of `layout.trainable`; what a criterion has behind them is
 * left out. */
export function unflatten(layout: Layout, theta: Tensor1D): Tensor[] {
  if (hasNativeKernels()) return [...unflattenOp(layout)([theta])];
  const pieces = tf.split(
    theta.size === layout.params ? theta : tf.slice1d(theta, 0, layout.params),
    layout.trainable.map((slot) => slot.size),
  );
  return pieces.map((piece, index) => {
    const shape = layout.trainable[index]?.spec.shape ?? [];
    return shape.length === 1 ? piece : tf.reshape(piece, [...shape]);
  });
}

/** The inverse of `unflatten`. */
export function flatten(tensors: readonly Tensor[]): Tensor1D {
  if (hasNativeKernels()) return only(flattenOp(tensors.length)(tensors)) as Tensor1D; // end to end
  return tf.concat1d(tensors.map((tensor) => (tensor.rank === 1 ? (tensor as Tensor1D) : tf.reshape(tensor, [-1]))));
}

const unflattenOps = new WeakMap<Layout, RawOp>();
const flattenOp = perAttributes((N: number) => rawOp('TradeFlatten', 1, { integers: { N } }));

function unflattenOp(layout: Layout): RawOp {
  const { trainable } = layout;
  const shapes = trainable.flatMap(({ spec }) => [spec.shape.length, ...spec.shape]);
  const op =
    unflattenOps.get(layout) ??
    rawOp('TradeUnflatten', trainable.length, { integers: { N: trainable.length, shapes } });
  unflattenOps.set(layout, op);
  return op;
}

/** 1 where weight decay applies, else 0: `[params]`. `learns`: what stays as it is does not decay,
 * either. */
export function decayMask(layout: Layout, learns: (slot: WeightSlot) => boolean = () => true): Tensor1D {
  const mask = new Float32Array(layout.params);
  let offset = 0;
  for (const slot of layout.trainable) {
    const { spec, size } = slot;
    if (spec.decay && learns(slot)) mask.fill(1, offset, offset + size);
    offset += size;
  }
  return tf.tensor1d(mask);
}

function valueOf(values: HostWeights, name: string): Float32Array {
  const value = values.get(name);
  if (value === undefined) throw new Error(`There is no weight "${name}"`);
  return value;
}

/**
 * A constant (1e-6: Liu et al. 2022, appendix A.1), He et al. 2015 (fan in, normal), Glorot and
 * Bengio 2010 (uniform), or N(0, 0.02) cut at two deviations.
 */
function draw(spec: WeightSpec, size: number, rng: Rng): Float32Array {
  const values = new Float32Array(size);
  const { fanIn, fanOut } = fans(spec);
  switch (spec.init) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'millionth':
      return values.fill(1e-6);
    case 'heNormal':
      return values.map(() => rng.normal() * Math.sqrt(2 / fanIn));
    case 'glorotUniform':
      return values.map(() => (2 * rng.uniform() - 1) * Math.sqrt(6 / (fanIn + fanOut)));
    case 'truncatedNormal02':
      return values.map(() => 0.02 * cutNormal(rng));
  }
}

function cutNormal(rng: Rng): number {
  for (;;) {
    const value = rng.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Depthwise kernels `[k,k,channels,1]` see k * k inputs. */
function fans({ shape }: WeightSpec): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) return { fanIn: 1, fanOut: 1 };
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  const taps = sizeOf(shape.slice(0, -2));
  return shape.length === 4 && outputs === 1
    ? { fanIn: taps, fanOut: taps }
    : { fanIn: taps * inputs, fanOut: taps * outputs };
}
