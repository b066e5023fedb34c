/** What a chart of a front is drawn of. */
import type { Limit } from '../../../core/objective.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import type { Titles } from '../../words.ts';

export interface OtherRun {
  readonly id: string;
  readonly name: string;
  readonly trials: readonly Trial[];
  /** Of its mark among the categories. */
  readonly place: number;
}

export interface FrontInput {
  readonly trials: readonly Trial[];
  readonly x: TrialMetric;
  readonly y: TrialMetric;
  /** Absent: as suits the metric. */
  readonly isLogX?: boolean;
  readonly isLogY?: boolean;
  /** Colours students by a third metric; by family when absent. */
  readonly colour?: TrialMetric | undefined;
  readonly limits: readonly Limit[];
  /** The front after so many finished students; all of them when absent. */
  readonly after?: number | undefined;
  readonly teacher?: {
    readonly title: string;
    readonly accuracy: number;
    readonly testAccuracy: number;
    readonly params: number;
    readonly macs: number;
  };
  readonly others?: readonly OtherRun[];
  readonly titles: Titles;
  readonly selected?: string | undefined;
  readonly pinned?: readonly string[];
  /** Brushed students: the others are dimmed. Nothing is when it is empty. */
  readonly brushed?: ReadonlySet<string>;
}
