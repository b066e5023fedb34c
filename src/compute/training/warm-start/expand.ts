/**
 * Conceptual expansion: a new filter is a combination of known ones, and what it combines is
 * searched without gradients (Guzdial and Riedl, "Combinets", 2018; CENAS, arXiv 2110.03144).
 *
 * f_o = a_1 W_i + a_2 W_j: W is a parent's filter, its kernel over the child's inputs, its bias,
 * and of a batch norm behind it gamma, beta, mean and variance (which goes by the squares).
 *
 * It starts as what is inherited: known filters as they are, a new one a copy of one (a_2 = 0),
 * readers with their shares, new blocks silent. In a classifier of other classes every class is
 * new, and starts as a known one. Then hill climbing: new filters of one layer are changed by
 * chance, and stay so where the loss over a batch of training images falls. CENAS is known to us by
 * its abstract: the numbers here are ours. [R]
 */
import { createRng, split } from '../../../core/math/rng.ts';
import type { Rng } from '../../../core/math/rng.ts';
import type { HostWeights } from '../../model/parameters.ts';
import { banksOf } from './bank.ts';
import type { Bank } from './bank.ts';
import { inherit } from './inherit.ts';
import type { Child, Parent } from './inherit.ts';
import type { Twin } from './match.ts';

/** Deviation of a change of an amount. */
const STRIDE = 0.25;
/** Chance that a new filter of the chosen layer is changed; one at least is. */
const CHANGED = 0.25;
/** Chance that a change takes another second filter. */
const EXCHANGED = 0.5;

const STREAM = { parents: 0, banks: 1, sources: 2, moves: 3 } as const;

export interface Climb {
  readonly weights: HostWeights;
  /** Loss before the first try and after the last. */
  readonly before: number;
  readonly after: number;
  /** Filters that may be combinations; where there are none nothing was tried. */
  readonly filters: number;
}

export interface ClimbTools {
  /** Of the child with these weights; waits for the device. */
  readonly lossOf: (weights: HostWeights) => number;
  readonly tries: number;
  /** Before each try: throws to give up. */
  readonly beforeTry: (done: number) => Promise<void>;
}

/** Decided by the child, its parents and the seed: one that was given up is made again. */
export async function expand(
  child: Child,
  parents: readonly Parent[],
  seed: number,
  { lossOf, tries, beforeTry }: ClimbTools,
): Promise<Climb> {
  const weights = new Map(inherit(child, parents, split(seed, STREAM.parents)));
  const layers = layersOf(banksOf(child.graph, parents, split(seed, STREAM.banks)), split(seed, STREAM.sources));
  // Copies stand there already.
  for (const layer of layers) if (layer.bank.twin.output === undefined) write(layer, layer.filters, weights);
  const filters = layers.reduce((sum, layer) => sum + layer.filters.length, 0);
  const before = lossOf(weights);
  const rng = createRng(split(seed, STREAM.moves));
  let after = before;
  for (let done = 0; done < tries && filters > 0; done += 1) {
    await beforeTry(done);
    const index = rng.int(layers.length);
    const layer = layers[index] as Layer; // there is one
    const changed = layer.filters.map(changer(layer, rng));
    write(layer, changed, weights);
    const loss = lossOf(weights);
    if (loss < after) {
      after = loss;
      layers[index] = { ...layer, filters: changed };
    } else {
      write(layer, layer.filters, weights);
    }
  }
  return { weights, before, after, filters };
}

interface Term {
  /** In the bank. */
  readonly filter: number;
  readonly amount: number;
}

interface NewFilter {
  /** Which of the child's it is. */
  readonly place: number;
  readonly terms: readonly [Term, Term];
}

interface Layer {
  readonly bank: Bank;
  readonly filters: readonly NewFilter[];
}

function layersOf(banks: readonly Bank[], seed: number): Layer[] {
  return banks.flatMap((bank, index) => {
    const rng = createRng(split(seed, index));
    const any = (): number => rng.int(bank.filters.length);
    const filters = newPlaces(bank.twin).map((place): NewFilter => {
      const first = { filter: bank.twin.output?.[place] ?? any(), amount: 1 };
      return { place, terms: [first, { filter: any(), amount: 0 }] };
    });
    return filters.length > 0 ? [{ bank, filters }] : [];
  });
}

/** All but the first of those with one source; all of a classifier of other classes. */
function newPlaces({ output, shape }: Twin): readonly number[] {
  if (output === undefined) return [...Array(shape.at(-1) ?? 0).keys()];
  return [...output.keys()].filter((place) => output.indexOf(output[place] ?? -1) < place);
}

function changer({ bank, filters }: Layer, rng: Rng): (filter: NewFilter, index: number) => NewFilter {
  const certain = rng.int(filters.length);
  return (filter, index) => {
    if (rng.uniform() >= CHANGED && index !== certain) return filter;
    const [first, second] = filter.terms;
    const other = rng.uniform() < EXCHANGED ? rng.int(bank.filters.length) : second.filter;
    const terms = [
      { ...first, amount: first.amount + STRIDE * rng.normal() },
      { filter: other, amount: second.amount + STRIDE * rng.normal() },
    ] as const;
    return { ...filter, terms };
  };
}

/** Writes filters over what stands in their places. */
function write({ bank }: Layer, filters: readonly NewFilter[], weights: Map<string, Float32Array>): void {
  const width = bank.twin.shape.at(-1) ?? 1;
  for (const name of bank.filters[0]?.keys() ?? []) {
    const own = weights.get(name)?.slice();
    if (own === undefined) continue;
    const power = name === bank.squared ? 2 : 1;
    for (const { place, terms } of filters) {
      for (let row = 0; row * width < own.length; row += 1) {
        own[row * width + place] = terms.reduce(
          (sum, { filter, amount }) => sum + amount ** power * (bank.filters[filter]?.get(name)?.[row] ?? 0),
          0,
        );
      }
    }
    weights.set(name, own);
  }
}
