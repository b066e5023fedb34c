import type { ChartView } from '../charts/chart.ts';

/** A chart as the gallery shows it. */
export interface GalleryChart {
  readonly name: string;
  readonly title: string;
  readonly view: ChartView;
}
