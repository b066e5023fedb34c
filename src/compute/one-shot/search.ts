/**
 * A one-shot search: the weights of a supernet are trained on one half of the training images, what
 * its paths count on the other, a step each in turn. Validation is not touched. Order, views and
 * draws are decided by the seed and the position alone: a search that goes on after an epoch is the
 * one that was never stopped.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import { pathCounts } from '../../core/arch/supernet.ts';
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import { createRng, split } from '../../core/math/rng.ts';
import type { OneShotMethod } from '../../core/one-shot/method.ts';
import { allKept, startMixing } from '../../core/one-shot/method.ts';
import { prepareImages } from '../data/augment.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import { createOptimizer, downloadVectors, learningRateAt, stateSlots, uploadVectors } from '../training/optimizer.ts';
import type { Optimizer } from '../training/optimizer.ts';
import { adopt, drop, trainingLayout } from '../training/pass.ts';
import type { Batch, PassTask } from '../training/pass.ts';
import { stepsPerEpoch } from '../training/trainer.ts';
import { decayMask, disposeParameters, downloadWeights, initialWeights, uploadWeights } from '../model/parameters.ts';
import type { HostWeights, Layout, Parameters } from '../model/parameters.ts';
import { moveMixing, startState } from './mixing.ts';
import type { MixingState } from './mixing.ts';
import { createOracle } from './oracle.ts';
import type { Oracle } from './oracle.ts';

/** Its recipe counts the search's own epochs. */
export interface SearchTask extends PassTask {
  readonly edges: readonly SupernetEdge[];
  readonly method: OneShotMethod;
  readonly start?: SearchState;
}

/** What a search goes on from, after an epoch. */
export interface SearchState {
  readonly epoch: number;
  readonly weights: HostWeights;
  /** The optimiser's vectors by name, `[params]`. */
  readonly optimizer: HostWeights;
  readonly mixing: MixingState;
}

/** What an epoch came to, for people. */
export interface EpochNews {
  /** `[paths]` */
  readonly shares: Float64Array;
  /** Mean over the steps of the weights. */
  readonly loss: number;
}

export interface SearchHooks {
  /** Called between steps. Throws to give up. */
  readonly yieldToEvents: YieldToEvents;
  readonly onStep?: (done: number, total: number) => void;
  readonly onEpoch?: (state: SearchState, news: EpochNews) => void;
}

/** Streams of chance that the seed is split into; a pass has others, below these. */
const STREAM = { weights: 0, weightOrder: 16, mixingOrder: 17, start: 18, drawWeights: 19, drawMixing: 20 } as const;

/**
 * Throws `trainer.failed` when a loss is no longer finite, `config.invalid` where half of the
 * images are fewer than a batch. Leaves no tensor behind, however it ends.
 */
export async function searchSupernet(task: SearchTask, hooks: SearchHooks): Promise<SearchState> {
  const layout = trainingLayout(task);
  const oracle = createOracle(task, layout, task.edges);
  const decay = decayMask(layout);
  const search = createSearch(task, layout, oracle, decay);
  try {
    const { recipe, seed, train } = task;
    const half = Math.floor(train.count / 2);
    const steps = stepsPerEpoch(half, recipe.batchSize);
    for (let epoch = task.start?.epoch ?? 0; epoch < recipe.epochs; epoch += 1) {
      const orderOf = (stream: number, first: number): readonly number[] => {
        const images = Array.from({ length: half }, (_, index) => first + index);
        return createRng(split(split(seed, stream), epoch)).shuffle(images);
      };
      let loss = 0;
      const halves = { weights: orderOf(STREAM.weightOrder, 0), mixing: orderOf(STREAM.mixingOrder, half) };
      for (let index = 0; index < steps; index += 1) {
        await hooks.yieldToEvents();
        const step = epoch * steps + index;
        const batchOf = (order: readonly number[]): Batch => ({
          samples: Int32Array.from(order.slice(index * recipe.batchSize, (index + 1) * recipe.batchSize)),
          ...{ epoch, step, progress: step / (recipe.epochs * steps) },
        });
        const [mixing, weights] = [batchOf(halves.mixing), batchOf(halves.weights)];
        await prepareImages(train, mixing.samples, weights.samples);
        search.moveMixing(mixing);
        await prepareImages(train, weights.samples);
        loss += search.moveWeights(weights, learningRateAt(step, steps, recipe)) / steps;
        hooks.onStep?.(step + 1, recipe.epochs * steps);
      }
      hooks.onEpoch?.(search.state(epoch + 1), { shares: search.shares(), loss });
    }
    return search.state(recipe.epochs);
  } finally {
    search.dispose();
    oracle.dispose();
    decay.dispose();
  }
}

interface RunningSearch {
  readonly moveMixing: (batch: Batch) => void;
  /** The mean loss of its passes. */
  readonly moveWeights: (batch: Batch, learningRate: number) => number;
  readonly shares: () => Float64Array;
  readonly state: (epoch: number) => SearchState;
  readonly dispose: () => void;
}

function createSearch(task: SearchTask, layout: Layout, oracle: Oracle, decay: Tensor1D): RunningSearch {
  const { recipe, seed, start, method, edges } = task;
  const optimizer = createOptimizer(recipe, decay);
  const kept = allKept({ levels: pathCounts(edges) });
  let parameters: Parameters = uploadWeights(
    layout,
    start?.weights ?? initialWeights(layout, split(seed, STREAM.weights)),
  );
  const slots = stateSlots({ ...recipe, emaDecay: 0 });
  let state = uploadVectors(slots, start?.optimizer, () => tf.zerosLike(parameters.theta));
  let mixing = start?.mixing ?? startState(startMixing(pathCounts(edges), createRng(split(seed, STREAM.start))));

  return {
    moveMixing: (batch) => {
      const rng = createRng(split(split(seed, STREAM.drawMixing), batch.step));
      const drawn = method.draw(mixing.alpha, rng, 'mixing', kept);
      const slope = new Float64Array(mixing.alpha.length);
      for (const { p, pull } of drawn) {
        const { loss, gTheta, gP, fresh } = oracle.slopes(parameters, p, batch);
        gTheta.dispose();
        drop(fresh);
        checkLoss(loss, batch);
        pull(gP).forEach((value, path) => (slope[path] = (slope[path] ?? 0) + value / drawn.length));
      }
      mixing = moveMixing(mixing, slope, method.steps);
    },
    moveWeights: (batch, learningRate) => {
      const rng = createRng(split(split(seed, STREAM.drawWeights), batch.step));
      const drawn = method.draw(mixing.alpha, rng, 'weights', kept);
      const gradients: Tensor1D[] = [];
      const used = new Uint8Array(layout.params);
      let mean = 0;
      try {
        for (const { p } of drawn) {
          const { loss, gTheta, fresh, ...pass } = oracle.slopes(parameters, p, batch);
          gradients.push(gTheta);
          pass.used.forEach((value, index) => (used[index] = (used[index] ?? 0) | value));
          parameters = { theta: parameters.theta, ...adopt(parameters, fresh) };
          checkLoss(loss, batch);
          mean += loss / drawn.length;
        }
        const moved = tf.tidy(() => {
          const gradient = tf.div<Tensor1D>(tf.addN(gradients), gradients.length);
          const next = optimizer.update(parameters.theta, gradient, state, learningRate, batch.step + 1);
          return used.includes(0) ? heldWhere(used, { theta: parameters.theta, state }, next) : next;
        });
        tf.dispose([parameters.theta, ...Object.values(state)]);
        parameters = { ...parameters, theta: moved.theta };
        state = moved.state;
      } finally {
        tf.dispose(gradients);
      }
      return mean;
    },
    shares: () => method.shares(mixing.alpha, kept),
    state: (epoch) => ({
      epoch,
      mixing,
      weights: downloadWeights(layout, parameters),
      optimizer: downloadVectors(state),
    }),
    dispose: () => {
      disposeParameters(parameters);
      tf.dispose(Object.values(state));
    },
  };
}

type Moved = ReturnType<Optimizer['update']>;

/** A weight that no pass used stays as it is, and so does what the optimiser remembers of it: a
 * path that is seldom drawn neither decays nor drifts meanwhile. As PyTorch does where a weight has
 * no gradient. Call it inside a tidy. */
function heldWhere(used: Uint8Array, before: Moved, after: Moved): Moved {
  const isUsed = tf.tensor1d(used, 'bool');
  const held = (next: Tensor1D, old: Tensor1D | undefined): Tensor1D => (old ? tf.where(isUsed, next, old) : next);
  const state = Object.entries(after.state).map(([name, next]) => [name, held(next, before.state[name])] as const);
  return { theta: held(after.theta, before.theta), state: Object.fromEntries(state) };
}

function checkLoss(loss: number, { step, epoch }: Batch): void {
  if (Number.isFinite(loss)) return;
  const finding = `The loss of the supernet became ${loss} in epoch ${epoch + 1}, by step ${step + 1}.`;
  throw new WorkbenchError(
    'trainer.failed',
    `${finding} Lower the learning rate of the recipe, or clip its gradients.`,
  );
}
