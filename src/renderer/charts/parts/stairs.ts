/**
 * Staircases as they are. The line of ECharts leaves out segments of up to two pixels, so that a
 * long flat after a low step would be drawn slanted: here the line keeps its marks, tooltips and
 * place in the legend, and a polyline draws the steps.
 */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts';

export type Turn = 'start' | 'middle' | 'end';
type Place = readonly [number, number];

/** With its colour in the style of its line; each datum is a place, or has one. */
export interface Stairs extends Omit<LineSeriesOption, 'step' | 'data' | 'lineStyle' | 'areaStyle'> {
  readonly id: string;
  readonly step: Turn;
  readonly data: (number[] | { readonly value: number[] })[];
  readonly lineStyle: {
    readonly color: string;
    readonly width: number;
    readonly type?: 'solid' | 'dashed' | 'dotted';
  };
  /** Filled down to `origin` on the vertical axis. */
  readonly areaStyle?: { readonly color: string; readonly opacity: number; readonly origin: number };
}

/** Above the fill, below the marks of its line. */
const LINE_ORDER = 1;

export function stairs({ step, areaStyle, ...line }: Stairs): [LineSeriesOption, CustomSeriesOption] {
  const places = line.data.map((datum): Place => {
    const [x = NaN, y = NaN] = Array.isArray(datum) ? datum : datum.value;
    return [x, y];
  });
  const { color, width, type = 'solid' } = line.lineStyle;
  const unseen = { ...line.lineStyle, width: 0 };
  const drawn: CustomSeriesOption = {
    ...{ type: 'custom', id: `${line.id}-stairs`, silent: true, clip: true, color, tooltip: { show: false } },
    // Of the same name: who puts the line away in the legend puts its steps away.
    ...(line.name !== undefined && { name: line.name }),
    ...(line.z !== undefined && { z: line.z }),
    data: places.slice(0, 1).map((place) => [...place]),
    renderItem: (_params, api) => {
      const corners = cornersOf(
        places.map((place) => pair(api.coord([...place]))),
        step,
      );
      const path = {
        // A custom series' own `silent` does not reach what it draws: the pointer would meet steps
        // of a picture that has gone.
        ...{ type: 'polyline' as const, silent: true },
        z2: LINE_ORDER,
        shape: { points: corners },
        style: { fill: 'none', stroke: color, lineWidth: width, lineDash: type, lineJoin: 'bevel' as const },
      };
      const [first, last] = [corners[0], corners.at(-1)];
      if (!areaStyle || !first || !last) return path;
      const [, floor] = pair(api.coord([places[0]?.[0] ?? NaN, areaStyle.origin]));
      const area = {
        ...{ type: 'polygon' as const, silent: true },
        shape: { points: [...corners, [last[0], floor], [first[0], floor]] },
        style: { fill: areaStyle.color, opacity: areaStyle.opacity },
      };
      return { type: 'group', children: [area, path] };
    },
  };
  // Under the pointer ECharts would draw it, bolder than nothing.
  return [{ ...line, type: 'line', lineStyle: unseen, emphasis: { lineStyle: { width: 0 } } }, drawn];
}

function pair([x = NaN, y = NaN]: readonly number[]): [number, number] {
  return [x, y];
}

/** Where a line through these places turns, all in one unit: `end` keeps a height up to the next
 * place, `start` has the next one's at once. */
export function cornersOf(places: readonly Place[], step: Turn): [number, number][] {
  return places.flatMap(([x, y], index): [number, number][] => {
    const next = places[index + 1];
    if (next === undefined) return [[x, y]];
    const [nextX, nextY] = next;
    const middle = (x + nextX) / 2;
    const turns: Readonly<Record<Turn, [number, number][]>> = {
      start: [[x, nextY]],
      end: [[nextX, y]],
      middle: [
        [middle, y],
        [middle, nextY],
      ],
    };
    return [[x, y], ...turns[step]];
  });
}
