/**
 * What methods of one-shot search ask of a supernet: for given weights and shares of its paths, the
 * loss of a batch and its slope by both. A share is the `gamma` of the layers that end its path, so
 * the network's own kernels give its slope, and none is new.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | theta | all weights; what stands where shares are is not looked at | `[params]` |
 * | p, gP | share of each path, and the loss's slope by it | `[paths]` |
 * | gTheta | slope by the weights; 0 where shares are, and offsets behind them | `[params]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import { withFresh } from '../training/pass.ts';
import type { Batch, Fresh, Pass } from '../training/pass.ts';
import type { Layout, Parameters } from '../model/parameters.ts';

export interface Slopes {
  readonly loss: number;
  /** The caller disposes it. */
  readonly gTheta: Tensor1D;
  readonly gP: Float64Array;
  /** Statistics as this pass leaves them: the caller adopts or drops them. */
  readonly fresh: Fresh;
}

export interface Oracle {
  readonly slopes: (parameters: Parameters, p: Float64Array, batch: Batch) => Slopes;
  /** 1 where a weight is trained: neither a share nor an offset behind one. `[params]` */
  readonly trained: Tensor1D;
  readonly dispose: () => void;
}

/** A weight vector's places that a path's share fills: from `start` on, `size` of them. */
interface Place {
  readonly path: number;
  readonly start: number;
  readonly size: number;
}

/** Throws where an edge names a layer that has no `gamma`. Leaves nothing behind where a pass
 * throws. */
export function createOracle(pass: Pass, layout: Layout, edges: readonly SupernetEdge[]): Oracle {
  const { places, mask } = placesOf(layout, edges);
  const trained = tf.tensor1d(mask);
  return {
    trained,
    slopes: (parameters, p, batch) =>
      withFresh((fresh) => {
        const { value, gradient, gTheta } = tf.tidy(() => {
          const theta: Tensor1D = tf.add(
            tf.mul(parameters.theta, trained),
            tf.tensor1d(spread(places, p, layout.params)),
          );
          const slope = pass({ ...parameters, theta }, batch, fresh);
          return { ...slope, gTheta: tf.mul<Tensor1D>(slope.gradient, trained) };
        });
        const loss = value.dataSync<'float32'>()[0] ?? Number.NaN;
        const gP = gathered(places, gradient.dataSync<'float32'>(), p.length);
        tf.dispose([value, gradient]);
        return { loss, gTheta, gP, fresh };
      }),
    dispose: () => void trained.dispose(),
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
function gathered(places: readonly Place[], gradient: Float32Array, paths: number): Float64Array {
  const slopes = new Float64Array(paths);
  for (const { path, start, size } of places) {
    for (let index = start; index < start + size; index += 1)
      slopes[path] = (slopes[path] ?? 0) + (gradient[index] ?? 0);
  }
  return slopes;
}
