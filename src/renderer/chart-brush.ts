/** A rectangle drawn over a chart with two axes: by pointer, told in the axes' own units when it
 * ends. */
import { useEventListener } from '@vueuse/core';
import type { ECharts } from 'echarts/core';
import { shallowRef } from 'vue';
import type { Ref } from 'vue';

export interface Brushed {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** To what is selected already (Shift held), instead of in its place. */
  readonly isAdding: boolean;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a pixel is in the units of the axes; undefined while a new picture waits to be drawn. */
export const unitsAt = (chart: ECharts, x: number, y: number): readonly number[] | undefined =>
  chart.convertFromPixel({ gridIndex: 0 }, [x, y]);

/** A press that moves less is a click. */
const LEAST_PIXELS = 5;

export function useChartBrush(
  canvas: Readonly<Ref<HTMLElement | null>>,
  chart: () => ECharts | undefined,
  done: (brushed: Brushed) => void,
) {
  /** In pixels of the canvas, while it is drawn. */
  const box = shallowRef<Box>();
  let start: { readonly x: number; readonly y: number } | undefined;

  const placeOf = (event: PointerEvent): { readonly x: number; readonly y: number } => {
    const frame = canvas.value?.getBoundingClientRect();
    return { x: event.clientX - (frame?.left ?? 0), y: event.clientY - (frame?.top ?? 0) };
  };

  function press(event: PointerEvent): void {
    const place = placeOf(event);
    // Only inside the plot: the legend has clicks of its own.
    if (event.button === 0 && chart()?.containPixel({ gridIndex: 0 }, [place.x, place.y])) start = place;
  }

  function move(event: PointerEvent): void {
    if (start === undefined) return;
    const { x, y } = placeOf(event);
    const [width, height] = [Math.abs(x - start.x), Math.abs(y - start.y)];
    if (box.value === undefined && Math.max(width, height) < LEAST_PIXELS) return;
    box.value = { left: Math.min(x, start.x), top: Math.min(y, start.y), width, height };
  }

  function release(event: PointerEvent): void {
    const drawn = box.value;
    start = undefined;
    box.value = undefined;
    const made = chart();
    if (drawn === undefined || made === undefined) return;
    const corners = [
      unitsAt(made, drawn.left, drawn.top + drawn.height),
      unitsAt(made, drawn.left + drawn.width, drawn.top),
    ].filter((corner) => corner !== undefined);
    if (corners.length < 2) return;
    const along = (axis: 0 | 1): [number, number] => {
      const ends = corners.map((corner) => Number(corner[axis]));
      return [Math.min(...ends), Math.max(...ends)];
    };
    done({ x: along(0), y: along(1), isAdding: event.shiftKey });
  }

  function cancel(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || start === undefined) return;
    start = undefined;
    box.value = undefined;
  }

  useEventListener(canvas, 'pointerdown', press);
  // The pointer may leave the chart while it draws.
  useEventListener(window, 'pointermove', move);
  useEventListener(window, 'pointerup', release);
  useEventListener(window, 'keydown', cancel);
  return { box };
}
