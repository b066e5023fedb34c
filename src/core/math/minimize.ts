/**
 * L-BFGS with a backtracking line search (Nocedal and Wright 2006, algorithms 7.4, 7.5 and 3.1),
 * for smooth functions of a few dozen variables whose evaluation is dear. Values of +∞ or NaN are
 * walls that the line search backs away from.
 */

export interface Evaluation {
  readonly value: number;
  /** `[x.length]`; asked for once, and only where another step is to start. */
  readonly gradient: () => Float64Array;
}

export type Differentiable = (x: Float64Array) => Evaluation;

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

const subtract = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);

/** The newest of at most `memory` pairs last; one without curvature tells nothing. */
function withPair(pairs: readonly Pair[], step: Float64Array, change: Float64Array, memory: number): Pair[] {
  const curvature = dot(step, change);
  if (!(curvature > 1e-10 * dot(change, change))) return [...pairs];
  return [...pairs, { step, change, rho: 1 / curvature }].slice(-memory);
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
  let here = objective(x);
  let used = 1;
  let pairs: Pair[] = [];
  let last: { readonly step: Float64Array; readonly gradient: Float64Array } | undefined;
  while (used < evaluations && Number.isFinite(here.value)) {
    const { value } = here;
    const gradient = here.gradient();
    if (last) pairs = withPair(pairs, last.step, subtract(gradient, last.gradient), memory);
    if (!(largest(gradient) > gradientTolerance)) break;
    let move = direction(gradient, pairs);
    let slope = dot(move, gradient);
    if (!(slope < 0)) {
      pairs = [];
      move = gradient.map((component) => -component);
      slope = -dot(gradient, gradient);
    }
    let length = Math.min(1, maxStep / largest(move), pairs.length === 0 ? 1 / largest(gradient) : 1);
    last = undefined;
    while (used < evaluations && length > 1e-10) {
      const next = x.map((component, i) => component + length * move[i]!);
      const there = objective(next);
      used++;
      if (there.value <= value + ARMIJO * length * slope) {
        last = { step: subtract(next, x), gradient };
        x = next;
        here = there;
        break;
      }
      length *= Number.isFinite(there.value) ? quadraticStep(value, there.value, slope * length) : 0.2;
    }
    if (!last || value - here.value < valueTolerance * (1 + Math.abs(here.value))) break;
  }
  return { x, value: here.value, evaluations: used };
}

/** Minimiser of the parabola through f(0), f'(0) and f(1), kept inside [0.1, 0.5]. */
function quadraticStep(value: number, nextValue: number, slope: number): number {
  const step = -slope / (2 * (nextValue - value - slope));
  return Math.min(0.5, Math.max(0.1, Number.isFinite(step) ? step : 0.5));
}
