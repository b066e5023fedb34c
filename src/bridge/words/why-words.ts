/** Where a proposal comes from, in few words: those of window and terminal. */
import type { Why } from '../../core/events.ts';

const SHORT: Readonly<Record<string, string>> = {
  reference: 'Reference',
  initial: 'Initial',
  earlier: 'Earlier run',
  global: 'Global',
  region: 'Region',
  family: 'Family arm',
  random: 'Random',
  mutation: 'Mutation',
  crossover: 'Crossover',
  density: 'Density',
  listed: 'Given',
  policy: 'Policy',
};

export function sourceTitle(source: string): string {
  return SHORT[source] ?? source.charAt(0).toUpperCase() + source.slice(1);
}

/** Regions count from one in the log, too. */
export const regionTitle = (id: number): string => `Region ${id}`;

/** One cell: `Region 2 · near #5`. */
export function whyShort(why: Why): string {
  const place = why.region ? `${regionTitle(why.region.id)} · near #${why.region.centre + 1}` : sourceTitle(why.source);
  return `${place}${why.fallback === undefined ? '' : ' (fallback)'}`;
}
