/** Between two pieces of work: lets the event loop run when enough time has passed, so that
 * messages come in. */
import { setImmediate } from 'node:timers/promises';
import type { YieldToEvents } from './training/evaluate.ts';

const MILLISECONDS_BETWEEN_YIELDS = 20;

export function timedYield(): YieldToEvents {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < MILLISECONDS_BETWEEN_YIELDS) return;
    await setImmediate();
    last = performance.now();
  };
}
