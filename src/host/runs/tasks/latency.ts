/** Latency of students: timed in a trainer of one thread while the others hold, before training or
 * on demand. */
import { costOf } from '../../../core/arch/cost.ts';
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { LATENCY_BATCHES, LATENCY_ENGINES, LATENCY_METRIC, latencyMetrics } from '../../../core/latency.ts';
import type { LatencyEngine, LatencyRow } from '../../../core/latency.ts';
import type { Metrics } from '../../../core/objective.ts';
import type { SearchConfig } from '../../../core/records/run.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { WritableStore } from '../../../store/store.ts';
import { graphOf } from '../context.ts';
import type { RunContext } from '../context.ts';
import type { TrialTask } from './attempt.ts';
import { outputOf } from '../../executors/executor.ts';
import type { Executor, TaskEnd } from '../../executors/executor.ts';

interface Timing {
  readonly store: WritableStore;
  readonly executor: Executor;
}

interface Student {
  readonly trial: Trial;
  readonly graph: ArchitectureGraph;
}

/** Both batch sizes on each engine; recorded when it is done. */
async function timeStudent(
  { store, executor }: Timing,
  { trial, graph }: Student,
  engines: readonly LatencyEngine[],
  signal?: AbortSignal,
): Promise<TaskEnd<'latency'>> {
  const input = { graph, engines, batches: LATENCY_BATCHES };
  const end = await executor.runAlone({ kind: 'latency', jobId: `${trial.id}-latency`, input }, signal);
  if (end.type === 'done') store.recordLatency(trial.id, end.output);
  return end;
}

/** On every engine, for a person who asks. Resolves to all that was ever measured of the
 * student. */
export async function measureStudent(
  timing: Timing,
  student: Student,
  signal: AbortSignal,
): Promise<readonly LatencyRow[]> {
  const { trial, graph } = student;
  // The graph is made for the examples that the data set has now.
  if (costOf(graph).macs !== trial.macs) {
    const problem = 'The data set of its run has examples of another size now, so another network would be timed';
    throw new WorkbenchError('dataset.changed', `${problem}. Put the old data set back.`, { field: 'dataset' });
  }
  outputOf(await timeStudent(timing, student, LATENCY_ENGINES, signal));
  return timing.store.latencies(student.trial.id);
}

/** The metrics of the run's own latency, as it was first measured: what was told does not
 * change. */
export function toldLatency({ config, store }: Pick<RunContext, 'config' | 'store'>, trialId: string): Metrics {
  return config.latency === undefined ? {} : latencyMetrics(store.latencies(trialId), config.latency);
}

/** Before a student trains, where its run counts latency and it was not timed before; one that is
 * too slow ends here. */
export const timeStudentFirst: TrialTask = async ({ context, trial, signal }) => {
  const { config, store, space, progress } = context;
  if (config.latency === undefined) return undefined;
  const { engine, batch } = config.latency;
  // A session that died after it was timed has left its measurement.
  if (!store.latencies(trial.id).some((row) => row.engine === engine && row.batch === batch)) {
    progress.trialStage(trial, 'timing its passes, alone', undefined);
    context.runChanged();
    const end = await timeStudent(context, { trial, graph: graphOf(space, trial.candidate) }, [engine], signal);
    if (end.type !== 'done') return end;
  }
  const { id, params, macs } = trial;
  const metrics: Metrics = { params, macs, ...toldLatency(context, id) };
  const reason = slowness(config, metrics);
  // It counts as tried, and the strategy hears how slow it is.
  return reason === undefined ? undefined : store.ruleOutTrial(id, metrics, reason);
};

/** Why a student with these metrics is not trained; `undefined` within the limit. */
function slowness({ limits, latency }: SearchConfig, metrics: Metrics): string | undefined {
  const max = limits.find(({ metric }) => metric === LATENCY_METRIC)?.max;
  const measured = metrics[LATENCY_METRIC];
  if (max === undefined || measured === undefined || measured <= max || latency === undefined) return undefined;
  const { engine, batch } = latency;
  const shown = Number(measured.toPrecision(3));
  return `Too slow, so it was not trained: ${shown} ms at batch ${batch} in ${engine}, and the limit is ${max} ms.`;
}
