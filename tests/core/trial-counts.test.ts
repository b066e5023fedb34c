import { expect, test } from 'vitest';
import { endedCount } from '../../src/core/trial-counts.ts';

test('done are the trials that no training follows', () => {
  expect(endedCount({ queued: 16, running: 8, resting: 64, finished: 4, failed: 2, interrupted: 32, stopped: 1 })).toBe(
    7,
  );
});
