/** Searches at equal epochs, as Markdown: shares, epochs until a share, and paired differences in
 * both directions of training seeds. */
import { byEpoch, reachedBy, spreadAfter } from '../../src/core/anytime.ts';
import type { AnytimeCurve } from '../../src/core/anytime.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { pairedBootstrap } from '../../src/core/math/paired-bootstrap.ts';
import { quantileOfSorted } from '../../src/core/math/quantile.ts';
import { meanAdvantage } from '../study/limits.ts';
import { table } from '../study/markdown.ts';
import { meanOf } from '../study/statistics.ts';
import { frontOf } from './duels.ts';
import { ENDPOINT_EPOCHS, EPOCH_MARKS, EPOCH_PLAYER, EPOCH_SEEDS, GOALS, VARIANTS } from './epochs.ts';
import type { EpochStudy, Variant } from './epochs.ts';
import type { GameRecord } from './games.ts';
import { LIMITS } from './protocol.ts';
import { digits, points, signed } from './report-words.ts';
import { chosenShares, wholeVolume } from './scores.ts';
import { gamesOf } from './study.ts';
import type { FindGame } from './study.ts';

/** A search's games by seed, and its shares by epoch `[budget]`. */
interface Searched {
  readonly games: ReadonlyMap<number, GameRecord>;
  readonly curves: ReadonlyMap<number, AnytimeCurve>;
}

const LAST_GOAL = GOALS[1];
const SHARE_OF_EPOCHS = `share of the epochs to ${LAST_GOAL}`;
const DRAWS = 2000;

/** Each is held against whole trainings alone, of both kinds. */
const BY_LEGS = ['short', 'stop', 'both'] as const satisfies readonly Variant[];
const WHOLE = ['whole', 'few'] as const satisfies readonly Variant[];

export function epochFigures(studies: readonly EpochStudy[], find: FindGame): string {
  if (studies.length === 0) return 'The table has no short trainings.';
  return [...studies.map((study) => directionSection(study, find)), differenceSection(studies, find)].join('\n\n');
}

function searched({ pools, score }: EpochStudy, variant: Variant, find: FindGame): Searched {
  const pool = pools[variant];
  const games = gamesOf(find, pool, EPOCH_PLAYER, EPOCH_SEEDS);
  const whole = wholeVolume(pool, score);
  const curves = [...games].map(([seed, { trained, epochs = [] }]): [number, AnytimeCurve] => {
    return [seed, byEpoch(chosenShares(pool, trained, score, whole), epochs, pool.budgetEpochs ?? 0, 0)];
  });
  return { games, curves: new Map(curves) };
}

function directionSection(study: EpochStudy, find: FindGame): string {
  const body = [...BY_LEGS, ...WHOLE].map((variant) => {
    const curves = [...searched(study, variant, find).curves.values()];
    const budget = study.pools[variant].budgetEpochs ?? 0;
    const shares = EPOCH_MARKS.map((mark) =>
      mark > budget ? '' : digits(spreadAfter(curves, mark, 'maximize').median, 4),
    );
    const reached = GOALS.map((goal) => epochsText(reachedBy(curves, goal, 'maximize').half));
    return [VARIANTS[variant].title, ...shares, ...reached];
  });
  const marks = EPOCH_MARKS.map((mark) => `after ${mark} epochs`);
  const header = ['', ...marks, ...GOALS.map((goal) => `epochs to ${goal}`)];
  return `Searched and scored ${study.title}, medians of ${EPOCH_SEEDS.length} search seeds:\n\n${table(header, body)}`;
}

/** By legs minus without, paired by search seed. */
function differenceSection(studies: readonly EpochStudy[], find: FindGame): string {
  const body = WHOLE.flatMap((against) =>
    BY_LEGS.flatMap((variant) => studies.map((study) => differenceRow(study, variant, against, find))),
  );
  const header = ['', 'minus', 'seeds', 'pairs', 'share', '95 % interval', 'points of test accuracy', SHARE_OF_EPOCHS];
  const note =
    `After ${ENDPOINT_EPOCHS} epochs, paired by search seed ` +
    '(bootstrap of 10,000 draws; it tells of search seeds on these accuracies); points: mean over 30 limits of ' +
    'params. Epochs: a median over a median, with a 95 % interval over draws of search seeds.';
  return `${note}\n\n${table(header, body)}`;
}

function differenceRow(study: EpochStudy, variant: Variant, against: Variant, find: FindGame): readonly string[] {
  const [own, whole] = [searched(study, variant, find), searched(study, against, find)];
  const seeds = [...own.games.keys()].filter((seed) => whole.games.has(seed));
  const at = ({ curves }: Searched, seed: number): number => curves.get(seed)?.[ENDPOINT_EPOCHS - 1] ?? NaN;
  const { mean, lower, upper } = pairedBootstrap(seeds.map((seed) => at(own, seed) - at(whole, seed)));
  const fronts = (side: Variant, { games }: Searched, seed: number) => {
    const { trained = [], epochs = [] } = games.get(seed) ?? {};
    const count = epochs.filter((spent) => spent <= ENDPOINT_EPOCHS).length;
    return frontOf(study.pools[side], trained, study.score, count);
  };
  const gained = seeds.map((seed) => meanAdvantage(fronts(variant, own, seed), fronts(against, whole, seed), LIMITS));
  const interval = `${signed(lower, 4)} to ${signed(upper, 4)}`;
  const name = VARIANTS[variant].title;
  return [
    name,
    VARIANTS[against].title,
    study.title,
    String(seeds.length),
    signed(mean, 4),
    interval,
    points(meanOf(gained)),
    shareOfEpochs(seeds.map((seed) => [reachedAt(own, seed), reachedAt(whole, seed)])),
  ];
}

/** Epochs until the last goal; Infinity where it is not reached. */
const reachedAt = ({ curves }: Searched, seed: number): number =>
  reachedBy([curves.get(seed) ?? []], LAST_GOAL, 'maximize').half;

/** The median of the first over that of the second, and between which shares 95 % of draws of pairs
 * lie. */
function shareOfEpochs(pairs: readonly (readonly [number, number])[]): string {
  const rng = createRng(1);
  const half = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? NaN;
  const share = (drawn: readonly (readonly [number, number])[]): number => {
    const whole = half(drawn.map(([, one]) => one));
    return Number.isFinite(whole) ? half(drawn.map(([own]) => own)) / whole : NaN;
  };
  const draws = Array.from({ length: DRAWS }, () => share(pairs.map((pair) => pairs[rng.int(pairs.length)] ?? pair)));
  const known = draws.filter(Number.isFinite);
  // Where half of the searches may not come so far, nothing is said.
  if (pairs.length === 0 || known.length < draws.length) return '';
  const sorted = Float64Array.from(known).sort();
  const [lower, upper] = [quantileOfSorted(sorted, 0.025), quantileOfSorted(sorted, 0.975)];
  return `${digits(share(pairs), 2)} (${digits(lower, 2)} to ${digits(upper, 2)})`;
}

const epochsText = (count: number): string => (Number.isFinite(count) ? String(count) : 'not reached');
