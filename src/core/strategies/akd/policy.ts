/**
 * A policy that writes a student down token by token: the family, then the level of each active
 * dimension in turn. An LSTM reads the token before; each decision has a softmax of its own over
 * its choices.
 *
 * | symbol | meaning                                                                                    | shape  |
 * | H      | units of the LSTM, length of a token's embedding                                            |        |
 * | K      | tokens: the choices of all decisions; the start has an embedding too                        |        |
 * | T      | decisions of one student; those with a single choice are none                              |        |
 * | θ      | embeddings [K + 1][H], the LSTM's W and b, the heads' weights [K][H] and biases [K]          | [n]    |
 */
import { placeOf } from '../../math/draw.ts';
import type { Rng } from '../../math/rng.ts';
import type { Candidate, Family } from '../../space/space.ts';
import { createDecisions, writeCandidate } from './decisions.ts';
import type { Choice, Decision, Decisions } from './decisions.ts';
import { lstmBackward, lstmStep } from './lstm.ts';
import type { LstmStep, LstmWeights } from './lstm.ts';

/** Its tokens are the K. */
export interface Policy extends Decisions {
  readonly units: number;
  /** n. */
  readonly length: number;
}

/** Only `families` can be chosen. */
export function createPolicy(families: readonly Family[], units: number): Policy {
  const decisions = createDecisions(families);
  const { tokens } = decisions;
  const length = (tokens + 1) * units + 4 * units * (2 * units + 1) + tokens * (units + 1);
  return { ...decisions, units, length };
}

/** The parts of θ, or of its gradient, in place. */
interface Parts {
  readonly embedding: (token: number) => Float64Array;
  readonly lstm: LstmWeights;
  readonly head: (token: number) => Float64Array;
  readonly headBias: Float64Array;
}

function partsOf({ units, tokens }: Policy, theta: Float64Array): Parts {
  const matrixAt = (tokens + 1) * units;
  const biasAt = matrixAt + 8 * units * units;
  const headAt = biasAt + 4 * units;
  const headBiasAt = headAt + tokens * units;
  return {
    // The start's stands last.
    embedding: (token) => theta.subarray(token * units, (token + 1) * units),
    lstm: { units, matrix: theta.subarray(matrixAt, biasAt), bias: theta.subarray(biasAt, headAt) },
    head: (token) => theta.subarray(headAt + token * units, headAt + (token + 1) * units),
    headBias: theta.subarray(headBiasAt),
  };
}

/** Log probabilities of a decision's choices, `[size]`. */
function logChances({ head, headBias }: Parts, { first, size }: Decision, hidden: Float64Array): Float64Array {
  const logits = new Float64Array(size);
  let most = -Infinity;
  for (let c = 0; c < size; c++) {
    const weights = head(first + c);
    let sum = headBias[first + c]!;
    for (let k = 0; k < hidden.length; k++) sum += weights[k]! * hidden[k]!;
    logits[c] = sum;
    most = Math.max(most, sum);
  }
  const total = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
  return logits.map((logit) => logit - total);
}

/** Reads tokens and gives log probabilities for decisions, step by step. */
function createReader(
  { tokens }: Policy,
  parts: Parts,
): { decide(decision: Decision): Float64Array; steps: LstmStep[]; write(token: number): void } {
  let last = tokens;
  const steps: LstmStep[] = [];
  return {
    steps,
    decide(decision) {
      const step = lstmStep(parts.lstm, parts.embedding(last), steps.at(-1));
      steps.push(step);
      return logChances(parts, decision, step.hidden);
    },
    write: (token) => void (last = token),
  };
}

/** A student written by the policy; it may be illegal, over a limit or not new. */
export function sampleCandidate(policy: Policy, theta: Float64Array, rng: Rng): Candidate {
  const reader = createReader(policy, partsOf(policy, theta));
  return writeCandidate(policy, (decision) => {
    const chosen = placeOf(reader.decide(decision).map(Math.exp), rng.uniform());
    reader.write(decision.first + chosen);
    return chosen;
  });
}

/** A student read by the policy. */
export interface Reading {
  /** Of each decision's choices, `[T][size]`. */
  readonly logChances: readonly Float64Array[];
  /** Adds to the gradient by θ, given those by the logits `[T][size]`. */
  backward(logits: readonly Float64Array[], gradient: Float64Array): void;
}

export function readChoices(policy: Policy, theta: Float64Array, choices: readonly Choice[]): Reading {
  const parts = partsOf(policy, theta);
  const reader = createReader(policy, parts);
  const chances = choices.map((choice) => {
    const logs = reader.decide(choice);
    reader.write(choice.token);
    return logs;
  });
  return {
    logChances: chances,
    backward(logits, gradient) {
      const into = partsOf(policy, gradient);
      const hidden = choices.map(({ first, size }, t) => {
        const { hidden: h } = reader.steps[t]!;
        const slope = new Float64Array(policy.units);
        for (let c = 0; c < size; c++) {
          const [dLogit, weights, dWeights] = [logits[t]![c]!, parts.head(first + c), into.head(first + c)];
          into.headBias[first + c]! += dLogit;
          for (let k = 0; k < h.length; k++) {
            dWeights[k]! += dLogit * h[k]!;
            slope[k]! += dLogit * weights[k]!;
          }
        }
        return slope;
      });
      lstmBackward(parts.lstm, reader.steps, hidden, into.lstm).forEach((dInput, t) => {
        const embedding = into.embedding(t === 0 ? policy.tokens : choices[t - 1]!.token);
        dInput.forEach((value, k) => (embedding[k]! += value));
      });
    },
  };
}
