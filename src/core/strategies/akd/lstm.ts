/**
 * A long short-term memory cell (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et
 * al. 2000), forwards and backwards.
 *
 * | symbol  | meaning                                                                 | shape        |
 * | H       | units, also the length of an input                                      |              |
 * | u       | input and hidden state before the step, one after the other             | [2H]         |
 * | c, h    | cell and hidden state                                                   | [H]          |
 * | z       | gates i, f, g, o: σ, σ, tanh, σ of W u + b                              | [4H]         |
 * | W, b    | weights and biases                                                      | [4H][2H],[4H]|
 *
 * c' = f c + i g, h' = o tanh(c').
 */

export interface LstmWeights {
  /** H. */
  readonly units: number;
  /** W, row-major. */
  readonly matrix: Float64Array;
  readonly bias: Float64Array;
}

/** What the way back needs of a step. */
export interface LstmStep {
  readonly u: Float64Array;
  readonly before: Float64Array;
  readonly z: Float64Array;
  readonly cell: Float64Array;
  readonly hidden: Float64Array;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** One step on an input `[H]`; `previous` is absent at the start, where both states are 0. */
export function lstmStep({ units, matrix, bias }: LstmWeights, input: Float64Array, previous?: LstmStep): LstmStep {
  const u = new Float64Array(2 * units);
  u.set(input);
  if (previous) u.set(previous.hidden, units);
  const before = previous?.cell ?? new Float64Array(units);
  const z = bias.slice();
  for (let row = 0, at = 0; row < z.length; row++) {
    let sum = z[row]!;
    for (let j = 0; j < u.length; j++, at++) sum += matrix[at]! * u[j]!;
    z[row] = row >= 2 * units && row < 3 * units ? Math.tanh(sum) : logistic(sum);
  }
  const cell = before.map((c, k) => z[units + k]! * c + z[k]! * z[2 * units + k]!);
  const hidden = cell.map((c, k) => z[3 * units + k]! * Math.tanh(c));
  return { u, before, z, cell, hidden };
}

/**
 * Back through all steps of a sequence. `hidden`: gradients of the loss by each step's hidden state
 * from outside `[T][H]`. Adds to `gradient` (of W and b) and gives the gradients by the inputs
 * `[T][H]`.
 */
export function lstmBackward(
  { units, matrix }: LstmWeights,
  steps: readonly LstmStep[],
  hidden: readonly Float64Array[],
  gradient: Pick<LstmWeights, 'matrix' | 'bias'>,
): readonly Float64Array[] {
  const inputs: Float64Array[] = [];
  let dHidden: Float64Array = new Float64Array(units);
  let dCell: Float64Array = new Float64Array(units);
  for (let t = steps.length - 1; t >= 0; t--) {
    const step = steps[t]!;
    const dh = hidden[t]!.map((value, k) => value + dHidden[k]!);
    const { dz, dBefore } = throughGates(step, dh, dCell, units);
    const du = new Float64Array(2 * units);
    for (let row = 0, at = 0; row < dz.length; row++) {
      const slope = dz[row]!;
      gradient.bias[row]! += slope;
      for (let j = 0; j < du.length; j++, at++) {
        gradient.matrix[at]! += slope * step.u[j]!;
        du[j]! += slope * matrix[at]!;
      }
    }
    inputs.unshift(du.subarray(0, units));
    [dHidden, dCell] = [du.subarray(units), dBefore];
  }
  return inputs;
}

/** From gradients by h' and c' to those by W u + b `[4H]` and by c `[H]`. */
function throughGates(
  { before, z, cell }: LstmStep,
  dh: Float64Array,
  dLater: Float64Array,
  units: number,
): { dz: Float64Array; dBefore: Float64Array } {
  const dz = new Float64Array(4 * units);
  const dBefore = new Float64Array(units);
  for (let k = 0; k < units; k++) {
    const [i, f, g, o] = [z[k]!, z[units + k]!, z[2 * units + k]!, z[3 * units + k]!];
    const squashed = Math.tanh(cell[k]!);
    const dc = dLater[k]! + dh[k]! * o * (1 - squashed * squashed);
    dz[k] = dc * g * i * (1 - i);
    dz[units + k] = dc * before[k]! * f * (1 - f);
    dz[2 * units + k] = dc * i * (1 - g * g);
    dz[3 * units + k] = dh[k]! * squashed * o * (1 - o);
    dBefore[k] = dc * f;
  }
  return { dz, dBefore };
}
