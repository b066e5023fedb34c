/**
 * A network with two hidden layers of rectified units, forwards and backwards. Only those outputs
 * that are asked for are computed.
 *
 * | symbol     | meaning                                                          | shape          |
 * | n, H, m    | inputs, units of a hidden layer, outputs                         |                |
 * | x          | input; zeros of it cost nothing                                  | `[n]`          |
 * | h1, h2     | max(0, x W1 + b1), max(0, h1 W2 + b2)                            | `[H]`          |
 * | v          | W3 h2 + b3                                                       | `[m]`          |
 * | θ          | W1 `[n][H]`, b1, W2 `[H][H]`, b2, W3 `[m][H]`, b3, in that order | `[length]`     |
 */
import type { Rng } from '../math/rng.ts';

export interface MlpShape {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/** Numbers of θ. */
const mlpLength = ({ inputs, hidden, outputs }: MlpShape): number =>
  hidden * (inputs + 1) + hidden * (hidden + 1) + outputs * (hidden + 1);

/** The parts of θ, or of its gradient, in place. */
function partsOf({ inputs, hidden, outputs }: MlpShape, theta: Float64Array) {
  let at = 0;
  const part = (length: number): Float64Array => theta.subarray(at, (at += length));
  return {
    ...{ first: part(inputs * hidden), firstBias: part(hidden) },
    ...{ second: part(hidden * hidden), secondBias: part(hidden) },
    ...{ head: part(outputs * hidden), headBias: part(outputs) },
  };
}

/** Uniform within 1 / √(inputs of the layer). */
export function createMlp(shape: MlpShape, rng: Rng): Float64Array {
  const theta = new Float64Array(mlpLength(shape));
  const { first, firstBias, ...deeper } = partsOf(shape, theta);
  const draw = (part: Float64Array, inputs: number): void => {
    const bound = 1 / Math.sqrt(inputs);
    for (let i = 0; i < part.length; i++) part[i] = bound * (2 * rng.uniform() - 1);
  };
  for (const part of [first, firstBias]) draw(part, shape.inputs);
  for (const part of Object.values(deeper)) draw(part, shape.hidden);
  return theta;
}

/** A way through the network, with what the way back needs. */
export interface MlpPass {
  readonly input: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly asked: readonly number[];
  /** Of those that were asked for, in their order. */
  readonly values: Float64Array;
}

export function mlpForward(
  shape: MlpShape,
  theta: Float64Array,
  input: Float64Array,
  asked: readonly number[],
): MlpPass {
  const parts = partsOf(shape, theta);
  const first = rectified(input, parts.first, parts.firstBias);
  const second = rectified(first, parts.second, parts.secondBias);
  const { hidden } = shape;
  const values = new Float64Array(asked.length);
  asked.forEach((output, place) => {
    let sum = parts.headBias[output]!;
    for (let k = 0, at = output * hidden; k < hidden; k++, at++) sum += parts.head[at]! * second[k]!;
    values[place] = sum;
  });
  return { input, first, second, asked, values };
}

/** Adds to `gradient` (of θ), given slopes by the values that were asked for. */
export function mlpBackward(
  shape: MlpShape,
  theta: Float64Array,
  { input, first, second, asked }: MlpPass,
  slopes: Float64Array,
  gradient: Float64Array,
): void {
  const [parts, into] = [partsOf(shape, theta), partsOf(shape, gradient)];
  const { hidden } = shape;
  const bySecond = new Float64Array(hidden);
  asked.forEach((output, place) => {
    const slope = slopes[place]!;
    into.headBias[output]! += slope;
    for (let k = 0, at = output * hidden; k < hidden; k++, at++) {
      into.head[at]! += slope * second[k]!;
      bySecond[k]! += slope * parts.head[at]!;
    }
  });
  throughUnits(bySecond, second);
  const byFirst = backward(first, parts.second, bySecond, into.second, into.secondBias);
  throughUnits(byFirst, first);
  addOuter(input, byFirst, into.first);
  for (let k = 0; k < hidden; k++) into.firstBias[k]! += byFirst[k]!;
}

function rectified(input: Float64Array, matrix: Float64Array, bias: Float64Array): Float64Array {
  const sums = bias.slice();
  const width = sums.length;
  for (let i = 0; i < input.length; i++) {
    const value = input[i]!;
    if (value === 0) continue;
    for (let k = 0, at = i * width; k < width; k++, at++) sums[k]! += value * matrix[at]!;
  }
  for (let k = 0; k < width; k++) if (!(sums[k]! > 0)) sums[k] = 0;
  return sums;
}

function throughUnits(slopes: Float64Array, units: Float64Array): void {
  for (let k = 0; k < slopes.length; k++) if (units[k] === 0) slopes[k] = 0;
}

/** Adds the gradients of a matrix and its biases; gives the slopes by its input. */
function backward(
  input: Float64Array,
  matrix: Float64Array,
  slopes: Float64Array,
  intoMatrix: Float64Array,
  intoBias: Float64Array,
): Float64Array {
  const width = slopes.length;
  const byInput = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) {
    let sum = 0;
    for (let k = 0, at = i * width; k < width; k++, at++) sum += slopes[k]! * matrix[at]!;
    byInput[i] = sum;
  }
  addOuter(input, slopes, intoMatrix);
  for (let k = 0; k < width; k++) intoBias[k]! += slopes[k]!;
  return byInput;
}

function addOuter(input: Float64Array, slopes: Float64Array, into: Float64Array): void {
  const width = slopes.length;
  for (let i = 0; i < input.length; i++) {
    const value = input[i]!;
    if (value === 0) continue;
    for (let k = 0, at = i * width; k < width; k++, at++) into[at]! += value * slopes[k]!;
  }
}

export const testing = { mlpLength };
