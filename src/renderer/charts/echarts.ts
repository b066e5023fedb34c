/** The parts of ECharts that the workbench draws with: a chunk of its own, loaded with the first
 * chart. */
import type { EChartsOption } from 'echarts';
import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  MarkPointComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { graphic, init, use } from 'echarts/core';
import type { ECharts } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  MarkPointComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  LabelLayout,
  CanvasRenderer,
  SVGRenderer,
]);

export { init };

/** A picture without a page: what is drawn once and kept, in a file or a report. */
export function drawSvg(option: EChartsOption, size: { readonly width: number; readonly height: number }): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, ...size });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Intervals that are set on parallel axes are drawn in an opaque grey of ECharts' own, whatever
 * the axes' style says. */
export function tintIntervals(chart: ECharts, color: string): void {
  for (const root of chart.getZr().storage.getRoots()) {
    root.traverse((element) => {
      // So its brush calls the body of an interval.
      if (element instanceof graphic.Rect && element.name === 'main') {
        element.attr('style', { fill: color, stroke: color, opacity: 0.22 });
      }
    });
  }
}
