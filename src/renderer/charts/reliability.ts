/** Reliability diagram (Guo et al. 2017): accuracy against confidence, and the diagonal where both
 * are the same; below it how many examples each bin of confidence holds. */
import type { BarSeriesOption, EChartsOption } from 'echarts';
import { formatCount, formatExamples, formatPercent, formatPoints } from '../format.ts';
import { IMAGE_NOUN, saidOf } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { Calibration } from '../review/calibration.ts';
import type { Theme } from '../theme.ts';
import type { ChartView, DrawnNetwork } from './chart.ts';
import { markOf } from './chart.ts';
import { tickLabels, xAxis, yAxis } from './parts/frame.ts';
import { percentSquare } from './parts/percent-square.ts';

interface ReviewedCalibration extends DrawnNetwork {
  readonly calibration: Calibration;
}

/** A bin of fewer examples is chance. */
const FEWEST = 5;
/** Pixels of the counts, and between them and the square. */
const [COUNTS, GAP] = [44, 10];

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
      ...overCounts(option, theme, noun),
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
        // Behind the lines, whose marks the legend shows.
        ...networks.map((network) => countBars(network, theme, noun)),
      ],
    },
  };
}

/** The square of `option`, and below it a place for counts over the same confidence. Few examples
 * are seen beside thousands: heights are logarithmic. */
function overCounts({ grid, xAxis: across, yAxis: up }: EChartsOption, theme: Theme, noun: Noun): EChartsOption {
  // Both plots begin at one place, whichever labels are wider.
  const square = { ...one(grid), outerBoundsMode: 'none' as const };
  const bottom = Number(square.bottom ?? 0);
  const unlabelled = { name: '', axisLabel: { show: false }, axisTick: { show: false } };
  const bins = xAxis(theme, { type: 'category', gridIndex: 1, show: false });
  const counts = yAxis(theme, {
    ...{ type: 'log', gridIndex: 1, min: 0.5, name: saidOf(noun, '{Many}'), nameGap: 32, splitNumber: 2 },
    axisLabel: tickLabels(theme, (count) => (Math.log10(count) % 2 === 0 ? formatCount(count) : '')),
  });
  return {
    grid: [
      { ...square, bottom: bottom + COUNTS + GAP },
      { ...square, top: undefined, height: COUNTS, bottom },
    ],
    xAxis: [{ ...one(across), ...unlabelled }, bins, { ...one(across), gridIndex: 1, position: 'bottom' }],
    // Sound: `percentSquare` made one axis each way.
    yAxis: [one(up), counts] as EChartsOption['yAxis'],
  };
}

const one = <T>(some: T | readonly T[] | undefined): T | undefined => (Array.isArray(some) ? some[0] : (some as T));

function countBars({ key, title, place, calibration }: ReviewedCalibration, theme: Theme, noun: Noun): BarSeriesOption {
  return {
    ...{ type: 'bar', id: `${key} counts`, name: title, xAxisIndex: 1, yAxisIndex: 1, barGap: '0%' },
    ...{ barCategoryGap: '12%', color: markOf(place, theme).color },
    data: calibration.bins.map(({ from, to, count }) => ({
      value: count,
      tooltip: {
        formatter: () => `${title}\n${formatExamples(count, noun)} from ${formatPercent(from)} to ${formatPercent(to)}`,
      },
    })),
  };
}

/** `too sure by 3.1 points` */
export function leaningWords({ excess }: Calibration): string {
  if (!Number.isFinite(excess) || Math.abs(excess) < 0.0005) return 'as sure as right';
  return `too ${excess > 0 ? 'sure' : 'unsure'} by ${formatPoints(Math.abs(excess)).replace('+', '')}`;
}
