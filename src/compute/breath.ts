/** A breath between two pieces of work: lets the event loop run when enough time has passed, so that messages come in. */
import { setImmediate } from 'node:timers/promises';
import type { Breath } from './training/evaluate.ts';

const MILLISECONDS_BETWEEN_BREATHS = 20;

export function timedBreath(): Breath {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < MILLISECONDS_BETWEEN_BREATHS) return;
    await setImmediate();
    last = performance.now();
  };
}
