/** Small plots side by side in one chart, in shares of its size. */
import type { GridComponentOption, XAXisComponentOption, YAXisComponentOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { chartColors } from '../chart.ts';
import { xAxis, yAxis } from './frame.ts';

/** Of each plot in pixels: for its title, and for the numbers below it; beside it in percent. */
const [TITLE, NUMBERS, GAP] = [24, 28, 3];

/** Rows that so many take. */
export const rowsOf = (count: number, columns: number): number => Math.max(1, Math.ceil(count / columns));

/** `[count]`, row after row. `pixels`: height of the chart that they are for, `legend` of it above
 * all of them. */
export function smallGrids(
  count: number,
  columns: number,
  { pixels, legend = 0 }: { readonly pixels: number; readonly legend?: number },
): readonly GridComponentOption[] {
  const rows = rowsOf(count, columns);
  const share = (length: number): number => (100 * length) / pixels;
  const [wide, high] = [100 / columns, (100 - share(legend)) / rows];
  return Array.from({ length: count }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return {
      left: `${column * wide + 2 * GAP}%`,
      top: `${share(legend) + row * high + share(TITLE)}%`,
      width: `${wide - 3 * GAP}%`,
      height: `${high - share(TITLE + NUMBERS)}%`,
    };
  });
}

/** Epochs from the first to `epochs`, of the n-th plot. */
export function epochAxis(theme: Theme, gridIndex: number, epochs: number): XAXisComponentOption {
  return xAxis(theme, {
    ...{ gridIndex, type: 'value', min: 1, max: Math.max(2, epochs), minInterval: 1, splitLine: { show: false } },
    splitNumber: 4,
  });
}

/** With the plot's title above it. */
export function titledAxis(theme: Theme, title: string, options: YAXisComponentOption): YAXisComponentOption {
  const nameTextStyle = { color: chartColors(theme).text, fontSize: 12, align: 'left' as const };
  return yAxis(theme, {
    ...{ name: title, nameLocation: 'end', nameGap: 8, splitNumber: 3, nameTextStyle },
    ...options,
  });
}

/** A line where an epoch is. */
export const epochLine = (theme: Theme, epoch: number) => ({
  ...{ silent: true, symbol: 'none', data: [{ xAxis: epoch }], label: { show: false } },
  lineStyle: { type: 'solid' as const, width: 1, color: chartColors(theme).line },
});
