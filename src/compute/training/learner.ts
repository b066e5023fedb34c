/**
 * What changes from step to step of a training: weights, running statistics, the optimiser's
 * vectors, their moving average, the sum of losses. One step is one pass over a batch, with chance
 * decided by the seed and the step alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { split } from '../../core/math/rng.ts';
import type { TrainingState } from '../files/checkpoint.ts';
import { AVERAGE, downloadVectors, movingAverage, stateSlots, uploadVectors } from './optimizer.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import {
  disposeParameters,
  downloadWeights,
  initialWeights,
  joined,
  parted,
  uploadWeights,
} from '../model/parameters.ts';
import type { HostWeights, Parameters } from '../model/parameters.ts';
import { adopt, createPass, trainingLayout, withFresh } from './pass.ts';
import type { TrainingTask } from './task.ts';

/** The stream of chance that draws weights; a pass has the others. */
const WEIGHTS_STREAM = 0;

export interface Learner {
  /**
   * Hands over what is evaluated and kept: the weights, or their moving average where the recipe
   * asks for one, and then with the moving average of the batch norms' running statistics, by the
   * same decay, since statistics belong to weights.
   */
  readonly withKept: <T>(use: (parameters: Parameters) => T | Promise<T>) => Promise<T>;
  /** Steps done. */
  readonly position: () => number;
  /** `progress`: share of the training that is done. */
  readonly step: (samples: Int32Array, epoch: number, learningRate: number, progress: number) => void;
  /** Sum of this epoch's losses; waits for the device. */
  readonly lossSum: () => number;
  readonly forgetLoss: () => void;
  /** Whether every weight and statistic is a finite number; waits for the device. */
  readonly isFinite: () => boolean;
  readonly state: () => LearnerState;
  readonly dispose: () => void;
}

/** Of a training's state, what a learner knows. */
export type LearnerState = Pick<TrainingState, 'step' | 'lossSum' | 'weights' | 'optimizer'>;

/** What a training begins with where nobody has learned anything. */
export const drawnWeights = (task: TrainingTask): HostWeights =>
  initialWeights(trainingLayout(task), split(task.seed, WEIGHTS_STREAM));

export function createLearner(task: TrainingTask, optimizer: Optimizer): Learner {
  const { recipe, start } = task;
  const layout = trainingLayout(task);
  const pass = createPass(task, layout);
  let position = start?.step ?? 0;
  let parameters = uploadWeights(layout, start?.weights ?? task.initial ?? drawnWeights(task));
  let state = uploadVectors(stateSlots(recipe), start?.optimizer, (slot) =>
    slot === AVERAGE ? joined(parameters) : tf.zerosLike(parameters.theta),
  );
  let lossSum: Scalar = tf.scalar(start?.lossSum ?? 0);

  function step(samples: Int32Array, epoch: number, learningRate: number, progress: number): void {
    const { theta, statistics, kept } = parameters;
    withFresh((fresh) => {
      const next = tf.tidy(() => {
        const { value, gradient } = pass.slope(parameters, { samples, epoch, step: position, progress }, fresh);
        const moved = optimizer.update(theta, gradient, state, learningRate, position + 1);
        const after = { theta: moved.theta, statistics: new Map([...statistics, ...fresh.statistics]), kept };
        const average = averaged(state, after, recipe.emaDecay, position + 1);
        return { theta: moved.theta, state: { ...moved.state, ...average }, lossSum: tf.add<Scalar>(lossSum, value) };
      });
      tf.dispose([theta, lossSum, ...Object.values(state)]);
      parameters = { theta: next.theta, ...adopt(parameters, fresh) };
      state = next.state;
      lossSum = next.lossSum;
      position += 1;
    });
  }

  return {
    withKept: async (use) => {
      const average = state[AVERAGE];
      if (average === undefined) return use(parameters);
      const own = parted(layout, average);
      try {
        return await use(own);
      } finally {
        disposeParameters(own);
      }
    },
    position: () => position,
    step,
    lossSum: () => lossSum.dataSync<'float32'>()[0] ?? Number.NaN,
    forgetLoss: () => {
      lossSum.dispose();
      lossSum = tf.scalar(0);
    },
    // A number times 0 is 0, and what is none stays none.
    isFinite: () => tf.tidy(() => tf.sum(tf.mul(joined(parameters), 0)).dataSync<'float32'>()[0] === 0),
    state: () => ({
      step: position,
      lossSum: lossSum.dataSync<'float32'>()[0] ?? Number.NaN,
      weights: downloadWeights(layout, parameters),
      optimizer: downloadVectors(state),
    }),
    dispose: () => {
      disposeParameters(parameters);
      tf.dispose([lossSum, ...Object.values(state)]);
    },
  };
}

function averaged(state: OptimizerState, fresh: Parameters, decay: number, step: number): OptimizerState {
  const average = state[AVERAGE];
  return average === undefined ? {} : { [AVERAGE]: movingAverage(average, joined(fresh), decay, step) };
}
