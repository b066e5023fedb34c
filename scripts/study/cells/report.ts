/** The study's figures as Markdown, and as the last line for scripts. */
import { table } from '../markdown.ts';
import type { Estimate } from '../tau.ts';
import { PLAYERS, RIVAL } from './play.ts';
import type { Row, TauRow } from './rows.ts';
import { summarise } from './summary.ts';
import type { PlayerSummary, SpaceSummary, Standing } from './summary.ts';

/** Whose figures stand for a player in the last line where it played there: the largest space
 * first. */
const HEADLINE = ['nas-bench-201', 'fashion-cells', 'fashion-resnet', 'fashion-mlp-mixer'];

const isTau = (row: Row): row is TauRow => row.kind === 'tau';
const titleOf = (player: string): string => PLAYERS.find(({ key }) => key === player)?.title ?? player;

const signed = (value: number, digits: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;

const estimateText = ({ value, lower, upper }: Estimate): string =>
  `${value.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)})`;
const gainText = ({ value, lower, upper }: Estimate): string =>
  `${signed(value, 3)} (${signed(lower, 3)} to ${signed(upper, 3)})`;

export function reportText(rows: readonly Row[]): string {
  const spaces = summariesOf(rows);
  return [tausText(rows.filter(isTau)), ...spaces.map(spaceText)].join('\n\n');
}

const summariesOf = (rows: readonly Row[]): readonly SpaceSummary[] =>
  summarise(
    rows,
    PLAYERS.map(({ key }) => key),
  );

function tausText(rows: readonly TauRow[]): string {
  const body = rows.map(({ space, told, score, students, neighbours, apart, noise, one, other, gain }) => [
    ...[space, `${told} → ${score}`, String(students), neighbours.toFixed(1)],
    ...[noise?.toFixed(2) ?? '', apart.toFixed(2), estimateText(one), estimateText(other), gainText(gain)],
  ]);
  const header = [
    'space',
    'told → tested',
    'students',
    'neighbours',
    'noise',
    'apart',
    'tau of its own',
    'mean with neighbours',
    'gain',
  ];
  return `### Kendall’s tau with another training’s test\n\n${table(header, body)}`;
}

function spaceText({ space, players }: SpaceSummary): string {
  const counts = [...new Set(players.flatMap(({ standings }) => standings.map(({ count }) => count)))];
  const seeds = Math.min(...players.flatMap(({ standings }) => standings.map((one) => one.seeds)));
  const header = ['regret, points', ...counts.map((count) => `after ${count}`)];
  const body = players.flatMap(({ player, standings, single }) => [
    [titleOf(player), ...cellsOf(standings, counts)],
    ...(single.length > 0 ? [[`${titleOf(player)}, its best single student`, ...cellsOf(single, counts)]] : []),
  ]);
  return `### ${space}, ${seeds} seeds\n\n${table(header, body)}`;
}

const cellsOf = (standings: readonly Standing[], counts: readonly number[]): readonly string[] =>
  counts.map((count) => {
    const standing = standings.find((one) => one.count === count);
    return standing ? standingText(standing) : '';
  });

/** `0.61 (+0.30, +0.12 to +0.49, p .004)` */
function standingText({ mean, lower, upper, beside }: Standing): string {
  if (!beside) return `${mean.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
  const interval = `${signed(beside.mean, 2)}, ${signed(beside.lower, 2)} to ${signed(beside.upper, 2)}`;
  return `${mean.toFixed(2)} (${interval}, p ${pText(beside.p)})`;
}

const pText = (p: number): string => (p < 0.001 ? '< .001' : p.toPrecision(2).replace(/^0/, ''));

/** By count. */
const byCount = <T>(standings: readonly Standing[], read: (standing: Standing) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(standings.map((standing) => [standing.count, read(standing)]));

const digits = (value: number): number => Number(value.toFixed(4));

function playerRecord({ standings, single }: PlayerSummary) {
  return {
    seeds: Math.min(...standings.map(({ seeds }) => seeds)),
    regret: byCount(standings, ({ mean }) => digits(mean)),
    interval: byCount(standings, ({ lower, upper }) => [lower, upper].map(digits)),
    ...(standings.some(({ beside }) => beside) && {
      besideRandom: byCount(standings, ({ beside }) => digits(beside?.mean ?? NaN)),
      p: byCount(standings, ({ beside }) => digits(beside?.p ?? NaN)),
    }),
    ...(single.length > 0 && { single: byCount(single, ({ mean }) => digits(mean)) }),
  };
}

/** `{methods: {KEY: {table, regret: {COUNT: points}, ..., tables: {SPACE: ...}}}, taus}` */
export function reportRecord(rows: readonly Row[]) {
  const spaces = summariesOf(rows);
  const methods = PLAYERS.flatMap(({ key }) => {
    const tables = spaces.flatMap(({ space, players }) => {
      const own = players.find(({ player }) => player === key);
      return own ? [[space, playerRecord(own)] as const] : [];
    });
    const known = new Map(tables);
    const headline = HEADLINE.find((space) => known.has(space)) ?? tables[0]?.[0];
    if (headline === undefined) return [];
    return [[key, { table: headline, ...known.get(headline), tables: Object.fromEntries(tables) }] as const];
  });
  const taus = rows
    .filter(isTau)
    .map(({ space, told, score, students, neighbours, apart, noise, one, other, gain }) => ({
      ...{ space, told, score, students, neighbours, apart, noise },
      ...{ own: intervalOf(one), withNeighbours: intervalOf(other), gain: intervalOf(gain) },
    }));
  return { methods: Object.fromEntries(methods), rival: RIVAL, taus };
}

const intervalOf = ({ value, lower, upper }: Estimate) => ({
  tau: digits(value),
  interval: [lower, upper].map(digits),
});
