/** The course of a one-shot search: its loss, how undecided its paths are, and what the mean
 * student costs beside the limits. */
import type { LineSeriesOption } from 'echarts';
import type { SearchAccount, SearchedEpoch } from '../../core/one-shot/account.ts';
import { formatCount, formatPercent } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { frame, levelLine, orGap, tickLabels } from './parts/frame.ts';
import { epochAxis, epochLine, smallGrids, titledAxis } from './parts/small-multiples.ts';

export interface SearchCourseInput extends Pick<SearchAccount, 'mixed' | 'epochs' | 'limits'> {
  /** The one that is looked at. */
  readonly epoch?: number | undefined;
}

export const COURSE_HEIGHT = 300;

type Figure = 'loss' | 'entropy' | 'params' | 'macs';

interface Plot {
  readonly figure: Figure;
  readonly title: string;
  readonly text: (value: number) => string;
  /** On its axis; absent: `text`. */
  readonly tick?: (value: number) => string;
}

const PLOTS: readonly Plot[] = [
  { figure: 'loss', title: 'Loss', text: (value) => value.toFixed(3), tick: String },
  {
    ...{ figure: 'entropy', title: 'Entropy of the paths', text: (value) => formatPercent(value) },
    tick: (value) => formatPercent(value, 0),
  },
  { figure: 'params', title: 'Expected parameters', text: formatCount },
  { figure: 'macs', title: 'Expected MACs', text: formatCount },
];

/** A limit so many times above all that is drawn would leave a flat line of it: it is told in the
 * title alone. */
const FAR = 2;

const limitOf = (limits: SearchCourseInput['limits'], figure: Figure): number | undefined =>
  figure === 'params' || figure === 'macs' ? limits?.[figure] : undefined;

/** The end of an axis on which the limit is to be seen; ECharts finds its own where it is. */
const beyond =
  (limit: number) =>
  ({ max }: { readonly max: number }): number | undefined =>
    limit > max ? 1.05 * limit : undefined;

export function searchCourseChart(input: SearchCourseInput, theme: Theme): ChartView {
  const { mixed, epochs, limits, epoch } = input;
  const base = frame(theme);
  const { accent, muted, text } = chartColors(theme);
  const titleOf = ({ figure, title }: Plot): string => {
    const limit = limitOf(limits, figure);
    return limit === undefined ? title : `${title} (limit ${formatCount(limit)})`;
  };
  const nearLimit = (figure: Figure): number | undefined => {
    const limit = limitOf(limits, figure);
    const highest = Math.max(...mixed.map((one) => one[figure]).filter(Number.isFinite));
    return limit !== undefined && limit <= FAR * highest ? limit : undefined;
  };
  return {
    summary: courseSummary(input),
    table: {
      columns: ['Epoch', ...PLOTS.map(titleOf)],
      rows: mixed.map((one) => [String(one.epoch), ...PLOTS.map((plot) => plot.text(one[plot.figure]))]),
    },
    option: {
      ...base,
      legend: { show: false },
      grid: [...smallGrids(PLOTS.length, 2, { pixels: COURSE_HEIGHT })],
      xAxis: PLOTS.map((_, index) => epochAxis(theme, index, epochs)),
      yAxis: PLOTS.map((plot, index) => {
        const limit = nearLimit(plot.figure);
        return titledAxis(theme, titleOf(plot), {
          ...{ type: 'value', gridIndex: index, scale: true },
          ...(plot.figure === 'entropy' && { min: 0, max: 1, interval: 0.5 }),
          ...(limit !== undefined && { max: beyond(limit) }),
          // An end that makes room for the limit is no round number.
          axisLabel: {
            ...tickLabels(theme, plot.tick ?? plot.text),
            ...{ hideOverlap: true, ...(limit !== undefined && { showMaxLabel: false }) },
          },
        });
      }),
      tooltip: { ...base.tooltip, trigger: 'axis', formatter: (params) => tooltipText(mixed, params) },
      series: PLOTS.flatMap(({ figure }, index): LineSeriesOption[] => {
        const limit = nearLimit(figure);
        const place = { xAxisIndex: index, yAxisIndex: index };
        const label = { formatter: 'limit', position: 'insideEndTop', color: muted, fontSize: 11 } as const;
        const lines = [
          ...(epoch === undefined
            ? []
            : [{ type: 'line' as const, ...place, data: [], markLine: epochLine(theme, epoch) }]),
          ...(limit === undefined
            ? []
            : [{ type: 'line' as const, ...place, data: [], markLine: levelLine(limit, { color: text }, label) }]),
        ];
        const few = mixed.length <= 2;
        return [
          {
            ...{ type: 'line', id: String(index), ...place, color: accent, lineStyle: { color: accent, width: 2 } },
            ...{ showSymbol: few, symbol: few ? 'circle' : 'none', symbolSize: 5 },
            data: mixed.map((one) => [one.epoch, orGap(one[figure])]),
          },
          ...lines,
        ];
      }),
    },
  };
}

function tooltipText(mixed: readonly SearchedEpoch[], params: unknown): string {
  // Sound: as of every axis tooltip.
  const [first] = params as readonly { readonly seriesId?: string; readonly axisValue: number }[];
  const one = mixed.find(({ epoch }) => epoch === first?.axisValue);
  const plot = PLOTS[Number(first?.seriesId)];
  return one && plot ? `Epoch ${one.epoch}\n${plot.title}: ${plot.text(one[plot.figure])}` : '';
}

function courseSummary({ mixed, epochs, limits }: SearchCourseInput): string {
  const [first, last] = [mixed[0], mixed.at(-1)];
  if (first === undefined || last === undefined) return 'No epoch of the search has ended yet.';
  const courses = PLOTS.map(({ figure, title, text }) => {
    const limit = limitOf(limits, figure);
    const bound = limit === undefined ? '' : ` (limit ${text(limit)})`;
    const name = title.toLowerCase().replace('macs', 'MACs');
    return `${name} from ${text(first[figure])} to ${text(last[figure])}${bound}`;
  });
  return `Over ${last.epoch} of ${epochs} epochs: ${courses.join(', ')}.`;
}
