/**
 * L-BFGS with a backtracking line search (Nocedal and Wright 2006, algorithms 7.4, 7.5 and 3.1), for smooth functions of
 * a few dozen variables whose evaluation is dear. Values of +∞ or NaN are walls that the line search backs away from.
 */

/** Value and gradient at x; the gradient is written into `gradient` (`[x.length]`). */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  /** At most so many evaluations of the function. */
  readonly evaluations: number;
  /** Stop when no gradient component is larger. */
  readonly gradientTolerance?: number;
  /** Stop when a step gains less than this fraction of 1 + |value|. */
  readonly valueTolerance?: number;
  /** Pairs kept for the inverse Hessian. */
  readonly memory?: number;
  /** No coordinate moves further in one step (log-parameters: a factor e^maxStep). */
  readonly maxStep?: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
}

const ARMIJO = 1e-4;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const largest = (a: Float64Array): number => a.reduce((size, value) => Math.max(size, Math.abs(value)), 0);

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly rho: number;
}

/** −H g by the two-loop recursion. */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((value) => -value);
  const weights: number[] = [];
  for (const { step, change, rho } of [...pairs].reverse()) {
    const weight = rho * dot(step, q);
    weights.push(weight);
    for (let i = 0; i < q.length; i++) q[i]! -= weight * change[i]!;
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = 1 / (newest.rho * dot(newest.change, newest.change));
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  for (const { step, change, rho } of pairs) {
    const weight = (weights.pop() ?? 0) - rho * dot(change, q);
    for (let i = 0; i < q.length; i++) q[i]! += weight * step[i]!;
  }
  return q;
}

/** Local minimum near `start`; the start itself when nothing better is found. Deterministic. */
export function minimize(objective: Differentiable, start: Float64Array, options: MinimizeOptions): Minimum {
  const { evaluations, gradientTolerance = 1e-4, valueTolerance = 1e-7, memory = 8, maxStep = 2 } = options;
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  let used = 1;
  let pairs: Pair[] = [];
  while (used < evaluations && Number.isFinite(value) && largest(gradient) > gradientTolerance) {
    let move = direction(gradient, pairs);
    let slope = dot(move, gradient);
    if (!(slope < 0)) {
      pairs = [];
      move = gradient.map((component) => -component);
      slope = -dot(gradient, gradient);
    }
    let length = Math.min(1, maxStep / largest(move), pairs.length === 0 ? 1 / largest(gradient) : 1);
    const before = value;
    let accepted = false;
    while (used < evaluations && length > 1e-10) {
      const next = x.map((component, i) => component + length * move[i]!);
      const nextGradient = new Float64Array(x.length);
      const nextValue = objective(next, nextGradient);
      used++;
      if (nextValue <= value + ARMIJO * length * slope) {
        const step = next.map((component, i) => component - x[i]!);
        const change = nextGradient.map((component, i) => component - gradient[i]!);
        const curvature = dot(step, change);
        if (curvature > 1e-10 * dot(change, change))
          pairs = [...pairs, { step, change, rho: 1 / curvature }].slice(-memory);
        x = next;
        gradient = nextGradient;
        value = nextValue;
        accepted = true;
        break;
      }
      length *= Number.isFinite(nextValue) ? quadraticStep(value, nextValue, slope * length) : 0.2;
    }
    if (!accepted || before - value < valueTolerance * (1 + Math.abs(value))) break;
  }
  return { x, value, evaluations: used };
}

/** Minimiser of the parabola through f(0), f'(0) and f(1), kept inside [0.1, 0.5]. */
function quadraticStep(value: number, nextValue: number, slope: number): number {
  const step = -slope / (2 * (nextValue - value - slope));
  return Math.min(0.5, Math.max(0.1, Number.isFinite(step) ? step : 0.5));
}
