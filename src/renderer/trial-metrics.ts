/** What can stand on an axis: every number of a student, with its direction, its scale and its
 * written form. */
import type { Noun } from '../core/data-kinds.ts';
import { MEASURE_NAMES, MEASURE_WORDS } from '../core/measures.ts';
import type { MeasureName } from '../core/measures.ts';
import type { Goal } from '../core/objective.ts';
import type { RunState, SearchConfig } from '../core/records/run.ts';
import type { Trial } from '../core/records/trial.ts';
import { digits, formatBytes, formatCount, formatDuration, formatMilliseconds, formatPercent } from './format.ts';
import { isOver, metricTitle } from './words.ts';

/** What was measured beside accuracy, and the same of the test. */
const MEASURED = MEASURE_NAMES.flatMap((name) => [name, testName(name)]);

const TRIAL_METRICS = [
  'accuracy',
  'testAccuracy',
  ...MEASURED,
  'loss',
  'reward',
  'params',
  'macs',
  'latencyMs',
  'peakActivationBytes',
  'seconds',
] as const;

export type TrialMetric = (typeof TRIAL_METRICS)[number];
type TestName = `test${Capitalize<MeasureName>}`;

export function testName(name: MeasureName): TestName {
  // Sound: a letter is made large, and the rest stays.
  return `test${name.charAt(0).toUpperCase()}${name.slice(1)}` as TestName;
}

interface MetricSpec {
  readonly goal: Goal;
  /** Spans orders of magnitude: a logarithmic axis suits it. */
  readonly isLog: boolean;
  /** Between 0 and 1. */
  readonly isShare?: boolean;
  /** NaN where it was not measured. */
  readonly value: (trial: Trial) => number;
  /** With its unit. */
  readonly text: (value: number) => string;
  /** On an axis whose title has the unit. */
  readonly tick: (value: number) => string;
  /** After a number in a sentence. */
  readonly noun: string;
}

const measured =
  (name: string) =>
  ({ metrics }: Trial): number =>
    metrics[name] ?? NaN;
const share = {
  goal: 'maximize',
  isLog: false,
  isShare: true,
  text: (value: number) => formatPercent(value, 2),
  tick: (value: number) => String(Number((value * 100).toFixed(2))),
} as const;
const area = { ...share, text: (value: number) => value.toFixed(4), tick: (value: number) => digits(value, 3) };

/** Of a measure on validation, and on the test. */
function measureSpecs(name: MeasureName): readonly (readonly [MeasureName | TestName, MetricSpec])[] {
  const { title, isShare } = MEASURE_WORDS[name];
  const form = isShare ? share : area;
  const noun = isShare ? title.toLowerCase() : title;
  return [
    [name, { ...form, value: measured(name), noun: `validation ${noun}` }],
    [testName(name), { ...form, value: ({ testMeasures }) => testMeasures?.[name] ?? NaN, noun: `test ${noun}` }],
  ];
}

const cost = { goal: 'minimize', isLog: true, text: formatCount, tick: formatCount } as const;

export const METRIC_SPECS: Readonly<Record<TrialMetric, MetricSpec>> = {
  accuracy: { ...share, value: measured('accuracy'), noun: 'validation accuracy' },
  testAccuracy: { ...share, value: (trial) => trial.testAccuracy ?? NaN, noun: 'test accuracy' },
  // Sound: of each name its own two.
  ...(Object.fromEntries(MEASURE_NAMES.flatMap(measureSpecs)) as Record<MeasureName | TestName, MetricSpec>),
  loss: {
    goal: 'minimize',
    isLog: false,
    value: measured('loss'),
    text: (value) => `${digits(value, 3)} nats`,
    tick: (value) => digits(value, 3),
    noun: 'validation loss',
  },
  reward: {
    goal: 'maximize',
    isLog: false,
    value: measured('reward'),
    text: (value) => digits(value, 4),
    tick: (value) => digits(value, 3),
    noun: 'reward',
  },
  params: { ...cost, value: ({ params }) => params, noun: 'parameters' },
  macs: { ...cost, value: ({ macs }) => macs, noun: 'MACs' },
  latencyMs: {
    ...cost,
    value: measured('latencyMs'),
    text: formatMilliseconds,
    tick: (value) => digits(value, 3),
    noun: 'latency',
  },
  peakActivationBytes: {
    ...cost,
    value: (trial) => trial.peakActivationBytes,
    text: formatBytes,
    tick: formatBytes,
    noun: 'peak activations',
  },
  seconds: {
    ...cost,
    value: ({ state, seconds }) => (state === 'finished' ? seconds : NaN),
    text: formatDuration,
    tick: formatDuration,
    noun: 'training time',
  },
};

/** The metrics that at least one of the trials has. */
export function metricsThere(trials: readonly Trial[]): readonly TrialMetric[] {
  return TRIAL_METRICS.filter((metric) => trials.some((trial) => Number.isFinite(METRIC_SPECS[metric].value(trial))));
}

/** `12 k parameters`, `81.20 % validation accuracy` */
export function metricWords(metric: TrialMetric, value: number): string {
  return `${METRIC_SPECS[metric].text(value)} ${METRIC_SPECS[metric].noun}`;
}

/** `Parameters (log scale)` */
export function axisTitle(metric: TrialMetric, isLog: boolean, noun?: Noun): string {
  return `${metricTitle(metric, noun)}${isLog ? ' (log scale)' : ''}`;
}

/** The cost that a run's front is first shown against: its reward's, or its first objective after
 * accuracy. */
export function costTraded({ objectives, reward }: Pick<SearchConfig, 'objectives' | 'reward'>): TrialMetric {
  if (reward) return reward.cost;
  const costs = ['params', 'macs', 'latencyMs'] as const;
  const traded = objectives.flatMap(({ metric }) => costs.filter((one) => one === metric));
  return traded[0] ?? 'macs';
}

/** Measures that at least one of the trials has, on validation and then on the test. */
const measuresThere = (trials: readonly Trial[]): readonly TrialMetric[] =>
  MEASURED.filter((metric) => trials.some((trial) => !Number.isNaN(METRIC_SPECS[metric].value(trial))));

/** Title and text of each. */
export const measureFacts = (trial: Trial): readonly (readonly [string, string])[] =>
  measuresThere([trial]).map((metric) => {
    const { text, value } = METRIC_SPECS[metric];
    return [metricTitle(metric).replace(' (%)', ''), text(value(trial))];
  });

/** Title, text and when there is one: the test is asked once, when a search has ended, and of the
 * students on its front alone. */
export function testAccuracyFact(
  trial: Pick<Trial, 'testAccuracy'> | undefined,
  run: RunState | undefined,
): readonly [string, string, string] {
  const why = 'The test split is asked once, when the search has ended, and only about students on its front.';
  if (trial?.testAccuracy !== undefined) return ['Test accuracy', formatPercent(trial.testAccuracy, 2), why];
  return ['Test accuracy', run !== undefined && isOver(run) ? 'not on the front' : 'when the search ends', why];
}
