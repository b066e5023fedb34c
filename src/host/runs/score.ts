/** What lists show of a run: best accuracy, front, hypervolume. Kept up to date as trials end,
 * written with each of them. */
import type { RunEvent } from '../../core/records/events.ts';
import { growFront } from '../../core/geometry/hypervolume.ts';
import { isFeasible } from '../../core/objective.ts';
import type { Metrics } from '../../core/objective.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { RunScore } from '../../core/records/summary.ts';
import { EMPTY_SCORE } from '../../store/summaries.ts';

/** Values that a history keeps: as many as a chart can show. When there would be more, every second
 * one goes. */
const HISTORY = 256;

export function createRunScorer({ objectives, limits, reference }: SearchConfig) {
  const front = growFront(objectives, reference);
  let bestAccuracy: number | undefined;
  let finished = 0;
  let historyStep = 1;
  let history: readonly number[] = [];
  return {
    /** The score with one more finished trial. */
    add(metrics: Metrics): RunScore {
      const counted = isFeasible(metrics, limits) ? metrics : {};
      const { size, hypervolume } = front.add(counted);
      const accuracy = counted['accuracy'] ?? NaN;
      if (Number.isFinite(accuracy)) bestAccuracy = Math.max(bestAccuracy ?? -Infinity, accuracy);
      finished += 1;
      if (finished % historyStep === 0) history = [...history, hypervolume];
      if (history.length > HISTORY) {
        historyStep *= 2;
        history = history.filter((_value, index) => index % 2 === 1);
      }
      return { bestAccuracy, frontSize: size, hypervolume, history, historyStep };
    },
  };
}

/** `finished`: metrics in order of finishing. */
function scoreOf(config: SearchConfig, finished: readonly Metrics[]): RunScore {
  const scorer = createRunScorer(config);
  return finished.reduce((_before, metrics) => scorer.add(metrics), EMPTY_SCORE);
}

/** What was timed and ruled out is told too, and is no result of a training. */
export function trainedOf(log: readonly RunEvent[]): readonly Metrics[] {
  return log.flatMap((event) => (event.type === 'told' && 'accuracy' in event.metrics ? [event.metrics] : []));
}

export type RunningScore = ReturnType<typeof runningScore>;

/** Of a run that goes on. `told`: what its log told before, in order of finishing. */
export function runningScore(config: SearchConfig, told: readonly Metrics[]) {
  const known = [...told];
  let scorer: ReturnType<typeof createRunScorer> | undefined;
  return {
    /** As if the trial had finished. */
    add(metrics: Metrics): RunScore {
      if (scorer === undefined) {
        scorer = createRunScorer(config);
        for (const earlier of known) scorer.add(earlier);
      }
      known.push(metrics);
      return scorer.add(metrics);
    },
    /** What was added last was not written down. */
    forget: (): void => {
      known.pop();
      scorer = undefined;
    },
  };
}

export const testing = { scoreOf };
