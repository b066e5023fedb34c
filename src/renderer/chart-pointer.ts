/** What a pointer does over a chart with two axes: a rectangle is drawn, the wheel goes nearer or
 * further, a drag with Shift held goes elsewhere. All is told in the axes' own units. */
import { useEventListener } from '@vueuse/core';
import type { ECharts } from 'echarts/core';
import type { Ref } from 'vue';
import type { Box, Brushed } from './chart-brush.ts';
import { unitsAt, useChartBrush } from './chart-brush.ts';
import type { ChartView } from './charts/chart.ts';

/** Ends of both axes. */
export interface ChartWindow {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

interface Corners {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A step of the wheel. */
const STEP = 1.25;

/** `edges`: room around the plot, in pixels, as the chart's option has it. */
function useChartZoom(
  canvas: Readonly<Ref<HTMLElement | null>>,
  chart: () => ECharts | undefined,
  edges: () => Corners | undefined,
  done: (window: ChartWindow) => void,
): void {
  let start: { readonly x: number; readonly y: number } | undefined;

  function plot(): Corners | undefined {
    const [made, room] = [chart(), edges()];
    if (made === undefined || room === undefined) return undefined;
    const { left, right, top, bottom } = room;
    return { left, right: made.getWidth() - right, top, bottom: made.getHeight() - bottom };
  }

  function see({ left, right, top, bottom }: Corners): void {
    const made = chart();
    if (made === undefined) return;
    const [low, high] = [unitsAt(made, left, bottom), unitsAt(made, right, top)];
    if (low === undefined || high === undefined) return;
    const along = (axis: 0 | 1): readonly [number, number] => [Number(low[axis]), Number(high[axis])];
    const [x, y] = [along(0), along(1)];
    // So near that the numbers of an axis run out, or so far.
    if ([x, y].every(([from, to]) => Number.isFinite(from) && Number.isFinite(to) && from < to)) done({ x, y });
  }

  function turn(event: WheelEvent): void {
    const now = plot();
    const frame = canvas.value?.getBoundingClientRect();
    if (now === undefined || frame === undefined || event.deltaY === 0) return;
    event.preventDefault();
    const factor = event.deltaY > 0 ? STEP : 1 / STEP;
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const from = (at: number, edge: number): number => at + (edge - at) * factor;
    see({ left: from(x, now.left), right: from(x, now.right), top: from(y, now.top), bottom: from(y, now.bottom) });
  }

  function press({ button, shiftKey, clientX: x, clientY: y }: PointerEvent): void {
    if (button === 0 && shiftKey && chart() !== undefined) start = { x, y };
  }

  function release({ clientX, clientY }: PointerEvent): void {
    const [before, now] = [start, plot()];
    start = undefined;
    if (before === undefined || now === undefined) return;
    const [dx, dy] = [clientX - before.x, clientY - before.y];
    see({ left: now.left - dx, right: now.right - dx, top: now.top - dy, bottom: now.bottom - dy });
  }

  useEventListener(canvas, 'wheel', turn, { passive: false });
  useEventListener(canvas, 'pointerdown', press);
  useEventListener(window, 'pointerup', release);
}

interface Pointed {
  readonly view: Pick<ChartView, 'edges'>;
  /** A rectangle can be drawn in it. */
  readonly brushable?: boolean;
  /** What is drawn is what is to be seen. */
  readonly zooming?: boolean;
}

/** What a pointer does over a chart: it draws a rectangle, or goes nearer and elsewhere. `box`: the
 * rectangle while it is drawn. */
export function useChartPointer(
  canvas: Readonly<Ref<HTMLElement | null>>,
  chart: Readonly<Ref<ECharts | undefined>>,
  props: Pointed,
  told: { brush(brushed: Brushed): void; zoom(window: ChartWindow): void },
): { readonly box: Readonly<Ref<Box | undefined>> } {
  useChartZoom(
    canvas,
    () => (props.zooming ? chart.value : undefined),
    () => props.view.edges,
    told.zoom,
  );
  return useChartBrush(
    canvas,
    () => (props.brushable ? chart.value : undefined),
    (brushed) => {
      if (!props.zooming) told.brush(brushed);
      // With Shift held it was a drag to elsewhere.
      else if (!brushed.isAdding) told.zoom({ x: brushed.x, y: brushed.y });
    },
  );
}
