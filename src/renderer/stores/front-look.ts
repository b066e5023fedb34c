/** How each run's front is looked at: axes, colour, other runs beside it. Kept while the window
 * lives. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ChartWindow } from '../chart-pointer.ts';
import type { TrialMetric } from '../trial-metrics.ts';

export type CostAxis = 'students' | 'epochs' | 'seconds';

export interface FrontLook {
  readonly x: TrialMetric;
  readonly y: TrialMetric;
  /** Undefined: as suits the metric. */
  readonly isLogX: boolean | undefined;
  readonly isLogY: boolean | undefined;
  /** Undefined: by family. */
  readonly colour: TrialMetric | undefined;
  /** The front after so many finished students; undefined follows the run. */
  readonly after: number | undefined;
  /** Also the teacher, which may leave the students a corner of the picture. */
  readonly isWhole: boolean;
  /** What of it is seen; undefined: all that is drawn. */
  readonly window: ChartWindow | undefined;
  /** Without the hypervolume's history below it. */
  readonly isAlone: boolean;
  /** What the hypervolume is drawn over. */
  readonly over: CostAxis;
  /** Ids of runs beside it. */
  readonly others: readonly string[];
}

export const MOST_OTHERS = 5;

export const useFrontLook = defineStore('front-look', () => {
  const looks = shallowRef<ReadonlyMap<string, FrontLook>>(new Map());

  const of = (runId: string): FrontLook | undefined => looks.value.get(runId);
  const set = (runId: string, look: FrontLook): void => {
    looks.value = new Map(looks.value).set(runId, look);
  };

  return { of, set };
});
