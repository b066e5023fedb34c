/** What a run goes on from: all that the store holds of it, read once before its loop starts. */
import { MOST_SLOTS } from '../../bridge/schemas/records.ts';
import { countSpending } from '../../core/budget.ts';
import type { Metrics } from '../../core/objective.ts';
import type { Run } from '../../core/records/run.ts';
import { endOf } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { Workspace } from '../../store/workspace.ts';
import { logReader, readLog, readTrials } from '../slices.ts';
import { problemOf, spaceOf } from './context.ts';
import type { RunContext } from './context.ts';
import { createKeptFront } from './kept-front.ts';
import { createLiveProgress } from './live-progress.ts';
import type { LiveEvents } from '../live-events.ts';
import type { RunPlan } from './plan.ts';
import { runningScore, trainedOf } from './score.ts';

type Parts = Pick<RunContext, 'executor' | 'log' | 'now'> & {
  readonly workspace: Workspace;
  readonly live: Pick<LiveEvents, 'publish'>;
};

/** Writes nothing. `runChanged` tells everybody how the run stands. */
export async function openContext(
  { workspace: { store, files }, executor, live, log, now }: Parts,
  run: Run,
  { places }: RunPlan,
  runChanged: () => void,
): Promise<RunContext> {
  const { id: runId } = run;
  // A run that came in before archives were looked at may ask for any number.
  const config = { ...run.config, slots: Math.min(run.config.slots, MOST_SLOTS) };
  const { trainImages } = config;
  const trials = await readTrials(store, runId);
  const told: Metrics[] = [];
  const spending = countSpending(config);
  await readLog(logReader(store, runId), (events) => {
    told.push(...trainedOf(events));
    events.forEach(spending.fold);
  });
  const problem = problemOf(config, places, store.prior(runId));
  const { directory, known } = places.dataset;
  const progress = createLiveProgress({
    ...{ config, spending, now },
    done: trials.filter((trial) => endOf(trial) !== undefined).length,
    measured: trials.filter(isFinished).map(({ seconds }) => seconds),
    seconds: trials.reduce((sum, { seconds }) => sum + seconds, 0),
  });

  /** Those that keep or have to lose something: what another dominates is dominated by one of
   * them. */
  function weighted(): readonly Trial[] {
    const ids = new Set(store.withWeights(runId));
    return trials.filter((trial) => isFinished(trial) && ids.has(trial.id));
  }

  return {
    ...{ runId, config, store, files, executor, log, problem, progress, spending, runChanged, now },
    space: spaceOf(problem),
    dataset: { directory, ...(known && { known }), ...(trainImages !== undefined && { trainImages }) },
    teacher: places.teacher,
    score: runningScore(config, told),
    kept: createKeptFront(config, config.checkpoints.keep === 'front' ? weighted() : []),
    trialChanged: (id) => {
      const trial = store.trial(id);
      if (trial !== undefined) live.publish({ type: 'trial.changed', trial });
    },
    pointAppended: (trialId, point) => live.publish({ type: 'epoch.appended', trialId, runId, point }),
  };
}

const isFinished = ({ state }: Trial): boolean => state === 'finished';
