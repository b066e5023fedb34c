/**
 * Deep networks for global optimisation (Snoek et al. 2015): a layer of tanh that gradient steps
 * have made, and Bayesian linear regression on what it gives.
 *
 * | symbol | meaning                                                                | shape      |
 * | n, d   | results, inputs                                                        |            |
 * | h      | units                                                                  |            |
 * | x      | inputs, in deviations of the results' from their mean                  | `[d]`      |
 * | Φ      | tanh(W x + b)                                                          | `[h]`      |
 * | θ      | W, b, v and c of the network's own output v · Φ + c                    | `[n]`      |
 *
 * The network is taught by squared errors, its output layer then thrown away. Noise and signal come
 * from the marginal likelihood (surrogate/linear-model.ts).
 */
import type { Rng } from '../../math/rng.ts';
import { fitLinear, predictLinear } from '../../surrogate/linear-model.ts';
import type { LinearPrediction } from '../../surrogate/linear-model.ts';
import { adamStep, startLearner } from '../../math/adam.ts';
import { ARCH2VEC } from './constants.ts';

/** W row-major, then b, v and c. */
interface Net {
  readonly inputs: number;
  readonly theta: Float64Array;
}

function createNet(inputs: number, rng: Rng): Net {
  const { units } = ARCH2VEC;
  const [below, above] = [1 / Math.sqrt(Math.max(1, inputs)), 1 / Math.sqrt(units)];
  const theta = new Float64Array(units * (inputs + 2) + 1);
  const hidden = units * (inputs + 1);
  for (let j = 0; j < theta.length; j++) theta[j] = (j < hidden ? below : above) * (2 * rng.uniform() - 1);
  return { inputs, theta };
}

/** Φ of the input that begins at `at`, written into `out` `[h]`. */
function hidden({ inputs, theta }: Net, rows: Float64Array, at: number, out: Float64Array): void {
  const { units } = ARCH2VEC;
  const biases = units * inputs;
  for (let u = 0; u < units; u++) {
    let sum = theta[biases + u]!;
    const row = u * inputs;
    for (let j = 0; j < inputs; j++) sum += theta[row + j]! * rows[at + j]!;
    out[u] = Math.tanh(sum);
  }
}

/** Mean squared error of rows; adds its gradient to `gradient` (as θ). */
function squaredError(
  net: Net,
  rows: Float64Array,
  values: readonly number[],
  batch: readonly number[],
  gradient: Float64Array,
): number {
  const { units } = ARCH2VEC;
  const { inputs, theta } = net;
  const [biases, outs, last] = [units * inputs, units * (inputs + 1), units * (inputs + 2)];
  const phi = new Float64Array(units);
  let loss = 0;
  for (const index of batch) {
    const at = index * inputs;
    hidden(net, rows, at, phi);
    let out = theta[last]!;
    for (let u = 0; u < units; u++) out += theta[outs + u]! * phi[u]!;
    const error = out - values[index]!;
    loss += error ** 2 / batch.length;
    const slope = (2 * error) / batch.length;
    gradient[last]! += slope;
    for (let u = 0; u < units; u++) {
      gradient[outs + u]! += slope * phi[u]!;
      const inner = slope * theta[outs + u]! * (1 - phi[u]! ** 2);
      gradient[biases + u]! += inner;
      const row = u * inputs;
      for (let j = 0; j < inputs; j++) gradient[row + j]! += inner * rows[at + j]!;
    }
  }
  return loss;
}

/** Each pass takes the results in another order; those that fill no batch wait for the next. */
function teach(net: Net, rows: Float64Array, values: readonly number[], rng: Rng): Net {
  const size = Math.min(ARCH2VEC.batch, values.length);
  const batches = Math.floor(values.length / size);
  const passes = Math.max(1, Math.min(ARCH2VEC.passes, Math.floor(ARCH2VEC.steps / batches)));
  const order = values.map((_, index) => index);
  let learner = startLearner(net.theta.slice());
  const gradient = new Float64Array(net.theta.length);
  for (let pass = 0; pass < passes; pass++) {
    const shuffled = rng.shuffle(order);
    for (let batch = 0; batch < batches; batch++) {
      gradient.fill(0);
      const some = shuffled.slice(batch * size, (batch + 1) * size);
      squaredError({ ...net, theta: learner.theta }, rows, values, some, gradient);
      learner = adamStep(learner, gradient, ARCH2VEC);
    }
  }
  return { ...net, theta: learner.theta };
}

/** What is foreseen of inputs `[d]`, given by where they begin. */
export type Dngo = (rows: Float64Array, at: number) => LinearPrediction;

/** `rows` `[n][d]`, `values` `[n]`, of mean 0 and deviation 1 or so; `undefined` for none. */
export function fitDngo(rows: Float64Array, values: readonly number[], inputs: number, rng: Rng): Dngo | undefined {
  if (values.length === 0) return undefined;
  const scale = scalesOf(rows, values.length, inputs);
  const scaled = new Float64Array(rows.length);
  for (let i = 0; i < values.length; i++) scaleRow(scale, rows, i * inputs, scaled, i * inputs);
  const net = teach(createNet(inputs, rng), scaled, values, rng);
  const features = values.map((_, i) => {
    const phi = new Float64Array(ARCH2VEC.units);
    hidden(net, scaled, i * inputs, phi);
    return phi;
  });
  const linear = fitLinear(features, values, ARCH2VEC);
  if (linear === undefined) return undefined;
  const [row, phi] = [new Float64Array(inputs), new Float64Array(ARCH2VEC.units)];
  return (all, at) => {
    scaleRow(scale, all, at, row, 0);
    hidden(net, row, 0, phi);
    return predictLinear(linear, phi);
  };
}

interface Scale {
  readonly mean: number;
  /** 1 for a column of equal numbers. */
  readonly deviation: number;
}

const scalesOf = (rows: Float64Array, count: number, inputs: number): readonly Scale[] =>
  Array.from({ length: inputs }, (_, j) => {
    let [mean, squares] = [0, 0];
    for (let i = 0; i < count; i++) mean += rows[i * inputs + j]! / count;
    for (let i = 0; i < count; i++) squares += (rows[i * inputs + j]! - mean) ** 2 / count;
    return { mean, deviation: Math.sqrt(squares) || 1 };
  });

function scaleRow(scale: readonly Scale[], rows: Float64Array, at: number, out: Float64Array, to: number): void {
  scale.forEach(({ mean, deviation }, j) => {
    out[to + j] = (rows[at + j]! - mean) / deviation;
  });
}

export const testing = { createNet, squaredError };
