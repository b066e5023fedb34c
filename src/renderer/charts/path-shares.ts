/** How much each path of a supernet counts over the epochs of a search: a small plot an edge. */
import type { LineSeriesOption } from 'echarts';
import type { SearchedEdge, SearchedEpoch } from '../../core/one-shot/account.ts';
import { formatPercent, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { LINE_LEGEND, frame, orGap, tickLabels } from './parts/frame.ts';
import { pathMarks, pathNames } from './parts/path-marks.ts';
import { epochAxis, epochLine, rowsOf, smallGrids, titledAxis } from './parts/small-multiples.ts';

export interface PathSharesInput {
  readonly edges: readonly Pick<SearchedEdge, 'id' | 'title' | 'paths'>[];
  readonly mixed: readonly Pick<SearchedEpoch, 'epoch' | 'shares'>[];
  /** That the search was asked for. */
  readonly epochs: number;
  /** The one that is looked at. */
  readonly epoch?: number | undefined;
}

const columnsOf = (edges: number): number => (edges === 4 ? 2 : Math.min(3, Math.max(1, edges)));

/** Above the plots, in pixels. */
const LEGEND = 32;

/** That the chart takes for so many edges. */
export const sharesHeight = (edges: number): number => LEGEND + 150 * rowsOf(edges, columnsOf(edges));

/** Of each edge the path that counts most: `edge: path 62 %`. */
export function leadingPaths(
  edges: PathSharesInput['edges'],
  shares: readonly number[],
): readonly { readonly title: string; readonly path: string; readonly share: number }[] {
  return sharesByEdge(edges, shares).map(({ edge, own }) => {
    const share = Math.max(...own);
    return { title: edge.title, path: edge.paths[own.indexOf(share)] ?? '', share };
  });
}

/** `own`: of its paths, in their order. */
export function sharesByEdge<E extends Pick<SearchedEdge, 'paths'>>(edges: readonly E[], shares: readonly number[]) {
  let first = 0;
  return edges.map((edge) => ({ edge, own: shares.slice(first, (first += edge.paths.length)) }));
}

export function pathSharesChart(input: PathSharesInput, theme: Theme): ChartView {
  const { edges, mixed, epochs, epoch } = input;
  const base = frame(theme);
  const marks = pathMarks(edges, theme);
  const grids = smallGrids(edges.length, columnsOf(edges.length), {
    ...{ pixels: sharesHeight(edges.length), legend: LEGEND },
  });
  const series = edges.flatMap((edge, index) =>
    edge.paths.map((path, level): LineSeriesOption => {
      const { color = '', dash = [] } = marks.get(path) ?? {};
      const isFew = mixed.length <= 2;
      return {
        ...{ type: 'line', id: `${index}.${level}`, name: path, xAxisIndex: index, yAxisIndex: index, color },
        ...{ showSymbol: isFew, symbol: isFew ? 'circle' : 'none', symbolSize: 5 },
        lineStyle: { color, width: 2, type: dash.length > 0 ? [...dash] : 'solid' },
        data: mixed.map((one) => {
          const { own = [] } = sharesByEdge(edges, one.shares)[index] ?? {};
          return [one.epoch, orGap(own[level] ?? NaN)];
        }),
        ...(level === 0 && epoch !== undefined && { markLine: epochLine(theme, epoch) }),
      };
    }),
  );
  return {
    summary: sharesSummary(input),
    table: sharesTable(input),
    option: {
      ...base,
      legend: { ...base.legend, ...LINE_LEGEND, itemWidth: 34, data: [...pathNames(edges)] },
      grid: [...grids],
      xAxis: edges.map((_, index) => epochAxis(theme, index, epochs)),
      yAxis: edges.map(({ title }, index) =>
        titledAxis(theme, title, {
          ...{ type: 'value', gridIndex: index, min: 0, max: 1, interval: 0.5 },
          axisLabel: tickLabels(theme, (share) => formatPercent(share, 0)),
        }),
      ),
      tooltip: { ...base.tooltip, trigger: 'axis', formatter: (params) => tooltipText(input, params) },
      series,
    },
  };
}

function tooltipText({ edges, mixed }: PathSharesInput, params: unknown): string {
  // Sound: ECharts hands an axis tooltip a list of points, each with its series and its axis value.
  const [first] = params as readonly { readonly seriesId?: string; readonly axisValue: number }[];
  const one = mixed.find(({ epoch }) => epoch === first?.axisValue);
  const { edge, own = [] } = sharesByEdge(edges, one?.shares ?? [])[Number.parseInt(first?.seriesId ?? '', 10)] ?? {};
  if (one === undefined || edge === undefined) return '';
  const lines = edge.paths.map((path, level) => `${path}: ${formatPercent(own[level])}`);
  return [`${edge.title}, epoch ${one.epoch}`, ...lines].join('\n');
}

function sharesSummary({ edges, mixed, epochs }: PathSharesInput): string {
  const last = mixed.at(-1);
  if (last === undefined) return 'No epoch of the search has ended yet.';
  const leading = leadingPaths(edges, last.shares).map(
    ({ title, path, share }) => `${title} ${path} ${formatPercent(share, 0)}`,
  );
  const place = `After epoch ${last.epoch} of ${epochs}`;
  return `${place}, what counts most on ${formatPlural(edges.length, 'edge')}: ${leading.join('; ')}.`;
}

function sharesTable({ edges, mixed }: PathSharesInput): ChartView['table'] {
  const names = pathNames(edges);
  return {
    columns: ['Epoch', 'Edge', ...names],
    rows: mixed.flatMap(({ epoch, shares }) =>
      sharesByEdge(edges, shares).map(({ edge, own }) => [
        String(epoch),
        edge.title,
        ...names.map((name) => {
          const level = edge.paths.indexOf(name);
          return level < 0 ? '' : formatPercent(own[level]);
        }),
      ]),
    ),
  };
}
