/** Axes, grid and tooltip as all charts share them. */
import type { EChartsOption, MarkLineComponentOption, XAXisComponentOption, YAXisComponentOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { chartColors } from '../chart.ts';

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

/** Under a legend of one line. */
const PLOT_TOP = 34;

/** `richText`: the tooltip is drawn on the canvas, since the content security policy refuses inline
 * styles. */
export function frame(theme: Theme): EChartsOption {
  const colors = chartColors(theme);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT, fontSize: 11, color: colors.text },
    grid: { left: 56, right: 20, top: PLOT_TOP, bottom: 42 },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      position: tooltipBelow(PLOT_TOP),
      backgroundColor: colors.panel,
      borderColor: colors.line,
      borderWidth: 1,
      padding: [6, 9],
      textStyle: { color: colors.text, fontSize: 12, fontFamily: FONT, lineHeight: 17 },
    },
    legend: {
      top: 2,
      left: 46,
      right: 16,
      type: 'scroll',
      itemWidth: 14,
      // As wide as high, for marks are drawn to this shape; and a scrolling legend cuts off what is
      // higher than its items.
      itemHeight: 13,
      itemGap: 14,
      // Of staircases too, whose own line is not the one that is drawn.
      lineStyle: { width: 2 },
      textStyle: { color: colors.text, fontSize: 12 },
      pageTextStyle: { color: colors.muted },
      pageIconColor: colors.text,
      pageIconInactiveColor: colors.grid,
    },
  };
}

/** Where every series is a line: wide enough to show it on both sides of its mark. */
export const LINE_LEGEND = { itemWidth: 22 } as const;

/** Of a chart in a column of its own, the narrowest. */
const NARROW_LEGEND = 300;

/** Lines that these names take, with their marks, in so many pixels: a name is never parted. */
export function legendLines(titles: readonly string[], pixels: number): number {
  let [lines, used] = [1, 0];
  for (const title of titles) {
    const width = 38 + 7 * title.length;
    if (used > 0 && used + width > pixels) [lines, used] = [lines + 1, 0];
    used += width;
  }
  return lines;
}

/** From the pointer to the tooltip, in pixels. */
const POINTER_GAP = 14;

interface TooltipSize {
  readonly contentSize: readonly number[];
  readonly viewSize: readonly number[];
}

/** Where a tooltip stands in a chart whose plot begins `top` pixels from above: beside the pointer,
 * and not over the legend. */
function tooltipBelow(top: number) {
  return (
    [x = 0, y = 0]: readonly number[],
    _data: unknown,
    _element: unknown,
    _shape: unknown,
    { contentSize: [width = 0, height = 0], viewSize: [right = 0, bottom = 0] }: TooltipSize,
  ): [number, number] => {
    const beyond = x + POINTER_GAP + width > right;
    const left = beyond ? x - POINTER_GAP - width : x + POINTER_GAP;
    return [Math.max(0, left), Math.max(0, Math.min(Math.max(top, y + POINTER_GAP), bottom - height))];
  };
}

/** All names at once, in as many lines as they take, above a plot that makes room for them: one
 * that has to be paged to is none. */
export function namedLegend(
  { legend, tooltip }: EChartsOption,
  titles: readonly string[],
  grid: { readonly left: number; readonly right: number; readonly bottom: number },
  marks: { readonly itemWidth?: number; readonly pixels?: number } = {},
): Pick<EChartsOption, 'legend' | 'grid' | 'tooltip'> {
  const { pixels = NARROW_LEGEND, ...drawn } = marks;
  const top = 14 + 20 * legendLines(titles, pixels);
  return {
    legend: { ...legend, ...drawn, type: 'plain' },
    grid: { ...grid, top },
    tooltip: { ...tooltip, position: tooltipBelow(top) },
  };
}

/** Labels of an axis in words of its own. */
export function tickLabels(theme: Theme, formatter: (value: number) => string) {
  return { color: chartColors(theme).muted, fontSize: 11, formatter };
}

function axisStyle(theme: Theme) {
  const colors = chartColors(theme);
  return {
    nameTextStyle: { color: colors.muted, fontSize: 11 },
    axisLabel: { color: colors.muted, fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: colors.line } },
    axisTick: { lineStyle: { color: colors.line } },
    splitLine: { lineStyle: { color: colors.grid } },
    minorSplitLine: { show: false },
  } as const;
}

export function xAxis(theme: Theme, options: XAXisComponentOption): XAXisComponentOption {
  // sound: a union's member with more of its own keys
  return { ...axisStyle(theme), nameLocation: 'middle', nameGap: 26, ...options } as XAXisComponentOption;
}

export function yAxis(theme: Theme, options: YAXisComponentOption): YAXisComponentOption {
  const base = { ...axisStyle(theme), nameLocation: 'middle', nameGap: 42 };
  return { ...base, ...options } as YAXisComponentOption; // sound: as above
}

interface EndLabels {
  readonly showMinLabel?: boolean;
  readonly showMaxLabel?: boolean;
}

/** Of what is counted, from none to `max`. */
export function countAxis(theme: Theme, name: string, max: number, ends?: EndLabels): XAXisComponentOption {
  return xAxis(theme, {
    ...{ type: 'value', name, min: 0, max, minInterval: 1, splitLine: { show: false } },
    ...(ends && { axisLabel: { color: chartColors(theme).muted, fontSize: 11, ...ends } }),
  });
}

/** With a place for each student of a search. */
export function searchAxis(theme: Theme, students: number): XAXisComponentOption {
  const ends = { showMinLabel: false, showMaxLabel: false };
  return countAxis(theme, 'Student, in the order of the search', students + 1, ends);
}

/** One tooltip for all that stands at a place of the horizontal axis. */
export function axisTooltip({ tooltip }: EChartsOption, textAt: (place: number) => string): EChartsOption['tooltip'] {
  const formatter = (params: unknown): string => {
    // Sound: ECharts hands an axis tooltip a list of points, each with its axis value.
    const [first] = params as readonly { readonly axisValue: number }[];
    return first ? textAt(first.axisValue) : '';
  };
  return { ...tooltip, trigger: 'axis', formatter };
}

/** A dashed line across the plot, at a height. */
export function levelLine(
  height: number,
  lineStyle: MarkLineComponentOption['lineStyle'],
  label: NonNullable<MarkLineComponentOption['label']>,
): MarkLineComponentOption {
  return {
    // ECharts would round the place of the line to two decimals, a whole point of accuracy.
    ...{ silent: true, symbol: 'none', precision: 6, data: [{ yAxis: height }], label },
    lineStyle: { type: 'dashed', width: 1, ...lineStyle },
  };
}

/** ECharts leaves a gap at '-'. */
export const orGap = (value: number): number | string => (Number.isFinite(value) ? value : '-');

export const testing = { tooltipBelow };
