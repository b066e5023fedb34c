/** Why a run went as it did, for a terminal: what each family got and brought, what the regions
 * did, how good predictions were. */
import { answerSentences } from '../../bridge/words/answer-words.ts';
import type { Explanation } from '../../core/strategies/explain.ts';
import { percentText, textTable } from './text-table.ts';

const COLUMNS = ['family', '>students', '>failed', '>best', '>front', '>of the front', '>expected gain', 'chosen by'];

/** `isShare`: best values are accuracies; a reward is told as it is. */
export function whyText(explanation: Explanation, isShare: boolean): readonly string[] {
  const rows = explanation.families.map((account) => [
    account.family,
    String(account.proposed),
    String(account.failed),
    account.best === undefined ? '-' : valueText(account.best, isShare),
    String(account.front),
    percentText(account.share),
    account.expectedGain?.toPrecision(3) ?? '-',
    Object.entries(account.sources)
      .sort(([, left], [, right]) => right - left)
      .map(([source, count]) => `${source} ${count}`)
      .join(', '),
  ]);
  const sentences = [
    ...answerText(explanation, isShare),
    ...[regionsText(explanation), globalText(explanation), ...calibrationText(explanation)],
  ];
  return ['Why:', '', ...textTable(COLUMNS, rows), '', ...sentences.filter((sentence) => sentence !== '')];
}

const valueText = (value: number, isShare: boolean): string => (isShare ? percentText(value) : value.toPrecision(4));

/** What the search found, by its own measure and by single students. */
export const answerText = (explanation: Explanation, isShare: boolean): readonly string[] =>
  answerSentences(explanation, (value) => valueText(value, isShare));

function regionsText({ regions }: Explanation): string {
  if (regions.length === 0) return '';
  const count = (kind: 'opened' | 'ended' | 'recentred'): number =>
    regions.reduce((sum, moment) => sum + moment[kind].length, 0);
  const successes = regions.filter(({ own }) => own?.success === true).length;
  const failures = regions.filter(({ own }) => own?.success === false).length;
  return (
    `Trust regions: ${count('opened')} opened, ${count('ended')} ended, ${count('recentred')} moves; ` +
    `${successes} successes, ${failures} failures.`
  );
}

const globalText = ({ globalShare }: Explanation): string =>
  globalShare === undefined ? '' : `Outside all regions: ${percentText(globalShare)} of what the surrogate chose.`;

function calibrationText({ calibration, leftOut }: Explanation): readonly string[] {
  if (!calibration) return [];
  const { count, coverage, bias, spread, logScore } = calibration;
  const held = coverage.map(({ level, share }) => `${Math.round(100 * share)} % within ${Math.round(100 * level)} %`);
  const deviations =
    `bias ${bias.toFixed(2)}, spread ${spread.toFixed(2)} deviations, log score ` + `${logScore.toFixed(2)} nats`;
  const gain = leftOut && leftOut.logScore - leftOut.unaided;
  return [
    `Predictions: ${count}, of which ${held.join(', ')}; ${deviations}.`,
    ...(gain === undefined
      ? []
      : [`Left out one by one, results are predicted ${gain.toFixed(2)} nats each better than by their mean alone.`]),
  ];
}
