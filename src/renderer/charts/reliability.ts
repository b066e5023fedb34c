/** Reliability diagram (Guo et al. 2017): accuracy against confidence, and the diagonal where both
 * are the same. */
import { formatExamples, formatPercent, formatPoints } from '../format.ts';
import { IMAGE_NOUN } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { Calibration } from '../review/calibration.ts';
import type { Theme } from '../theme.ts';
import type { ChartView, DrawnNetwork } from './chart.ts';
import { markOf } from './chart.ts';
import { percentSquare } from './parts/percent-square.ts';

interface ReviewedCalibration extends DrawnNetwork {
  readonly calibration: Calibration;
}

/** A bin of fewer examples is chance. */
const FEWEST = 5;

export function reliabilityChart(
  networks: readonly ReviewedCalibration[],
  theme: Theme,
  noun: Noun = IMAGE_NOUN,
): ChartView {
  const square = { diagonal: 'As claimed', across: 'Confidence (%)', up: 'Right (%)' };
  const { option, diagonal } = percentSquare(networks, square, theme);
  return {
    summary:
      networks.length === 0
        ? 'No predictions are here.'
        : 'Expected calibration error: ' +
          `${networks
            .map(
              ({ title, calibration }) =>
                `${title} ${formatPercent(calibration.ece)}, ` + `${leaningWords(calibration)}`,
            )
            .join('; ')}.`,
    table: {
      columns: ['Confidence', ...networks.flatMap(({ title }) => [`${title}: ${noun.many}`, `${title}: right`])],
      rows: (networks[0]?.calibration.bins ?? []).map(({ from, to }, bin) => [
        `${formatPercent(from)} to ${formatPercent(to)}`,
        ...networks.flatMap(({ calibration: { bins } }) => [
          String(bins[bin]?.count ?? 0),
          bins[bin]?.count ? formatPercent(bins[bin].accuracy) : '',
        ]),
      ]),
    },
    option: {
      ...option,
      series: [
        diagonal,
        ...networks.map(({ key, title, place, calibration }) => {
          const { color, symbol } = markOf(place, theme);
          return {
            ...{ type: 'line' as const, id: key, name: title, color, symbol, symbolSize: place === 'teacher' ? 12 : 8 },
            lineStyle: { color, width: 1.5 },
            data: calibration.bins
              .filter(({ count }) => count >= FEWEST)
              .map((bin) => ({
                value: [bin.confidence * 100, bin.accuracy * 100],
                tooltip: {
                  formatter: () =>
                    `${title}\n${formatExamples(bin.count, noun)} at a confidence of ` +
                    `${formatPercent(bin.confidence)}\n${formatPercent(bin.accuracy)} right`,
                },
              })),
          };
        }),
      ],
    },
  };
}

/** `too sure by 3.1 points` */
export function leaningWords({ excess }: Calibration): string {
  if (!Number.isFinite(excess) || Math.abs(excess) < 0.0005) return 'as sure as right';
  return `too ${excess > 0 ? 'sure' : 'unsure'} by ${formatPoints(Math.abs(excess)).replace('+', '')}`;
}
