/** The course of a one-shot search: when its paths are mixed, what else moves them, what an epoch
 * reports, and students that are picked instead. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { disposeParameters, uploadWeights } from '../../src/compute/model/parameters.ts';
import { createOracle } from '../../src/compute/one-shot/oracle.ts';
import { bestOf, drawPicks } from '../../src/compute/one-shot/picks.ts';
import { searchSupernet } from '../../src/compute/one-shot/search.ts';
import type { EpochNews } from '../../src/compute/one-shot/search.ts';
import type { SearchState, SearchTask } from '../../src/compute/one-shot/search-task.ts';
import { trainingLayout } from '../../src/compute/training/pass.ts';
import { costOf } from '../../src/core/arch/cost.ts';
import { pathCosts, pathCounts } from '../../src/core/arch/supernet.ts';
import { cellsFamily } from '../../src/core/arch/families/cells/cells.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { allKept, mixingSpace } from '../../src/core/one-shot/method.ts';
import type { OneShotMethod } from '../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';
import { toyCellFamily } from '../contract/toy-one-shot/toy-cell.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'course-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const task = { inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes } as const;
const family = toyCellFamily(task);
const supernet = family.supernet?.();
if (supernet === undefined) throw new Error('The toy family has a supernet');
const { graph, edges } = supernet;
const levels = pathCounts(edges);
const LEARNING_RATE = 0.05;
const darts = oneShotMethod(
  { method: 'darts', options: { learningRate: LEARNING_RATE, weightDecay: 0 } },
  mixingSpace(supernet),
);

interface Course {
  readonly start: Float64Array;
  readonly states: readonly SearchState[];
  readonly epochs: readonly EpochNews[];
  readonly end: SearchState;
}

async function course(more: Partial<OneShotMethod>, rest: Partial<SearchTask> = {}): Promise<Course> {
  const { task: tiny, dispose } = await tinyTask(directory, graph, TINY_RECIPE);
  const { seed, train } = tiny;
  const recipe = { ...TINY_RECIPE, epochs: 4, ...rest.recipe };
  const method = { ...darts, ...more };
  const networks = [{ model: createModel(graph), edges }];
  const whole: SearchTask = { networks, name: 'darts', seed, train, method, ...rest, recipe };
  const before = tf.memory().numTensors;
  const [states, epochs]: [SearchState[], EpochNews[]] = [[], []];
  const yieldToEvents = (): Promise<void> => Promise.resolve();
  const onEpoch = (state: SearchState, epoch: EpochNews): void => {
    states.push(state);
    epochs.push(epoch);
  };
  const {
    state: { mixing },
  } = await searchSupernet({ ...whole, recipe: { ...recipe, epochs: 0 }, method: darts }, { yieldToEvents });
  const { state: end } = await searchSupernet(whole, { yieldToEvents, onEpoch });
  for (const start of states) {
    const again = await searchSupernet({ ...whole, start }, { yieldToEvents });
    expect(again.state).toEqual(end);
  }
  expect(tf.memory().numTensors).toBe(before);
  dispose();
  return { start: mixing.alpha, states, epochs, end };
}

describe('the course of a search', () => {
  it('trains weights alone for its first share of epochs', async () => {
    const { start, states } = await course({ warmup: 0.5 });
    expect(states.map(({ mixing }) => mixing.steps)).toEqual([0, 0, 3, 6]);
    expect(states[1]?.mixing.alpha).toEqual(start);
    expect(states[1]?.weights).not.toEqual(states[0]?.weights);
    expect(states[3]?.mixing.alpha).not.toEqual(start);
  });

  // With one slope at every step Adam moves by its learning rate.
  it("moves alpha by the method's own slope, too", async () => {
    const draw: OneShotMethod['draw'] = (...which) =>
      darts.draw(...which).map(({ p }) => ({ p, pull: (dp) => dp.map(() => 0) }));
    const { start, end } = await course({ draw, slope: (alpha) => alpha.map((_, path) => Number(path === 2)) });
    for (const [path, value] of end.mixing.alpha.entries()) {
      const moved = path === 2 ? end.mixing.steps * LEARNING_RATE : 0;
      expect(value).toBeCloseTo((start[path] ?? NaN) - moved, 6);
    }
  });

  it('projects alpha after each epoch and tells how much of the search is done', async () => {
    const told: number[] = [];
    const project = (alpha: Float64Array, progress: number): Float64Array => {
      told.push(progress);
      return alpha.map((_, path) => path * progress);
    };
    const { states } = await course({ project });
    expect(told.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
    for (const [index, { mixing }] of states.entries()) {
      expect([...mixing.alpha]).toEqual([0, 1, 2, 3, 4, 5].map((path) => path * ((index + 1) / 4)));
    }
  });

  it('reports after each epoch what paths count then, and the mean loss of its steps', async () => {
    const { states, epochs } = await course({});
    for (const [index, { shares, loss }] of epochs.entries()) {
      const alpha = states[index]?.mixing.alpha ?? new Float64Array();
      expect(shares).toEqual(darts.shares(alpha, allKept({ levels })));
      expect(loss).toBeGreaterThan(0);
    }
    // One step of all images, and weights that stand still: the loss of that batch.
    const recipe = { ...TINY_RECIPE, batchSize: TINY.train / 2, learningRate: 0, epochs: 1 };
    const {
      epochs: [once],
      start,
    } = await course({ warmup: 1 }, { recipe });
    const { task: tiny, dispose } = await tinyTask(directory, graph, recipe);
    const layout = trainingLayout(tiny);
    const oracle = createOracle(tiny, layout, edges);
    const {
      state: { weights },
    } = await searchSupernet(
      {
        networks: [{ model: tiny.model, edges }],
        ...{ name: 'darts', seed: tiny.seed, train: tiny.train, method: darts, recipe: { ...recipe, epochs: 0 } },
      },
      { yieldToEvents: () => Promise.resolve() },
    );
    const parameters = uploadWeights(layout, weights);
    const samples = Int32Array.from({ length: TINY.train / 2 }, (_, index) => index);
    const batch = { samples, epoch: 0, step: 0, progress: 0 };
    expect(once?.loss).toBeCloseTo(oracle.loss(parameters, darts.shares(start, allKept({ levels })), batch), 5);
    disposeParameters(parameters);
    oracle.dispose();
    dispose();
  });

  it('takes weights, and mixing, by the implicit slope after so many steps', async () => {
    const { states } = await course({ hypergradient: { kind: 'implicit', steps: 2, terms: 1 } });
    // Three steps an epoch.
    expect(states.map(({ mixing }) => mixing.steps)).toEqual([1, 3, 4, 6]);
    const first = await course({});
    const unrolled = await course({ hypergradient: { kind: 'unrolled' } });
    expect(unrolled.states.map(({ mixing }) => mixing.steps)).toEqual([3, 6, 9, 12]);
    expect(unrolled.end.mixing.alpha).not.toEqual(first.end.mixing.alpha);
  });
});

describe('students that are picked', () => {
  const everyWay = [0, 1, 2].flatMap((a) => [3, 4, 5].map((b) => [a, b] as const));
  const takenOf = (paths: readonly number[]): Float64Array =>
    Float64Array.from({ length: 6 }, (_, path) => Number(paths.includes(path)));

  async function lossesOf(end: SearchState, epochs: number): Promise<readonly number[]> {
    const { task: tiny, dispose } = await tinyTask(directory, graph, { ...TINY_RECIPE, epochs });
    const layout = trainingLayout(tiny);
    const oracle = createOracle(tiny, layout, edges);
    const parameters = uploadWeights(layout, end.weights);
    const losses = everyWay.map((paths) => {
      const batches = [0, 1, 2].map((index) => ({
        samples: Int32Array.from({ length: 16 }, (_, place) => TINY.train / 2 + 16 * index + place),
        ...{ epoch: epochs, step: 3 * epochs + index, progress: 1 },
      }));
      return batches.reduce((sum, batch) => sum + oracle.loss(parameters, takenOf(paths), batch), 0);
    });
    disposeParameters(parameters);
    oracle.dispose();
    dispose();
    return losses;
  }

  it('alpha says the one of the least loss, and nothing is mixed before', async () => {
    const { start, states, end } = await course({ picks: 100 });
    for (const { mixing } of states) expect([mixing.alpha, mixing.steps]).toEqual([start, 0]);
    const losses = await lossesOf(end, 4);
    expect(end.mixing.alpha).toEqual(takenOf(everyWay[losses.indexOf(Math.min(...losses))] ?? []));
  });

  it('is within its limits', async () => {
    const skips = costOf(family.build({ width: 8, first: 'skip', second: 'skip' }));
    const { end } = await course({ picks: 100 }, { limits: { params: skips.params, macs: Infinity } });
    expect(end.mixing.alpha).toEqual(takenOf([0, 3]));
  });

  it('are drawn evenly of what is kept, and none gives the same for all images', () => {
    const cells = cellsFamily(task).supernet?.();
    if (cells === undefined) throw new Error('Cells have a supernet');
    const counts = pathCounts(cells.edges);
    // Of each edge none and skip: most cells of them have no way through.
    const kept = counts.flatMap((count) => Array.from({ length: count }, (_, level) => level < 2));
    const isThrough = (taken: Float64Array): boolean => {
      const [a, b, c, d, e, f] = counts.map((_, edge) => taken[4 * edge + 1] === 1);
      return Boolean(d || (a && e) || (b && f) || (a && c && f));
    };
    const rules = { kept, levels: counts, costs: pathCosts(cells), limits: { params: Infinity, macs: Infinity } };
    const picks = drawPicks({ ...rules, isHollow: (taken) => !isThrough(taken) }, 400, createRng(2));
    expect(picks.every(isThrough)).toBe(true);
    expect(new Set(picks.map((taken) => taken.join())).size).toBe(picks.length);
    for (const taken of picks) for (const [path, value] of taken.entries()) if (value) expect(kept[path]).toBe(true);
    // Of 64 ways to say none or skip.
    const ways = Array.from({ length: 64 }, (_, bits) =>
      Float64Array.from({ length: 24 }, (_each, path) => Number(path % 4 === ((bits >> (path >> 2)) & 1))),
    ).filter(isThrough);
    expect(picks).toHaveLength(ways.length);
  });

  it('one that has no loss is none, and where none has it is said', () => {
    const [a, b] = [takenOf([0, 3]), takenOf([1, 4])];
    expect(bestOf([a, b], [NaN, 5])).toBe(b);
    expect(() => bestOf([a, b], [NaN, Infinity])).toThrow(/None of 2 students.*learning rate/);
  });
});

it('names the edge whose paths are no numbers any more', async () => {
  const draw: OneShotMethod['draw'] = (...which) =>
    darts.draw(...which).map(({ p }) => ({ p, pull: (dp) => dp.map((_, path) => (path > 3 ? NaN : 0)) }));
  await expect(course({ draw })).rejects.toMatchObject({
    code: 'trainer.failed',
    message: expect.stringMatching(/paths of second count is no number in epoch 1, by step 1.*learning rate/),
  });
});
