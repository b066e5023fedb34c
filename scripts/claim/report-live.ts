/** The live searches side by side: what each front is worth on the test images, and what it
 * took. */
import { hypervolume } from '../../src/core/geometry/hypervolume.ts';
import { paretoItems } from '../../src/core/geometry/pareto-front.ts';
import type { Objective } from '../../src/core/objective.ts';
import { table } from '../study/markdown.ts';
import type { LiveRow, LiveStudent } from './live.ts';
import { LIVE_PLAYERS } from './protocol.ts';
import { digits, mean, titleOf } from './report-words.ts';

const OBJECTIVES: readonly Objective[] = [
  { metric: 'testAccuracy', goal: 'maximize', known: false },
  { metric: 'params', goal: 'minimize', known: true },
];
/** As the product measures hypervolume (decision 11), from the largest student that any of the
 * searches trained. */
const REFERENCE_ACCURACY = 0.5;
const REFERENCE_FACTOR = 1.1;

const metricsOf = ({ testAccuracy = NaN, params }: LiveStudent) => ({ testAccuracy, params });

/** By id: share of the hypervolume of all searches' fronts together. */
export function liveShares(rows: readonly LiveRow[]): ReadonlyMap<string, number> {
  const largest = Math.max(...rows.flatMap(({ students }) => students.map(({ params }) => params)));
  const reference = { testAccuracy: REFERENCE_ACCURACY, params: REFERENCE_FACTOR * largest };
  const volume = (students: readonly LiveStudent[]): number =>
    hypervolume(students.map(metricsOf), OBJECTIVES, reference);
  const all = volume(rows.flatMap(({ front }) => front));
  return new Map(rows.map(({ id, front }) => [id, volume(front) / all]));
}

export function liveSection(rows: readonly LiveRow[]): string {
  const title = '### Live';
  if (rows.length === 0) return `${title}\n\nUntried: no live search is recorded.`;
  const shares = liveShares(rows);
  const ordered = LIVE_PLAYERS.flatMap((player) => rows.filter((row) => row.player === player));
  const body = ordered.map((row) => {
    const { id, player, seed, trials, failed, front, seconds } = row;
    const tests = front.map(({ testAccuracy = NaN }) => testAccuracy).filter(Number.isFinite);
    return [
      ...[titleOf(player), String(seed), String(trials), String(failed), digits(shares.get(id) ?? NaN, 4)],
      ...[digits(Math.max(...tests), 4), `${front.length} (${familiesOf(front)})`, (seconds / 60).toFixed(1)],
    ];
  });
  const means = LIVE_PLAYERS.flatMap((player) => {
    const own = rows.filter((row) => row.player === player).map(({ id }) => shares.get(id) ?? NaN);
    return own.length === 0 ? [] : [`${titleOf(player)} ${digits(mean(own), 4)} (${own.length} seeds)`];
  });
  const owners = paretoItems(
    rows.flatMap(({ player, front }) => front.map((student) => ({ player, student }))),
    ({ student }) => metricsOf(student),
    OBJECTIVES,
  );
  const from = LIVE_PLAYERS.map((player) => {
    return `${titleOf(player)} ${owners.filter((owner) => owner.player === player).length}`;
  });
  const note =
    `Real trainings on ${rows[0]?.dataset} through \`trade search\`; fronts by validation accuracy and ` +
    'params, scored by test ' +
    'accuracy of the same trainings; shares of the hypervolume of all fronts together. So few seeds describe ' +
    'and test nothing.';
  const header = ['', 'seed', 'trials', 'failed', 'share', 'best test accuracy', 'front (families)', 'minutes'];
  const summary =
    `Mean shares: ${means.join(', ')}. Students on the front of all: ${from.join(', ')}. On ` + `${machinesOf(rows)}.`;
  return [title, note, table(header, body), summary].join('\n\n');
}

const familiesOf = (front: readonly LiveStudent[]): string =>
  [...new Set(front.map(({ family }) => family))].join(', ');
const machinesOf = (rows: readonly LiveRow[]): string =>
  [...new Set(rows.map(({ origin }) => `${origin.machine}, ${origin.date}`))].sort().join('; ');
