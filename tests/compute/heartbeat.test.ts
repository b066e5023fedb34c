/** A job that is at work says so between two steps: nothing else was told during an evaluation, and
 * a busy machine ended it. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createJobControl } from '../../src/compute/job-control.ts';
import { testing } from '../../src/compute/serve-jobs.ts';

const { createHeartbeat } = testing;

test('beats as the work yields, once in five seconds', () => {
  let now = 0;
  let beats = 0;
  const beat = createHeartbeat(
    () => (beats += 1),
    () => now,
  );
  for (now = 0; now <= 20_000; now += 100) beat();
  expect(beats).toBe(4);
});

test('every yield may beat, and so may a pause for as long as it lasts', async () => {
  let calls = 0;
  const control = createJobControl(
    'job',
    () => undefined,
    () => (calls += 1),
  );
  await control.yieldToEvents();
  expect(calls).toBe(1);
  control.pause();
  const held = control.yieldToEvents();
  while (calls < 4) await setTimeout(5);
  control.resume();
  await held;
});
