/**
 * Which images go into which split.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | labels | class of each training image of the source | `[n]` |
 * | share | of each class' training images that a split gets, rounded, one at least | (0, 1) |
 * | order | indices into `labels` | `[n of the split]` |
 */
import { createRng, split as splitSeed } from '../../../core/math/rng.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { unusable } from './source.ts';

export type Shares = Readonly<Partial<Record<Exclude<SplitName, 'train'>, number>>>;

/**
 * Cuts the splits that `shares` names from the training images, class by class, by chance. Every
 * order is dealt: each of its prefixes holds the classes in the proportions of the whole. Throws
 * `dataset.unusable` for a class too small to cut. `chosen`: the split of each, where
 * chance is not to tell.
 */
export function partition(
  place: string,
  labels: Uint8Array,
  classes: readonly string[],
  shares: Shares,
  seed: number,
  chosen?: readonly SplitName[],
): Readonly<Partial<Record<SplitName, Uint32Array>>> & { readonly train: Uint32Array } {
  const wanted = (['test', 'val'] as const).filter((name) => shares[name] !== undefined);
  const piles: Readonly<Record<SplitName, number[][]>> = { train: [], val: [], test: [] };
  membersOf(labels, classes.length).forEach((members, label) => {
    if (members.length === 0) return;
    if (chosen !== undefined) {
      for (const name of SPLITS) piles[name].push(members.filter((index) => chosen[index] === name));
      return;
    }
    const shuffled = createRng(splitSeed(seed, label)).shuffle(members);
    let taken = 0;
    for (const name of wanted) {
      const count = Math.max(1, Math.round((shares[name] ?? 0) * members.length));
      piles[name].push(shuffled.slice(taken, taken + count));
      taken += count;
    }
    if (taken >= members.length) {
      const cut = wanted.map((name) => (name === 'val' ? 'validation' : name)).join(' and ');
      const finding =
        `class "${classes[label]}" has ${members.length} training images, too few to cut ` + `${cut} from them`;
      throw unusable(place, finding);
    }
    piles.train.push(shuffled.slice(taken));
  });
  return {
    train: dealt(piles.train),
    ...(shares.val !== undefined && { val: dealt(piles.val) }),
    ...(shares.test !== undefined && { test: dealt(piles.test) }),
  };
}

function membersOf(labels: Uint8Array, classes: number): readonly number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, index) => members[label]?.push(index));
  return members;
}

/** The r-th of a pile of n stands at (r + 1/2) / n of the way; equal places in the order of the
 * piles. */
function dealt(piles: readonly number[][]): Uint32Array {
  const cards = piles.flatMap((pile) => pile.map((index, rank) => ({ index, place: (rank + 0.5) / pile.length })));
  return Uint32Array.from(
    cards.sort((left, right) => left.place - right.place),
    ({ index }) => index,
  );
}
