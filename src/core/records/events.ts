/** The ordered log of a run: the single source of a strategy's state. Folding it gives resume,
 * replay and every "why". */
import { candidateSchema } from './candidate.ts';
import { metricsSchema } from '../objective.ts';
import type { Leg } from './proposal.ts';
import { legSchema, warmStartSchema, whySchema } from './proposal.ts';
import { anyNumber, count, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** Texts and lists that an archive may bring are no longer. */
const reason = z.string().max(100_000);
const label = z.string().max(1000);
const most = 100_000;

const proposalSchema = z.strictObject({
  /** Index of the trial in its run, from 0, without gaps. */
  trial: count,
  candidate: candidateSchema,
  /** Seed of the trial's weights, batches and augmentation. */
  seed: count,
  why: whySchema,
  /** Absent: it is trained to its end. */
  leg: legSchema.optional(),
  /** Absent: its weights are drawn by its seed. */
  from: warmStartSchema.optional(),
});

/** A trial that rests is trained on: to the end of another leg or, without one, to its own end. */
const continuationSchema = z.strictObject({ trial: count, leg: legSchema.optional(), why: whySchema });

/** One network that holds all students of a family at once, to be trained together with how much
 * each of its paths counts. Its accuracy ranks nothing. */
const searchSchema = z.strictObject({
  /** Index of the search in its run, from 0, without gaps. */
  search: count,
  /** It has a supernet. */
  family: label,
  /** How what paths count is learned. */
  method: label,
  /** Of the method; what is not said is its default. */
  options: z.record(z.string(), anyNumber),
  epochs: count,
  seed: count,
  /** That the student of it is to stay within (absent: none). */
  limits: z.strictObject({ params: z.number().optional(), macs: z.number().optional() }).optional(),
});

export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('asked'),
    proposals: z.array(proposalSchema).max(most),
    /** None of its trials is new: each rests. */
    continues: z.array(continuationSchema).max(most).optional(),
    /** Done before the proposals; at most one is open at a time. */
    search: searchSchema.optional(),
    /** Trials for which randomness was drawn so far: the generator is split from the run's seed by
     * it. */
    position: count,
    /** Fitted hyperparameters of the surrogate, so that a resumed run starts its next fit where the
     * old one stood. */
    warmStart: z.array(anyNumber).max(10_000).optional(),
  }),
  z.strictObject({ type: z.literal('told'), trial: count, metrics: metricsSchema }),
  /** A leg is done: what was measured after `epoch` epochs is another measurement than a whole
   * training's. */
  z.strictObject({ type: z.literal('rested'), trial: count, epoch: count, metrics: metricsSchema }),
  /** The trial can never give a result (crash, NaN, stopped by the person): it is never proposed
   * again. */
  z.strictObject({ type: z.literal('failed'), trial: count, reason }),
  /** An epoch of a search is done. */
  z.strictObject({
    type: z.literal('mixed'),
    search: count,
    /** From 1. */
    epoch: count,
    /** How much each path counts on average, `[paths]`. */
    shares: z.array(anyNumber).max(most),
    /** Mean over the epoch's steps of the weights. */
    loss: anyNumber,
  }),
  z.strictObject({
    type: z.literal('searched'),
    search: count,
    /** What the method has learned of each path: edge after edge, each with a value a level of its
     * dimension. None where the search failed. */
    mixing: z.array(anyNumber).max(most),
    /** Of all processors, over all epochs that count. */
    cpuSeconds: z.number().min(0),
    /** Why there is no mixing. */
    reason: reason.optional(),
  }),
]);

export type Proposal = RecordOf<typeof proposalSchema>;
export type Continuation = RecordOf<typeof continuationSchema>;
export type Search = RecordOf<typeof searchSchema>;
export type RunEvent = RecordOf<typeof eventSchema>;
export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** New trials that an event asks for, in its order. */
export const askedIn = (event: RunEvent): readonly Proposal[] => (event.type === 'asked' ? event.proposals : []);

/** The trial that an event tells of; `undefined` where it asks, or tells of a search. */
export const toldOf = (event: RunEvent): number | undefined => ('trial' in event ? event.trial : undefined);

/** The trial that an event brings to its end; `undefined` where it ends none. */
export const endedIn = (event: RunEvent): number | undefined =>
  event.type === 'told' || event.type === 'failed' ? event.trial : undefined;

/** Where a trial stands by its run's log. */
export interface Standing {
  readonly state: 'asked' | 'resting' | 'ended';
  /** That it trains, or that it rests after; `undefined`: to its end. */
  readonly leg: Leg | undefined;
}

/** By trial. */
export function standingsOf(log: readonly RunEvent[]): ReadonlyMap<number, Standing> {
  const standings = new Map<number, Standing>();
  for (const event of log) {
    if (event.type === 'asked') {
      for (const { trial, leg } of [...event.proposals, ...(event.continues ?? [])]) {
        standings.set(trial, { state: 'asked', leg });
      }
    } else if (event.type === 'rested') {
      standings.set(event.trial, { state: 'resting', leg: standings.get(event.trial)?.leg });
    } else if (event.type === 'told' || event.type === 'failed') {
      standings.set(event.trial, { state: 'ended', leg: undefined });
    }
  }
  return standings;
}

/** The search that was asked for and has not come to its end; `undefined` where there is none. */
export function openSearch(log: readonly RunEvent[]): Search | undefined {
  return log.reduce<Search | undefined>((open, event) => {
    if (event.type === 'asked') return event.search ?? open;
    return event.type === 'searched' && event.search === open?.search ? undefined : open;
  }, undefined);
}
