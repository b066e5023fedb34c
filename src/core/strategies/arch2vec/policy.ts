/**
 * A policy over places: an LSTM reads where the student before stands, and points at a place of the
 * same space, around which the next one is drawn.
 *
 * | symbol | meaning                                                             | shape          |
 * | d, H   | numbers of a place; units, no fewer than d                          |                |
 * | s      | place of the student before; padded with zeros to the LSTM's input   | `[d]`          |
 * | m      | V h + c, the mean of the next place                                  | `[d]`          |
 * | a      | the place that was drawn, N(m, I)                                    | `[d]`          |
 * | θ      | the LSTM's W and b, V `[d][H]`, c `[d]`                             | `[n]`          |
 *
 * REINFORCE (Williams 1992): loss = −1/T Σ_t A_t log N(a_t; m_t, I), A the advantages.
 */
import type { Rng } from '../../math/rng.ts';
import { lstmBackward, lstmStep } from '../akd/lstm.ts';
import type { LstmStep, LstmWeights } from '../akd/lstm.ts';
import { ARCH2VEC } from './constants.ts';

/** Sizes of a policy. */
export interface Shape {
  readonly places: number;
  readonly units: number;
}

export const shapeOf = (places: number): Shape => ({ places, units: Math.max(ARCH2VEC.policyUnits, places) });

/** Uniform within 1/√H of 0. */
export function createTheta({ places, units }: Shape, rng: Rng): Float64Array {
  const length = 4 * units * (2 * units + 1) + places * (units + 1);
  const bound = 1 / Math.sqrt(units);
  return Float64Array.from({ length }, () => bound * (2 * rng.uniform() - 1));
}

/** The parts of θ, or of its gradient, in place. */
function partsOf({ places, units }: Shape, theta: Float64Array) {
  const [matrix, bias] = [8 * units * units, 8 * units * units + 4 * units];
  const lstm: LstmWeights = { units, matrix: theta.subarray(0, matrix), bias: theta.subarray(matrix, bias) };
  const end = bias + places * units;
  return { lstm, out: theta.subarray(bias, end), shift: theta.subarray(end) };
}

/** One step of an episode: where the student before stands, and where it points. */
export interface Pointed {
  readonly step: LstmStep;
  /** m */
  readonly mean: Float64Array;
}

/** `previous` is absent at the start of an episode. */
export function point(shape: Shape, theta: Float64Array, from: Float64Array, previous?: LstmStep): Pointed {
  const { lstm, out, shift } = partsOf(shape, theta);
  const input = new Float64Array(shape.units);
  input.set(from);
  const step = lstmStep(lstm, input, previous);
  const mean = shift.slice();
  for (let j = 0, at = 0; j < shape.places; j++) {
    for (let u = 0; u < shape.units; u++, at++) mean[j]! += out[at]! * step.hidden[u]!;
  }
  return { step, mean };
}

/** a */
export const drawPlace = ({ mean }: Pointed, rng: Rng): Float64Array => mean.map((value) => value + rng.normal());

/** What an episode did, step by step. */
export interface Walked {
  /** s */
  readonly from: Float64Array;
  /** a */
  readonly place: Float64Array;
  readonly advantage: number;
}

/** The loss of one episode; adds its gradient by θ to `gradient` `[n]`. */
export function reinforceLoss(
  shape: Shape,
  theta: Float64Array,
  walked: readonly Walked[],
  gradient: Float64Array,
): number {
  const { places, units } = shape;
  const { out } = partsOf(shape, theta);
  const into = partsOf(shape, gradient);
  const steps: LstmStep[] = [];
  const slopes: Float64Array[] = [];
  let loss = 0;
  for (const { from, place, advantage } of walked) {
    const { step, mean } = point(shape, theta, from, steps.at(-1));
    steps.push(step);
    const hidden = new Float64Array(units);
    for (let j = 0, at = 0; j < places; j++) {
      const distance = place[j]! - mean[j]!;
      loss += (advantage * 0.5 * (distance ** 2 + Math.log(2 * Math.PI))) / walked.length;
      const slope = (-advantage * distance) / walked.length;
      into.shift[j]! += slope;
      for (let u = 0; u < units; u++, at++) {
        into.out[at]! += slope * step.hidden[u]!;
        hidden[u]! += slope * out[at]!;
      }
    }
    slopes.push(hidden);
  }
  lstmBackward(partsOf(shape, theta).lstm, steps, slopes, into.lstm);
  return loss;
}
