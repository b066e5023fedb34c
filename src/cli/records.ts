/** Runs and trials as scripts read them (design: the JSON lines of the command line are stable). */
import type { LogLine } from '../bridge/words/log-lines.ts';
import type { LatencyRow } from '../core/latency.ts';
import type { RunSummaryView } from '../bridge/schemas/records.ts';
import { LATENCY_METRIC, LATENCY_TAIL_METRIC, medianMs, tailMs, wasIdle } from '../core/latency.ts';
import { measuredIn } from '../core/measures.ts';
import type { Metrics } from '../core/objective.ts';
import { REWARD_METRIC } from '../core/reward.ts';
import type { Explanation } from '../core/strategies/explain.ts';
import { studentsOf } from '../core/seeds.ts';
import type { Trial } from '../core/records/trial.ts';
import { frontOf } from '../host/for-shells.ts';
import type { RunEnd, RunNews } from '../host/for-shells.ts';

export function runRecord({ run, trials }: Pick<RunSummaryView, 'run' | 'trials'>) {
  const all = Object.values(trials).reduce((sum, count) => sum + count, 0);
  return { id: run.id, state: run.state, name: run.name, trials: all, failed: trials.failed };
}

/** What is not known yet is left out: latency is there where the run counts it, in the engine and
 * batch size of its configuration. */
export function trialRecord(trial: Trial) {
  const {
    id,
    state,
    candidate,
    metrics,
    testAccuracy,
    testMeasures,
    params,
    macs,
    seconds,
    epochsDone: epochs,
  } = trial;
  const { family, config } = candidate;
  const measured = {
    accuracy: metrics['accuracy'],
    ...measuredIn(metrics),
    testAccuracy,
    testMeasures,
    ...latencyOf(metrics),
    reward: metrics[REWARD_METRIC],
  };
  return { id, state, family, config, ...measured, params, macs, epochs, seconds };
}

const latencyOf = (metrics: Metrics) => ({
  latencyMs: metrics[LATENCY_METRIC],
  latencyP90Ms: metrics[LATENCY_TAIL_METRIC],
});

/** One measurement, with its raw timings as a list. */
export function latencyRecord(row: LatencyRow) {
  const { timingsMs, ...rest } = row;
  const summary = { medianMs: medianMs(timingsMs), p90Ms: tailMs(timingsMs), passes: timingsMs.length };
  return { ...rest, ...summary, idle: wasIdle(row), timingsMs: [...timingsMs] };
}

/** A line of the log; `trial` where it is of one. */
export function logRecord({ at, event, trialId, sentence, lastWords }: LogLine) {
  return { at, event, trial: trialId, text: sentence, lastWords };
}

/** Smallest student first. */
export function frontRecords({ summary, trials }: RunEnd) {
  return [...frontOf(summary.run.config, trials)]
    .sort((left, right) => left.params - right.params)
    .map(({ id, candidate, metrics, testAccuracy, testMeasures, params, macs }) => ({
      trial: id,
      family: candidate.family,
      accuracy: metrics['accuracy'],
      ...measuredIn(metrics),
      testAccuracy,
      testMeasures,
      ...latencyOf(metrics),
      reward: metrics[REWARD_METRIC],
      params,
      macs,
    }));
}

/** Of given students, by student: what its trainings came to. */
export function givenRecords({ summary, trials }: RunEnd) {
  if (!summary.run.config.students) return undefined;
  return studentsOf(trials).map(({ candidate, params, macs, accuracy, testAccuracy }) => ({
    ...{ family: candidate.family, config: candidate.config, accuracy, testAccuracy, params, macs },
  }));
}

/** The last line of `search`, `resume` and `retrain`. */
/** `answer`: what the search names as its find, where its strategy does. */
export function endRecord(end: RunEnd, answer?: Explanation['answer']) {
  const { run, score } = end.summary;
  const { id, state, trials: all, failed } = runRecord(end.summary);
  return {
    event: `run.${state}`,
    run: {
      id,
      state,
      trials: all,
      failed,
      front: frontRecords(end),
      students: givenRecords(end),
      hypervolume: score.hypervolume,
      seconds: run.seconds,
      reason: run.reason,
      answer,
    },
  };
}

/** Values of the first objective are shares. */
export const isByAccuracy = ({ summary }: RunEnd): boolean => summary.run.config.objectives[0]?.metric === 'accuracy';

/** A line of `search --json` as things happen; the bar's steps are none. */
export function newsRecord(news: RunNews) {
  switch (news.type) {
    case 'run.started':
      return { event: news.type, run: runRecord(news.summary) };
    case 'run.progress':
      return undefined;
    case 'trial.started':
      return { event: news.type, trial: startedRecord(news.trial) };
    case 'epoch.finished':
      return { event: news.type, trial: news.trialId, ...news.point };
    case 'trial.ended':
      return { event: `trial.${news.trial.state}`, trial: trialRecord(news.trial), reason: news.trial.reason };
  }
}

function startedRecord({ id, number, candidate, params, macs, why }: Trial) {
  return { id, number, family: candidate.family, config: candidate.config, params, macs, why };
}
