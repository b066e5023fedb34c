/** ROC curves of networks on two classes: what is rightly called the second class against what is
 * wrongly, and the threshold that is looked at. */
import { IMAGE_NOUN } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import { atThreshold } from '../../core/roc.ts';
import type { Roc, RocPoint } from '../../core/roc.ts';
import { formatPercent } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView, DrawnNetwork } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { percentSquare } from './parts/percent-square.ts';

export interface DrawnRoc extends DrawnNetwork {
  readonly roc: Roc;
}

export interface RocLook {
  readonly classes: readonly string[];
  readonly threshold: number;
  readonly noun?: Noun;
}

/** More corners than a chart has pixels. */
const MOST_POINTS = 400;
/** Rows of the table. */
const TABLE = Array.from({ length: 11 }, (_, step) => step / 10);

export function rocChart(networks: readonly DrawnRoc[], look: RocLook, theme: Theme): ChartView {
  const square = { diagonal: 'By chance', across: 'False positives (%)', up: 'True positives (%)' };
  const { option, diagonal } = percentSquare(networks, square, theme);
  const colors = chartColors(theme);
  return {
    summary: networks.length === 0 ? 'No predictions are here.' : `Area: ${networks.map(areaWords).join('; ')}.`,
    table: {
      columns: ['Threshold', ...networks.flatMap(({ title }) => [`${title}: true`, `${title}: false positives`])],
      rows: TABLE.map((threshold) => [
        threshold.toFixed(1),
        ...networks.flatMap(({ roc }) => {
          const { truePositives, falsePositives } = atThreshold(roc, threshold);
          return [formatPercent(truePositives), formatPercent(falsePositives)];
        }),
      ]),
    },
    option: {
      ...option,
      series: [
        diagonal,
        ...networks.map((network) => {
          const { color, symbol } = markOf(network.place, theme);
          const at = atThreshold(network.roc, look.threshold);
          return {
            ...{ type: 'line' as const, id: network.key, name: network.title, color, symbol, symbolSize: 7 },
            lineStyle: { color, width: 1.8 },
            // Marks of hundreds of corners would hide the line: they show under the pointer.
            itemStyle: { opacity: 0 },
            emphasis: { itemStyle: { opacity: 1 } },
            data: thinned(network.roc.points).map((point) => ({
              ...{ name: String(point.threshold), value: [...placeOf(point)] },
              tooltip: { formatter: () => `${network.title}\n${pointWords(point, look)}` },
            })),
            markPoint: {
              ...{ symbol, symbolSize: network.place === 'teacher' ? 16 : 12, label: { show: false } },
              itemStyle: { color, opacity: 1, borderColor: colors.panel, borderWidth: 1 },
              data: Number.isFinite(network.roc.area) ? [{ name: network.title, coord: [...placeOf(at)] }] : [],
              tooltip: { formatter: () => `${network.title}\n${pointWords(at, look)}` },
            },
          };
        }),
      ],
    },
  };
}

const placeOf = ({ falsePositives, truePositives }: RocPoint): readonly [number, number] => [
  falsePositives * 100,
  truePositives * 100,
];

/** First and last stay. */
function thinned(points: readonly RocPoint[]): readonly RocPoint[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, place) => place % step === 0 || place === points.length - 1);
}

/** `0.781 (0.752 to 0.810)`, with the interval of 95 % by DeLong where there is one. */
export function areaText({ area, low, high }: Pick<Roc, 'area' | 'low' | 'high'>): string {
  if (!Number.isFinite(area)) return 'none, since a class is missing';
  const interval = Number.isFinite(low) ? ` (${low.toFixed(3)} to ${high.toFixed(3)})` : '';
  return `${area.toFixed(3)}${interval}`;
}

const areaWords = ({ title, roc }: DrawnRoc): string => `${title} ${areaText(roc)}`;

/** `From 0.50 on: 81.0 % of "right" are called so, and 22.3 % of "wrong".` */
export function pointWords(
  { threshold, truePositives, falsePositives }: RocPoint,
  { classes, noun = IMAGE_NOUN }: Pick<RocLook, 'classes' | 'noun'>,
): string {
  const [negative = '0', positive = '1'] = classes;
  const from = threshold > 1 ? `Never called "${positive}"` : `Called "${positive}" from ${threshold.toFixed(2)} on`;
  return (
    `${from}: ${formatPercent(truePositives)} of the ${noun.many} that are, ` +
    `${formatPercent(falsePositives)} of those that are "${negative}"`
  );
}
