/** Work that waits for its turn or its place, in the order in which it came. */
import { once } from 'node:events';

/** Does `work` when those before it have ended; `undefined` where `signal` came first: it leaves
 * the queue at once. */
export type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T | undefined>;

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work, signal) => {
    const before = last;
    const called = signal.aborted ? Promise.resolve() : Promise.race([before, once(signal, 'abort')]);
    const done = called.then(() => (signal.aborted ? undefined : work()));
    last = Promise.allSettled([before, done]);
    return done;
  };
}

/** Does as many pieces of work at a time as there are places. */
export function createPlaces(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((called) => waiting.push(called));
    try {
      return await work();
    } finally {
      // A place that is handed on was never free.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
