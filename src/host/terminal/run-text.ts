/** A run in words: one line of progress, its trials as they end, and its front as a table. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import type { Candidate } from '../../core/space/space.ts';
import { LATENCY_METRIC } from '../../core/latency.ts';
import { MEASURE_NAMES, MEASURE_WORDS } from '../../core/measures.ts';
import type { MeasureName } from '../../core/measures.ts';
import { REWARD_METRIC, rewardText } from '../../core/reward.ts';
import { endOf } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import { progressOf } from '../../core/budget.ts';
import { progressShort } from '../../bridge/words/progress-words.ts';
import { frontOf } from '../../core/front.ts';
import { studentsOf } from '../../core/seeds.ts';
import type { Spread } from '../../core/seeds.ts';
import type { RunEnd } from './follow-run.ts';
import { millisecondsText } from './latency-text.ts';
import { countText, durationText, percentText, textTable } from './text-table.ts';

const BAR_WIDTH = 24;

const FRONT_COLUMNS = ['student', 'family', '>validation', '>test'];
const COST_COLUMNS = ['>params', '>MACs', '>ms', 'configuration'];

const GIVEN_COLUMNS = ['>trained', 'family', '>validation', '>test', '>params', '>MACs', 'configuration'];

/** `[########----------------]   8/24  2 min left  Student 9 of 24 (vit): epoch 2 of 3`; of a
 * budget in epochs `120/192 epochs`. */
export function progressText(summary: Pick<RunSummaryView, 'run' | 'trials' | 'score' | 'live'>): string {
  const { run, live } = summary;
  if (live === undefined) return run.name;
  const share = live.total > 0 ? Math.min(1, live.done / live.total) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
  const progress = progressOf(summary);
  // As wide as it will be at the end, so that what follows does not move.
  const width = progressShort({ ...progress, done: progress.total }).length;
  const left = live.secondsLeft === undefined ? '' : `  ${durationText(live.secondsLeft)} left`;
  return `[${bar}] ${progressShort(progress).padStart(width)}${left}  ${live.stage}`;
}

/** What every verb takes for a student: its run, and the number that windows show, which counts
 * from 1. */
export const trialName = ({ runId, number }: Pick<Trial, 'runId' | 'number'>): string => `${runId}/${number + 1}`;

export function trialText(trial: Trial): string {
  const { candidate, params, macs, seconds } = trial;
  const latency = trial.metrics[LATENCY_METRIC];
  const timed = latency === undefined ? '' : `, ${millisecondsText(latency)} ms`;
  const costs = `${countText(params)} params, ${countText(macs)} MACs${timed}`;
  const end =
    trial.state === 'finished'
      ? `${percentText(trial.metrics['accuracy'])} in ${durationText(seconds)}`
      : stateText(trial);
  return `Student ${trial.number + 1} (${candidate.family}, ${costs}): ${end}`;
}

/** `resting after 2 of 8 epochs`, `rested after 2 of 8 epochs: others were gone on with`, `failed:
 * why` */
function stateText(trial: Trial): string {
  const { state, reason, epochsDone, epochs, leg } = trial;
  const whole = epochs > 0 ? ` of ${epochs}` : '';
  const done = leg?.schedule === 'own' ? `a short training of ${leg.until} epochs` : `${epochsDone}${whole} epochs`;
  if (endOf(trial) === 'rested') return `rested after ${done}: others were gone on with`;
  if (state === 'resting') return `resting after ${done}`;
  if (state === 'finished' || state === 'failed' || state === 'stopped')
    return `${state}: ${reason ?? 'no reason was kept'}`;
  return reason === undefined ? state : `${state}: ${reason}`;
}

/** What came of a run: the front of a search, or the students that were given. */
export const resultText = (end: RunEnd): readonly string[] =>
  end.summary.run.config.students ? givenText(end) : frontText(end);

/** Given students in the order in which they were named, with the spread between their seeds. */
function givenText({ summary, trials }: RunEnd): readonly string[] {
  const students = studentsOf(trials);
  const rows = students.map(({ candidate, params, macs, trials: own, accuracy, testAccuracy }) => [
    `${accuracy.count} of ${own.length}`,
    candidate.family,
    spreadText(accuracy),
    spreadText(testAccuracy),
    countText(params),
    countText(macs),
    configText(candidate),
  ]);
  const heading = `Students of "${summary.run.name}", mean over seeds ± deviation between them:`;
  return [heading, '', ...textTable(GIVEN_COLUMNS, rows)];
}

/** `89.3 % ± 0.2`: of one training there is no deviation. */
function spreadText({ count, mean, deviation }: Spread): string {
  if (count === 0) return '-';
  return `${percentText(mean)}${count > 1 ? ` ± ${(100 * deviation).toFixed(1)}` : ''}`;
}

/** The front as lines of a table, smallest student first, with a heading; of a search by reward,
 * its best student and what it means. */
function frontText({ summary, trials }: RunEnd): readonly string[] {
  const front = [...frontOf(summary.run.config, trials)].sort((left, right) => left.params - right.params);
  if (front.length === 0) return ['No student is on the front yet.'];
  const measures = MEASURE_NAMES.filter((name) => front.some(({ metrics }) => metrics[name] !== undefined));
  const rows = front.map((trial) => [
    trialName(trial),
    trial.candidate.family,
    percentText(trial.metrics['accuracy']),
    percentText(trial.testAccuracy),
    ...measures.flatMap((name) => [trial.metrics[name], trial.testMeasures?.[name]].map(measureText(name))),
    countText(trial.params),
    countText(trial.macs),
    millisecondsText(trial.metrics[LATENCY_METRIC]),
    configText(trial.candidate),
  ]);
  const { name, config } = summary.run;
  const of = `${trials.filter((trial) => trial.state === 'finished').length} students trained`;
  const rewarded = config.reward && [
    `Reward ${front[0]?.metrics[REWARD_METRIC]?.toPrecision(4) ?? ''}: ${rewardText(config.reward)}`,
  ];
  const heading = `${rewarded ? 'Best' : 'Front'} of "${name}" (${front.length} of ${of}):`;
  const measured = measures.flatMap((name) => [`>${MEASURE_WORDS[name].title}`, '>test']);
  const columns = [...FRONT_COLUMNS, ...measured, ...COST_COLUMNS];
  return [heading, ...(rewarded ?? []), '', ...textTable(columns, rows)];
}

const measureText =
  (name: MeasureName) =>
  (value: number | undefined): string =>
    value === undefined || MEASURE_WORDS[name].isShare ? percentText(value) : value.toFixed(4);

function configText({ config }: Candidate): string {
  return Object.entries(config)
    .map(([name, level]) => `${name}=${String(level)}`)
    .join(' ');
}
