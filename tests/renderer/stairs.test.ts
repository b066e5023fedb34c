/** Steps of less than a pixel: ECharts' own line leaves them out, and what comes after was drawn
 * slanted. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { describe, expect, test } from 'vitest';
import { chartColors } from '../../src/renderer/charts/chart.ts';
import type { ChartView } from '../../src/renderer/charts/chart.ts';
import { drawSvg } from '../../src/renderer/charts/echarts.ts';
import { frontChart } from '../../src/renderer/charts/front/front.ts';
import { hypervolumeChart } from '../../src/renderer/charts/hypervolume.ts';
import { latencyCompareChart } from '../../src/renderer/charts/latency.ts';
import { cornersOf, stairs } from '../../src/renderer/charts/parts/stairs.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';

type Place = readonly [number, number];
const SIZE = { width: 640, height: 360 };
const ACCENT = chartColors('light').accent;

/** Places of every line that is seen in a picture and turns more than a few times, in pixels. */
function linesIn(view: ChartView, color: string): readonly (readonly Place[])[] {
  const svg = drawSvg(view.option, SIZE);
  return [...svg.matchAll(/<(?:path d|polyline points)="([^"]+)"[^>]*>/g)]
    .filter(([shape]) => shape.includes(`stroke="${color}"`) && !shape.includes('stroke-width="0"'))
    .map(([, places = '']) =>
      [...places.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]): Place => [Number(x), Number(y)]),
    )
    .filter((places) => places.length > 8);
}

/** How far a segment is from both axes: 0 where it lies along one. */
function slants(places: readonly Place[]): readonly number[] {
  return places.slice(1).map(([x, y], index) => {
    const [beforeX, beforeY] = places[index] ?? [NaN, NaN];
    return Math.min(Math.abs(x - beforeX), Math.abs(y - beforeY));
  });
}

/** Rises by so little that each step is below half a pixel, with long flats between. */
const history = Array.from(
  { length: 300 },
  (_, index) => 0.6 + 0.0004 * Math.floor(index / 12) + (index > 280 ? 0.3 : 0),
);
const volume = { history, step: 1, total: 300, unit: 'accuracy × parameters' };
const { trials } = fixtureRun({ id: 'r', name: 'R', state: 'finished', budget: 40, done: 40, seed: 2 });
const titles = { familyTitle: (name: string) => name, dimensionTitle: (_family: string, name: string) => name };
const front = trials
  .filter(({ state }) => state === 'finished')
  .map((trial, index) => ({
    ...trial,
    params: 2000 + 900 * index,
    metrics: { ...trial.metrics, accuracy: 0.8 + 0.0002 * index + (index === 0 ? -0.3 : 0) },
  }));
const timingsMs = Float32Array.from({ length: 1000 }, (_, index) => 1 + (index > 990 ? index / 100 : index / 5000));
const measured = { engine: 'onnxruntime', batch: 1, timingsMs } as const;

const views: readonly (readonly [string, ChartView, string])[] = [
  ['the history of the hypervolume', hypervolumeChart(volume, 'light'), ACCENT],
  ['the front', frontChart({ trials: front, x: 'params', y: 'accuracy', limits: [], titles }, 'light'), ACCENT],
  ['latencies side by side', latencyCompareChart([{ key: 'a', title: 'A', place: 0, measured }], 'light'), '#0072b2'],
];

test.each(views)('%s has level flats and upright steps, however low', (_name, view, color) => {
  const lines = linesIn(view, color);
  expect(lines).toHaveLength(1);
  expect(Math.max(...lines.flatMap(slants))).toBeLessThan(0.02);
});

describe('the corners of a staircase', () => {
  const places: readonly Place[] = [
    [0, 0],
    [4, 1],
    [6, 3],
  ];
  test('turn at the end, at the start, or half way', () => {
    expect(cornersOf(places, 'end')).toEqual([
      [0, 0],
      [4, 0],
      [4, 1],
      [6, 1],
      [6, 3],
    ]);
    expect(cornersOf(places, 'start')).toEqual([
      [0, 0],
      [0, 1],
      [4, 1],
      [4, 3],
      [6, 3],
    ]);
    expect(cornersOf(places, 'middle')).toEqual([
      [0, 0],
      [2, 0],
      [2, 1],
      [4, 1],
      [5, 1],
      [5, 3],
      [6, 3],
    ]);
  });
  test('are none where there is no place', () => expect(cornersOf([], 'end')).toEqual([]));
});

test('the legend shows a staircase as a line, once', () => {
  const others = [{ id: 'o', name: 'Other', history: [0.5, 0.6], place: 3 }];
  const svg = drawSvg(hypervolumeChart({ ...volume, name: 'Own', others }, 'light').option, SIZE);
  expect(svg.match(/>Own</g)).toHaveLength(1);
  expect(svg).toMatch(new RegExp(`<path d="[^"]*"[^>]*stroke="${ACCENT}"[^>]*stroke-width="2"`));
});

test('what is drawn is out of the pointer’s way: ECharts would look for a series that is gone', () => {
  const [, drawn] = stairs({
    ...{
      id: 'front',
      step: 'end' as const,
      data: [
        [0, 1],
        [2, 3],
      ],
      lineStyle: { color: ACCENT, width: 1 },
    },
    areaStyle: { color: ACCENT, opacity: 0.5, origin: 0 },
  });
  // As much of ECharts' own interface as a staircase asks for.
  const api = { coord: (place: number[]) => place } as unknown as CustomSeriesRenderItemAPI;
  const item = drawn.renderItem?.({} as CustomSeriesRenderItemParams, api);
  expect(item).toMatchObject({
    children: [
      { type: 'polygon', silent: true },
      { type: 'polyline', silent: true },
    ],
  });
});
