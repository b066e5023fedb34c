/**
 * Splits that tear no group: all examples of a speaker, or of whatever a group is, are in one.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | groups | each training example's group | `[n]` |
 * | share | of the training examples that a split gets, as near as whole groups come to it | (0, 1) |
 * | unevenness | squared differences of a split's class shares to those of the whole, summed | |
 */
import { tornGroup } from '../../../core/columns.ts';
import { createRng, split as splitSeed } from '../../../core/math/rng.ts';
import { SPLITS } from '../../../core/records/sources.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { unusable } from './source.ts';
import type { Source } from './source.ts';
import type { Shares } from './partition.ts';

/** Of so many ways to deal groups the one with the evenest classes is taken. */
const TRIES = 64;

/** For each training example the split that its group goes to. Throws `dataset.unusable` where
 * there are fewer groups than splits. */
export function dealGroups(
  place: string,
  labels: Uint8Array,
  groups: Int32Array,
  shares: Shares,
  seed: number,
): readonly SplitName[] {
  const names = [...new Set(groups)].sort((left, right) => left - right);
  const wanted = (['test', 'val'] as const).filter((name) => shares[name] !== undefined);
  if (names.length <= wanted.length) {
    const splits = ['training', ...wanted.map((name) => SPLIT_WORDS[name])].join(', ');
    throw unusable(place, `it has ${names.length} groups, and ${splits} need one each (a group is never torn)`);
  }
  const members = new Map(names.map((name) => [name, [] as number[]]));
  groups.forEach((group, index) => members.get(group)?.push(index));
  const tries = Array.from({ length: wanted.length === 0 ? 1 : TRIES }, (_, number) => {
    const order = createRng(splitSeed(seed, number)).shuffle(names);
    const splits = dealt(order, members, wanted, shares, groups.length);
    return { splits, unevenness: unevennessOf(splits, labels) };
  });
  const best = tries.reduce((first, second) => (second.unevenness < first.unevenness ? second : first));
  return best.splits;
}

/** Each split takes groups in this order while the next one brings it nearer to its share. */
function dealt(
  order: readonly number[],
  members: ReadonlyMap<number, readonly number[]>,
  wanted: readonly ('test' | 'val')[],
  shares: Shares,
  count: number,
): readonly SplitName[] {
  const splits = new Array<SplitName>(count).fill('train');
  let next = 0;
  wanted.forEach((name, place) => {
    const goal = (shares[name] ?? 0) * count;
    let taken = 0;
    // One group at least is left for each split that comes after, training among them.
    while (next < order.length - (wanted.length - place)) {
      const group = members.get(order[next] ?? -1) ?? [];
      if (taken > 0 && Math.abs(taken + group.length - goal) >= Math.abs(taken - goal)) break;
      for (const index of group) splits[index] = name;
      taken += group.length;
      next += 1;
    }
  });
  return splits;
}

function unevennessOf(splits: readonly SplitName[], labels: Uint8Array): number {
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const share = (belongs: (index: number) => boolean): readonly number[] => {
    const counts = new Array<number>(classes).fill(0);
    let all = 0;
    labels.forEach((label, index) => {
      if (!belongs(index)) return;
      counts[label] = (counts[label] ?? 0) + 1;
      all += 1;
    });
    return counts.map((one) => one / Math.max(1, all));
  };
  const whole = share(() => true);
  return SPLITS.flatMap((name) =>
    share((index) => splits[index] === name).map((own, label) => (own - (whole[label] ?? 0)) ** 2),
  ).reduce((sum, square) => sum + square, 0);
}

/** Throws `dataset.unusable` where the source's own splits tear a group. */
export function assertWhole(place: string, { parts, groups = [] }: Pick<Source, 'parts' | 'groups'>): void {
  const torn = tornGroup((name) => parts[name]?.columns?.group);
  if (torn === undefined) return;
  const { group, first, second } = torn;
  const finding = `the group "${groups[group]}" is in ${first} and in ${second}, so that the one would know the other`;
  throw unusable(place, `${finding}; put all of a group into one split, or leave the splits to the import`);
}
