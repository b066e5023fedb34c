/**
 * Test functions of global optimisation as one family of ordinal dimensions with 1001 levels each:
 * one objective to be minimised, no noise, no known cost. The score is the best value so far.
 *
 *   hartmann-6   six dimensions in [0, 1], four wells of which one is the best, -3.32237
 *   ackley-10    ten in [-5, 10]: a funnel covered with ripples, minimum 0
 *   levy-20      twenty in [-10, 10]: ripples along every dimension, minimum 0
 *
 * Ackley's and Levy's optima lie at the same place whatever the seed, Levy's next to the centre of
 * its box, where many searches look first. So both are shifted, f(x - s), with s drawn by the seed
 * so that the optimum is uniform over the lattice's points in the middle 80 % of the box; outside
 * of its own box the function goes on by its formula.
 *
 * | symbol | meaning                                                       | shape |
 * | x      | a point of the box, in the box's units                        | [d]   |
 * | a, p   | Hartmann's inverse squared widths and centres of its 4 wells  | [4][6]|
 * | alpha  | their depths                                                  | [4]   |
 *
 * Formulas and constants: Surjanovic and Bingham, Virtual Library of Simulation Experiments.
 */
import { createRng, split } from '../../../src/core/math/rng.ts';
import { bestSoFar } from '../../../src/core/strategies/replay.ts';
import type { Dimension } from '../../../src/core/space/space.ts';
import { levelIndices } from './task.ts';
import type { Task } from './task.ts';

const LEVELS = 1001;
/** Of the box, free of optima at each side. */
const MARGIN = 0.1;
const STREAM = 0x73686966;

interface TestFunction {
  readonly dimensions: number;
  readonly low: number;
  readonly high: number;
  /** Where every coordinate of the unshifted optimum lies; absent: it is not shifted. */
  readonly optimum?: number;
  readonly at: (x: readonly number[]) => number;
}

const HARTMANN = Object.freeze({
  alpha: [1, 1.2, 3, 3.2],
  a: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  p: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function hartmann6(x: readonly number[]): number {
  const { alpha, a, p } = HARTMANN;
  const wells = alpha.map((depth, i) => {
    return depth * Math.exp(-sum(x.map((value, j) => (a[i]?.[j] ?? NaN) * (value - (p[i]?.[j] ?? NaN)) ** 2)));
  });
  return -sum(wells);
}

export function ackley(x: readonly number[]): number {
  const d = x.length;
  const funnel = -20 * Math.exp(-0.2 * Math.sqrt(sum(x.map((value) => value * value)) / d));
  const ripples = -Math.exp(sum(x.map((value) => Math.cos(2 * Math.PI * value))) / d);
  return funnel + ripples + 20 + Math.E;
}

export function levy(x: readonly number[]): number {
  const w = x.map((value) => 1 + (value - 1) / 4);
  const last = w.at(-1) ?? NaN;
  const middle = w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2));
  const first = Math.sin(Math.PI * (w[0] ?? NaN)) ** 2;
  return first + sum(middle) + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
}

/** The level at which each coordinate of the optimum stands under this seed, `[d]`. */
function optimumOf(dimensions: number, seed: number): readonly number[] {
  const rng = createRng(split(seed, STREAM));
  const first = Math.ceil(MARGIN * (LEVELS - 1));
  return Array.from({ length: dimensions }, () => first + rng.int(LEVELS - 2 * first));
}

function functionTask(name: string, summary: string, budget: number, test: TestFunction): Task {
  const { low, high, optimum } = test;
  const step = (high - low) / (LEVELS - 1);
  const levels = Array.from({ length: LEVELS }, (_, i) => low + i * step);
  const dimensions = Array.from({ length: test.dimensions }, (_, i): Dimension => {
    return { name: `x${i + 1}`, title: `x${i + 1}`, role: 'other', type: 'ordinal', levels };
  });
  return {
    name,
    summary,
    budget,
    open(seed, trials) {
      const moved = optimum === undefined ? undefined : optimumOf(test.dimensions, seed);
      const place = (index: number, i: number): number =>
        moved === undefined || optimum === undefined
          ? low + index * step
          : optimum + (index - (moved[i] ?? NaN)) * step;
      const family = { name: 'box', title: 'box', dimensions, costs: () => ({}) };
      const problem = {
        space: { families: [family] },
        objectives: [{ metric: 'value', goal: 'minimize', known: false }],
        limits: [],
        reference: {},
        budget: trials,
      } as const;
      return {
        name,
        problem,
        answer: ({ config }) => ({ value: test.at(levelIndices(dimensions, config).map(place)) }),
        score: (played) => bestSoFar(problem, played),
        direction: 'minimize',
      };
    },
  };
}

export const FUNCTION_TASKS: readonly Task[] = [
  functionTask('hartmann-6', 'four wells in six dimensions, minimum -3.32237', 100, {
    dimensions: 6,
    low: 0,
    high: 1,
    at: hartmann6,
  }),
  functionTask('ackley-10', 'a rippled funnel in ten dimensions, shifted by the seed, minimum 0', 200, {
    dimensions: 10,
    low: -5,
    high: 10,
    optimum: 0,
    at: ackley,
  }),
  functionTask('levy-20', 'ripples in twenty dimensions, shifted by the seed, minimum 0', 300, {
    dimensions: 20,
    low: -10,
    high: 10,
    optimum: 1,
    at: levy,
  }),
];
