/** The best generator so far of each study, by FD-c, over the cells that were trained; of one study
 * every finished generator, too. */
import type { LineSeriesOption, ScatterSeriesOption } from 'echarts';
import { formatExact, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { LINE_LEGEND, frame, xAxis } from './parts/frame.ts';
import { smallGrids, titledAxis } from './parts/small-multiples.ts';
import { stairs } from './parts/stairs.ts';

/** A finished generator. */
export interface GeneratorPoint {
  /** Trained in the study by then. */
  readonly cells: number;
  readonly score: number;
  readonly distance: number;
}

export interface DrawnStudy {
  readonly name: string;
  /** Of its colour among all studies. */
  readonly place: number;
  readonly points: readonly GeneratorPoint[];
}

export interface GeneratorsInput {
  /** The one that is looked at. */
  readonly own: DrawnStudy;
  /** Others of the same images and sizes, whose figures compare. */
  readonly others: readonly DrawnStudy[];
  /** That will have been trained at its end. */
  readonly total: number;
  /** Of the generator whose samples are shown. */
  readonly at?: number | undefined;
}

export const GENERATORS_HEIGHT = 250;

const PLOTS = [
  { figure: 'distance', title: 'FD-c, the least so far' },
  { figure: 'score', title: 'IS-c of that generator' },
] as const;

/** After each finished generator, the one with the least FD-c of all until then. */
function bestSoFar(points: readonly GeneratorPoint[]): readonly GeneratorPoint[] {
  const bests: GeneratorPoint[] = [];
  for (const point of points) {
    const last = bests.at(-1);
    bests.push(last && last.distance <= point.distance ? { ...last, cells: point.cells } : point);
  }
  return bests;
}

export function generatorsChart(input: GeneratorsInput, theme: Theme): ChartView {
  const { own, others, total, at } = input;
  const base = frame(theme);
  const colors = chartColors(theme);
  const legend = others.length === 0 ? 0 : 26;
  const drawn = [own, ...others].map((study) => ({ ...study, bests: bestSoFar(study.points) }));
  const last = Math.max(total, ...drawn.map(({ points }) => points.at(-1)?.cells ?? 0), 1);
  return {
    summary: summaryOf(input),
    table: {
      columns: ['Study', 'Cells trained', 'FD-c', 'IS-c'],
      rows: drawn.flatMap(({ name, points }) =>
        points.map(({ cells, distance, score }) => [name, String(cells), distance.toFixed(2), score.toFixed(2)]),
      ),
    },
    option: {
      ...base,
      legend: {
        ...{ ...base.legend, ...LINE_LEGEND, show: others.length > 0 },
        data: drawn.map(({ name }) => name),
      },
      grid: [...smallGrids(2, 2, { pixels: GENERATORS_HEIGHT, legend })],
      xAxis: PLOTS.map((_, gridIndex) =>
        xAxis(theme, {
          ...{ gridIndex, type: 'value', min: 0, max: last, minInterval: 1, splitLine: { show: false } },
        }),
      ),
      yAxis: PLOTS.map(({ title }, gridIndex) => titledAxis(theme, title, { gridIndex, type: 'value', scale: true })),
      tooltip: {
        ...base.tooltip,
        trigger: 'item',
        formatter: (params) => {
          // Sound: a datum is the place of a generator, and its series is named after its study.
          const { seriesName, data } = params as { readonly seriesName?: string; readonly data?: readonly number[] };
          const study = drawn.find(({ name }) => name === seriesName);
          const point = study?.points.find(({ cells }) => cells === data?.[0]);
          return point ? `${seriesName}, ${pointText(point)}` : '';
        },
      },
      series: PLOTS.flatMap(({ figure }, index): (LineSeriesOption | ScatterSeriesOption)[] => [
        ...drawn.flatMap(({ name, place, bests }, number) => {
          const { color, symbol } = markOf(place, theme);
          const [line, steps] = stairs({
            ...{ id: `${index}-${number}`, name, step: 'end', color, symbol, symbolSize: number === 0 ? 7 : 5 },
            ...{ xAxisIndex: index, yAxisIndex: index, showSymbol: bests.length <= 60 },
            lineStyle: { color, width: number === 0 ? 2 : 1.5, ...(number > 0 && { type: 'dashed' as const }) },
            data: bests.map((best) => [best.cells, best[figure]]),
          });
          // Sound: the steps are a custom series, which lists of series take as well.
          const drawnSteps = { ...steps, xAxisIndex: index, yAxisIndex: index } as unknown as LineSeriesOption;
          return [line, drawnSteps];
        }),
        {
          ...{ type: 'scatter', id: `${index}-all`, name: own.name, symbol: 'circle', symbolSize: 5 },
          ...{ xAxisIndex: index, yAxisIndex: index, color: colors.faint, itemStyle: { color: colors.faint } },
          data: own.points.map((point) => [point.cells, point[figure]]),
          ...(at !== undefined && {
            markLine: {
              ...{ silent: true, symbol: 'none', data: [{ xAxis: at }], label: { show: false } },
              lineStyle: { type: 'dotted' as const, color: colors.text },
            },
          }),
        },
      ]),
    },
  };
}

const pointText = ({ cells, distance, score }: GeneratorPoint): string =>
  `after ${formatPlural(cells, 'cell')}: FD-c ${distance.toFixed(2)}, IS-c ${score.toFixed(2)}`;

function summaryOf({ own, others, total }: GeneratorsInput): string {
  const best = bestSoFar(own.points).at(-1);
  if (best === undefined) return 'No generator is finished yet.';
  const done = `${formatExact(own.points.at(-1)?.cells ?? 0)} of ${formatPlural(total, 'cell')}`;
  const figures = `a least FD-c of ${best.distance.toFixed(2)}, with IS-c ${best.score.toFixed(2)}`;
  const first = `After ${done} ${own.name} has ${figures}.`;
  const rest = others.flatMap(({ name, points }) => {
    const least = bestSoFar(points).at(-1);
    return least === undefined ? [] : [`${name} ${least.distance.toFixed(2)}`];
  });
  return rest.length === 0 ? first : `${first} Others: ${rest.join(', ')}.`;
}
