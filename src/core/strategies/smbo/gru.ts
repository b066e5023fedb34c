/**
 * A gated recurrent unit (Cho et al. 2014), forwards and backwards, its reset after the recurrent
 * product.
 *
 * | symbol  | meaning                                                            | shape            |
 * | H       | units, also the length of an input                                 |                  |
 * | x, h    | input, hidden state before the step                                | [H]              |
 * | r, z, n | reset, update and candidate                                        | [H]              |
 * | q       | U_n h, which the reset scales                                      | [H]              |
 * | W, U, b | weights of input and state, biases: rows of r, then of z, then of n | [3H][H], [3H]    |
 *
 * r = σ(W_r x + U_r h + b_r), z = σ(W_z x + U_z h + b_z), n = tanh(W_n x + b_n + r q),
 * h' = (1 − z) n + z h.
 */

export interface GruWeights {
  /** H. */
  readonly units: number;
  /** W and U, row-major. */
  readonly input: Float64Array;
  readonly state: Float64Array;
  readonly bias: Float64Array;
}

/** What the way back needs of a step. */
export interface GruStep {
  readonly x: Float64Array;
  readonly before: Float64Array;
  /** r, z and n, one after the other, `[3H]`. */
  readonly gates: Float64Array;
  /** q. */
  readonly inner: Float64Array;
  readonly hidden: Float64Array;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The row of a matrix that begins at `at`, times a vector. */
function rowTimes(matrix: Float64Array, at: number, vector: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum += matrix[at + j]! * vector[j]!;
  return sum;
}

/** One step on an input `[H]`; `previous` is absent at the start, where the state is 0. */
export function gruStep({ units, input, state, bias }: GruWeights, x: Float64Array, previous?: GruStep): GruStep {
  const before = previous?.hidden ?? new Float64Array(units);
  const gates = new Float64Array(3 * units);
  const inner = new Float64Array(units);
  for (let row = 0; row < gates.length; row++) {
    const ofInput = bias[row]! + rowTimes(input, row * units, x);
    const ofState = previous ? rowTimes(state, row * units, before) : 0;
    const unit = row - 2 * units;
    if (unit < 0) gates[row] = logistic(ofInput + ofState);
    else {
      inner[unit] = ofState;
      gates[row] = Math.tanh(ofInput + gates[unit]! * ofState);
    }
  }
  const hidden = before.map((h, k) => {
    const z = gates[units + k]!;
    return (1 - z) * gates[2 * units + k]! + z * h;
  });
  return { x, before, gates, inner, hidden };
}

/**
 * Back through all steps of a sequence from the gradient of the loss by the last hidden state
 * `[H]`. Adds to `gradient` (of W, U and b) and gives the gradients by the inputs `[T][H]`.
 */
export function gruBackward(
  weights: GruWeights,
  steps: readonly GruStep[],
  last: Float64Array,
  gradient: Pick<GruWeights, 'input' | 'state' | 'bias'>,
): readonly Float64Array[] {
  const { units } = weights;
  const inputs: Float64Array[] = [];
  let dHidden = last;
  for (let t = steps.length - 1; t >= 0; t--) {
    const step = steps[t]!;
    const { dInput, dState } = throughGates(step, dHidden, units);
    const dx = new Float64Array(units);
    const dBefore = step.before.map((_, k) => dHidden[k]! * step.gates[units + k]!);
    for (let row = 0; row < 3 * units; row++) {
      const at = row * units;
      gradient.bias[row]! += dInput[row]!;
      backThroughRow(weights.input, gradient.input, at, dInput[row]!, step.x, dx);
      // Before the first step there was nothing to learn from.
      if (t > 0) backThroughRow(weights.state, gradient.state, at, dState[row]!, step.before, dBefore);
    }
    inputs.unshift(dx);
    dHidden = dBefore;
  }
  return inputs;
}

/** `slope`: by the row times the vector. Adds to the row's gradient and to the vector's. */
function backThroughRow(
  matrix: Float64Array,
  gradient: Float64Array,
  at: number,
  slope: number,
  vector: Float64Array,
  ofVector: Float64Array,
): void {
  for (let j = 0; j < vector.length; j++) {
    gradient[at + j]! += slope * vector[j]!;
    ofVector[j]! += slope * matrix[at + j]!;
  }
}

/** From the gradient by h' to those by W x + b `[3H]` and by U h `[3H]`. */
function throughGates(
  { before, gates, inner }: GruStep,
  dHidden: Float64Array,
  units: number,
): { dInput: Float64Array; dState: Float64Array } {
  const [dInput, dState] = [new Float64Array(3 * units), new Float64Array(3 * units)];
  for (let k = 0; k < units; k++) {
    const [r, z, n] = [gates[k]!, gates[units + k]!, gates[2 * units + k]!];
    const dn = dHidden[k]! * (1 - z) * (1 - n * n);
    const dz = dHidden[k]! * (before[k]! - n) * z * (1 - z);
    const dr = dn * inner[k]! * r * (1 - r);
    dInput[k] = dState[k] = dr;
    dInput[units + k] = dState[units + k] = dz;
    dInput[2 * units + k] = dn;
    dState[2 * units + k] = dn * r;
  }
  return { dInput, dState };
}
