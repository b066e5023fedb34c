/** A chart as a picture, without a page. */
import * as echarts from 'echarts';
import type { ChartView } from '../../../src/renderer/charts/chart.ts';

/** ECharts numbers its ids for the whole process: from zero again for each picture. */
export function svgOf(view: ChartView): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
  chart.setOption(view.option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  const numbers = new Map<string, string>();
  return svg
    .replaceAll(/zr\d+-([\w-]+)/g, (_, id: string) => {
      if (!numbers.has(id)) numbers.set(id, `shape-${numbers.size}`);
      return numbers.get(id) ?? '';
    })
    .replaceAll('><', '>\n<');
}
