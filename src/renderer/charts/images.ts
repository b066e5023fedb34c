/** A chart as an image of its own, for papers and reports: drawn anew, so that what is saved does
 * not depend on the screen. */
import type { EChartsOption } from 'echarts';
import { drawSvg, init } from './echarts.ts';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Twice the size, for print. */
const PIXELS = 2;

export function svgOf(option: EChartsOption, { width, height }: ImageSize, background: string): string {
  return drawSvg({ ...option, backgroundColor: background }, { width, height });
}

export async function pngOf(option: EChartsOption, { width, height }: ImageSize, background: string): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: width * PIXELS, height: height * PIXELS });
  // Progressive drawing would leave most of a large chart for later frames.
  const series = [option.series ?? []].flat().map((one) => ({ ...one, progressive: 0 }));
  const chart = init(canvas, undefined, { renderer: 'canvas', devicePixelRatio: PIXELS, width, height });
  chart.setOption({ ...option, series, backgroundColor: background });
  chart.getZr().flush();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  chart.dispose();
  if (blob === null) throw new Error('The chart cannot be drawn as an image.');
  return blob;
}
