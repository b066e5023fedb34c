/** A square of percents against percents, with the dotted line where both are the same. */
import type { EChartsOption, LineSeriesOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { chartColors } from '../chart.ts';
import type { DrawnNetwork } from '../chart.ts';
import { frame, LINE_LEGEND, namedLegend, xAxis, yAxis } from './frame.ts';

export interface PercentSquare {
  /** What both being the same means. */
  readonly diagonal: string;
  readonly across: string;
  readonly up: string;
}

interface SquareFrame {
  readonly option: EChartsOption;
  readonly diagonal: LineSeriesOption;
}

/** Everything but the networks' own lines, which come behind `diagonal`. */
export function percentSquare(networks: readonly DrawnNetwork[], square: PercentSquare, theme: Theme): SquareFrame {
  const base = frame(theme);
  const { muted } = chartColors(theme);
  const scale = { type: 'value', min: 0, max: 100, interval: 20 } as const;
  return {
    option: {
      ...base,
      ...namedLegend(
        base,
        [square.diagonal, ...networks.map(({ title }) => title)],
        { left: 50, right: 16, bottom: 42 },
        LINE_LEGEND,
      ),
      xAxis: xAxis(theme, { ...scale, name: square.across }),
      yAxis: yAxis(theme, { ...scale, name: square.up, nameGap: 32 }),
    },
    diagonal: {
      ...{ type: 'line', id: 'diagonal', name: square.diagonal, symbol: 'none', silent: true, color: muted },
      lineStyle: { color: muted, type: 'dotted', width: 1.2 },
      data: [
        [0, 0],
        [100, 100],
      ],
    },
  };
}
