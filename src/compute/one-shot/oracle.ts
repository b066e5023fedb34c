/**
 * What methods of one-shot search ask of a supernet: for given weights and shares of its paths, the
 * loss of a batch and its slope by both. A share is the `gamma` of the layers that end its path, so
 * the network's own kernels give its slope, and none is new. What only paths without a share need
 * is not computed.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | theta | all weights; what stands where shares are is not looked at | `[params]` |
 * | p, gP | share of each path, and the loss's slope by it; 0 where the share is | `[paths]` |
 * | gTheta | slope by the weights; 0 where shares are, and offsets behind them | `[params]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import { createPass, drop, layersLookedAt, withFresh } from '../training/pass.ts';
import type { Batch, Fresh, PassTask } from '../training/pass.ts';
import { createModel } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { Layout, Parameters, WeightSlot } from '../model/parameters.ts';
import { prune } from './prune.ts';

export interface Slopes {
  readonly loss: number;
  /** The caller disposes it. */
  readonly gTheta: Tensor1D;
  readonly gP: Float64Array;
  /** 1 where a weight had a say, `[params]`. */
  readonly used: Uint8Array;
  /** Statistics as this pass leaves them: the caller adopts or drops them. */
  readonly fresh: Fresh;
}

export interface Oracle {
  readonly slopes: (parameters: Parameters, p: Float64Array, batch: Batch) => Slopes;
  /** Of the batch, by its own statistics. */
  readonly loss: (parameters: Parameters, p: Float64Array, batch: Batch) => number;
  /** Whether with these shares no path leads from the image to the logits. */
  readonly isHollow: (p: Float64Array) => boolean;
  /** 1 where a weight is trained: neither a share nor an offset behind one. `[params]` */
  readonly trained: Tensor1D;
  readonly dispose: () => void;
}

/** What a pass computes for one choice of paths. */
interface Plan {
  readonly network: Model;
  readonly isHollow: boolean;
  readonly used: Uint8Array;
}

/** Plans that are kept: those of paths drawn lately. */
const PLANS = 64;

/** A weight vector's places that a path's share fills: from `start` on, `size` of them. */
interface Place {
  readonly path: number;
  readonly start: number;
  readonly size: number;
}

/** `layout` is that of the task's training. Throws where an edge names a layer that has no `gamma`.
 * Leaves nothing behind where a pass throws. */
export function createOracle(task: PassTask, layout: Layout, edges: readonly SupernetEdge[]): Oracle {
  const { places, mask } = placesOf(layout, edges);
  const pass = createPass(task, layout);
  const planOf = createPlanner(task, layout, edges);
  const trained = tf.tensor1d(mask);
  /** Call it inside a tidy. */
  const shared = (parameters: Parameters, p: Float64Array): Parameters => ({
    ...parameters,
    theta: tf.add(tf.mul(parameters.theta, trained), tf.tensor1d(spread(places, p, layout.params))),
  });
  return {
    trained,
    isHollow: (p) => planOf(p).isHollow,
    loss: (parameters, p, batch) =>
      withFresh((fresh) => {
        const { network } = planOf(p);
        const value = tf.tidy(() => pass.value(shared(parameters, p), batch, fresh, network));
        const loss = value.dataSync<'float32'>()[0] ?? Number.NaN;
        value.dispose();
        drop(fresh);
        return loss;
      }),
    slopes: (parameters, p, batch) =>
      withFresh((fresh) => {
        const { network, used } = planOf(p);
        const { value, gradient, gTheta } = tf.tidy(() => {
          const slope = pass.slope(shared(parameters, p), batch, fresh, network);
          return { ...slope, gTheta: tf.mul<Tensor1D>(slope.gradient, trained) };
        });
        const loss = value.dataSync<'float32'>()[0] ?? Number.NaN;
        const gP = gathered(places, gradient.dataSync<'float32'>(), p);
        tf.dispose([value, gradient]);
        return { loss, gTheta, gP, used, fresh };
      }),
    dispose: () => void trained.dispose(),
  };
}

function createPlanner(task: PassTask, layout: Layout, edges: readonly SupernetEdge[]): (p: Float64Array) => Plan {
  const { model } = task;
  const paths = edges.flatMap((edge) => edge.paths);
  const ends = new Set(paths.flat());
  const looked = layersLookedAt(task);
  const whole: Plan = { network: model, isHollow: false, used: new Uint8Array(layout.params).fill(1) };
  const plans = new Map<string, Plan>();
  const planned = (isDead: readonly boolean[]): Plan => {
    const dead = new Set(paths.filter((_, path) => isDead[path]).flat());
    const { graph, isHollow } = prune(model.graph, ends, dead, looked);
    const there = new Set(graph.layers.map(({ id }) => id));
    const network = createModel(graph, layersIn(model.layout, there));
    const left = new Set(model.layout.trainable.filter(({ layerId }) => !there.has(layerId)));
    const used = new Uint8Array(layout.params).fill(1);
    let start = 0;
    for (const slot of layout.trainable) {
      if (left.has(slot)) used.fill(0, start, start + slot.size);
      start += slot.size;
    }
    return { network, isHollow, used };
  };
  return (p) => {
    const isDead = paths.map((layers, path) => layers.length > 0 && p[path] === 0);
    if (!isDead.includes(true)) return whole;
    const key = isDead.map(Number).join('');
    const plan = plans.get(key) ?? planned(isDead);
    // The one used last stands last, and the first goes.
    plans.delete(key);
    plans.set(key, plan);
    const [oldest] = plans.keys();
    if (plans.size > PLANS && oldest !== undefined) plans.delete(oldest);
    return plan;
  };
}

function layersIn({ trainable, other }: Layout, layers: ReadonlySet<string>): Layout {
  const isThere = ({ layerId }: WeightSlot): boolean => layers.has(layerId);
  const own = trainable.filter(isThere);
  return {
    trainable: own,
    other: other.filter(isThere),
    kept: [],
    params: own.reduce((sum, { size }) => sum + size, 0),
  };
}

function placesOf(
  layout: Layout,
  edges: readonly SupernetEdge[],
): { readonly places: readonly Place[]; readonly mask: Float32Array } {
  const paths = edges.flatMap((edge) => edge.paths);
  const pathOf = new Map(paths.flatMap((layers, path) => layers.map((id) => [id, path] as const)));
  const mask = new Float32Array(layout.params).fill(1);
  const places: Place[] = [];
  let start = 0;
  for (const { layerId, spec, size } of layout.trainable) {
    const path = pathOf.get(layerId);
    if (path !== undefined) {
      mask.fill(0, start, start + size);
      if (spec.name === 'gamma') places.push({ path, start, size });
    }
    start += size;
  }
  if (places.length !== pathOf.size) throw new Error('A path of the supernet ends in a layer without a "gamma"');
  return { places, mask };
}

function spread(places: readonly Place[], p: Float64Array, params: number): Float32Array {
  const vector = new Float32Array(params);
  for (const { path, start, size } of places) vector.fill(p[path] ?? 0, start, start + size);
  return vector;
}

/** A path may end in many layers of many channels: its share's slope is the sum of theirs. */
function gathered(places: readonly Place[], gradient: Float32Array, p: Float64Array): Float64Array {
  const slopes = new Float64Array(p.length);
  for (const { path, start, size } of places) {
    if (p[path] === 0) continue;
    for (let index = start; index < start + size; index += 1)
      slopes[path] = (slopes[path] ?? 0) + (gradient[index] ?? 0);
  }
  return slopes;
}
