/** What a search finds beside hand-designed students of the same size: reference students, scaled
 * in width, distilled alike. */
import { table } from '../study/markdown.ts';
import { PLAYERS } from './protocol.ts';
import { scaleOf } from './pool.ts';
import { gainsOver } from './predefined.ts';
import type { Gain } from './predefined.ts';
import type { Findings } from './report.ts';
import { mean, points, titleOf } from './report-words.ts';
import { gamesOf, trainedBy } from './study.ts';

export function predefinedSection(findings: Findings): string {
  const pool = findings.study.main.none;
  const gainsBy = PLAYERS.map((player) => {
    const searches = [...trainedBy(gamesOf(findings.find, pool, player)).values()];
    return [player, gainsOver(pool, searches, findings.study.score)] as const;
  });
  const gains = gainsBy[0]?.[1] ?? [];
  const title = '### Beside predefined students of the same params';
  if (gains.length === 0) return `${title}\n\nNo predefined student is recorded yet.`;
  const scales = [...new Set(gains.map(({ predefined }) => scaleOf(predefined)))].sort((left, right) => left - right);
  const body = gainsBy.map(([player, all]) => [
    titleOf(player),
    ...scales.map((scale) => gainText(all.filter(({ predefined }) => scaleOf(predefined) === scale))),
    gainText(all),
    beatenText(all),
  ]);
  const note =
    'Test accuracy, in points, of the student that a search without references chooses by validation among ' +
    'its own with at ' +
    `most the predefined student's params, minus the predefined student's; mean over seeds and (students). ` +
    'A search may ' +
    'come to a predefined student itself: a gain of 0. Beaten: predefined students whose mean gain over ' +
    'seeds is above 0.';
  const header = ['', ...scales.map((scale) => `widths times ${scale}`), 'all', 'beaten'];
  return `${title}\n\n${note}\n\n${table(header, body)}`;
}

function gainText(gains: readonly Gain[]): string {
  const known = gains.map(({ gain }) => gain).filter(Number.isFinite);
  return known.length === 0 ? '' : `${points(mean(known))} (${known.length})`;
}

function beatenText(gains: readonly Gain[]): string {
  const known = gains.filter(({ gain }) => Number.isFinite(gain));
  return known.length === 0 ? '' : `${known.filter(({ gain }) => gain > 0).length} of ${known.length}`;
}
