/** Games on the study's spaces: what each player has found after so many trainings, and how far
 * that is from the best there is. */
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Problem } from '../../../src/core/objective.ts';
import type { RunEvent } from '../../../src/core/records/events.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { enumerateSpace } from '../../../src/core/space/lattice.ts';
import { explainBy, strategyInfo } from '../../../src/core/strategies/registry.ts';
import { createTableProblem, createTableGame, playGame } from '../../../src/core/strategies/replay.ts';
import type { Game, GameResult, Played } from '../../../src/core/strategies/replay.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import type { StrategyOptions } from '../../../src/core/strategies/strategy.ts';
import type { Direction, StudySpace } from './spaces.ts';

export interface Player {
  readonly key: string;
  readonly title: string;
  /** Absent: students by chance, each as likely as any other. */
  readonly strategy?: string;
  readonly options?: StrategyOptions;
  /** Only in spaces that have an embedding. */
  readonly isEmbedded?: boolean;
}

/** Whom all others are held against. */
export const RIVAL = 'random';

const ARCH2VEC = [
  { strategy: 'arch2vec-bo', title: 'arch2vec, Bayesian optimisation' },
  { strategy: 'arch2vec-rl', title: 'arch2vec, policy' },
];

export const PLAYERS: readonly Player[] = [
  { key: RIVAL, title: 'Random search', strategy: 'random' },
  { key: 'uniform', title: 'Each student as likely as any' },
  { key: 'na-rs', title: 'NA-RS', strategy: 'na-rs' },
  { key: 'evolution', title: 'Regularised evolution', strategy: 'evolution' },
  { key: 'gp-ehvi', title: 'Global process', strategy: 'gp-ehvi' },
  ...ARCH2VEC.flatMap(({ strategy, title }): readonly Player[] => [
    { key: strategy, title, strategy, isEmbedded: true },
    {
      ...{ key: `${strategy}-one-hot`, title: `${title}, by one-hot codes`, strategy, isEmbedded: true },
      options: { encoding: 'one-hot' },
    },
  ]),
];

export const playersOf = ({ embedding }: StudySpace): readonly Player[] =>
  PLAYERS.filter(({ isEmbedded = false }) => !isEmbedded || embedding !== undefined);

const COUNTS = [16, 32, 60, 100];
/** Who may train nearly everything finds everything. */
const LARGEST_SHARE = 0.6;

/** Trainings after which finds are looked at. */
export const countsOf = ({ table }: StudySpace): readonly number[] =>
  COUNTS.filter((count) => count <= LARGEST_SHARE * (table.families[0]?.rows.length ?? 0));

const COST = 'params';

/** The table as a search of this direction sees it: one objective, params known. */
export function shownTable({ table }: StudySpace, { told }: Direction): RecordedTable {
  const { epochs: _, legs: __, ...plain } = table;
  const objectives = [
    { metric: told, goal: 'maximize', known: false },
    { metric: COST, goal: 'minimize', known: true },
  ] as const;
  const reference = { [told]: table.reference['accuracy'] ?? NaN, [COST]: table.reference[COST] ?? NaN };
  return { ...plain, metrics: [told, COST], objectives, reference };
}

/** Neighbours go through the network that stands for several codes, as in a search by trainings. */
export function withRepresentative(problem: Problem, { representative }: StudySpace): Problem {
  if (!representative) return problem;
  return { ...problem, space: { families: problem.space.families.map((one) => ({ ...one, representative })) } };
}

function openGame(space: StudySpace, direction: Direction, seed: number, budget: number): Game {
  const game = createTableGame(shownTable(space, direction), { seed, budget, single: true });
  return { ...game, problem: withRepresentative(game.problem, space) };
}

/** Points of the score that a find has less than the best of the space, by number of trainings. */
export type Regrets = Readonly<Record<string, number>>;

export interface Found {
  /** Of what the player names: the student that told most, or the answer of its own. */
  readonly regret: Regrets;
  /** Of the student that told most, where the player names another. */
  readonly single?: Regrets;
}

/** Mean over the space's directions. */
export function playAll(space: StudySpace, player: Player, seed: number): Found {
  const counts = countsOf(space);
  const games = space.directions.map((direction) => {
    const scores = scoresOf(space, direction);
    const game = openGame(space, direction, seed, Math.max(...counts));
    const { played, sources } = trainedBy({ game, embedding: space.embedding }, player, seed);
    const best = [...scores.values()].reduce((high, score) => Math.max(high, score), -Infinity);
    const regretOf = (one: Played | undefined): number =>
      one ? space.points * (best - (scores.get(candidateKey(one.candidate)) ?? NaN)) : NaN;
    return counts.map((count) => {
      const single = regretOf(mostTold(played.slice(0, count), direction));
      const named = namedBy(player, { game, seed, played: played.slice(0, count), sources });
      return { single, named: named ? regretOf(named) : single };
    });
  });
  const mean = (read: (one: { readonly single: number; readonly named: number }) => number): Regrets =>
    Object.fromEntries(
      counts.map((count, at) => {
        const sum = games.reduce((total, game) => total + read(game[at] ?? { single: NaN, named: NaN }), 0);
        return [count, Number((sum / games.length).toFixed(4))];
      }),
    );
  const regret = mean(({ named }) => named);
  return answers(player) ? { regret, single: mean(({ single }) => single) } : { regret };
}

/** It may name another than the student that told most. */
const answers = ({ strategy }: Player): boolean =>
  strategy !== undefined && strategyInfo(strategy).shows?.includes('answer') === true;

function scoresOf(space: StudySpace, { score }: Direction): ReadonlyMap<string, number> {
  const { rows } = createTableProblem(space.table, { seed: 1, budget: 1 });
  return new Map([...rows].map(([key, { metrics }]) => [key, metrics[score] ?? NaN]));
}

type Trained = Pick<GameResult, 'played' | 'sources'>;

function trainedBy(
  { game, embedding }: { readonly game: Game } & Pick<StudySpace, 'embedding'>,
  { strategy, options = {} }: Player,
  seed: number,
): Trained {
  if (strategy !== undefined) {
    return playGame(game, { strategy, seed, options, ...(embedding && { embedding }), now: () => 0 });
  }
  const all = createRng(split(seed, UNIFORM)).shuffle([...enumerateSpace(game.problem.space)]);
  const played = all.slice(0, game.problem.budget).map((candidate, trial) => {
    return { candidate, metrics: game.answer(candidate, trial, seed) };
  });
  return { played, sources: played.map(() => 'random') };
}

const UNIFORM = 0x756e6966;

/** The earliest of equals. */
function mostTold(played: readonly Played[], { told }: Direction): Played | undefined {
  const value = ({ metrics }: Played): number => metrics[told] ?? -Infinity;
  return played.reduce<Played | undefined>((best, one) => (best && value(best) >= value(one) ? best : one), undefined);
}

/** What the strategy itself names, if it has found anything yet. */
function namedBy(
  player: Player,
  { game, seed, played, sources }: Trained & { readonly game: Game; readonly seed: number },
): Played | undefined {
  const { strategy, options = {} } = player;
  if (strategy === undefined || !answers(player)) return undefined;
  // A game of one at a time is its log.
  const log = played.flatMap(({ candidate, metrics }, trial): readonly RunEvent[] => [
    {
      type: 'asked',
      proposals: [{ trial, candidate, seed: split(seed, trial), why: { source: sources[trial] ?? '' } }],
      position: trial + 1,
    },
    { type: 'told', trial, metrics },
  ]);
  const answer = explainBy(strategy, { problem: game.problem, seed, options }, log)?.answer;
  return played[answer?.centres[0]?.trial ?? -1];
}
