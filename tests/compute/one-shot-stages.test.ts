/** A search in stages: which epochs are whose, which paths go on, what weights the next network
 * begins with, and that nobody can tell where it was stopped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { initialWeights, layoutOf, uploadWeights } from '../../src/compute/model/parameters.ts';
import { spanAfter, spansOf } from '../../src/compute/one-shot/course.ts';
import { searchSupernet } from '../../src/compute/one-shot/search.ts';
import type { SearchState, SearchTask } from '../../src/compute/one-shot/search-task.ts';
import { readSearchState, writeSearchState } from '../../src/compute/one-shot/state-file.ts';
import { strongestPaths, widenedVectors, widenedWeights } from '../../src/compute/one-shot/widen.ts';
import type { WrittenFile } from '../../src/compute/tasks/outputs.ts';
import { cellsFamily } from '../../src/core/arch/families/cells/cells.ts';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import { pathCounts } from '../../src/core/arch/supernet.ts';
import { mixingSpace } from '../../src/core/one-shot/method.ts';
import type { OneShotMethod } from '../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'stages-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the epochs of stages', () => {
  const stage = (share: number, keep = 3) => ({ share, part: 1, keep });
  const of = (epochs: number, stages: readonly number[], warmup = 0): readonly unknown[] =>
    spansOf({ stages: stages.map((share) => stage(share)), warmup }, epochs).map((span) => [
      ...[span.stage, span.first, span.end, span.mixesFrom],
    ]);

  it('are their shares, rounded, with a warm-up each', () => {
    expect(of(10, [0.5, 0.5], 0.2)).toEqual([
      [0, 0, 5, 1],
      [1, 5, 10, 6],
    ]);
    expect(of(7, [0.3, 0.3, 0.4])).toEqual([
      [0, 0, 2, 0],
      [1, 2, 4, 2],
      [2, 4, 7, 4],
    ]);
    // Ten tenths are less than one in binary.
    expect(of(10, Array<number>(10).fill(0.1)).at(-1)).toEqual([9, 9, 10, 9]);
    expect(of(1, [0.5, 0.5])).toEqual([[0, 0, 1, 0]]);
    expect(spansOf({}, 4)).toEqual([{ stage: 0, first: 0, end: 4, mixesFrom: 0, keep: Infinity }]);
  });

  it('what is at hand after an epoch is of its stage', () => {
    const spans = spansOf({ stages: [stage(0.5), stage(0.5)] }, 4);
    expect([0, 1, 2, 3, 4].map((epochs) => spanAfter(spans, epochs).stage)).toEqual([0, 0, 0, 1, 1]);
  });
});

describe('paths that go on', () => {
  it('are those of each edge that count most, of those in play', () => {
    const kept = [true, true, true, true, false, true, true];
    const shares = Float64Array.from([0.2, 0.5, 0.2, 0.1, 0, 0.6, 0.4]);
    expect(strongestPaths([4, 3], shares, kept, 2)).toEqual([true, true, false, false, false, true, true]);
    expect(strongestPaths([4, 3], shares, kept, 1)).toEqual([false, true, false, false, false, true, false]);
    expect(strongestPaths([4, 3], shares, kept, Infinity)).toEqual(kept);
  });
});

/** Two convolutions with a norm between, on so many channels each; the image is as wide as all. */
function narrowNet(width: number) {
  const g = graphBuilder('net', [6, 6, width], 3);
  const inside = g.batchNorm('norm', g.conv2d('one', g.input, { filters: width, kernel: 3, stride: 1, bias: false }));
  const end = g.conv2d('two', g.activation('act', inside, 'relu'), { filters: 3, kernel: 1, stride: 1, bias: true });
  return createModel(g.finish(g.globalAveragePool('pool', end)));
}

describe('wider layers', () => {
  // Net2Net's own rule: of an image whose channels are repeated too, the logits stay.
  it('compute the same of channels that are repeated alike', () => {
    const [small, wide] = [narrowNet(2), narrowNet(5)];
    const weights = initialWeights(layoutOf(small.graph), 4);
    const widened = widenedWeights(small, wide, weights, initialWeights(layoutOf(wide.graph), 9));
    expect(widened.get('one/kernel')).toHaveLength(9 * 25);
    const logits = [small, wide].map((model, index) => {
      const parameters = uploadWeights(model.layout, index === 0 ? weights : widened);
      const width = index === 0 ? 2 : 5;
      return tf.tidy(() => {
        const images = tf.tensor4d(
          Float32Array.from({ length: 36 * width }, (_, i) => Math.sin(Math.floor(i / width) * 7 + ((i % width) % 2))),
          [1, 6, 6, width],
        );
        const slots = model.layout.trainable.map(({ spec, name }) =>
          tf.tensor((index === 0 ? weights : widened).get(name) ?? [], [...spec.shape]),
        );
        return [...model.forward(images, slots, parameters.statistics).dataSync<'float32'>()];
      });
    });
    for (const [index, value] of logits[0]?.entries() ?? []) expect(logits[1]?.[index]).toBeCloseTo(value, 5);
  });

  it('take along what the optimiser remembers; squares are divided by squares', () => {
    const [small, wide] = [narrowNet(2), narrowNet(4)];
    const ones = new Float32Array(small.layout.params).fill(1);
    const vectors = widenedVectors(
      small,
      wide,
      new Map([
        ['first', ones],
        ['second', ones],
      ]),
    );
    const [kernel, norm] = [9 * 16, 4];
    expect(new Set(vectors.get('first')?.subarray(0, kernel))).toEqual(new Set([0.5]));
    expect(new Set(vectors.get('second')?.subarray(0, kernel))).toEqual(new Set([0.25]));
    expect(new Set(vectors.get('second')?.subarray(kernel, kernel + 2 * norm))).toEqual(new Set([1]));
  });
});

describe('a search in two stages', () => {
  const family = cellsFamily({ inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes });
  const [narrow, whole] = [family.supernet?.(4), family.supernet?.(2)];
  if (narrow === undefined || whole === undefined) throw new Error('Cells have a supernet');
  const [{ graph }, levels, space] = [narrow, pathCounts(narrow.edges), mixingSpace(narrow)];
  const networks = [narrow, whole].map((one) => ({ model: createModel(one.graph), edges: one.edges }));

  async function staged(more: Partial<SearchTask> = {}) {
    const { task, dispose } = await tinyTask(directory, graph, TINY_RECIPE);
    const method: OneShotMethod = {
      ...oneShotMethod({ method: 'darts', options: { learningRate: 0.05 } }, space),
      stages: [
        { share: 0.5, part: 4, keep: 4 },
        { share: 0.5, part: 2, keep: 2 },
      ],
    };
    const recipe = { ...TINY_RECIPE, epochs: 4 };
    const all: SearchTask = { networks, name: 'darts', method, recipe, seed: task.seed, train: task.train, ...more };
    return { task: all, dispose };
  }
  const free = { yieldToEvents: (): Promise<void> => Promise.resolve() };

  it('keeps the strongest paths, begins alpha anew, and widens', async () => {
    const { task, dispose } = await staged();
    const states: SearchState[] = [];
    const told: Float64Array[] = [];
    const before = tf.memory().numTensors;
    const end = await searchSupernet(task, {
      ...free,
      onEpoch: (state, { shares }) => {
        states.push(state);
        told.push(shares);
      },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(end.network).toBe(task.networks[1]);
    const [, last, first] = states;
    if (last === undefined || first === undefined) throw new Error('There are four');
    expect(last.mixing.kept.every(Boolean)).toBe(true);
    expect(first.mixing.kept).toEqual(
      strongestPaths(levels, task.method.shares(last.mixing.alpha, last.mixing.kept), last.mixing.kept, 2),
    );
    expect(first.mixing.kept.filter(Boolean)).toHaveLength(2 * levels.length);
    // Three steps an epoch: six in the first stage, then counted anew.
    expect(states.map(({ mixing }) => mixing.steps)).toEqual([3, 6, 3, 6]);
    expect(told[2]?.map((share) => Number(share > 0))).toEqual(Float64Array.from(first.mixing.kept, Number));
    expect(last.weights.get('stage1.cell1.edge01.conv3x3/kernel')).toHaveLength(9 * 2 * 2);
    expect(end.state.weights.get('stage1.cell1.edge01.conv3x3/kernel')).toHaveLength(9 * 4 * 4);
    expect(end.state.optimizer.get('velocity')).toHaveLength(task.networks[1]?.model.layout.params ?? 0);
    dispose();
  });

  it('goes on from the file of each epoch, also of the last before the border', async () => {
    const { task, dispose } = await staged();
    const files: WrittenFile[] = [];
    const { state: end } = await searchSupernet(task, {
      ...free,
      onEpoch: (state) => {
        const path = join(folder, `stages-${state.epoch}.safetensors`);
        files.push(writeSearchState(path, task, { state, cpuSeconds: 1 }));
      },
    });
    expect(files).toHaveLength(4);
    for (const file of files) {
      const { state: start } = readSearchState(file, task);
      expect((await searchSupernet({ ...task, start }, free)).state).toEqual(end);
    }
    dispose();
  });

  it('refuses the file of another method, of more epochs, and of another stage', async () => {
    const { task, dispose } = await staged();
    let file: WrittenFile | undefined;
    await searchSupernet(task, {
      ...free,
      onEpoch: (state) => {
        if (state.epoch === 3)
          file = writeSearchState(join(folder, 'third.safetensors'), task, { state, cpuSeconds: 1 });
      },
    });
    if (file === undefined) throw new Error('The third epoch has a file');
    const read = (more: Partial<SearchTask>) => () => readSearchState(file as WrittenFile, { ...task, ...more });
    expect(read({ name: 'dr-nas' })).toThrow(/of a search by darts, not by dr-nas. The search begins anew/);
    expect(read({ recipe: { ...task.recipe, epochs: 2 } })).toThrow(/of 3 epochs, and the search has 2/);
    expect(read({ recipe: { ...task.recipe, epochs: 12 } })).toThrow(
      /is of stage 2 .* after 3 epochs this search is in stage 1/,
    );
    dispose();
  });
});
