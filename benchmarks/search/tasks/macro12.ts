/**
 * `macro12`: NAS-Bench-Macro, stretched from 8 layers of 3 operations to 12 of 6, 2.2e9 networks.
 * The recorded table is a full factorial, so its mean, main effects and pair effects are exact
 * averages. An operation has a size s in [0, 1]; the table's three stand at 0, 1/2 and 1, and a
 * parabola through their effects gives those of the others. Layers stretch in the same way, by
 * straight lines.
 *
 * | symbol | meaning                                            | shape          |
 * | mean   | the table's                                        |                |
 * | main   | effect of an operation in a layer                  | [8][3]         |
 * | pair   | of two, without their main effects, first < second | [8][8][3][3]   |
 *
 * accuracy = mean + 8/12 (sum of main) + (8/12)^2 (sum of pair) + an effect of its own that the
 * seed draws for each operation of each layer, with a deviation of .12 points.
 */
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import type { Dimension } from '../../../src/core/space/space.ts';
import { filesHash, hashOf } from '../hashes.ts';
import { approximateFront, rememberedFront } from './approximate-front.ts';
import { LARGE_OBJECTIVES, largeGame } from './large-game.ts';
import type { Indices, Surface } from './surface.ts';
import { levelIndices } from './task.ts';
import type { Task } from './task.ts';

/** Of the operations by their sizes, from nothing to the largest. */
const OPERATIONS = [
  { name: 'identity', size: 0 },
  { name: 'mb2-k3', size: 0.35 },
  { name: 'mb3-k3', size: 0.5 },
  { name: 'mb3-k5', size: 0.65 },
  { name: 'mb6-k3', size: 0.85 },
  { name: 'mb6-k5', size: 1 },
] as const;

const MACRO = Object.freeze({
  layers: 12,
  budget: 100,
  /** Deviation of what is told, and of an operation's own effect, in points. */
  noise: 0.1,
  own: 0.12,
  /** Hypervolume counts from here. */
  accuracy: 85,
  margin: 1.05,
  price: 300,
});
const OWN_STREAM = 77;
const ORDER_STREAM = 78;

export interface Effects {
  readonly mean: number;
  readonly main: readonly (readonly number[])[];
  readonly pair: readonly (readonly (readonly (readonly number[])[])[])[];
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const count = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

/** Of a full factorial: `rows` `[n][layers]` by the indices of their levels, `values` `[n]`. */
export function effectsOf(rows: readonly Indices[], values: readonly number[], levels: number): Effects {
  const layers = count(rows[0]?.length ?? 0);
  const mean = average(values);
  const main = layers.map((l) =>
    count(levels).map((o) => average(values.filter((_, row) => rows[row]![l] === o)) - mean),
  );
  const pair = layers.map((l) =>
    layers.map((m) =>
      m <= l
        ? []
        : count(levels).map((o) =>
            count(levels).map((p) => {
              const both = values.filter((_, row) => rows[row]![l] === o && rows[row]![m] === p);
              return average(both) - mean - main[l]![o]! - main[m]![p]!;
            }),
          ),
    ),
  );
  return { mean, main, pair };
}

/** The parabola through (0, a), (1/2, b) and (1, c), at s. */
export const parabola = ([a, b, c]: readonly number[], s: number): number =>
  a! * (1 - s) * (1 - 2 * s) + b! * 4 * s * (1 - s) + c! * s * (2 * s - 1);

/** Where layer l of `layers` stands among the recorded ones, of which `last` is the last. */
const placeOf = (l: number, layers: number, last: number): number => (l * last) / (layers - 1);

/** Effect of an operation of size s in layer l, `[layers][sizes]`, as long and as strong in all as
 * the recorded ones. */
function stretchMain({ main }: Effects, layers: number, sizes: readonly number[]): readonly (readonly number[])[] {
  const last = main.length - 1;
  return count(layers).map((l) => {
    const place = placeOf(l, layers, last);
    const before = Math.min(last - 1, Math.floor(place));
    return sizes.map((size) => {
      const [low, high] = [parabola(main[before]!, size), parabola(main[before + 1]!, size)];
      return (main.length / layers) * (low + (place - before) * (high - low));
    });
  });
}

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly effect: readonly (readonly number[])[];
}

function stretchPairs({ main, pair }: Effects, layers: number, sizes: readonly number[]): readonly Pair[] {
  const nearest = (l: number): number => Math.round(placeOf(l, layers, main.length - 1));
  return count(layers).flatMap((first) =>
    count(layers).flatMap((second): readonly Pair[] => {
      const recorded = second > first ? pair[nearest(first)]![nearest(second)]! : [];
      if (recorded.length === 0) return [];
      const scale = (main.length / layers) ** 2;
      const at = (s: number, t: number): number =>
        parabola(
          recorded.map((row) => parabola(row, t)),
          s,
        );
      return [{ first, second, effect: sizes.map((s) => sizes.map((t) => scale * at(s, t))) }];
    }),
  );
}

export interface MacroPlan {
  readonly accuracy: Effects;
  readonly params: Effects;
  readonly layers: number;
  readonly sizes: readonly number[];
  /** What each operation of each layer adds by itself, `[layers][sizes]`. */
  readonly own: readonly (readonly number[])[];
}

/** Accuracy and parameters of a network by the operations of its layers. */
export function macroMetrics({ accuracy, params, layers, sizes, own }: MacroPlan) {
  const effects = stretchMain(accuracy, layers, sizes);
  const pairs = stretchPairs(accuracy, layers, sizes);
  const costs = stretchMain(params, layers, sizes);
  const over = (table: readonly (readonly number[])[], operations: Indices): number =>
    operations.reduce((sum, operation, l) => sum + table[l]![operation]!, 0);
  return {
    accuracy: (operations: Indices): number =>
      accuracy.mean +
      over(effects, operations) +
      over(own, operations) +
      pairs.reduce((sum, { first, second, effect }) => sum + effect[operations[first]!]![operations[second]!]!, 0),
    params: (operations: Indices): number => Math.round(params.mean + over(costs, operations)),
  };
}

/** The effects that a recorded table has on a metric. */
function recordedEffects({ families }: RecordedTable, metric: string): Effects {
  const rows = families[0]?.rows ?? [];
  const parameters = families[0]?.parameters ?? [];
  const indices = rows.map(({ levels }) => levels.map((level, l) => parameters[l]!.values.indexOf(level)));
  const values = rows.map(({ metrics }) => metrics[metric] ?? NaN);
  return effectsOf(indices, values, parameters[0]?.values.length ?? 0);
}

export function macroTask(table: RecordedTable): Task {
  const accuracy = recordedEffects(table, 'accuracy');
  const params = recordedEffects(table, 'params');
  const names = OPERATIONS.map(({ name }) => name);
  const sizes = OPERATIONS.map(({ size }) => size);
  const { layers } = MACRO;
  return {
    name: 'macro12',
    summary: 'NAS-Bench-Macro stretched to 12 layers of 6 operations, 2.2e9 networks',
    budget: MACRO.budget,
    open(seed, budget) {
      const rng = createRng(split(seed, OWN_STREAM));
      const own = count(layers).map(() => sizes.map(() => MACRO.own * rng.normal()));
      const plan: MacroPlan = { accuracy, params, layers, sizes, own };
      const metrics = macroMetrics(plan);
      const order = createRng(split(seed, ORDER_STREAM));
      const dimensions = count(layers).map((l): Dimension => {
        const name = `layer${l + 1}`;
        return { name, title: name, role: 'other', type: 'categorical', levels: order.shuffle(names) };
      });
      const operationsOf = dimensions.map(({ levels }) => levels.map((level) => names.indexOf(`${level}` as never)));
      const operations = (indices: Indices): Indices => indices.map((index, l) => operationsOf[l]![index]!);
      const surface: Surface = {
        name: 'macro',
        dimensions,
        accuracy: (indices) => metrics.accuracy(operations(indices)),
        params: (indices) => metrics.params(operations(indices)),
      };
      const least = metrics.params(count(layers).map(() => 0));
      const most = metrics.params(count(layers).map(() => sizes.length - 1));
      const problem: Problem = {
        space: {
          families: [
            {
              ...{ name: 'macro', title: 'macro', dimensions },
              costs: (config) => ({ params: surface.params(levelIndices(dimensions, config)) }),
            },
          ],
        },
        objectives: LARGE_OBJECTIVES,
        limits: [],
        reference: { accuracy: MACRO.accuracy, params: MACRO.margin * most },
        budget,
      };
      const sources = ['macro12', 'surface', 'approximate-front'].map((file) => `benchmarks/search/tasks/${file}.ts`);
      const mark = hashOf(filesHash(sources), JSON.stringify(plan));
      const front = rememberedFront(`macro12-${seed}-${mark}`, () =>
        approximateFront([surface], { low: least + 1, high: most, price: MACRO.price, seed }),
      );
      return largeGame({ name: 'macro12', problem, surfaces: [surface], front, noise: MACRO.noise, seed });
    },
  };
}
