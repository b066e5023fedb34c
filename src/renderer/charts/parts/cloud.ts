/**
 * Thousands of points in one path: the students that nobody looks at one by one. ECharts makes an
 * element of each datum of an ordinary series, which takes a second for tens of thousands; a large
 * series draws them from a flat array.
 */
import type { ScatterSeriesOption } from 'echarts';

/** From so many points on they are a cloud. */
export const CLOUD_FROM = 1000;

export interface Cloud {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly opacity: number;
  /** `[n]` each, in the units of the axes. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Of the n-th point. */
  readonly tooltip: (index: number) => string;
}

export function cloudSeries({ id, name, color, opacity, xs, ys, tooltip }: Cloud): ScatterSeriesOption {
  const flat = new Float64Array(2 * xs.length);
  xs.forEach((x, index) => {
    flat[2 * index] = x;
    flat[2 * index + 1] = ys[index] ?? NaN;
  });
  return {
    ...{ type: 'scatter', id, name, large: true, largeThreshold: 0, progressive: 0, z: 2 },
    // Below 4 pixels they are drawn as squares, without a path each.
    ...{ symbol: 'circle', symbolSize: 3.5, itemStyle: { color, opacity } },
    dimensions: ['x', 'y'],
    data: flat,
    tooltip: { formatter: (datum) => ('dataIndex' in datum ? tooltip(datum.dataIndex) : '') },
  };
}
