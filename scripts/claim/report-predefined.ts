/** What a search finds beside hand-designed students of the same size: reference students, scaled
 * in width, distilled alike. */
import { table } from '../study/markdown.ts';
import { PLAYERS } from './protocol.ts';
import type { Player } from './protocol.ts';
import { isPredefined, scaleOf } from './pool.ts';
import { gainsOver, smallerOf } from './predefined.ts';
import type { Gain, Smaller } from './predefined.ts';
import type { Findings } from './report.ts';
import { capital, digits, mean, points, titleOf } from './report-words.ts';
import { meanOf } from '../study/statistics.ts';
import { gamesOf, trainedBy } from './study.ts';
import type { FindGame, Study } from './study.ts';

export function predefinedSection({ studies, find }: Findings): string {
  const title = '### Beside predefined students';
  if (!studies.all[0].main.none.students.some(isPredefined))
    return `${title}\n\nNo predefined student is recorded yet.`;
  const note =
    'At the same params: test accuracy, in points, of the student that a search without references chooses by ' +
    "validation among its own with at most the predefined student's params, minus the predefined student's; mean " +
    'over seeds and (students). A search may come to a predefined student itself: a gain of 0. Beaten: ' +
    'predefined students whose mean gain over seeds is above 0.';
  const smaller =
    'At the same accuracy: the smallest student that a search trained whose validation accuracy is at least a ' +
    "predefined student's. Times fewer params: median over predefined students, mean over search seeds; one that " +
    'is not matched counts as 0. Points: test accuracy of the former minus that of the latter.';
  const parts = studies.all.map((study) => `${capital(study.title)}:\n\n${gainTable(find, study)}`);
  return [title, note, ...parts, smaller, smallerTable(find, studies.all)].join('\n\n');
}

function searchesOf(find: FindGame, { main }: Study, player: Player): readonly (readonly number[])[] {
  return [...trainedBy(gamesOf(find, main.none, player)).values()];
}

function smallerTable(find: FindGame, all: readonly Study[]): string {
  const body = PLAYERS.map((player) => {
    const cells = all.flatMap((study) => {
      const searches = searchesOf(find, study, player).map((places) => smallerOf(study.main.none, places, study.score));
      const mean = (of: (smaller: Smaller) => number): number => meanOf(searches.map(of));
      return [
        digits(
          mean(({ ratio }) => ratio),
          2,
        ),
        points(mean(({ gain }) => gain)),
        digits(
          mean(({ matched }) => matched),
          1,
        ),
      ];
    });
    return [titleOf(player), ...cells];
  });
  const columns = all.flatMap(({ title }) =>
    ['times fewer params', 'points', 'matched'].map((one) => `${title}, ${one}`),
  );
  return table(['', ...columns], body);
}

function gainTable(find: FindGame, study: Study): string {
  const gainsBy = PLAYERS.map((player) => {
    return [player, gainsOver(study.main.none, searchesOf(find, study, player), study.score)] as const;
  });
  const gains = gainsBy[0]?.[1] ?? [];
  const scales = [...new Set(gains.map(({ predefined }) => scaleOf(predefined)))].sort((left, right) => left - right);
  const body = gainsBy.map(([player, all]) => [
    titleOf(player),
    ...scales.map((scale) => gainText(all.filter(({ predefined }) => scaleOf(predefined) === scale))),
    gainText(all),
    beatenText(all),
  ]);
  const header = ['', ...scales.map((scale) => `widths times ${scale}`), 'all', 'beaten'];
  return table(header, body);
}

function gainText(gains: readonly Gain[]): string {
  const known = gains.map(({ gain }) => gain).filter(Number.isFinite);
  return known.length === 0 ? '' : `${points(mean(known))} (${known.length})`;
}

function beatenText(gains: readonly Gain[]): string {
  const known = gains.filter(({ gain }) => Number.isFinite(gain));
  return known.length === 0 ? '' : `${known.filter(({ gain }) => gain > 0).length} of ${known.length}`;
}
