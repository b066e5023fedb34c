/** The log of a run as windows read it: what was proposed and why, what was told, what failed, and
 * when. */
import type { Continuation, Leg, RunEvent, Search, WarmStart, Why } from '../../core/events.ts';
import type { Metrics } from '../../core/objective.ts';
import { idInput } from './records.ts';
import { z } from '../../core/records/zod.ts';

interface LogPlace {
  /** Counts from 0 without gaps. */
  readonly seq: number;
  /** When it was written down, ISO 8601. */
  readonly at: string;
}

/** An event of the log without what only a strategy reads: its generator's position, the
 * surrogate's state, the seeds. */
export type LogEntryView = LogPlace &
  (
    | {
        readonly type: 'asked';
        readonly proposals: readonly {
          readonly trial: number;
          readonly family: string;
          readonly why: Why;
          readonly leg?: Leg;
          readonly from?: WarmStart;
        }[];
        readonly continues?: readonly Continuation[];
        readonly search?: Search;
      }
    | { readonly type: 'told'; readonly trial: number; readonly metrics: Metrics }
    | { readonly type: 'rested'; readonly trial: number; readonly epoch: number; readonly metrics: Metrics }
    | { readonly type: 'failed'; readonly trial: number; readonly reason: string }
    | Extract<RunEvent, { readonly type: 'searched' }>
  );

/** `from`: the first `seq` wanted; without it, the last `limit` entries there are. */
export const logInput = idInput.extend({
  from: z.int().min(0).optional(),
  limit: z.int().min(1).max(1000).default(200),
});

/** Entries as the host made them of its own log: to look into each field of thousands takes longer
 * than to read them. */
export const storedLog = z.custom<readonly LogEntryView[]>((value) => Array.isArray(value), 'expected log entries');
