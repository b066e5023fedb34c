/** What of a benchmark is known from records, what is to be played, and how a game came to be in
 * it. */
import type { Clock, Match, MatchRecord } from './records.ts';

/**
 * Where the peers' games come from: `recorded` in the project's file, played now (`live`), or
 * `auto`: recorded, and what is not recorded is played where the peers' environment is there.
 */
export const PEER_GAMES = ['auto', 'recorded', 'live', 'none'] as const;
export type PeerGames = (typeof PEER_GAMES)[number];

export interface PlanOptions {
  /** Records of a match, those to be preferred first. */
  readonly find: (match: Match) => readonly MatchRecord[];
  /** Whether game and player are what they were. */
  readonly isFresh: (record: MatchRecord) => boolean;
  readonly mayPlay: (match: Match) => boolean;
  /** Records of an earlier state of the code count as well. */
  readonly stale: boolean;
}

export interface Plan {
  readonly records: readonly MatchRecord[];
  readonly missing: readonly Match[];
  /** Neither recorded nor to be played. */
  readonly absent: readonly Match[];
  /** Matches that have records of an earlier state of the code alone. */
  readonly old: number;
}

export function planGames(matches: readonly Match[], { find, isFresh, mayPlay, stale }: PlanOptions): Plan {
  const records: MatchRecord[] = [];
  const missing: Match[] = [];
  const absent: Match[] = [];
  let old = 0;
  for (const match of matches) {
    const found = find(match);
    const fresh = found.find(isFresh);
    if (!fresh && found.length > 0) old++;
    const record = fresh ?? (stale ? found[0] : undefined);
    if (record) records.push(record);
    else if (mayPlay(match)) missing.push(match);
    else absent.push(match);
  }
  return { records, missing, absent, old };
}

/** Games of one strategy that came the same way. */
export interface Provenance {
  readonly how: 'now' | 'recorded';
  readonly games: number;
  readonly machine: string;
  readonly version: string;
  readonly clock: Clock;
  /** First and last day, `yyyy-mm-dd`. */
  readonly dates: readonly [string, string];
}

const UNKNOWN = 'unknown';

/** By strategy; games that nobody played are left out. */
export function provenances(
  records: readonly MatchRecord[],
  isNow: (record: MatchRecord) => boolean,
): Readonly<Record<string, readonly Provenance[]>> {
  const out: Record<string, Map<string, Provenance>> = {};
  for (const record of records) {
    if (record.skipped !== undefined) continue;
    const how = isNow(record) ? 'now' : 'recorded';
    const { strategy, version, clock, origin = { machine: UNKNOWN, date: UNKNOWN } } = record;
    const { machine, date } = origin;
    const groups = (out[strategy] ??= new Map());
    const key = JSON.stringify([how, machine, version, clock]);
    const { games, dates } = groups.get(key) ?? { games: 0, dates: [date, date] as const };
    const [first, last] = [...dates, date].sort().filter((_, i, all) => i === 0 || i === all.length - 1);
    groups.set(key, { how, games: games + 1, machine, version, clock, dates: [first ?? date, last ?? date] });
  }
  return Object.fromEntries(Object.entries(out).map(([strategy, groups]) => [strategy, [...groups.values()]]));
}
