/** The methods by which runs wait for the machine: a part of the contract. */
import { oc } from '@orpc/contract';
import { tagSchema } from '../core/records/labels.ts';
import { id, list, z } from '../core/records/zod.ts';
import { MOST_QUEUED, queueSchema } from './schemas/queue.ts';
import { idInput, runSummarySchema, searchInputSchema } from './schemas/records.ts';
import { idsInput, MOST_RUNS_AT_ONCE, MOST_TAGS } from './schemas/upkeep.ts';

const enqueueInput = z.strictObject({
  searches: z.array(searchInputSchema).min(1).max(MOST_QUEUED),
  tags: z.array(tagSchema).max(MOST_TAGS).default([]),
});

export const queue = {
  get: oc.output(queueSchema),
  /** Makes runs that begin in turn, all or none of them. An error names the one that it is
   * about. */
  enqueue: oc.input(enqueueInput).output(list(runSummarySchema)),
  /** Runs that can be gone on with, at its end. */
  add: oc.input(idsInput).output(queueSchema),
  remove: oc.input(idsInput).output(queueSchema),
  /** `place`: from 0, among the others. */
  move: oc.input(z.strictObject({ id, place: z.int().min(0).max(MOST_RUNS_AT_ONCE) })).output(queueSchema),
  /** Nothing begins until it goes on; what runs runs on. */
  hold: oc.output(queueSchema),
  goOn: oc.output(queueSchema),
  /** Pauses what runs, which is the next one from then on, and goes on with this one. */
  jump: oc.input(idInput).output(runSummarySchema),
};
