/** The axis of a data set's classes, each by its name as long as there is room for all. */
import type { XAXisComponentOption } from 'echarts';
import type { Theme } from '../../theme.ts';
import { chartColors } from '../chart.ts';
import { xAxis } from './frame.ts';

/** Up to so many classes each is named under its bar. */
const MOST_NAMED = 30;

/** Up to so many there is room for each name below its bars. */
const LEVEL = 4;

/** Slanted names need so much below. */
export const CLASS_GRID = { left: 46, right: 12, top: 34, bottom: 64 } as const;

export function classAxis(classes: readonly string[], theme: Theme): XAXisComponentOption {
  return xAxis(theme, {
    type: 'category',
    data: [...classes],
    axisTick: { show: false },
    axisLabel: {
      ...{
        color: chartColors(theme).muted,
        fontSize: 11,
        rotate: classes.length > LEVEL ? 32 : 0,
        width: 84,
        overflow: 'truncate',
      },
      ...(classes.length <= MOST_NAMED && { interval: 0 }),
    },
  });
}
