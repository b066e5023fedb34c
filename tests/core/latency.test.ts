/** The rule by which passes are timed and summed up. */
import { describe, expect, it } from 'vitest';
import { hasEnough, isWarm, latencyMetrics, medianMs, tailMs, wasIdle } from '../../src/core/latency.ts';
import type { LatencyMeasurement } from '../../src/core/latency.ts';

const measurement = (changes: Partial<LatencyMeasurement>): LatencyMeasurement => ({
  engine: 'onnxruntime',
  batch: 1,
  version: '1',
  device: 'cpu',
  threads: 1,
  warmupPasses: 20,
  timingsMs: Float32Array.of(4, 1, 3, 2),
  otherLoad: 0,
  ...changes,
});

describe('quantiles', () => {
  it('stand between order statistics, whatever the order: type 7 of Hyndman and Fan by hand', () => {
    expect(medianMs([4, 1, 3, 2])).toBe(2.5);
    expect(tailMs([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])).toBe(90);
    expect(tailMs([1, 2])).toBeCloseTo(1.9, 12);
    expect(tailMs([7])).toBe(7);
  });
  it('of nothing is no number: a student that was not timed is not the fastest', () => {
    expect(medianMs([])).toBeNaN();
  });
});

describe('warm-up', () => {
  const window = (ms: number): number[] => new Array<number>(10).fill(ms);
  it('ends when two windows agree, not while passes still get faster', () => {
    expect(isWarm(window(1))).toBe(false);
    expect(isWarm([...window(2), ...window(1)])).toBe(false);
    expect(isWarm([...window(2), ...window(1), ...window(0.98)])).toBe(true);
  });
  it('ends after 200 passes on a machine that never settles', () => {
    const restless = Array.from({ length: 200 }, (_, index) => 1.01 ** index);
    expect(isWarm(restless.slice(0, 199))).toBe(false);
    expect(isWarm(restless)).toBe(true);
  });
});

it('takes 30 passes at least however slow, and no more than 100 however quick', () => {
  expect(hasEnough(new Array<number>(29).fill(1000), 29_000)).toBe(false);
  expect(hasEnough(new Array<number>(30).fill(1000), 30_000)).toBe(true);
  expect(hasEnough(new Array<number>(99).fill(0.01), 1)).toBe(false);
  expect(hasEnough(new Array<number>(100).fill(0.01), 1)).toBe(true);
});

it('a machine whose load is not known does not count as idle', () => {
  expect(wasIdle({ otherLoad: 0.1 })).toBe(true);
  expect(wasIdle({ otherLoad: 0.9 })).toBe(false);
  expect(wasIdle({ otherLoad: NaN })).toBe(false);
});

it('a search reads the engine and the batch that it named', () => {
  const measured = [measurement({ batch: 32, timingsMs: Float32Array.of(9) }), measurement({})];
  expect(latencyMetrics(measured, { engine: 'onnxruntime', batch: 1 })).toEqual({
    latencyMs: 2.5,
    latencyP90Ms: expect.closeTo(3.7, 6),
  });
  expect(latencyMetrics(measured, { engine: 'tfjs', batch: 1 })).toEqual({});
});
