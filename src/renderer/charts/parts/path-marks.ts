/** How paths of a supernet look wherever they are drawn: a colour and a dash each, for it is never
 * colour alone. */
import type { SearchedEdge } from '../../../core/one-shot/account.ts';
import type { Theme } from '../../theme.ts';
import { markOf } from '../chart.ts';

export interface PathMark {
  readonly color: string;
  /** Lengths drawn and left out in turn, in pixels; none: a whole line. */
  readonly dash: readonly number[];
}

const DASHES = [[2, 3], [10, 4], [7, 3, 2, 3], [], [4, 4], [12, 3, 2, 3, 2, 3], [1, 5], [16, 4]] as const;

/** Names of all paths, as they come up edge by edge. */
export const pathNames = (edges: readonly Pick<SearchedEdge, 'paths'>[]): readonly string[] => [
  ...new Set(edges.flatMap(({ paths }) => paths)),
];

/** The same on every edge. */
export function pathMarks(edges: readonly Pick<SearchedEdge, 'paths'>[], theme: Theme): ReadonlyMap<string, PathMark> {
  const marks = pathNames(edges).map((name, place) => {
    return [name, { color: markOf(place, theme).color, dash: DASHES[place % DASHES.length] ?? [] }] as const;
  });
  return new Map(marks);
}
