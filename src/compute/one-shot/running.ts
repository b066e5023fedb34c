/** What changes from step to step of a search: the weights of the supernet with what the optimiser
 * remembers of them, and what its paths count. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import { pathCounts } from '../../core/arch/supernet.ts';
import type { SupernetEdge } from '../../core/arch/supernet.ts';
import { createRng, split } from '../../core/math/rng.ts';
import type { Rng } from '../../core/math/rng.ts';
import type { Drawn, OneShotMethod } from '../../core/one-shot/method.ts';
import { allKept, byEdge, startMixing } from '../../core/one-shot/method.ts';
import { createOptimizer, downloadVectors, stateSlots, uploadVectors } from '../training/optimizer.ts';
import type { OptimizerState } from '../training/optimizer.ts';
import { adopt, drop, trainingLayout } from '../training/pass.ts';
import type { Batch } from '../training/pass.ts';
import { decayMask, disposeParameters, downloadWeights, initialWeights, uploadWeights } from '../model/parameters.ts';
import type { HostWeights, Layout, Parameters } from '../model/parameters.ts';
import { firstSlope, implicitSlope, unrolledSlope } from './hypergradient.ts';
import type { BothSlopes } from './hypergradient.ts';
import { moveMixing, startState } from './mixing.ts';
import type { MixingState } from './mixing.ts';
import { createOracle } from './oracle.ts';
import type { Oracle } from './oracle.ts';
import { networkOf } from './search-task.ts';
import type { SearchState, SearchTask } from './search-task.ts';

/** A batch of either half of the training images, and the rate of the weights' step. */
export interface Turn {
  readonly mixing: Batch;
  readonly weights: Batch;
  readonly learningRate: number;
}

export interface RunningSearch {
  readonly moveMixing: (turn: Turn) => void;
  /** Gives the loss, over all that was drawn. */
  readonly moveWeights: (turn: Pick<Turn, 'weights' | 'learningRate'>) => number;
  /** Alpha as somebody else says it. */
  readonly setMixing: (alpha: Float64Array, epoch: number) => void;
  readonly alpha: () => Float64Array;
  readonly kept: () => readonly boolean[];
  /** Of a batch, with the batch's own statistics. */
  readonly loss: (p: Float64Array, batch: Batch) => number;
  /** Whether a student of these paths is the same for all images. */
  readonly isHollow: (p: Float64Array) => boolean;
  readonly state: (epoch: number) => SearchState;
  readonly dispose: () => void;
}

/** Streams of chance that the seed is split into; a pass has others, below these. */
const STREAM = { weights: 0, start: 18, drawWeights: 19, drawMixing: 20 } as const;

/** In a stage's network. `start`: what it goes on from; absent: the seed says. */
export function createSearch(task: SearchTask, stage: number, start?: SearchState): RunningSearch {
  const { recipe, seed, method } = task;
  const { model, edges } = networkOf(task, stage);
  const layout = trainingLayout({ ...task, model });
  const oracle = createOracle({ ...task, model }, layout, edges);
  const decay = decayMask(layout);
  const optimizer = createOptimizer(recipe, decay);
  let parameters: Parameters = uploadWeights(layout, start?.weights ?? freshWeights(task, layout));
  const slots = stateSlots({ ...recipe, emaDecay: 0 });
  let state = uploadVectors(slots, start?.optimizer, () => tf.zerosLike(parameters.theta));
  let mixing = start?.mixing ?? freshMixing(task, stage, allKept({ levels: pathCounts(edges) }));
  const rngOf = (stream: number, step: number): Rng => createRng(split(split(seed, stream), step));

  return {
    kept: () => mixing.kept,
    alpha: () => mixing.alpha,
    moveMixing: (turn) => {
      const { step, epoch } = turn.mixing;
      const drawn = method.draw(mixing.alpha, rngOf(STREAM.drawMixing, step), 'mixing', mixing.kept);
      const slope = slopeByAlpha(oracle, parameters, method, drawn, turn);
      const own = method.slope?.(mixing.alpha);
      mixing = moveMixing(mixing, own ? slope.map((value, path) => value + (own[path] ?? 0)) : slope, method.steps);
      checkMixing(mixing.alpha, edges, epoch, `by step ${step + 1}`);
    },
    setMixing: (alpha, epoch) => {
      checkMixing(alpha, edges, epoch, 'after its last step');
      mixing = { ...mixing, alpha };
    },
    moveWeights: ({ weights: batch, learningRate }) => {
      const drawn = method.draw(mixing.alpha, rngOf(STREAM.drawWeights, batch.step), 'weights', mixing.kept);
      const gradients: Tensor1D[] = [];
      const used = new Uint8Array(layout.params);
      let lossSum = 0;
      try {
        for (const { p } of drawn) {
          const { loss, gTheta, fresh, ...pass } = oracle.slopes(parameters, p, batch);
          gradients.push(gTheta);
          pass.used.forEach((value, index) => (used[index] = (used[index] ?? 0) | value));
          parameters = { theta: parameters.theta, ...adopt(parameters, fresh) };
          checkLoss(loss, batch);
          lossSum += loss;
        }
        const moved = tf.tidy(() => {
          const mean = tf.div<Tensor1D>(tf.addN(gradients), gradients.length);
          const next = optimizer.update(parameters.theta, mean, state, learningRate, batch.step + 1);
          return { ...(used.includes(0) ? heldWhere(used, { theta: parameters.theta, state }, next) : next) };
        });
        tf.dispose([parameters.theta, ...Object.values(state)]);
        parameters = { ...parameters, theta: moved.theta };
        state = moved.state;
        return lossSum / drawn.length;
      } finally {
        tf.dispose(gradients);
      }
    },
    loss: (p, batch) => oracle.loss(parameters, p, batch),
    isHollow: oracle.isHollow,
    state: (epoch) => ({
      epoch,
      mixing,
      weights: downloadWeights(layout, parameters),
      optimizer: downloadVectors(state),
    }),
    dispose: () => {
      disposeParameters(parameters);
      tf.dispose([decay, ...Object.values(state)]);
      oracle.dispose();
    },
  };
}

export const freshWeights = ({ seed }: SearchTask, layout: Layout): HostWeights =>
  initialWeights(layout, split(seed, STREAM.weights));

/** Each stage's own. */
export function freshMixing(task: SearchTask, stage: number, kept: readonly boolean[]): MixingState {
  const seed = split(task.seed, STREAM.start);
  const rng = createRng(stage === 0 ? seed : split(seed, stage));
  return startState(startMixing(pathCounts(networkOf(task, stage).edges), rng), kept);
}

/** Of what was drawn, the mean. */
function slopesOf(oracle: Oracle, parameters: Parameters, drawn: readonly Drawn[], batch: Batch): BothSlopes {
  const gAlpha = new Float64Array(drawn[0]?.p.length ?? 0);
  const gThetas = drawn.map(({ p, pull }) => {
    const { loss, gTheta, gP, fresh } = oracle.slopes(parameters, p, batch);
    drop(fresh);
    checkLoss(loss, batch);
    pull(gP).forEach((value, path) => (gAlpha[path] = (gAlpha[path] ?? 0) + value / drawn.length));
    return gTheta;
  });
  return { gTheta: tf.div(tf.addN(gThetas), drawn.length), gAlpha };
}

function slopeByAlpha(
  oracle: Oracle,
  parameters: Parameters,
  method: OneShotMethod,
  drawn: readonly Drawn[],
  { mixing, weights, learningRate }: Turn,
): Float64Array {
  const at =
    (batch: Batch) =>
    (theta: Tensor1D): BothSlopes =>
      slopesOf(oracle, { ...parameters, theta }, drawn, batch);
  const bilevel = { outer: at(mixing), inner: at(weights) };
  const how = method.hypergradient ?? { kind: 'first' };
  switch (how.kind) {
    case 'first':
      return firstSlope(parameters.theta, bilevel);
    case 'unrolled':
      return unrolledSlope(parameters.theta, bilevel, learningRate);
    case 'implicit':
      return implicitSlope(parameters.theta, bilevel, learningRate, how.terms);
  }
}

interface Moved {
  readonly theta: Tensor1D;
  readonly state: OptimizerState;
}

/** A weight that no pass used stays as it is, and so does what the optimiser remembers of it: a
 * path that is seldom drawn neither decays nor drifts meanwhile. As PyTorch does where a weight has
 * no gradient. Call it inside a tidy. */
function heldWhere(used: Uint8Array, before: Moved, after: Moved): Moved {
  const isUsed = tf.tensor1d(used, 'bool');
  const held = (next: Tensor1D, old: Tensor1D | undefined): Tensor1D => (old ? tf.where(isUsed, next, old) : next);
  const state = Object.entries(after.state).map(([name, next]) => [name, held(next, before.state[name])] as const);
  return { theta: held(after.theta, before.theta), state: Object.fromEntries(state) };
}

function checkLoss(loss: number, { step, epoch }: Pick<Batch, 'step' | 'epoch'>): void {
  if (Number.isFinite(loss)) return;
  const finding = `The loss of the supernet became ${loss} in epoch ${epoch + 1}, by step ${step + 1}.`;
  throw new WorkbenchError(
    'trainer.failed',
    `${finding} Lower the learning rate of the recipe, or clip its gradients.`,
  );
}

function checkMixing(alpha: Float64Array, edges: readonly SupernetEdge[], epoch: number, when: string): void {
  const broken = byEdge(pathCounts(edges), alpha).findIndex((values) => !values.every(Number.isFinite));
  if (broken < 0) return;
  const finding = `What the paths of ${edges[broken]?.id} count is no number in epoch ${epoch + 1}, ${when}.`;
  throw new WorkbenchError('trainer.failed', `${finding} Lower the learning rate of the search's method.`);
}
