/**
 * What a student will be worth, foreseen from its description: embeddings of its words, summed step
 * by step, a GRU over the steps, and a weighted sum of its last state.
 *
 * | symbol | meaning                                                           | shape     |
 * | V, H   | words, units                                                      |           |
 * | E      | embeddings                                                        | [V][H]    |
 * | v, c   | output: v · h + c                                                 | [H], [1]  |
 * | θ      | E, then the GRU's W, U and b, then v and c                        | [n]       |
 *
 * It is taught by squared errors, of values with mean 0 and deviation 1.
 */
import type { Rng } from '../../math/rng.ts';
import { memoise } from '../../memoise.ts';
import { adamStep, startLearner } from '../../math/adam.ts';
import { SMBO } from './constants.ts';
import type { Description } from './description.ts';
import { gruBackward, gruStep } from './gru.ts';
import type { GruStep, GruWeights } from './gru.ts';

export interface Example {
  readonly description: Description;
  readonly value: number;
}

/** Views of one θ, or of its gradient. */
interface Net extends GruWeights {
  readonly theta: Float64Array;
  readonly embeddings: Float64Array;
  /** v, then c. */
  readonly output: Float64Array;
}

const lengthOf = (words: number, units: number): number => words * units + 6 * units * units + 3 * units + units + 1;

function viewOf(theta: Float64Array, words: number, units: number): Net {
  let at = 0;
  const next = (length: number): Float64Array => theta.subarray(at, (at += length));
  const square = 3 * units * units;
  return {
    ...{ theta, units },
    embeddings: next(words * units),
    input: next(square),
    state: next(square),
    bias: next(3 * units),
    output: next(units + 1),
  };
}

function createNet(words: number, units: number, rng: Rng): Net {
  const bound = 1 / Math.sqrt(units);
  const theta = new Float64Array(lengthOf(words, units)).map(() => bound * (2 * rng.uniform() - 1));
  return viewOf(theta, words, units);
}

function read(net: Net, description: Description): { readonly steps: readonly GruStep[]; readonly value: number } {
  const { units, embeddings, output } = net;
  const steps: GruStep[] = [];
  for (const words of description) {
    const x = new Float64Array(units);
    for (const word of words) for (let k = 0; k < units; k++) x[k]! += embeddings[word * units + k]!;
    steps.push(gruStep(net, x, steps.at(-1)));
  }
  const last = steps.at(-1)?.hidden ?? new Float64Array(units);
  return { steps, value: last.reduce((sum, h, k) => sum + h * output[k]!, output[units]!) };
}

/** Mean squared error of the examples; adds its gradient to `gradient`. */
function squaredError(net: Net, examples: readonly Example[], gradient: Net): number {
  const { units, output } = net;
  let loss = 0;
  for (const { description, value } of examples) {
    const { steps, value: told } = read(net, description);
    const error = told - value;
    loss += error ** 2 / examples.length;
    const slope = (2 * error) / examples.length;
    const last = steps.at(-1)?.hidden ?? new Float64Array(units);
    gradient.output[units]! += slope;
    last.forEach((h, k) => (gradient.output[k]! += slope * h));
    const inputs = gruBackward(
      net,
      steps,
      last.map((_, k) => slope * output[k]!),
      gradient,
    );
    description.forEach((words, t) => {
      for (const word of words) inputs[t]!.forEach((dx, k) => (gradient.embeddings[word * units + k]! += dx));
    });
  }
  return loss;
}

/** A value foreseen of a description. */
export type Surrogate = (description: Description) => number;

/** From new weights; of more examples than a pass takes each pass has others. */
export function teachSurrogate(words: number, examples: readonly Example[], rng: Rng): Surrogate {
  const { units, passes, most } = SMBO;
  const net = createNet(words, units, rng);
  const gradient = viewOf(new Float64Array(net.theta.length), words, units);
  let learner = startLearner(net.theta);
  for (let pass = 0; pass < passes; pass++) {
    gradient.theta.fill(0);
    squaredError(net, examples.length > most ? rng.shuffle(examples).slice(0, most) : examples, gradient);
    // θ is moved in place.
    learner = adamStep(learner, gradient.theta, SMBO);
  }
  return memoise((description: Description) => read(net, description).value);
}

export const testing = { createNet, viewOf, squaredError };
