/** Several strategies on one table, as lines: medians side by side, trainings to a threshold, and
 * who is better than whom. */
import type { TableView } from '../../bridge/schemas/replay.ts';
import { verdictWords } from '../../bridge/words/replay-words.ts';
import { compareWith, reachedBy, readingCounts, spreadAfter } from '../../core/anytime.ts';
import type { AnytimeCurve } from '../../core/anytime.ts';
import type { PlayedGame } from '../replays/player.ts';
import type { Measure, ReplayTerms } from './replay-text.ts';
import { askText, curveOf, lengthOf, replayText, shareText, valueText } from './replay-text.ts';
import { textTable } from './text-table.ts';

/** Games by strategy, in order; inside by seed. */
export type GamesByStrategy = ReadonlyMap<string, ReadonlyMap<number, PlayedGame>>;

const gamesOf = (games: GamesByStrategy): readonly PlayedGame[] =>
  [...games.values()].flatMap((one) => [...one.values()]);

function curvesOf(
  games: ReadonlyMap<number, PlayedGame>,
  measure: Measure,
  terms: Pick<ReplayTerms, 'epochs'>,
): ReadonlyMap<number, AnytimeCurve> {
  return new Map([...games].map(([seed, game]) => [seed, curveOf(game, measure, terms)]));
}

/** Lines about games that were played, all there is to say. `reach`: a share of the hypervolume, or
 * whose median at the end. */
export function tableText(
  { name, objectives }: TableView,
  games: GamesByStrategy,
  { batch, reach, epochs }: Pick<ReplayTerms, 'batch' | 'epochs'> & { readonly reach?: number | string | undefined },
): readonly string[] {
  const [first] = objectives;
  if (first === undefined) return [];
  const terms: ReplayTerms = { ...first, batch, epochs };
  const played = new Map([...games].filter(([, own]) => own.size > 0));
  const [only] = played.values();
  const seeds = Math.max(...[...played.values()].map((own) => own.size));
  return [
    `${name}: ${seeds === 1 ? '1 seed' : `medians of ${seeds} seeds`}`,
    ...(played.size === 1 && only ? replayText([...only.values()], terms) : comparisonText(played, terms)),
    ...(reach === undefined ? [] : ['', ...reachText(played, reach, terms)]),
  ];
}

/** The first strategy is the one that is compared with each of the others. */
function comparisonText(games: GamesByStrategy, terms: ReplayTerms): readonly string[] {
  const { metric, batch } = terms;
  return [
    `Share of the hypervolume after so many ${unitOf(terms)}: median (worst seed)`,
    ...countsText(games, 'hypervolume', { ...terms, goal: 'maximize' }, shareText),
    '',
    `Best ${metric}`,
    ...countsText(games, 'best', terms, valueText),
    '',
    ...verdictText(games, terms),
    '',
    'Milliseconds an ask',
    ...textTable(
      ['strategy', '>median', '>95th percentile'],
      [...games].map(([strategy, own]) => [strategy, ...askText([...own.values()], batch)]),
    ),
  ];
}

function countsText(
  games: GamesByStrategy,
  measure: Measure,
  terms: ReplayTerms,
  text: (value: number) => string,
): readonly string[] {
  const counts = readingCounts(lengthOf(gamesOf(games), terms));
  const rows = [...games].map(([strategy, own]) => {
    const curves = [...curvesOf(own, measure, terms).values()];
    const spreads = counts.map((count) => spreadAfter(curves, count, terms.goal));
    return [strategy, ...spreads.map(({ median, worst }) => `${text(median)} (${text(worst)})`)];
  });
  return textTable(['strategy', ...counts.map((count) => `>${count}`)], rows);
}

function verdictText(games: GamesByStrategy, terms: ReplayTerms): readonly string[] {
  const [[chosen, own] = ['', new Map<number, PlayedGame>()], ...others] = games;
  const results = compareWith(
    curvesOf(own, 'hypervolume', terms),
    new Map(others.map(([strategy, its]) => [strategy, curvesOf(its, 'hypervolume', terms)])),
    lengthOf(gamesOf(games), terms),
  );
  const rows = results.map(({ id, difference, lower, upper, adjustedP, ...result }) => [
    id,
    signed(difference),
    `${signed(lower)} to ${signed(upper)}`,
    result.verdict === 'descriptive' ? '-' : adjustedP < 0.001 ? '< 0.001' : adjustedP.toPrecision(2),
    verdictWords(result),
  ]);
  return [
    `Is ${chosen} better? Mean difference over paired seeds of the area under log10(1 - share); below 0 speaks for it.`,
    'Percentile bootstrap of 10,000 draws, p by Holm over the rows.',
    ...textTable(['than', '>difference', '>95 % interval', '>p', 'verdict'], rows),
  ];
}

function reachText(games: GamesByStrategy, reach: number | string, terms: ReplayTerms): readonly string[] {
  const share = typeof reach === 'number' ? reach : endOf(games, reach, terms);
  const of = typeof reach === 'number' ? '' : `, the median of ${reach} at the end`;
  const rows = [...games].map(([strategy, own]) => {
    const { half, most, reached, seeds } = reachedBy(
      [...curvesOf(own, 'hypervolume', terms).values()],
      share,
      'maximize',
    );
    return [strategy, ...[half, most].map(trainings), `${reached} of ${seeds}`];
  });
  return [
    `${terms.epochs === undefined ? 'Trainings' : 'Epochs'} until ${shareText(share)} of the hypervolume${of}`,
    ...textTable(['strategy', '>half of the seeds', '>9 of 10', '>reached by'], rows),
  ];
}

function endOf(games: GamesByStrategy, strategy: string, terms: ReplayTerms): number {
  const curves = [...curvesOf(games.get(strategy) ?? new Map(), 'hypervolume', terms).values()];
  return spreadAfter(curves, lengthOf(gamesOf(games), terms), 'maximize').median;
}

const unitOf = ({ epochs }: ReplayTerms): string => (epochs === undefined ? 'trainings' : 'epochs');

const trainings = (count: number): string => (Number.isFinite(count) ? String(count) : 'not reached');
const signed = (value: number): string => (Number.isFinite(value) ? `${value > 0 ? '+' : ''}${value.toFixed(2)}` : '-');
