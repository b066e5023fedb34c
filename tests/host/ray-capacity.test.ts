/** How many places a cluster has is asked by a Python of its own: a form asks at each pause. */
import { afterEach, expect, it, vi } from 'vitest';
import { testing } from '../../src/host/executors/ray/ray-executor.ts';

afterEach(() => vi.useRealTimers());

it('asks once for all who ask within a minute, and anew after it: clusters grow', async () => {
  vi.useFakeTimers();
  let asked = 0;
  const capacity = testing.remembered(async () => (asked += 1));
  expect(await Promise.all([capacity(), capacity(), capacity()])).toEqual([1, 1, 1]);
  vi.advanceTimersByTime(59_000);
  expect(await capacity()).toBe(1);
  vi.advanceTimersByTime(2000);
  expect(await capacity()).toBe(2);
});

it('remembers no refusal: the cluster may be there by now', async () => {
  const answers = [Promise.reject(new Error('not there')), Promise.resolve(4)];
  const capacity = testing.remembered(() => answers.shift() ?? Promise.resolve(0));
  await expect(capacity()).rejects.toThrow('not there');
  expect(await capacity()).toBe(4);
});
