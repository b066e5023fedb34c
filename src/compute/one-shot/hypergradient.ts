/**
 * Slopes by alpha of a loss whose weights hang on alpha, for they were trained by another loss. All
 * of them ask for first slopes alone, at shifted weights.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | theta | weights | `[params]` |
 * | outer, inner | loss on the images of mixing, and on those of the weights | |
 * | H, C | of the inner loss: second slopes by theta, and by alpha and theta | |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';

export interface BothSlopes {
  /** Made inside the caller's tidy. */
  readonly gTheta: Tensor1D;
  readonly gAlpha: Float64Array;
}

export interface Bilevel {
  readonly outer: (theta: Tensor1D) => BothSlopes;
  readonly inner: (theta: Tensor1D) => BothSlopes;
}

/** With weights as they stand. */
export const firstSlope = (theta: Tensor1D, { outer }: Pick<Bilevel, 'outer'>): Float64Array =>
  within(() => outer(theta).gAlpha);

/**
 * The outer loss after one step of the inner one, theta' = theta - rate g: its slope by alpha
 * there, less rate C v for its slope v by theta'. Liu et al. 2019, equations 7 and 8.
 */
export function unrolledSlope(theta: Tensor1D, { outer, inner }: Bilevel, rate: number): Float64Array {
  return within(() => {
    const { gTheta: v, gAlpha } = outer(tf.sub(theta, tf.mul(inner(theta).gTheta, rate)));
    return minus(gAlpha, along(theta, inner, v).gAlpha, rate);
  });
}

/**
 * The outer loss where the inner one is least, with weights near there: v_0 its slope by theta,
 * v_{k+1} = v_k - rate H v_k, and rate C (v_0 + ... + v_terms) is taken off its slope by alpha.
 * Zhang et al., "iDARTS" (ICML 2021), with H and C of one batch.
 */
export function implicitSlope(theta: Tensor1D, { outer, inner }: Bilevel, rate: number, terms: number): Float64Array {
  return within(() => {
    const { gTheta, gAlpha } = outer(theta);
    let [v, sum] = [gTheta, gTheta];
    for (let term = 0; term < terms; term += 1) {
      v = tf.sub(v, tf.mul(along(theta, inner, v).gTheta, rate));
      sum = tf.add(sum, v);
    }
    return minus(gAlpha, along(theta, inner, sum).gAlpha, rate);
  });
}

/** How far weights are shifted, in all. As in the code of Liu et al. 2019. */
const SHIFT = 0.01;

/** H v and C v, by central differences. */
function along(theta: Tensor1D, slopes: Bilevel['inner'], v: Tensor1D): BothSlopes {
  const length = tf.norm(v).dataSync<'float32'>()[0] ?? 0;
  const by = SHIFT / (length > 0 ? length : 1);
  const shift = tf.mul(v, by);
  const [up, down] = [slopes(tf.add(theta, shift)), slopes(tf.sub(theta, shift))];
  return {
    gTheta: tf.div(tf.sub(up.gTheta, down.gTheta), 2 * by),
    gAlpha: up.gAlpha.map((value, path) => (value - (down.gAlpha[path] ?? 0)) / (2 * by)),
  };
}

const minus = (values: Float64Array, others: Float64Array, times: number): Float64Array =>
  values.map((value, path) => value - times * (others[path] ?? 0));

/** Tensors made on the way are disposed. */
function within(work: () => Float64Array): Float64Array {
  let result: Float64Array = new Float64Array();
  tf.tidy(() => void (result = work()));
  return result;
}
