/** The ordered log of a run: the single source of a strategy's state. Folding it gives resume,
 * replay and every "why". */
import type { Metrics } from './objective.ts';
import type { Candidate } from './space/space.ts';

/** Why a candidate was proposed, in numbers the workbench can show. */
export interface Why {
  /** `reference`, `initial`, `global`, `region`, `family`, `random`, `mutation`, ... */
  readonly source: string;
  /** Which trust region and its level radius (`undefined` outside regions). */
  readonly region?: { readonly id: number; readonly centre: number; readonly radius: string };
  /** Surrogate's prediction of the unknown objective, in its own units. */
  readonly predicted?: { readonly mean: number; readonly deviation: number };
  /** Forecast of a latency that is measured only once the candidate is proposed. */
  readonly predictedLatencyMs?: number;
  /** Expected gain (hypervolume improvement, or improvement under a limit) in the score's units. */
  readonly expectedGain?: number;
  /** Of runs by TRADE's second version: its family had fewer trials than it was owed, and was
   * proposed for that. */
  readonly owed?: boolean;
  /** How much of the prediction earlier runs make up: the weight of theirs, 0 where it was of no
   * help. */
  readonly priorWeight?: number;
  /** Set when the strategy had to fall back, in words. */
  readonly fallback?: string;
}

/** How far a training goes before the strategy is asked about it again. */
export interface Leg {
  /** It rests after so many epochs, counted from its start; 1 or more, and fewer than the whole
   * schedule has. */
  readonly until: number;
  /** `part`: of the run's own schedule, with which it can go on; `own`: a whole short schedule,
   * after which all starts afresh. */
  readonly schedule: 'own' | 'part';
}

/** Where the weights of a student come from, before it is trained. */
export interface WarmStart {
  /** Trials of the run that have ended with weights, or that rest; of a weight that more than one
   * has, the first one's counts. A trial that rests does not go on while a child of it is open. */
  readonly parents: readonly (number | 'teacher')[];
  /**
   * `inherit`: a weight is a parent's of the same name, as far as the two overlap. `expand`: a
   * combination of the parents' filters. What no parent has is drawn by the trial's own seed.
   */
  readonly map: 'inherit' | 'expand';
  /** Of what the map itself draws; `inherit` draws nothing. */
  readonly seed: number;
}

export interface Proposal {
  /** Index of the trial in its run, from 0, without gaps. */
  readonly trial: number;
  readonly candidate: Candidate;
  /** Seed of the trial's weights, batches and augmentation. */
  readonly seed: number;
  readonly why: Why;
  /** Absent: it is trained to its end. */
  readonly leg?: Leg;
  /** Absent: its weights are drawn by its seed. */
  readonly from?: WarmStart;
}

/** A trial that rests is trained on: to the end of another leg or, without one, to its own end. */
export interface Continuation {
  readonly trial: number;
  readonly leg?: Leg;
  readonly why: Why;
}

/** One network that holds all students of a family at once, to be trained together with how much
 * each of its paths counts. Its accuracy ranks nothing. */
export interface Search {
  /** Index of the search in its run, from 0, without gaps. */
  readonly search: number;
  /** It has a supernet. */
  readonly family: string;
  /** How what paths count is learned. */
  readonly method: string;
  /** Of the method; what is not said is its default. */
  readonly options: Readonly<Record<string, number>>;
  readonly epochs: number;
  readonly seed: number;
}

export type RunEvent =
  | {
      readonly type: 'asked';
      readonly proposals: readonly Proposal[];
      /** None of its trials is new: each rests. */
      readonly continues?: readonly Continuation[];
      /** Done before the proposals; at most one is open at a time. */
      readonly search?: Search;
      /** Trials for which randomness was drawn so far: the generator is split from the run's seed
       * by it. */
      readonly position: number;
      /** Fitted hyperparameters of the surrogate, so that a resumed run starts its next fit where
       * the old one stood. */
      readonly warmStart?: readonly number[];
    }
  | { readonly type: 'told'; readonly trial: number; readonly metrics: Metrics }
  /** A leg is done: what was measured after `epoch` epochs is another measurement than a whole
   * training's. */
  | { readonly type: 'rested'; readonly trial: number; readonly epoch: number; readonly metrics: Metrics }
  /** The trial can never give a result (crash, NaN, stopped by the person): it is never proposed
   * again. */
  | { readonly type: 'failed'; readonly trial: number; readonly reason: string }
  | {
      readonly type: 'searched';
      readonly search: number;
      /** What the method has learned of each path: edge after edge, each with a value a level of
       * its dimension. None where the search failed. */
      readonly mixing: readonly number[];
      /** Of all processors, over all epochs that count. */
      readonly cpuSeconds: number;
      /** Why there is no mixing. */
      readonly reason?: string;
    };

export type RunEventType = RunEvent['type'];

/** New trials that an event asks for, in its order. */
export function askedIn(event: RunEvent): readonly Proposal[] {
  switch (event.type) {
    case 'asked':
      return event.proposals;
    case 'told':
    case 'rested':
    case 'failed':
    case 'searched':
      return [];
  }
}

/** The trial that an event tells of; `undefined` where it asks, or tells of a search. */
export function toldOf(event: RunEvent): number | undefined {
  switch (event.type) {
    case 'asked':
    case 'searched':
      return undefined;
    case 'told':
    case 'rested':
    case 'failed':
      return event.trial;
  }
}

/** The trial that an event brings to its end; `undefined` where it ends none. */
export function endedIn(event: RunEvent): number | undefined {
  switch (event.type) {
    case 'asked':
    case 'rested':
    case 'searched':
      return undefined;
    case 'told':
    case 'failed':
      return event.trial;
  }
}

/** Where a trial stands by its run's log. */
export interface Standing {
  readonly state: 'asked' | 'resting' | 'ended';
  /** That it trains, or that it rests after; `undefined`: to its end. */
  readonly leg: Leg | undefined;
}

/** By trial. */
export function standingsOf(log: readonly RunEvent[]): ReadonlyMap<number, Standing> {
  const standings = new Map<number, Standing>();
  const fold = (event: RunEvent): void => {
    switch (event.type) {
      case 'asked':
        for (const { trial, leg } of [...event.proposals, ...(event.continues ?? [])]) {
          standings.set(trial, { state: 'asked', leg });
        }
        return;
      case 'searched':
        return;
      case 'rested':
        return void standings.set(event.trial, { state: 'resting', leg: standings.get(event.trial)?.leg });
      case 'told':
      case 'failed':
        return void standings.set(event.trial, { state: 'ended', leg: undefined });
      default:
        return event satisfies never;
    }
  };
  log.forEach(fold);
  return standings;
}

/** The search that was asked for and has not come to its end; `undefined` where there is none. */
export function openSearch(log: readonly RunEvent[]): Search | undefined {
  return log.reduce<Search | undefined>((open, event) => {
    if (event.type === 'asked') return event.search ?? open;
    return event.type === 'searched' && event.search === open?.search ? undefined : open;
  }, undefined);
}
