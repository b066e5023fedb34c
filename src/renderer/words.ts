/** States, reasons and metric names in words: the one place for what the workbench calls things. */
import type { BackupView } from '../bridge/maintenance-contract.ts';
import type { JobKind, JobView } from '../bridge/schemas/job.ts';
import type { ReplaySummaryView } from '../bridge/schemas/replay.ts';
import { fittingRecipe } from '../core/arch/fitting.ts';
import { IMAGE_NOUN, saidOf } from '../core/data-kinds.ts';
import type { Noun } from '../core/data-kinds.ts';
import type { ArchitectureGraph } from '../core/arch/graph.ts';
import type { LatencyEngine, LatencyRow } from '../core/latency.ts';
import type { StrategyView } from '../bridge/schemas/records.ts';
import { wasIdle } from '../core/latency.ts';
import { REWARD_METRIC } from '../core/reward.ts';
import type { Recipe } from '../core/records/recipe.ts';
import type { Run, RunState, SearchConfig } from '../core/records/run.ts';
import type { Candidate, Level, Role } from '../core/space/space.ts';
import { sourceWords } from '../core/strategies/registry.ts';
import { roleOf } from '../bridge/words/why-words.ts';
import { endOf, scheduleLength } from '../core/records/trial.ts';
import type { Trial, TrialEnd, TrialState } from '../core/records/trial.ts';
import { digits, formatMilliseconds, formatPercent, formatPoints } from './format.ts';
import { referenceBox } from './hypervolume-share.ts';
import type { ThemeChoice } from './stores/preferences.ts';

/** Where a student comes from, in few words; the sentences of each are below. */
export { regionTitle, roleOf, sourceTitle, whyShort } from '../bridge/words/why-words.ts';

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

export type Tone = 'neutral' | 'active' | 'good' | 'warn' | 'bad';

export interface StateWord {
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

/** Of a run that waits for the machine; `place`: 1 is the next. */
export const queuedState = (place: number): StateWord => ({
  label: place === 1 ? 'Next' : `Queued, ${place}`,
  tone: 'neutral',
});

/** What it means to go before the run that has the machine. */
export const beforeWords = (running: string): string => `Pauses “${running}”, which is the next one from then on`;

/** Nothing more comes of it. */
export const isOver = (state: RunState): boolean => state === 'finished' || state === 'failed';

const TRIAL_STATES = {
  queued: { label: 'Queued', tone: 'neutral' },
  running: { label: 'Training', tone: 'active' },
  resting: { label: 'Resting', tone: 'neutral' },
  finished: { label: 'Finished', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  interrupted: { label: 'Interrupted', tone: 'warn' },
  stopped: { label: 'Stopped', tone: 'neutral' },
  ruledOut: { label: 'Too slow', tone: 'neutral' },
  rested: { label: 'Rested', tone: 'neutral' },
} as const satisfies Readonly<Record<TrialState | TrialEnd, StateWord>>;

/** Of a student: `Stopped` where the person stopped it, `Too slow` where its latency ruled it out,
 * `Rested 2/8` where others were gone on with, `Promoted` where it is to go on itself. */
export function trialState(trial: Trial): StateWord {
  const state = endOf(trial) ?? trial.state;
  const words = TRIAL_STATES[state];
  if (state === 'resting' || state === 'rested') return { ...words, label: `${words.label} ${epochsShort(trial)}` };
  return isPromoted(trial) ? { label: 'Promoted', tone: 'active' } : words;
}

/** What went wrong with it, or kept it from being trained; to have rested is neither. */
export const faultText = (trial: Trial): string | undefined => (endOf(trial) === 'rested' ? undefined : trial.reason);

/** It has rested, and waits for its turn to go on: what never began has no attempt behind it. */
const isPromoted = ({ state, attempts }: Trial): boolean => state === 'queued' && attempts > 0;

/** `2/8`; where training goes by seconds, nobody knows how many there will be. */
export const epochsShort = ({ epochsDone, epochs }: Trial): string =>
  epochs > 0 ? `${epochsDone}/${epochs}` : String(epochsDone);

/** `2 of 8`, `1 of 2 in a short training` */
export function epochsWords(trial: Trial): string {
  const { epochsDone, epochs, leg } = trial;
  const done = epochs > 0 ? `${epochsDone} of ${scheduleLength(trial)}` : String(epochsDone);
  if (leg === undefined || epochs === 0) return done;
  const state = endOf(trial) ?? trial.state;
  const isOpen = ['queued', 'running', 'interrupted'].includes(state);
  if (leg.schedule === 'own') return `${done} in a short training`;
  return isOpen ? `${done}, rests after ${leg.until}` : done;
}

/** One button goes through the themes. */
export const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};

export const REPLAY_STATES = {
  queued: { label: 'Waiting', tone: 'neutral' },
  running: { label: 'Playing', tone: 'active' },
  finished: { label: 'Finished', tone: 'good' },
  stopped: { label: 'Stopped', tone: 'neutral' },
  interrupted: { label: 'Interrupted', tone: 'warn' },
  failed: { label: 'Failed', tone: 'bad' },
} as const satisfies Readonly<Record<ReplaySummaryView['state'], StateWord>>;

const JOB_TITLES = {
  import: 'Import of',
  teacher: 'Training of the teacher',
  generators: 'Study of generators',
  judging: 'Judging of the teacher',
  export: 'Export of',
  latency: 'Latency of',
  predictions: 'Predictions of',
  layers: 'Layer statistics of',
  speed: 'Speed of',
  pack: 'Export of',
  unpack: 'Import of',
  install: 'Installation of',
} as const satisfies Readonly<Record<JobKind, string>>;

export const JOB_STATES = {
  running: { label: 'Running', tone: 'active' },
  stopping: { label: 'Stopping', tone: 'warn' },
  finished: { label: 'Finished', tone: 'good' },
  stopped: { label: 'Stopped', tone: 'neutral' },
  failed: { label: 'Failed', tone: 'bad' },
} as const satisfies Readonly<Record<JobView['state'], StateWord>>;

export const jobTitle = ({ kind, subject }: Pick<JobView, 'kind' | 'subject'>): string =>
  `${JOB_TITLES[kind]} ${subject}`;

/** What takes room in a workspace. */
export const FOLDER_TITLES: Readonly<Record<string, string>> = {
  database: 'Database',
  checkpoints: 'Weights of students',
  teachers: 'Teachers',
  datasets: 'Data sets',
  replays: 'Replays',
  studies: 'Studies of generators',
  cache: 'Caches, unfinished teachers',
  backups: 'Backups',
  logs: 'Logs',
  tmp: 'Work in hand',
};

export const BACKUP_KINDS = {
  daily: 'of the day',
  asked: 'asked for',
  migration: 'before a new version',
  repair: 'before a repair',
  restore: 'before another was put back',
  damaged: 'as it was when damaged',
  checkpoints: 'weights that were put aside',
} as const satisfies Readonly<Record<BackupView['kind'], string>>;

const COPY_LOSS = 'The workspace cannot be put back to that day any more.';

/** What goes with a backup that is removed. */
export const BACKUP_LOSSES: Readonly<Record<BackupView['kind'], string>> = {
  ...{ daily: COPY_LOSS, asked: COPY_LOSS, migration: COPY_LOSS, repair: COPY_LOSS, restore: COPY_LOSS },
  damaged: 'What could not be read of that database can then never be read.',
  checkpoints: 'A copy that names these weights comes back without them.',
};

/** Axis and column titles of metrics, with their unit. */
const METRIC_TITLES: Readonly<Record<string, string>> = {
  accuracy: 'Validation accuracy (%)',
  testAccuracy: 'Test accuracy (%)',
  balancedAccuracy: 'Validation balanced accuracy (%)',
  testBalancedAccuracy: 'Test balanced accuracy (%)',
  auc: 'Validation AUC',
  testAuc: 'Test AUC',
  weightedAuc: 'Validation weighted AUC',
  testWeightedAuc: 'Test weighted AUC',
  loss: 'Validation loss (nats)',
  params: 'Parameters',
  macs: 'MACs per {one}',
  latencyMs: 'Latency (ms)',
  peakActivationBytes: 'Peak activations',
  seconds: 'Training time',
  reward: 'Reward',
};

export function engineTitle(engine: LatencyEngine): string {
  return engine === 'onnxruntime' ? 'ONNX Runtime' : 'tfjs';
}

/** What a latency was measured on, for a tooltip. */
export function latencyConditions(row: LatencyRow): string {
  const { version, threads, warmupPasses, timingsMs } = row;
  const load = Number.isFinite(row.otherLoad) ? `others kept ${digits(row.otherLoad, 2)} cores busy` : 'unknown load';
  const machine = wasIdle(row) ? 'machine otherwise idle' : load;
  return (
    `${version}, ${threads === 1 ? 'one thread' : `${threads} threads`}, ${timingsMs.length} passes after ` +
    `${warmupPasses} of warm-up, ${machine}`
  );
}

/** `noun`: of the examples that costs are of. */
export function metricTitle(metric: string, noun: Noun = IMAGE_NOUN): string {
  const title = METRIC_TITLES[metric];
  return title === undefined ? metric : saidOf(noun, title);
}

/** Proper names of what a configuration holds, as the catalog gives them. */
export interface Titles {
  familyTitle(family: string): string;
  dimensionTitle(family: string, dimension: string): string;
}

/**
 * Sentences: where it comes from, what was expected, what happened instead. `scored`: its run's
 * configuration, of which an expected gain is told as a share of the reference box.
 */
export function whySentences(trial: Trial, scored?: Pick<SearchConfig, 'objectives' | 'reference'>): readonly string[] {
  const { why } = trial;
  const { region, predicted, priorWeight, predictedLatencyMs, expectedGain, fallback } = why;
  const surrogate = roleOf(why) === 'family' ? "The family's own surrogate" : 'The surrogate';
  const sentences = [
    sourceWords(why.source)?.sentence ?? `It was proposed by "${why.source}".`,
    region &&
      `Trust region ${region.id} was centred on student #${region.centre + 1} and reached ` +
        `${reachWords(region.radius)} at the time.`,
    predicted &&
      `${surrogate} expected ${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)} points ` +
        'of validation accuracy.',
    priorWeight !== undefined && priorSentence(priorWeight),
    predictedLatencyMs !== undefined && `A pass of it was expected to take ${formatMilliseconds(predictedLatencyMs)}.`,
    expectedGain !== undefined && gainSentence(expectedGain, scored),
    why.owed && 'Its family had had less than half of an even share of the students: it was its turn.',
    fallback !== undefined && `The strategy had to fall back: ${fallback}.`,
    trial.from && fromSentence(trial.from),
    outcomeSentence(trial),
  ];
  return sentences.filter((sentence) => typeof sentence === 'string');
}

/** `It began with the weights of #3 and the teacher.` */
function fromSentence({ parents, map }: NonNullable<Trial['from']>): string {
  const names = LIST.format(parents.map((parent) => (parent === 'teacher' ? 'the teacher' : `#${parent + 1}`)));
  return map === 'inherit'
    ? `It began with the weights of ${names}.`
    : `It began with filters that were combined from those of ${names}.`;
}

function priorSentence(weight: number): string {
  return weight === 0
    ? 'Earlier results were left out of it: they would have made the predictions worse.'
    : `Earlier results entered it with a weight of ${digits(weight, 2)}.`;
}

function gainSentence(gain: number, scored: Pick<SearchConfig, 'objectives' | 'reference'> | undefined): string {
  const what = scored?.objectives[0]?.metric === REWARD_METRIC ? 'reward' : 'hypervolume';
  return `Expected gain of ${what}: ${gainWords(gain, scored)}.`;
}

/** `0.5 % of the reference box` */
export function gainWords(gain: number, scored?: Pick<SearchConfig, 'objectives' | 'reference'>): string {
  const text = gainText(gain, scored);
  return text.endsWith('%') ? `${text} of the reference box` : text;
}

/** Of the reference box: what is less is told as such, not by its exponent. */
const LEAST_PERCENT = 0.0001;

/** `0.5 %` of the reference box where there is one; else in the score's own units. */
export function gainText(gain: number, scored?: Pick<SearchConfig, 'objectives' | 'reference'>): string {
  if (!Number.isFinite(gain)) return '–';
  const isReward = scored?.objectives[0]?.metric === REWARD_METRIC;
  const box = scored && !isReward ? referenceBox(scored) : undefined;
  if (box === undefined) return digits(gain, 3);
  const percent = (gain / box) * 100;
  return percent > 0 && percent < LEAST_PERCENT ? `< ${LEAST_PERCENT} %` : `${digits(percent, 2)} %`;
}

/** `4/13`, so many of so many dimensions; runs of earlier versions have `all`, or how many levels
 * the longest dimension may move. */
export function reachWords(radius: string): string {
  if (radius === 'all') return 'over its whole family';
  const exchanges = /^(\d+)\/(\d+)$/.exec(radius);
  if (exchanges) return `${exchanges[1]} of ${exchanges[2]} dimensions`;
  return radius === '1' ? 'one level of each dimension' : `up to ${radius} levels of its longest dimension`;
}

/** `2 of 8 epochs`, `a short training of 2 epochs` */
function legWords({ leg, epochsDone, epochs }: Trial): string {
  const of = (count: number): string => `${count} ${count === 1 ? 'epoch' : 'epochs'}`;
  return leg?.schedule === 'own' ? `a short training of ${of(leg.until)}` : `${epochsDone} of ${of(epochs)}`;
}

/** The measured accuracy against the prediction, in deviations. */
function outcomeSentence(trial: Trial): string | undefined {
  const accuracy = trial.metrics['accuracy'];
  if (trial.state === 'failed') return `Training failed${trial.reason === undefined ? '' : `: ${trial.reason}`}`;
  const end = endOf(trial);
  if (end === 'ruledOut') return trial.reason;
  if (trial.state === 'resting') return `It rests after ${legWords(trial)}: its strategy may go on with it.`;
  if (end === 'rested') return `It rested after ${legWords(trial)}, and others were gone on with.`;
  if (accuracy === undefined || !Number.isFinite(accuracy)) return undefined;
  const predicted = trial.why.predicted;
  if (!predicted || !(predicted.deviation > 0)) return `It reached ${formatPercent(accuracy)}.`;
  const gap = accuracy - predicted.mean;
  const deviations = Math.abs(gap) / predicted.deviation;
  const verdict = deviations <= 1 ? 'as expected' : deviations <= 2 ? 'a little off' : 'a surprise';
  return (
    `It reached ${formatPercent(accuracy)}: ${formatPoints(gap)}, ${deviations.toFixed(1)} deviations from ` +
    `the prediction (${verdict}).`
  );
}

/** `Width: 16 · Blocks: 2`: every level of a configuration, in the order it is kept. */
export function configText({ family, config }: Candidate, titles: Titles, separator = ' · '): string {
  return Object.entries(config)
    .map(([name, level]) => `${titles.dimensionTitle(family, name)}: ${levelText(level)}`)
    .join(separator);
}

/** What a dimension means: its sign in a narrow cell, as papers write it, and its word. */
export const ROLE_WORDS = {
  width: { short: 'w', word: 'Width' },
  depth: { short: 'd', word: 'Depth' },
  kernel: { short: 'k', word: 'Kernel' },
  expansion: { short: 'e', word: 'Expansion' },
  patch: { short: 'p', word: 'Patch' },
  heads: { short: 'h', word: 'Heads' },
  resolution: { short: 'r', word: 'Resolution' },
  attention: { short: 'se', word: 'Squeeze-excitation' },
  other: { short: '', word: '' },
} as const satisfies Readonly<Record<Role, { readonly short: string; readonly word: string }>>;

export function levelText(level: Level): string {
  return typeof level === 'boolean' ? (level ? 'yes' : 'no') : String(level);
}

/** `TRADE, version 1 · reconstruction`; what the catalog does not know goes by its own key. */
export function strategyText(run: Pick<Run, 'config' | 'strategyVersion'>, known: StrategyView | undefined): string {
  const name = `${known?.title ?? run.config.strategy.id}, version ${run.strategyVersion}`;
  // Another version may be another kind of work.
  return known?.version === run.strategyVersion ? `${name} · ${known.fidelity}` : name;
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

/** A backend with its version as a teacher's card holds it, `tensorflow 2.21.0`. */
export const computedBy = (backend: string): string =>
  backend.replace(/^tensorflow\b/, 'TensorFlow').replace(/^wasm\b/, 'WebAssembly');

/** Where a student's batch is not the one that the recipe asks for, since it would not fit into
 * memory. */
export function batchText(recipe: Recipe, graph: ArchitectureGraph): string | undefined {
  const { batchSize } = fittingRecipe(recipe, graph);
  return batchSize === recipe.batchSize ? undefined : `${batchSize}; ${recipe.batchSize} would not fit into memory`;
}

export const testing = { outcomeSentence };
