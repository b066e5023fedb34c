/** Where a proposal comes from, in few words: those of window and terminal. */
import type { Why } from '../../core/records/proposal.ts';
import { sourceWords } from '../../core/strategies/registry.ts';
import type { Words } from '../../core/strategies/strategy.ts';

export const sourceTitle = (source: string): string =>
  sourceWords(source)?.title ?? source.charAt(0).toUpperCase() + source.slice(1);

/** What views draw a proposal as, where that is something of its own. */
export const roleOf = (why: Why | undefined): Words['role'] => why && sourceWords(why.source)?.role;

/** Regions count from one in the log, too. */
export const regionTitle = (id: number): string => `Region ${id}`;

/** One cell: `Region 2 · near #5`. */
export function whyShort(why: Why): string {
  const place = why.region ? `${regionTitle(why.region.id)} · near #${why.region.centre + 1}` : sourceTitle(why.source);
  return `${place}${why.fallback === undefined ? '' : ' (fallback)'}`;
}
