/** What a search costs: trainings by the processor's clock, failed ones, the strategy's own
 * computing. */
import { quantile } from '../../src/core/math/quantile.ts';
import { table } from '../study/markdown.ts';
import { PLAYERS } from './protocol.ts';
import type { Findings } from './report.ts';
import { digits, mean, titleOf } from './report-words.ts';
import { shareWithin, trainingSeconds } from './scores.ts';
import { gamesOf, sharesOf, trainedBy } from './study.ts';

/** Of the budget's expected time. */
const MARKS = [0.1, 0.25, 0.5, 1];

export function costSection({ study, find }: Findings): string {
  const pool = study.main.none;
  const body = PLAYERS.map((player) => {
    const games = [...gamesOf(find, pool, player).values()];
    const asks = games.flatMap(({ askMs }) => askMs);
    const sums = games.map(({ askMs }) => askMs.reduce((sum, ms) => sum + ms, 0) / 1000);
    const trainings = games.map(({ trained }) => trainingSeconds(pool, trained).reduce((sum, own) => sum + own, 0));
    const failed = games.map(
      ({ trained }) => trained.filter((place) => !hasResult(pool.students[place]?.metrics, study.search)).length,
    );
    return [
      titleOf(player),
      ...[quantile(trainings, 0.5), quantile(sums, 0.5)].map((seconds, index) => digits(seconds, index === 0 ? 0 : 2)),
      ...[quantile(asks, 0.5), quantile(asks, 0.95)].map((ms) => digits(ms, 1)),
      digits(mean(failed), 1),
    ];
  });
  const header = ['', 'trainings, CPU s', 'all asks, CPU s', 'an ask, ms', '95th percentile, ms', 'failed trainings'];
  const note =
    'A search without references: medians over seeds of the CPU seconds of its students, as each was trained ' +
    'with its looks ' +
    'at the validation images, and of its own computing. Failed trainings, mean: they count to the budget.';
  return `### Costs\n\n${note}\n\n${table(header, body)}`;
}

const hasResult = (metrics: Readonly<Record<string, number>> = {}, told: string): boolean =>
  Number.isFinite(metrics[told]);

/** Equal seconds instead of equal trainings: a strategy that likes small students is not charged
 * for large ones. */
export function equalCostSection({ study, find }: Findings): string {
  const pool = study.main.none;
  const each = mean(
    trainingSeconds(
      pool,
      pool.students.map((_, place) => place),
    ),
  );
  const body = PLAYERS.map((player) => {
    const games = gamesOf(find, pool, player);
    const curves = sharesOf(pool, trainedBy(games), study.score);
    return [
      titleOf(player),
      ...MARKS.map((mark) => {
        const shares = [...games].map(([seed, { trained, askMs }]) => {
          const seconds = trainingSeconds(pool, trained).map((own, index) => own + (askMs[index] ?? 0) / 1000);
          return shareWithin(curves.get(seed) ?? [], seconds, mark * pool.budget * each);
        });
        return digits(quantile(shares, 0.5), 4);
      }),
    ];
  });
  const header = ['', ...MARKS.map((mark) => `${(mark * pool.budget * each).toFixed(0)} CPU s`)];
  const note =
    `Share at equal CPU seconds, asks included, medians; the last mark is ${pool.budget} trainings at the ` +
    `pool's mean of ${digits(each, 1)} s. Descriptive.`;
  return `### At equal cost\n\n${note}\n\n${table(header, body)}`;
}
