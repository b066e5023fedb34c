/** Records of a trial and its curves, as every room reads them. */
import type { Leg, WarmStart, Why } from './events.ts';
import type { Metrics } from './objective.ts';
import type { Candidate } from './space/space.ts';

export type { EpochPoint } from './records/epoch.ts';

/** `resting`: a leg of its training is done, and its strategy may go on with it. */
export type TrialState = 'queued' | 'running' | 'resting' | 'finished' | 'failed' | 'interrupted' | 'stopped';

/** `stopped` by the person; `ruledOut` by what was measured of it before it was trained. */
export type TrialEnd = 'finished' | 'failed' | 'stopped' | 'ruledOut';

/** How a trial has ended; `undefined` while it may go on. Of those whose state is `stopped` the
 * ruled out have metrics. */
export function endOf({ state, metrics }: Pick<Trial, 'state' | 'metrics'>): TrialEnd | undefined {
  switch (state) {
    case 'queued':
    case 'running':
    case 'resting':
    case 'interrupted':
      return undefined;
    case 'stopped':
      return Object.keys(metrics).length > 0 ? 'ruledOut' : 'stopped';
    case 'finished':
    case 'failed':
      return state;
  }
}

export interface Trial {
  readonly id: string;
  readonly runId: string;
  /** Index in its run, from 0. */
  readonly number: number;
  readonly state: TrialState;
  readonly candidate: Candidate;
  readonly seed: number;
  readonly why: Why;
  /** That it trains, or that it rests after; absent where it is trained to its end. */
  readonly leg?: Leg;
  /** Whose weights it begins with; absent where its seed draws them. */
  readonly from?: WarmStart;
  /** Exact: known before training. */
  readonly params: number;
  readonly macs: number;
  readonly peakActivationBytes: number;
  /** Measured: `accuracy` (validation), `loss`, ...; empty until finished. */
  readonly metrics: Metrics;
  /** Test accuracy, computed once, at the end of the run, for reported students only. */
  readonly testAccuracy?: number;
  /** Epochs done so far and asked for; 0 are asked for where training goes by seconds. */
  readonly epochsDone: number;
  readonly epochs: number;
  /** Training time of all its attempts. */
  readonly seconds: number;
  readonly attempts: number;
  readonly reason?: string;
  /** ISO 8601, for people; durations never come from these. */
  readonly createdAt: string;
  readonly finishedAt?: string;
}

/** What was measured of a trial, and its known costs. */
export const metricsOf = ({ metrics, params, macs }: Pick<Trial, 'metrics' | 'params' | 'macs'>): Metrics => ({
  ...metrics,
  params,
  macs,
});
