import { expect, test } from 'vitest';
import { statisticsOf } from '../../src/core/layer-statistics.ts';

test('are of all parts together: by hand, -1, 0, 3 and 2', () => {
  const told = statisticsOf([Float32Array.of(-1, 0), Float32Array.of(3, 2)]);
  expect(told).toMatchObject({ count: 4, mean: 1, largest: 3, zeros: 0.25, broken: 0 });
  expect(told.deviation).toBeCloseTo(Math.sqrt(10 / 4), 12);
});

test('what is not finite is counted, and spoils no other figure', () => {
  const told = statisticsOf([Float32Array.of(NaN, 2, Infinity, 2)]);
  expect(told).toEqual({ count: 4, mean: 2, deviation: 0, largest: 2, zeros: 0, broken: 2 });
});
