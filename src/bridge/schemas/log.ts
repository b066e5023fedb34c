/** The log of a run as windows read it: what was proposed and why, what was told, what failed, and
 * when. */
import type { EventOf, Proposal, RunEvent } from '../../core/records/events.ts';
import { idInput } from './records.ts';
import { count, sentList, z } from '../../core/records/zod.ts';

/** What only a strategy reads is left out: its generator's position, the surrogate's state, the
 * seeds. */
type Told<E extends RunEvent> =
  E extends EventOf<'asked'>
    ? Pick<E, 'type' | 'continues' | 'search'> & {
        readonly proposals: readonly (Omit<Proposal, 'candidate' | 'seed'> & { readonly family: string })[];
      }
    : E;

/** `seq` counts from 0 without gaps; `at` is when it was written down, ISO 8601. */
export type LogEntryView = Told<RunEvent> & { readonly seq: number; readonly at: string };

/** `from`: the first `seq` wanted; without it, the last `limit` entries there are. `trial`: of all
 * entries what is said of that student alone, and neither `from` nor `limit` counts. */
export const logInput = idInput.extend({
  from: z.int().min(0).optional(),
  limit: z.int().min(1).max(1000).default(200),
  trial: count.optional(),
});

/** Entries as the host made them of its own log: to look into each field of thousands takes longer
 * than to read them. */
export const storedLog = sentList<LogEntryView>('log entries');
