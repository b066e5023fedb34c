/** What a chart of a front is drawn of. */
import type { Noun } from '../../../core/data-kinds.ts';
import type { ChartWindow } from '../../chart-pointer.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import type { Titles } from '../../words.ts';
import type { PickedStudents } from '../parts/picked.ts';
import type { Plane } from './points.ts';

export interface OtherRun {
  readonly id: string;
  readonly name: string;
  readonly trials: readonly Trial[];
  /** Of its mark among the categories. */
  readonly place: number;
}

export interface FrontInput extends Plane, PickedStudents {
  readonly trials: readonly Trial[];
  /** Absent: as suits the metric. */
  readonly isLogX?: boolean;
  readonly isLogY?: boolean;
  /** Colours students by a third metric; by family when absent. */
  readonly colour?: TrialMetric | undefined;
  /** The front after so many finished students; all of them when absent. */
  readonly after?: number | undefined;
  readonly teacher?: { readonly title: string } & Readonly<
    Partial<Record<'accuracy' | 'testAccuracy' | 'params' | 'macs', number | undefined>>
  >;
  /** Whether the axes reach the teacher, too; they do where nothing is said. */
  readonly isWhole?: boolean;
  /** What is seen of it; all where nothing is said. */
  readonly window?: ChartWindow | undefined;
  readonly others?: readonly OtherRun[];
  readonly titles: Titles;
  /** What costs are of; images when absent. */
  readonly noun?: Noun;
  /** Brushed students: the others are dimmed. Nothing is when it is empty. */
  readonly brushed?: ReadonlySet<string>;
}
