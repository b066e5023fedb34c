/** One piece of work after the other, in the order in which they came. */
import { once } from 'node:events';

/** Does `work` when those before it have ended; `undefined` where `signal` came first: it leaves the queue at once. */
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
