/**
 * What the live claim comes to, by the protocol alone.
 *
 * symbol    meaning                                                                       shape
 * front     of the first n trials of a search, by validation accuracy and params
 * worth     of a student on it: mean test accuracy of its fresh trainings
 * union     the best worth within a limit, of all students on any front
 * gap       union minus what the front offers, in points, mean over the limits
 * d         gap of the chosen minus the rival's: below 0 speaks for the chosen             [seeds]
 */
import { paretoItems } from '../../src/core/geometry/pareto-front.ts';
import type { Objective } from '../../src/core/objective.ts';
import { offerWithin, spacedLimits } from '../study/limits.ts';
import type { Offered } from '../study/limits.ts';
import { table } from '../study/markdown.ts';
import { equivalence, meanInterval, meanOf, signFlipFamily } from '../study/statistics.ts';
import { EQUAL, RIVALS } from './protocol.ts';
import type { Header, Protocol } from './protocol.ts';
import { keyOf, searchOf } from './rows.ts';
import type { Rows, TrialRow } from './rows.ts';

const OBJECTIVES: readonly Objective[] = [
  { metric: 'accuracy', goal: 'maximize', known: false },
  { metric: 'params', goal: 'minimize', known: true },
];

/** The front of the first `count` trials, by what the search was told. */
export function frontOf(trials: readonly TrialRow[], count: number): readonly TrialRow[] {
  const finished = trials.slice(0, count).filter(({ validationAccuracy }) => validationAccuracy !== undefined);
  const metrics = ({ validationAccuracy = NaN, params }: TrialRow) => ({ accuracy: validationAccuracy, params });
  return paretoItems(finished, metrics, OBJECTIVES);
}

/** All students of all fronts, each once: what is trained again. */
export function studentsOf(protocol: Protocol, rows: Pick<Rows, 'trials'>): ReadonlyMap<string, TrialRow> {
  const fronts = protocol.players.flatMap((player) =>
    seedsOf(protocol).flatMap((seed) => {
      const trials = searchOf(rows, player, seed);
      return protocol.readings.flatMap((count) => (trials.length >= count ? frontOf(trials, count) : []));
    }),
  );
  return new Map(fronts.map((row) => [keyOf(row), row]));
}

export const seedsOf = ({ seeds }: Pick<Protocol, 'seeds'>): readonly number[] =>
  Array.from({ length: seeds }, (_, i) => i + 1);

/** Test accuracy by student, of those whose fresh trainings are all there. */
export function worths(
  { fixed }: Pick<Protocol, 'fixed'>,
  { fresh }: Pick<Rows, 'fresh'>,
): ReadonlyMap<string, number> {
  const byKey = Map.groupBy(fresh, ({ key }) => key);
  return new Map(
    [...byKey].flatMap(([key, own]) => {
      const tests = own.flatMap(({ testAccuracy }) => testAccuracy ?? []);
      return own.length >= fixed.fresh && tests.length > 0 ? [[key, meanOf(tests)] as const] : [];
    }),
  );
}

/** Points that a front falls short of the union's, mean over the limits. */
export function gapOf(front: readonly Offered[], union: readonly Offered[], limits: readonly number[]): number {
  // The union knows what each is worth: of its students the best one within the limit.
  const known = union.map((one) => ({ ...one, told: one.score }));
  return meanOf(limits.map((limit) => 100 * (offerWithin(known, limit) - offerWithin(front, limit))));
}

export interface Search {
  readonly player: string;
  readonly seed: number;
  readonly count: number;
  readonly front: readonly Offered[];
}

/** Fronts of all searches and readings whose students' worths are all known. */
export function searchesOf(protocol: Protocol, rows: Rows): readonly Search[] {
  const worth = worths(protocol, rows);
  return protocol.players.flatMap((player) =>
    seedsOf(protocol).flatMap((seed) => {
      const trials = searchOf(rows, player, seed);
      return protocol.readings.flatMap((count): readonly Search[] => {
        const own = trials.length >= count ? frontOf(trials, count) : [];
        const front = own.flatMap((row): readonly Offered[] => {
          const score = worth.get(keyOf(row));
          return score === undefined ? [] : [{ params: row.params, told: row.validationAccuracy ?? NaN, score }];
        });
        return own.length > 0 && front.length === own.length ? [{ player, seed, count, front }] : [];
      });
    }),
  );
}

export interface Difference {
  readonly rival: string;
  readonly count: number;
  /** d. */
  readonly differences: readonly number[];
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  /** Of the sign-flip test, corrected over the rivals and readings; of the equivalence with the
   * global process, over its readings. */
  readonly p: number;
  readonly verdict: 'better' | 'worse' | 'level' | 'not shown';
}

export interface Analysis {
  /** Gaps in points by player, reading and seed. */
  readonly gaps: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly better: readonly Difference[];
  readonly equal: readonly Difference[];
}

const placeOf = (player: string, count: number): string => `${player}/${count}`;

/** Nothing is tested of seeds that one of both sides lacks. */
export function analyse(protocol: Protocol, searches: readonly Search[]): Analysis {
  const { chosen, readings, fixed } = protocol;
  const union = searches.flatMap(({ front }) => front);
  const least = Math.max(...searches.map(({ front }) => Math.min(...front.map(({ params }) => params))));
  const limits = spacedLimits(least, fixed.params, fixed.limits);
  const gaps = new Map<string, Map<number, number>>();
  for (const { player, seed, count, front } of searches) {
    const place = placeOf(player, count);
    gaps.set(place, (gaps.get(place) ?? new Map<number, number>()).set(seed, gapOf(front, union, limits)));
  }
  const against = (rival: string, count: number) => {
    const other = gaps.get(placeOf(rival, count));
    const differences = [...(gaps.get(placeOf(chosen, count)) ?? [])].flatMap(([seed, gap]) => {
      const theirs = other?.get(seed);
      return theirs === undefined ? [] : [gap - theirs];
    });
    return { rival, count, differences, ...meanInterval(differences) };
  };
  const rivals = RIVALS.flatMap((rival) => readings.map((count) => against(rival, count)));
  const better = signFlipFamily(rivals.map(({ differences }) => differences));
  const level = readings.map((count) => against(EQUAL, count));
  return {
    gaps,
    better: rivals.map((one, i): Difference => {
      const p = better[i] ?? 1;
      return { ...one, p, verdict: p > fixed.level ? 'not shown' : one.mean < 0 ? 'better' : 'worse' };
    }),
    equal: level.map((one): Difference => {
      // Both readings have to hold: no correction makes a claim of either alone.
      const p = one.differences.length === 0 ? 1 : equivalence(one.differences, 100 * fixed.margin);
      return { ...one, p, verdict: p > fixed.level ? 'not shown' : 'level' };
    }),
  };
}

/** As Markdown. */
export function analysisText({ protocol, hash, date }: Header, rows: Rows): string {
  const searches = searchesOf(protocol, rows);
  const all = protocol.players.length * protocol.seeds * protocol.readings.length;
  const head =
    `Protocol ${hash} of ${date}: ${searches.length} of ${all} fronts are measured, ${rows.trials.size} trials and ` +
    `${rows.fresh.length} fresh trainings recorded.`;
  if (searches.length === 0) return head;
  const { gaps, better, equal } = analyse(protocol, searches);
  const means = [...gaps].map(([place, bySeed]) => {
    const [player = '', count = ''] = place.split('/');
    return [player, count, String(bySeed.size), meanOf([...bySeed.values()]).toFixed(2)];
  });
  const line = ({ rival, count, differences, mean, lower, upper, p, verdict }: Difference) => [
    ...[`${protocol.chosen} - ${rival}`, String(count), String(differences.length)],
    ...(differences.length > 1
      ? [mean.toFixed(2), `${lower.toFixed(2)} to ${upper.toFixed(2)}`, p.toPrecision(2), verdict]
      : ['', '', '', 'not played']),
  ];
  const columns = ['', 'trainings', 'seeds', 'points', '95 % interval', 'p', 'verdict'];
  return [
    head,
    'Mean gap to the union of all fronts, in points of test accuracy (lower is better):',
    table(['', 'trainings', 'seeds', 'gap'], means),
    'Paired by seed, below 0 for the first; exact sign-flip test, Holm over these:',
    table(columns, better.map(line)),
    `Level within ${100 * protocol.fixed.margin} points: two one-sided sign-flip tests.`,
    table(columns, equal.map(line)),
  ].join('\n\n');
}
