/** Passes of a supernet in which some paths count 0: what is left out changes no slope, costs
 * nothing, and is not trained. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { withoutNativeKernels } from '../../src/compute/backend/native.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { disposeParameters, initialWeights, uploadWeights } from '../../src/compute/model/parameters.ts';
import { createOracle } from '../../src/compute/one-shot/oracle.ts';
import { prune } from '../../src/compute/one-shot/prune.ts';
import { searchSupernet } from '../../src/compute/one-shot/search.ts';
import type { SearchTask } from '../../src/compute/one-shot/search-task.ts';
import { drop, trainingLayout } from '../../src/compute/training/pass.ts';
import { costOf } from '../../src/core/arch/cost.ts';
import { cellsFamily } from '../../src/core/arch/families/cells/cells.ts';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { pathCounts } from '../../src/core/arch/supernet.ts';
import type { Supernet } from '../../src/core/arch/supernet.ts';
import { mixingSpace } from '../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'pruned-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const family = cellsFamily({ inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes });
const whole = family.supernet?.();
const narrow = family.supernet?.(4);
if (whole === undefined || narrow === undefined) throw new Error('Cells have a supernet');
const levels = pathCounts(whole.edges);

async function searchTask(supernet: Supernet, more: Partial<SearchTask> = {}) {
  const { graph, edges } = supernet;
  const { task, dispose } = await tinyTask(directory, graph, TINY_RECIPE);
  const method = oneShotMethod({ method: 'darts', options: {} }, mixingSpace(supernet));
  const { recipe, seed, train } = task;
  const model = createModel(graph);
  return {
    task: { model, networks: [{ model, edges }], name: 'darts', recipe, seed, train, method, ...more },
    dispose,
  };
}

/** Of each edge the paths that chance leaves, at any share; those of one edge may all go. */
function someShares(seed: number, share: number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from(
    levels.flatMap((count) => Array.from({ length: count }, () => (rng.uniform() < share ? rng.uniform() : 0))),
  );
}

describe('a pass without the paths that count 0', () => {
  async function comparePasses(supernet: Supernet, seeds: readonly number[]): Promise<void> {
    const { task, dispose } = await searchTask(supernet);
    const layout = trainingLayout(task);
    const oracle = createOracle(task, layout, supernet.edges);
    const parameters = uploadWeights(layout, initialWeights(layout, 5));
    const batch = { samples: Int32Array.from({ length: 16 }, (_, i) => i), epoch: 0, step: 0, progress: 0 };
    for (const seed of seeds) {
      const p = someShares(seed, 0.2 + 0.1 * seed);
      // So little is nothing beside what counts, but the whole network is computed.
      const [some, all] = [p, p.map((value) => value || 1e-30)].map((shares) => {
        const slopes = oracle.slopes(parameters, shares, batch);
        drop(slopes.fresh);
        const gTheta = slopes.gTheta.dataSync<'float32'>().slice();
        slopes.gTheta.dispose();
        return { ...slopes, gTheta };
      });
      if (some === undefined || all === undefined) throw new Error('Both were asked for');
      expect(some.loss).toBeCloseTo(all.loss, 6);
      expect(oracle.loss(parameters, p, batch)).toBeCloseTo(all.loss, 6);
      const furthest = some.gTheta.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (all.gTheta[i] ?? NaN))),
        0,
      );
      expect(furthest).toBeLessThan(1e-6);
      expect([...some.gTheta].every((value, i) => some.used[i] === 1 || value === 0)).toBe(true);
      for (const [path, value] of some.gP.entries()) {
        if (p[path] === 0) expect(value).toBe(0);
        else expect(value).toBeCloseTo(all.gP[path] ?? NaN, 5);
      }
    }
    disposeParameters(parameters);
    oracle.dispose();
    dispose();
  }

  it('has the slopes of the whole pass', () => comparePasses(whole, [1, 2, 3, 4, 5]));
  it('has them where some channels pass by', () => comparePasses(narrow, [1, 3, 5]));
  // Its tape throws for a variable that is not used.
  it('has them on the plain tape', () => withoutNativeKernels(() => comparePasses(whole, [1, 4])));

  it('costs what its student costs, for each way through the cell', () => {
    const ends = new Set(whole.edges.flatMap(({ paths }) => paths.flat()));
    const rng = createRng(4);
    let hollow = 0;
    for (let round = 0; round < 60; round += 1) {
      // At first none at all.
      const taken = levels.map((count) => (round === 0 ? 0 : rng.int(count)));
      const dead = whole.edges.flatMap(({ paths }, edge) => paths.filter((_, level) => level !== taken[edge]).flat());
      const { graph, isHollow } = prune(whole.graph, ends, new Set(dead));
      const config = Object.fromEntries(
        family.dimensions.map(({ name, levels: ops }, edge) => [name, ops[taken[edge] ?? 0] ?? '']),
      );
      // A student without a way through passes its input on.
      expect(isHollow).toBe(family.representative?.(config) === undefined);
      if (isHollow) hollow += 1;
      else expect(costOf(graph).macs).toBe(costOf(family.build(config)).macs);
    }
    expect(hollow).toBeGreaterThan(0);
  });

  it('keeps a sum that is looked at, under its name', () => {
    const g = graphBuilder('looked-at', [4, 4, 2], 3);
    const [a, b] = [g.layerScale('a', g.input), g.layerScale('b', g.input)];
    const graph = g.finish(g.globalAveragePool('pool', g.activation('act', g.add('sum', a, b), 'relu')));
    const ids = (visible: readonly string[], dead: readonly string[]): readonly string[] =>
      prune(graph, new Set(['a', 'b']), new Set(dead), visible).graph.layers.map(({ id }) => id);
    expect(ids([], ['a'])).toEqual(['input', 'b', 'act', 'pool', 'classifier']);
    expect(ids(['sum'], ['a'])).toEqual(graph.layers.map(({ id }) => id));
    // The classifier makes something of nothing: it is given a path's zeros.
    expect(ids([], ['a', 'b'])).toEqual(['input', 'a', 'act', 'pool', 'classifier']);
  });
});

describe('a search that draws one path of each edge', () => {
  it('leaves all others as they are, decay or not, and what is remembered of them', async () => {
    const [alone, decay] = [levels.map((count) => count - 1), 0.5];
    const { task, dispose } = await searchTask(whole);
    const p = Float64Array.from(
      levels.flatMap((count, edge) => Array.from({ length: count }, (_, level) => Number(level === alone[edge]))),
    );
    const method = { ...task.method, draw: () => [{ p, pull: (dp: Float64Array) => dp }] };
    const recipe = { ...task.recipe, weightDecay: decay, epochs: 1 };
    const before = tf.memory().numTensors;
    const { state: end } = await searchSupernet(
      { ...task, method, recipe },
      { yieldToEvents: () => Promise.resolve() },
    );
    expect(tf.memory().numTensors).toBe(before);
    const layout = trainingLayout(task);
    const velocity = end.optimizer.get('velocity') ?? new Float32Array();
    const { state: never } = await searchSupernet(
      { ...task, method, recipe: { ...recipe, epochs: 0 } },
      { yieldToEvents: () => Promise.resolve() },
    );
    let [start, moved] = [0, 0];
    for (const { name, size } of layout.trainable) {
      const own = velocity.subarray(start, (start += size));
      if (/pool|skip/.test(name) || name.endsWith('.scale/gamma')) continue;
      const isSame =
        JSON.stringify([...(end.weights.get(name) ?? [])]) === JSON.stringify([...(never.weights.get(name) ?? [])]);
      if (!isSame && own.some((value) => value !== 0)) moved += 1;
    }
    // Every convolution is its edge's last op: all of them are drawn.
    expect(moved).toBeGreaterThan(18);
    const skips = levels.map(() => 1);
    const other = Float64Array.from(
      levels.flatMap((count, edge) => Array.from({ length: count }, (_, level) => Number(level === skips[edge]))),
    );
    const { state: bare } = await searchSupernet(
      { ...task, method: { ...method, draw: () => [{ p: other, pull: (dp: Float64Array) => dp }] }, recipe },
      { yieldToEvents: () => Promise.resolve() },
    );
    for (const [name, values] of bare.weights) {
      if (/edge\d\d\.conv/.test(name)) expect(values).toEqual(never.weights.get(name));
    }
    expect(bare.weights.get('reduction1.conv1/kernel')).not.toEqual(never.weights.get('reduction1.conv1/kernel'));
    dispose();
  });
});
