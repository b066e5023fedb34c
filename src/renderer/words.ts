/** States, reasons and metric names in words: the one place for what the workbench calls things. */
import type { Why } from '../core/events.ts';
import type { RunState } from '../core/run.ts';
import type { Level } from '../core/space/space.ts';
import type { Trial, TrialState } from '../core/trial.ts';
import { digits, formatPercent, formatPoints } from './format.ts';

export type Tone = 'neutral' | 'active' | 'good' | 'warn' | 'bad';

interface StateWord {
  readonly label: string;
  readonly tone: Tone;
}

export const RUN_STATES = {
  running: { label: 'Running', tone: 'active' },
  paused: { label: 'Paused', tone: 'warn' },
  interrupted: { label: 'Interrupted', tone: 'warn' },
  finished: { label: 'Finished', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
} as const satisfies Readonly<Record<RunState, StateWord>>;

export const TRIAL_STATES = {
  queued: { label: 'Queued', tone: 'neutral' },
  running: { label: 'Training', tone: 'active' },
  finished: { label: 'Finished', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  interrupted: { label: 'Interrupted', tone: 'warn' },
  stopped: { label: 'Stopped', tone: 'neutral' },
} as const satisfies Readonly<Record<TrialState, StateWord>>;

/** Axis and column titles of metrics, with their unit. */
export const METRIC_TITLES: Readonly<Record<string, string>> = {
  accuracy: 'Validation accuracy (%)',
  params: 'Parameters',
  macs: 'MACs per image',
};

export function metricTitle(metric: string): string {
  return METRIC_TITLES[metric] ?? metric;
}

interface SourceWords {
  /** In a table. */
  readonly short: string;
  readonly sentence: string;
}

const SOURCES: Readonly<Record<string, SourceWords>> = {
  reference: { short: 'Reference', sentence: 'It is the hand-designed reference student of its family.' },
  initial: { short: 'Initial', sentence: 'It belongs to the initial spread that the surrogate is first fitted to.' },
  global: { short: 'Global', sentence: 'It was proposed by the global arm, which looks outside all trust regions.' },
  region: { short: 'Region', sentence: 'It was proposed inside a trust region.' },
  random: { short: 'Random', sentence: 'It was drawn at random.' },
  mutation: { short: 'Mutation', sentence: 'It is a mutation of an earlier student.' },
};

export function sourceTitle(source: string): string {
  return SOURCES[source]?.short ?? source.charAt(0).toUpperCase() + source.slice(1);
}

/** One cell: `Region 2 · near #5`. */
export function whyShort(why: Why): string {
  const place = why.region ? ` ${why.region.id + 1} · near #${why.region.centre + 1}` : '';
  return `${sourceTitle(why.source)}${place}${why.fallback === undefined ? '' : ' (fallback)'}`;
}

/** Sentences: where it comes from, what was expected, what happened instead. */
export function whySentences(trial: Trial): readonly string[] {
  const { why } = trial;
  const sentences = [SOURCES[why.source]?.sentence ?? `It was proposed by "${why.source}".`];
  if (why.region) {
    const { id, centre, radius } = why.region;
    sentences.push(
      `Trust region ${id + 1} was centred on student #${centre + 1} and reached ${reachWords(radius)} at the time.`,
    );
  }
  if (why.predicted) {
    const { mean, deviation } = why.predicted;
    sentences.push(
      `The surrogate expected ${formatPercent(mean)} ± ${(deviation * 100).toFixed(1)} points of validation accuracy.`,
    );
  }
  if (why.expectedGain !== undefined) {
    sentences.push(`Expected gain of the search's score: ${digits(why.expectedGain, 3)}.`);
  }
  if (why.fallback !== undefined) sentences.push(`The strategy had to fall back: ${why.fallback}.`);
  const outcome = outcomeSentence(trial);
  if (outcome !== undefined) sentences.push(outcome);
  return sentences;
}

/** `all`, or up to how many levels a dimension may move. */
function reachWords(radius: string): string {
  if (radius === 'all') return 'over its whole family';
  return radius === '1' ? 'one level of each dimension' : `${radius} levels of each dimension`;
}

/** The measured accuracy against the prediction, in deviations. */
export function outcomeSentence(trial: Trial): string | undefined {
  const accuracy = trial.metrics['accuracy'];
  if (trial.state === 'failed') return `Training failed${trial.reason === undefined ? '' : `: ${trial.reason}`}`;
  if (accuracy === undefined || !Number.isFinite(accuracy)) return undefined;
  const predicted = trial.why.predicted;
  if (!predicted || !(predicted.deviation > 0)) return `It reached ${formatPercent(accuracy)}.`;
  const gap = accuracy - predicted.mean;
  const deviations = Math.abs(gap) / predicted.deviation;
  const verdict = deviations <= 1 ? 'as expected' : deviations <= 2 ? 'a little off' : 'a surprise';
  return `It reached ${formatPercent(accuracy)}: ${formatPoints(gap)}, ${digits(deviations, 2)} deviations from the prediction (${verdict}).`;
}

/** `width 16 · blocks 2`: every level of a configuration, in the order it is kept. */
export function configText(config: Readonly<Record<string, Level>>): string {
  return Object.entries(config)
    .map(([name, level]) => `${name} ${String(level)}`)
    .join(' · ');
}

/** People count from one: the first student of a run is #1. */
export function trialNumber(trial: Pick<Trial, 'number'>): string {
  return `#${trial.number + 1}`;
}

export function trialTitle(trial: Pick<Trial, 'number'>): string {
  return `Student ${trialNumber(trial)}`;
}

/** `2×3×32`-like shapes. */
export function shapeText(shape: readonly number[]): string {
  return shape.join('×');
}
