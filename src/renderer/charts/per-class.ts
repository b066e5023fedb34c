/** How many examples of each class each network recognises. */
import { formatExamples, formatPercent, formatPlural } from '../format.ts';
import { IMAGE_NOUN, saidOf } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { Confusion } from '../review/confusion.ts';
import { shareOf } from '../review/confusion.ts';
import type { Theme } from '../theme.ts';
import type { ChartView, DrawnNetwork } from './chart.ts';
import { markOf } from './chart.ts';
import { CLASS_GRID, classAxis } from './parts/class-axis.ts';
import { frame, namedLegend, yAxis } from './parts/frame.ts';

interface ReviewedConfusion extends DrawnNetwork {
  readonly confusion: Confusion;
}

export function perClassChart(
  networks: readonly ReviewedConfusion[],
  classes: readonly string[],
  theme: Theme,
  noun: Noun = IMAGE_NOUN,
): ChartView {
  const base = frame(theme);
  const recall = ({ confusion }: ReviewedConfusion, label: number): number =>
    (confusion.totals[label] ?? 0) === 0 ? NaN : shareOf(confusion, label, label);
  const shares = networks
    .flatMap((network) => classes.map((_name, label) => recall(network, label)))
    .filter(Number.isFinite);
  const lowest = shares.reduce((least, share) => Math.min(least, share), 1);
  return {
    summary: summaryOf(networks, classes, recall, noun),
    table: {
      columns: ['Class', saidOf(noun, '{Many}'), ...networks.map(({ title }) => title)],
      rows: classes.map((name, label) => [
        name,
        String(networks[0]?.confusion.totals[label] ?? 0),
        ...networks.map((network) => formatPercent(recall(network, label))),
      ]),
    },
    option: {
      ...base,
      ...namedLegend(
        base,
        networks.map(({ title }) => title),
        CLASS_GRID,
      ),
      xAxis: classAxis(classes, theme),
      yAxis: yAxis(theme, {
        type: 'value',
        name: 'Recognised (%)',
        nameGap: 32,
        // Bars are compared by their length: they begin at zero unless all are long.
        min: lowest > 0.6 ? 50 : 0,
        max: 100,
      }),
      series: networks.map((network) => {
        const { color } = markOf(network.place, theme);
        return {
          ...{ type: 'bar' as const, id: network.key, name: network.title, color, barGap: '8%', barCategoryGap: '26%' },
          data: classes.map((name, label) => ({
            value: recall(network, label) * 100,
            tooltip: {
              formatter: () =>
                `${name}\n${network.title}: ${formatPercent(recall(network, label))} of ` +
                `${formatExamples(network.confusion.totals[label] ?? 0, noun)}`,
            },
          })),
        };
      }),
    },
  };
}

/** The class on which the networks are furthest apart. */
function summaryOf(
  networks: readonly ReviewedConfusion[],
  classes: readonly string[],
  recall: (network: ReviewedConfusion, label: number) => number,
  noun: Noun,
): string {
  if (networks.length === 0) return 'No predictions are here.';
  const spread = classes.map((name, label) => {
    const shares = networks.map((network) => recall(network, label)).filter(Number.isFinite);
    return { name, low: Math.min(...shares), high: Math.max(...shares) };
  });
  const [widest] = [...spread].sort((left, right) => right.high - right.low - (left.high - left.low));
  if (widest === undefined || !Number.isFinite(widest.low)) return `No class has ${noun.many}.`;
  return networks.length === 1
    ? `${formatPlural(classes.length, 'class', 'classes')}, from ` +
        `${formatPercent(Math.min(...spread.map(({ low }) => low)))} recognised.`
    : widest.low === widest.high
      ? 'Each recognises every class as often as the others do.'
      : `They differ most on ${widest.name}: from ${formatPercent(widest.low)} to ${formatPercent(widest.high)}.`;
}
