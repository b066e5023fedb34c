/** Slopes by alpha through the weights: against closed forms, and on a real supernet against what
 * happens when its weights are trained on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { disposeParameters, initialWeights, uploadWeights } from '../../src/compute/model/parameters.ts';
import { firstSlope, implicitSlope, unrolledSlope } from '../../src/compute/one-shot/hypergradient.ts';
import type { Bilevel, BothSlopes } from '../../src/compute/one-shot/hypergradient.ts';
import { createOracle } from '../../src/compute/one-shot/oracle.ts';
import { drop, trainingLayout } from '../../src/compute/training/pass.ts';
import { allKept, mixingSpace } from '../../src/core/one-shot/method.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';
import { toyCellFamily } from '../contract/toy-one-shot/toy-cell.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'hypergradient-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

type Vector = readonly number[];
const dot = (left: Vector, right: Vector): number => left.reduce((sum, value, i) => sum + value * (right[i] ?? NaN), 0);
const cosine = (left: Vector, right: Vector): number =>
  dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));

/**
 * Inner loss theta' A theta / 2 - theta' B alpha, outer |theta - c|^2 / 2 + d' alpha, with A
 * diagonal. Weights come to rest at A^-1 B alpha.
 */
describe('on quadratics', () => {
  const A = [0.5, 1, 2, 4];
  const B = [
    [1, -1, 0.5, 2],
    [0.5, 2, -1, 1],
  ];
  const [c, d, alpha, rate] = [[1, -0.5, 2, 0.25], [0.3, -0.2], [0.7, -1.1], 0.2];
  const start = [0.4, 1.5, -0.6, 0.9];
  const pulled = A.map((_, i) =>
    dot(
      B.map((row) => row[i] ?? 0),
      alpha,
    ),
  );
  const both = (gTheta: Vector, gAlpha: Vector): BothSlopes => ({
    gTheta: tf.tensor1d([...gTheta]),
    gAlpha: Float64Array.from(gAlpha),
  });
  const bilevel: Bilevel = {
    inner: (at) => {
      const theta = [...at.dataSync<'float32'>()];
      const gTheta = theta.map((value, i) => (A[i] ?? 0) * value - (pulled[i] ?? 0));
      return both(
        gTheta,
        B.map((row) => -dot(row, theta)),
      );
    },
    outer: (at) =>
      both(
        [...at.dataSync<'float32'>()].map((value, i) => value - (c[i] ?? 0)),
        d,
      ),
  };
  const away = (theta: Vector): Vector => theta.map((value, i) => value - (c[i] ?? 0));
  const through = (v: Vector): Vector => B.map((row, path) => (d[path] ?? 0) + dot(row, v));
  const slopeBy = (use: (theta: Tensor1D) => Float64Array): Vector => {
    const theta = tf.tensor1d(start);
    const before = tf.memory().numTensors;
    const slope = [...use(theta)];
    expect(tf.memory().numTensors).toBe(before);
    theta.dispose();
    return slope;
  };
  const expectNear = (found: Vector, wanted: Vector): void => {
    for (const [path, value] of found.entries()) expect(value).toBeCloseTo(wanted[path] ?? NaN, 3);
  };

  it('unrolled is the slope of the outer loss after one step', () => {
    const ahead = start.map((value, i) => value - rate * ((A[i] ?? 0) * value - (pulled[i] ?? 0)));
    expectNear(
      slopeBy((theta) => unrolledSlope(theta, bilevel, rate)),
      through(away(ahead).map((value) => rate * value)),
    );
    expectNear(
      slopeBy((theta) => firstSlope(theta, bilevel)),
      d,
    );
  });

  it('implicit is the series of so many terms, and goes to where weights come to rest', () => {
    const rest = through(away(start).map((value, i) => value / (A[i] ?? 1)));
    for (const terms of [0, 1, 2, 4]) {
      const series = away(start).map((value, i) => {
        const shrink = 1 - rate * (A[i] ?? 0);
        return rate * value * Array.from({ length: terms + 1 }, (_, k) => shrink ** k).reduce((sum, x) => sum + x, 0);
      });
      expectNear(
        slopeBy((theta) => implicitSlope(theta, bilevel, rate, terms)),
        through(series),
      );
    }
    expectNear(
      slopeBy((theta) => implicitSlope(theta, bilevel, rate, 80)),
      rest,
    );
  });

  it('is the first slope where the outer loss is least in theta', () => {
    const least = { ...bilevel, outer: (at: Tensor1D) => ({ ...bilevel.outer(at), gTheta: tf.zerosLike(at) }) };
    for (const use of [unrolledSlope, implicitSlope])
      expectNear(
        slopeBy((theta) => use(theta, least, rate, 3)),
        d,
      );
  });
});

/** With the inner loss held near where its weights began, by PULL |theta - start|^2 / 2, they come
 * to rest within the reference's steps. Without, they need hundreds, and few terms do not look so
 * far. */
const [RATE, PULL, STEPS, NUDGE] = [0.1, 2, 60, 0.02];

describe('on a real supernet', () => {
  it('the more terms, the nearer is implicit to what many steps of the weights make of alpha', async () => {
    const supernet = toyCellFamily({ inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes }).supernet?.();
    if (supernet === undefined) throw new Error('The toy family has a supernet');
    const { graph, edges } = supernet;
    const space = mixingSpace(supernet);
    const plain = {
      ...TINY_RECIPE,
      augmentation: { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
    };
    const { task, dispose } = await tinyTask(directory, graph, plain);
    const layout = trainingLayout(task);
    const oracle = createOracle(task, layout, edges);
    const method = oneShotMethod({ method: 'darts', options: {} }, space);
    const rng = createRng(3);
    const alpha = Float64Array.from(space.isEmpty, () => 0.3 * rng.normal());
    const parameters = uploadWeights(layout, initialWeights(layout, 5));
    const slopesAt = (first: number, by: Float64Array, theta: Tensor1D) => {
      const [drawn] = method.draw(by, rng, 'mixing', allKept(space));
      if (drawn === undefined) throw new Error('Nothing was drawn');
      const samples = Int32Array.from({ length: 48 }, (_, i) => first + i);
      const batch = { samples, epoch: 0, step: 0, progress: 0 };
      const { gTheta, gP, loss, fresh } = oracle.slopes({ ...parameters, theta }, drawn.p, batch);
      drop(fresh);
      return { gTheta, gAlpha: drawn.pull(gP), loss };
    };
    const inner = (by: Float64Array) => (theta: Tensor1D) => {
      const { gTheta, gAlpha } = slopesAt(0, by, theta);
      const away = tf.mul(tf.sub(theta, parameters.theta), oracle.trained);
      return { gAlpha, gTheta: tf.add<Tensor1D>(gTheta, tf.mul(away, PULL)) };
    };
    const trained = (from: Tensor1D, by: Float64Array): Tensor1D => {
      let theta = from.clone();
      for (let step = 0; step < STEPS; step += 1) {
        const next = tf.tidy(() => tf.sub<Tensor1D>(theta, tf.mul(inner(by)(theta).gTheta, RATE)));
        theta.dispose();
        theta = next;
      }
      return theta;
    };
    const theta = trained(parameters.theta, alpha);
    const lossAfter = (path: number, by: number): number => {
      const moved = alpha.with(path, (alpha[path] ?? 0) + by);
      const end = trained(theta, moved);
      const { loss, gTheta } = slopesAt(48, moved, end);
      tf.dispose([end, gTheta]);
      return loss;
    };
    const reference = [...alpha.keys()].map((path) => (lossAfter(path, NUDGE) - lossAfter(path, -NUDGE)) / (2 * NUDGE));
    const bilevel = { inner: inner(alpha), outer: (at: Tensor1D) => slopesAt(48, alpha, at) };
    const cosines = [
      [...firstSlope(theta, bilevel)],
      ...[0, 1, 2, 4].map((terms) => [...implicitSlope(theta, bilevel, RATE, terms)]),
    ].map((slope) => cosine(slope, reference));
    expect(cosines).toEqual(cosines.toSorted((left, right) => left - right));
    expect(cosines[0]).toBeLessThan(0.97);
    expect(cosines.at(-1)).toBeGreaterThan(0.99);
    tf.dispose(theta);
    disposeParameters(parameters);
    oracle.dispose();
    dispose();
  });
});
