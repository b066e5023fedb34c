import { expect, test } from 'vitest';
import { anytimeChart } from '../../src/renderer/charts/anytime.ts';

// A range of .85 to 1 had ticks at 85, 87, 90, 93, 96, 99 and 100 %: its ends by one step, the
// ticks by another.
test.each([
  [0.862, 0.9999],
  [0.2, 0.93],
  [0.991, 0.9996],
])('a share from %d to %d has its ticks a whole number of steps apart, from end to end', (low, high) => {
  const series = [{ title: 'A search', place: 0, curves: [[low, high]] }];
  const text = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const input = { series, title: 'Share', goal: 'maximize', text, limit: 1, budget: 2 } as const;
  const { yAxis } = anytimeChart(input, 'light').option;
  const { min, max, interval } = yAxis as { readonly min: number; readonly max: number; readonly interval: number };
  expect(min).toBeLessThanOrEqual(low);
  expect(max).toBeGreaterThanOrEqual(high);
  const steps = (max - min) / interval;
  expect(steps).toBeCloseTo(Math.round(steps), 6);
  expect(steps).toBeGreaterThanOrEqual(3);
});
