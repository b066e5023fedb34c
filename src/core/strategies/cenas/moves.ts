/** What can be done to a network at a time: one dimension goes to its next level. */
import { adjacentExchange, levelIndex } from '../../space/neighbours.ts';
import type { Configuration, Family } from '../../space/space.ts';

export type MoveKind = 'widened' | 'deepened' | 'shrunk' | 'changed';

export interface Move {
  readonly kind: MoveKind;
  readonly config: Configuration;
}

/** To every neighbour of `config`, in the order of the family. */
export const movesFrom = (family: Family, config: Configuration): readonly Move[] =>
  adjacentExchange(family, config).map((next) => ({ kind: kindOf(family, config, next), config: next }));

/** By the first dimension that differs: others follow where it gates them. */
function kindOf(family: Family, from: Configuration, to: Configuration): MoveKind {
  const moved = family.dimensions.find(({ name }) => from[name] !== to[name]);
  if (moved?.type !== 'ordinal' || (moved.role !== 'width' && moved.role !== 'depth')) return 'changed';
  if (levelIndex(moved, to) < levelIndex(moved, from)) return 'shrunk';
  return moved.role === 'width' ? 'widened' : 'deepened';
}
