/** What the games and taus of the record say, in numbers: means over seeds with intervals, and
 * differences to random search, paired by seed. */
import { holm, pairedBootstrap } from '../../../src/core/math/paired-bootstrap.ts';
import { meanInterval } from '../statistics.ts';
import type { Interval } from '../statistics.ts';
import { RIVAL } from './play.ts';
import type { Regrets } from './play.ts';
import type { GameRow, Row } from './rows.ts';

/** Of one player on one space after some trainings, in points. */
export interface Standing extends Interval {
  readonly count: number;
  readonly seeds: number;
  /** Less than 0: it has found better than random search. Absent of random search itself. */
  readonly beside?: Interval & {
    /** Paired bootstrap, by Holm over all players of this space and count. */
    readonly p: number;
  };
}

export interface PlayerSummary {
  readonly player: string;
  readonly standings: readonly Standing[];
  /** Of its best single student, where it names another. */
  readonly single: readonly Standing[];
}

export interface SpaceSummary {
  readonly space: string;
  readonly players: readonly PlayerSummary[];
}

const isGame = (row: Row): row is GameRow => row.kind === 'game';

/** By player and then by what of it is read. */
type Curves = ReadonlyMap<string, ReadonlyMap<number, Regrets>>;

/** `order`: keys of players, those that are told. */
export function summarise(rows: readonly Row[], order: readonly string[]): readonly SpaceSummary[] {
  const games = rows.filter(isGame);
  return [...new Set(games.map(({ space }) => space))].map((space) => {
    const own = games.filter((game) => game.space === space);
    const players = order.filter((player) => own.some((game) => game.player === player));
    const curvesOf = (read: (game: GameRow) => Regrets | undefined): Curves =>
      new Map(
        players.map((player) => {
          const played = own.filter((game) => game.player === player);
          return [player, new Map(played.flatMap((game) => entryOf(game.seed, read(game))))];
        }),
      );
    const [named, single] = [curvesOf(({ regret }) => regret), curvesOf((game) => game.single)];
    const counts = [...new Set(own.flatMap(({ regret }) => Object.keys(regret).map(Number)))].sort((a, b) => a - b);
    const rival = named.get(RIVAL) ?? new Map<number, Regrets>();
    const all = counts.map((count) => ({
      named: standingsAt(count, named, rival),
      single: standingsAt(count, single, rival),
    }));
    return {
      space,
      players: players.map((player) => ({
        player,
        standings: all.flatMap((at) => at.named.get(player) ?? []),
        single: all.flatMap((at) => at.single.get(player) ?? []),
      })),
    };
  });
}

const entryOf = (seed: number, regrets: Regrets | undefined): readonly (readonly [number, Regrets])[] =>
  regrets ? [[seed, regrets]] : [];

function standingsAt(
  count: number,
  curves: Curves,
  rival: ReadonlyMap<number, Regrets>,
): ReadonlyMap<string, Standing> {
  const played = [...curves].filter(([, bySeed]) => bySeed.size > 0);
  const tests = played.map(([player, bySeed]) => {
    const values = [...bySeed.values()].map((regrets) => regrets[count] ?? NaN);
    const differences = [...bySeed].flatMap(([seed, regrets]) => {
      const other = rival.get(seed)?.[count];
      return other === undefined ? [] : [(regrets[count] ?? NaN) - other];
    });
    const isRival = bySeed === rival;
    return { player, values, test: isRival ? undefined : pairedBootstrap(differences) };
  });
  const tested = tests.filter(({ test }) => test !== undefined);
  const adjusted = holm(tested.map(({ test }) => test?.p ?? 1));
  return new Map(
    tests.map(({ player, values, test }) => {
      const standing = { count, seeds: values.length, ...meanInterval(values) };
      if (!test) return [player, standing];
      const p = adjusted[tested.findIndex((one) => one.player === player)] ?? 1;
      return [player, { ...standing, beside: { mean: test.mean, lower: test.lower, upper: test.upper, p } }];
    }),
  );
}
