/** Timing of forward passes: what is counted, and that a real network on each engine can be timed
 * at all. */
import { expect, it } from 'vitest';
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../../src/core/latency.ts';
import { measureLatency, testing } from '../../src/compute/tasks/latency/run.ts';
import { tinyConvolutional } from './support/tiny-training.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import * as tf from '@tensorflow/tfjs-core';

const { timePasses } = testing;

const yieldToEvents = (): Promise<void> => Promise.resolve();

it('leaves out what is slow before the engine is warm, and keeps the raw time of other passes in order', async () => {
  let clock = 0;
  let passes = 0;
  const times = (index: number): number => (index < 15 ? 50 - index : 8 + (index % 2) * 0.25);
  const pass = (): Promise<void> => {
    clock += times(passes++);
    return Promise.resolve();
  };
  const { warmupPasses, timingsMs } = await timePasses(pass, () => clock);
  // Two windows of ten agree first when both lie past the slow ones.
  expect(warmupPasses).toBeGreaterThanOrEqual(30);
  expect([...timingsMs]).toEqual(Array.from({ length: timingsMs.length }, (_, i) => times(warmupPasses + i)));
  // 8.125 ms a pass: 250 ms are over after 31.
  expect(timingsMs).toHaveLength(31);
});

it('times a network on both engines and for both batch sizes, without leaving a tensor behind', async () => {
  await loadBackend();
  const before = tf.memory().numTensors;
  const measured = await measureLatency(tinyConvolutional(), LATENCY_ENGINES, LATENCY_BATCHES, yieldToEvents);
  expect(tf.memory().numTensors).toBe(before);
  expect(measured.map(({ engine, batch }) => [engine, batch])).toEqual([
    ['onnxruntime', 1],
    ['onnxruntime', 32],
    ['tfjs', 1],
    ['tfjs', 32],
  ]);
  for (const { engine, timingsMs, version } of measured) {
    expect(timingsMs.length).toBeGreaterThanOrEqual(30);
    expect(timingsMs.every((ms) => ms > 0)).toBe(true);
    expect(version).toMatch(new RegExp(`^${engine}.*\\d`));
  }
});
