/** Fields that mean nothing by themselves are not asked for. */
import { expect, test } from 'vitest';
import { isUsed } from '../../src/renderer/form/used-fields.ts';

test('latency has settings where it is traded or limited, a reward where it is the aim', () => {
  const objectives = ['accuracy', 'params'];
  expect([isUsed('latency.engine', { objectives }), isUsed('reward.cost', { objectives })]).toEqual([false, false]);
  expect(isUsed('latency.batch', { objectives: ['accuracy', 'latencyMs'] })).toBe(true);
  expect(isUsed('latency.batch', { objectives, 'limits.latencyMs': '5' })).toBe(true);
  expect(isUsed('latency.batch', { objectives, 'limits.latencyMs': ' ' })).toBe(false);
  expect(isUsed('reward.cost', { objectives: ['reward'] })).toBe(true);
  // The limit itself is where one says that latency counts.
  expect(isUsed('limits.latencyMs', { objectives })).toBe(true);
});
