/**
 * A one-shot search: the weights of a supernet are trained on one half of the training images, what
 * its paths count on the other, a step each in turn. Validation is not touched. Order, views and
 * draws are decided by the seed and the position alone: a search that goes on after an epoch is the
 * one that was never stopped.
 */
import { pathCosts, pathCounts } from '../../core/arch/supernet.ts';
import { createRng, split } from '../../core/math/rng.ts';
import { prepareImages } from '../data/augment.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { learningRateAt } from '../training/optimizer.ts';
import { trainingLayout } from '../training/pass.ts';
import type { Batch } from '../training/pass.ts';
import { stepsPerEpoch } from '../training/trainer.ts';
import { spanAfter, spansOf } from './course.ts';
import type { Span } from './course.ts';
import { bestOf, drawPicks } from './picks.ts';
import { createSearch, freshMixing, freshWeights } from './running.ts';
import type { RunningSearch, Turn } from './running.ts';
import { networkOf } from './search-task.ts';
import type { SearchNetwork, SearchState, SearchTask } from './search-task.ts';
import { strongestPaths, widenedVectors, widenedWeights } from './widen.ts';
import type { Laid } from './widen.ts';

/** What an epoch came to, for people. */
export interface EpochNews {
  /** How much each path counts on average, `[paths]`. */
  readonly shares: Float64Array;
  /** Mean over the steps of the weights. */
  readonly loss: number;
}

export interface SearchEnd {
  readonly state: SearchState;
  /** Of its last stage: the one that the weights are of. */
  readonly network: SearchNetwork;
}

export interface SearchHooks {
  /** Called between steps. Throws to give up. */
  readonly yieldToEvents: YieldToEvents;
  readonly onStep?: (done: number, total: number) => void;
  readonly onEpoch?: (state: SearchState, news: EpochNews) => void;
  /** While students are picked: batches that they were judged by. */
  readonly onJudged?: (done: number, total: number) => void;
}

/** Streams of chance that the seed is split into; a running search and a pass have others. */
const STREAM = { weightOrder: 16, mixingOrder: 17, picks: 21 } as const;

/**
 * Throws `trainer.failed` when a loss or alpha is no longer finite, `config.invalid` where half of
 * the images are fewer than a batch. Leaves no tensor behind, however it ends.
 */
export async function searchSupernet(task: SearchTask, hooks: SearchHooks): Promise<SearchEnd> {
  const { recipe, method, start } = task;
  const half = Math.floor(task.train.count / 2);
  const steps = stepsPerEpoch(half, recipe.batchSize);
  const spans = spansOf(method, recipe.epochs);
  let span = spanAfter(spans, start?.epoch ?? 0);
  let search = createSearch(task, span.stage, start);
  try {
    for (let epoch = start?.epoch ?? 0; epoch < recipe.epochs; epoch += 1) {
      const next = spanAfter(spans, epoch + 1);
      if (next !== span) {
        const begun = stageStart(task, span, next, search.state(epoch));
        search.dispose();
        search = createSearch(task, next.stage, begun);
        span = next;
      }
      const loss = await runEpoch(task, hooks, search, { epoch, half, steps, span });
      if (method.project) search.setMixing(method.project(search.alpha(), (epoch + 1) / recipe.epochs), epoch);
      hooks.onEpoch?.(search.state(epoch + 1), { shares: method.shares(search.alpha(), search.kept()), loss });
    }
    if (method.picks !== undefined) await pick(task, hooks, search, { half, steps, span, count: method.picks });
    return { state: search.state(recipe.epochs), network: networkOf(task, span.stage) };
  } finally {
    search.dispose();
  }
}

/** The strongest paths stay, what they count begins anew, and weights are widened. */
function stageStart(task: SearchTask, before: Span, next: Span, state: SearchState): SearchState {
  const { weights, optimizer, mixing, epoch } = state;
  const laid = (stage: number): Laid => {
    const { model } = networkOf(task, stage);
    return { graph: model.graph, layout: trainingLayout({ ...task, model }) };
  };
  const [from, to] = [laid(before.stage), laid(next.stage)];
  const levels = pathCounts(networkOf(task, next.stage).edges);
  const shares = task.method.shares(mixing.alpha, mixing.kept);
  return {
    epoch,
    mixing: freshMixing(task, next.stage, strongestPaths(levels, shares, mixing.kept, next.keep)),
    weights: widenedWeights(from, to, weights, freshWeights(task, to.layout)),
    optimizer: widenedVectors(from, to, optimizer),
  };
}

interface Stretch {
  readonly half: number;
  /** Of an epoch. */
  readonly steps: number;
  readonly span: Span;
}

/** Gives the mean loss of the weights' steps. */
async function runEpoch(
  task: SearchTask,
  hooks: SearchHooks,
  search: RunningSearch,
  { epoch, half, steps, span }: Stretch & { readonly epoch: number },
): Promise<number> {
  const { recipe, seed, train, method } = task;
  const orderOf = (stream: number, first: number): readonly number[] => {
    const images = Array.from({ length: half }, (_, index) => first + index);
    return createRng(split(split(seed, stream), epoch)).shuffle(images);
  };
  const halves = { weights: orderOf(STREAM.weightOrder, 0), mixing: orderOf(STREAM.mixingOrder, half) };
  const mixes = epoch >= span.mixesFrom && method.picks === undefined;
  const how = method.hypergradient ?? { kind: 'first' };
  const moveMixing = async (turn: Turn): Promise<void> => {
    await prepareImages(train, turn.mixing.samples, turn.weights.samples);
    if (how.kind !== 'first') await prepareImages(train, turn.weights.samples);
    search.moveMixing(turn);
  };
  let lossSum = 0;
  for (let index = 0; index < steps; index += 1) {
    await hooks.yieldToEvents();
    const step = epoch * steps + index;
    const batchOf = (order: readonly number[]): Batch => ({
      samples: batchAt(order, index, recipe.batchSize),
      ...{ epoch, step, progress: step / (recipe.epochs * steps) },
    });
    const turn: Turn = {
      ...{ mixing: batchOf(halves.mixing), weights: batchOf(halves.weights) },
      learningRate: learningRateAt(step, steps, recipe),
    };
    if (mixes && how.kind !== 'implicit') await moveMixing(turn);
    await prepareImages(train, turn.weights.samples);
    lossSum += search.moveWeights(turn);
    // What is implicit is so near where weights come to rest: it looks after their steps.
    if (mixes && how.kind === 'implicit' && (step + 1) % how.steps === 0) await moveMixing(turn);
    hooks.onStep?.(step + 1, recipe.epochs * steps);
  }
  return lossSum / steps;
}

const batchAt = (order: readonly number[], index: number, size: number): Int32Array =>
  Int32Array.from(order.slice(index * size, (index + 1) * size));

/** Each student drawn sees the same batches. Alpha is 1 where the best one's path is. */
async function pick(
  task: SearchTask,
  hooks: SearchHooks,
  search: RunningSearch,
  { half, steps, span, count }: Stretch & { readonly count: number },
): Promise<void> {
  const { recipe, seed, train, limits = { params: Infinity, macs: Infinity } } = task;
  const { model, edges } = networkOf(task, span.stage);
  const rules = { levels: pathCounts(edges), limits, costs: pathCosts({ graph: model.graph, edges }) };
  const rng = createRng(split(seed, STREAM.picks));
  const picks = drawPicks({ ...rules, kept: search.kept(), isHollow: search.isHollow }, count, rng);
  const images = Array.from({ length: half }, (_, index) => half + index);
  const losses = picks.map(() => 0);
  for (let index = 0; index < steps; index += 1) {
    const samples = batchAt(images, index, recipe.batchSize);
    const batch = { samples, epoch: recipe.epochs, step: recipe.epochs * steps + index, progress: 1 };
    for (const [place, taken] of picks.entries()) {
      await hooks.yieldToEvents();
      await prepareImages(train, samples);
      losses[place] = (losses[place] ?? 0) + search.loss(taken, batch) / steps;
      hooks.onJudged?.(index * picks.length + place + 1, steps * picks.length);
    }
  }
  search.setMixing(bestOf(picks, losses), recipe.epochs - 1);
}
