/**
 * A small network that is taught which of two students is better (RANK-NOSH's pairwise loss, with
 * the sigmoid of RankNet, Burges et al. 2005).
 *
 * | symbol | meaning                                                              | shape      |
 * | n, d   | students, inputs                                                     |            |
 * | h      | hidden units                                                         |            |
 * | x      | a student: known costs, its family, its levels; few are not 0        | [d] sparse |
 * | θ      | W1, b1 and w2 of s(x) = w2 · tanh(W1 x + b1)                         | [h d + 2 h]|
 * | merit  | larger is better; students of equal merit make no pair               | [n]        |
 *
 * loss = 1 / pairs · Σ_{merit a > merit b} log(1 + exp(s_b − s_a)) + decay / 2 · |θ|²
 */
import type { Rng } from '../../math/rng.ts';
import type { CostedCandidate, Encoding } from '../../surrogate/encoding.ts';
import { encode } from '../../surrogate/encoding.ts';
import { NOSH } from './constants.ts';

/** Inputs that are not 0, by their places. */
export interface Inputs {
  readonly places: readonly number[];
  readonly values: readonly number[];
}

/** From candidates to inputs. Families share the costs alone: a column of one means another thing
 * in the next. */
export interface Features {
  readonly width: number;
  readonly of: (costed: CostedCandidate) => Inputs;
}

export function createFeatures(encoding: Encoding): Features {
  const shared = encoding.costs.length;
  let width = shared;
  const families = encoding.families.map(({ ordinals, categories }) => {
    const first = width;
    width += 1 + ordinals.length;
    const codes = categories.map(({ of }) => {
      const place = width;
      width += of.size;
      return place;
    });
    return { first, ordinals: ordinals.length, codes };
  });
  const of = (costed: CostedCandidate): Inputs => {
    const { family, row } = encode(encoding, costed);
    const own = families[family]!; // `encode` has found it
    const categories = shared + encoding.ordinalWidth;
    const costs = Array.from({ length: shared }, (_, j) => [j, row[j]!] as const);
    const ordinals = Array.from({ length: own.ordinals }, (_, j) => [own.first + 1 + j, row[shared + j]!] as const);
    const codes = own.codes.flatMap((place, j) => {
      const code = row[categories + j]!;
      return code < 0 ? [] : [[place + code, 1] as const];
    });
    const all = [...costs, [own.first, 1] as const, ...ordinals, ...codes].filter(([, value]) => value !== 0);
    return { places: all.map(([place]) => place), values: all.map(([, value]) => value) };
  };
  return { width, of };
}

export interface Ranker {
  readonly width: number;
  readonly theta: Float64Array;
}

function createRanker(width: number, rng: Rng): Ranker {
  const units = NOSH.units;
  const theta = new Float64Array(units * (width + 2));
  const [inputs, hidden] = [1 / Math.sqrt(Math.max(1, width)), 1 / Math.sqrt(units)];
  for (let i = 0; i < units * width; i++) theta[i] = inputs * (2 * rng.uniform() - 1);
  for (let i = units * (width + 1); i < theta.length; i++) theta[i] = hidden * (2 * rng.uniform() - 1);
  return { width, theta };
}

/** s(x); writes tanh(W1 x + b1) `[h]` into `hidden`. */
function forward({ width, theta }: Ranker, { places, values }: Inputs, hidden: Float64Array): number {
  const units = hidden.length;
  let score = 0;
  for (let u = 0; u < units; u++) {
    let sum = theta[units * width + u]!;
    for (let j = 0; j < places.length; j++) sum += theta[u * width + places[j]!]! * values[j]!;
    hidden[u] = Math.tanh(sum);
    score += theta[units * (width + 1) + u]! * hidden[u]!;
  }
  return score;
}

/** Adds ds · ∂s/∂θ to `gradient`. */
function backward(
  { width, theta }: Ranker,
  { places, values }: Inputs,
  hidden: Float64Array,
  ds: number,
  gradient: Float64Array,
): void {
  const units = hidden.length;
  for (let u = 0; u < units; u++) {
    const out = units * (width + 1) + u;
    gradient[out]! += ds * hidden[u]!;
    const inner = ds * theta[out]! * (1 - hidden[u]! ** 2);
    gradient[units * width + u]! += inner;
    for (let j = 0; j < places.length; j++) gradient[u * width + places[j]!]! += inner * values[j]!;
  }
}

/** The score of a student: larger is better, and nothing but the order counts. */
export const scoreOf = (ranker: Ranker, inputs: Inputs): number =>
  forward(ranker, inputs, new Float64Array(NOSH.units));

export interface Judged {
  readonly inputs: Inputs;
  readonly merit: number;
}

/** The loss; adds its gradient to `gradient` (as θ). */
function pairLoss(ranker: Ranker, students: readonly Judged[], gradient: Float64Array): number {
  const hidden = students.map(() => new Float64Array(NOSH.units));
  const scores = students.map(({ inputs }, i) => forward(ranker, inputs, hidden[i]!));
  const slopes = new Float64Array(students.length);
  let [pairs, loss] = [0, 0];
  students.forEach((a, i) => {
    students.forEach((b, k) => {
      if (!(a.merit > b.merit)) return;
      const behind = scores[k]! - scores[i]!;
      const chance = 1 / (1 + Math.exp(-behind)); // that the pair is told the wrong way round
      loss += behind > 0 ? behind + Math.log1p(Math.exp(-behind)) : Math.log1p(Math.exp(behind));
      slopes[i]! -= chance;
      slopes[k]! += chance;
      pairs += 1;
    });
  });
  const { theta } = ranker;
  students.forEach(({ inputs }, i) => backward(ranker, inputs, hidden[i]!, slopes[i]! / Math.max(1, pairs), gradient));
  for (let j = 0; j < theta.length; j++) gradient[j]! += NOSH.decay * theta[j]!;
  const squares = theta.reduce((sum, value) => sum + value * value, 0);
  return loss / Math.max(1, pairs) + (NOSH.decay / 2) * squares;
}

/** Begins with weights drawn by `rng`. Of many students each pass takes some by chance. */
export function teachRanker(width: number, students: readonly Judged[], rng: Rng): Ranker {
  const ranker = createRanker(width, rng);
  const { theta } = ranker;
  const { beta1, beta2, learningRate, epsilon } = NOSH;
  const [mean, square] = [new Float64Array(theta.length), new Float64Array(theta.length)];
  for (let pass = 1; pass <= NOSH.passes; pass++) {
    const gradient = new Float64Array(theta.length);
    const some = students.length <= NOSH.students ? students : rng.shuffle(students).slice(0, NOSH.students);
    pairLoss(ranker, some, gradient);
    const [meanShare, squareShare] = [1 - beta1 ** pass, 1 - beta2 ** pass];
    for (let j = 0; j < theta.length; j++) {
      const slope = gradient[j]!;
      mean[j] = beta1 * mean[j]! + (1 - beta1) * slope;
      square[j] = beta2 * square[j]! + (1 - beta2) * slope ** 2;
      theta[j]! -= (learningRate * (mean[j]! / meanShare)) / (Math.sqrt(square[j]! / squareShare) + epsilon);
    }
  }
  return ranker;
}

export const testing = { createRanker, pairLoss };
