import type { ChartView } from '../../../src/renderer/charts/chart.ts';

/** A chart as the gallery shows it. */
export interface GalleryChart {
  readonly name: string;
  readonly title: string;
  readonly view: ChartView;
}
