/** Pause, resume and stop of the job in hand, heeded between two steps. */
import { setTimeout } from 'node:timers/promises';
import { timedYield } from './yield-to-events.ts';
import type { YieldToEvents } from './training/evaluate.ts';

export interface JobControl {
  readonly jobId: string;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
  /** Waits while paused; throws a `StopRequest` once stopped. */
  readonly yieldToEvents: YieldToEvents;
}

/** Not an error of the job: the host asked for its end. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest';
}

const MILLISECONDS_BETWEEN_LOOKS = 50;

/** `held` is called each time that a pause takes effect; `alive` whenever it yields, and while a
 * pause lasts. */
export function createJobControl(
  jobId: string,
  held: () => void = () => undefined,
  alive: () => void = () => undefined,
): JobControl {
  let paused = false;
  let stopped = false;
  const yieldInTime = timedYield();
  return {
    jobId,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    stop: () => {
      stopped = true;
    },
    yieldToEvents: async () => {
      await yieldInTime();
      alive();
      if (paused && !stopped) held();
      while (paused && !stopped) {
        await setTimeout(MILLISECONDS_BETWEEN_LOOKS);
        alive();
      }
      if (stopped) throw new StopRequest(`Job ${jobId} was asked to stop`);
    },
  };
}
