/** Searches at equal epochs, as Markdown: shares, epochs until a share, and paired differences in
 * both directions of training seeds. */
import { byEpoch, reachedBy, spreadAfter } from '../../src/core/anytime.ts';
import type { AnytimeCurve } from '../../src/core/anytime.ts';
import { pairedBootstrap } from '../../src/core/math/paired-bootstrap.ts';
import { meanAdvantage } from '../study/limits.ts';
import { table } from '../study/markdown.ts';
import { meanOf } from '../study/statistics.ts';
import { frontOf } from './duels.ts';
import { ENDPOINT_EPOCHS, EPOCH_MARKS, EPOCH_PLAYER, GOALS, VARIANTS } from './epochs.ts';
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

/** Each is held against whole trainings alone, of both kinds. */
const BY_LEGS = ['short', 'stop', 'both'] as const satisfies readonly Variant[];
const WHOLE = ['whole', 'few'] as const satisfies readonly Variant[];

export function epochFigures(studies: readonly EpochStudy[], find: FindGame): string {
  if (studies.length === 0) return 'The table has no short trainings.';
  return [...studies.map((study) => directionSection(study, find)), differenceSection(studies, find)].join('\n\n');
}

function searched({ pools, score }: EpochStudy, variant: Variant, find: FindGame): Searched {
  const pool = pools[variant];
  const games = gamesOf(find, pool, EPOCH_PLAYER);
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
  return `Searched and scored ${study.title}, medians of search seeds:\n\n${table(header, body)}`;
}

/** By legs minus without, paired by search seed. */
function differenceSection(studies: readonly EpochStudy[], find: FindGame): string {
  const body = WHOLE.flatMap((against) =>
    BY_LEGS.flatMap((variant) => studies.map((study) => differenceRow(study, variant, against, find))),
  );
  const header = ['', 'minus', 'seeds', 'pairs', 'share', '95 % interval', 'points of test accuracy'];
  const note =
    `After ${ENDPOINT_EPOCHS} epochs, paired by search seed ` +
    '(bootstrap of 10,000 draws; it tells of search seeds on these accuracies); points: mean over 30 limits of params.';
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
  ];
}

const epochsText = (count: number): string => (Number.isFinite(count) ? String(count) : 'not reached');
