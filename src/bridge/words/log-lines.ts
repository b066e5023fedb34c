/** The log of a run in lines for people, in the words of window and terminal: proposals, results,
 * failures, the run's own ends. */
import type { Leg, WarmStart, Why } from '../../core/records/proposal.ts';
import type { Search } from '../../core/records/events.ts';
import { LATENCY_METRIC } from '../../core/latency.ts';
import type { Run } from '../../core/records/run.ts';
import { endOf as trialEnd } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { LogEntryView } from '../schemas/log.ts';
import { whyShort } from './why-words.ts';

/** What a list of lines can be narrowed to; `run`: what happened to the run as a whole. */
export type LogKind = 'proposals' | 'results' | 'failures' | 'run';

export const LOG_EVENTS = {
  started: { label: 'Started', kind: 'run' },
  resumed: { label: 'Resumed', kind: 'run' },
  proposed: { label: 'Proposed', kind: 'proposals' },
  continued: { label: 'Goes on', kind: 'proposals' },
  rested: { label: 'Rests', kind: 'results' },
  searching: { label: 'Searching', kind: 'proposals' },
  searched: { label: 'Searched', kind: 'results' },
  searchFailed: { label: 'No search', kind: 'failures' },
  exhausted: { label: 'Exhausted', kind: 'proposals' },
  finished: { label: 'Finished', kind: 'results' },
  tooSlow: { label: 'Too slow', kind: 'results' },
  stopped: { label: 'Stopped', kind: 'results' },
  leftResting: { label: 'Rested', kind: 'results' },
  failed: { label: 'Failed', kind: 'failures' },
  paused: { label: 'Paused', kind: 'run' },
  interrupted: { label: 'Interrupted', kind: 'run' },
  runFinished: { label: 'Finished', kind: 'run' },
  runFailed: { label: 'Failed', kind: 'failures' },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly kind: LogKind }>>;

export type LogEvent = keyof typeof LOG_EVENTS;

export interface LogLine {
  /** The same line bears the same one however the log grows. */
  readonly key: string;
  readonly event: LogEvent;
  /** ISO 8601; the run keeps none of its pauses. */
  readonly at?: string;
  /** Number of the student, from 0, and its id where its record is known. */
  readonly trial?: number;
  readonly trialId?: string;
  readonly sentence: string;
  /** What a process said at last, on lines of its own. */
  readonly lastWords?: string;
}

/** Numbers and names as window and terminal each write them. */
export interface LogWords {
  percent(share: number | undefined): string;
  duration(seconds: number): string;
  family(name: string): string;
  /** Of the run, with its version. */
  strategy(run: Run): string;
}

type TrialOf = (number: number) => Trial | undefined;

/**
 * Lines of `entries`, which are the last of the log. The start stands before them when they are all
 * of it. An entry's lines are made again only when it or one of its students is another record: a
 * log of thousands is read at every change.
 */
export function logLines(words: LogWords): (run: Run, entries: readonly LogEntryView[], trialOf: TrialOf) => LogLine[] {
  const known = new WeakMap<
    LogEntryView,
    { readonly trials: readonly unknown[]; readonly lines: readonly LogLine[] }
  >();

  function linesOf(entry: LogEntryView, trialOf: TrialOf): readonly LogLine[] {
    const trials = trialsIn(entry).map(trialOf);
    const before = known.get(entry);
    if (before?.trials.every((trial, index) => trial === trials[index])) return before.lines;
    const lines = linesFor(entry, trials, words);
    known.set(entry, { trials, lines });
    return lines;
  }

  return (run, entries, trialOf) => {
    const isWhole = (entries[0]?.seq ?? 0) === 0;
    const lines = entries.flatMap((entry) => linesOf(entry, trialOf));
    return [...(isWhole ? [started(run, words)] : []), ...lines, ...endOf(run, words)];
  };
}

/** Of entries alone, without the run's own start and end. */
export const entryLines = (words: LogWords, entries: readonly LogEntryView[], trialOf: TrialOf): readonly LogLine[] =>
  entries.flatMap((entry) => linesFor(entry, trialsIn(entry).map(trialOf), words));

/** Numbers of the students that an entry speaks of, in its order. */
function trialsIn(entry: LogEntryView): readonly number[] {
  if (entry.type === 'asked') return [...entry.proposals, ...(entry.continues ?? [])].map(({ trial }) => trial);
  return 'trial' in entry ? [entry.trial] : [];
}

function linesFor(entry: LogEntryView, trials: readonly (Trial | undefined)[], words: LogWords): readonly LogLine[] {
  switch (entry.type) {
    case 'asked':
      return proposed(entry, trials, words);
    case 'told':
      return [finished(entry, trials[0], words)];
    case 'rested':
      return [rested(entry, trials[0], words)];
    case 'failed':
      return [failed(entry, trials[0])];
    case 'mixed':
      return [];
    case 'searched':
      return [searched(entry)];
  }
}

function started(run: Run, words: LogWords): LogLine {
  const { budget, students } = run.config;
  const what = students ? 'trainings of given students' : 'students to train';
  const amount = 'trials' in budget ? `${exact(budget.trials)} ${what}` : `${exact(budget.epochs)} epochs to train`;
  const sentence = `${words.strategy(run)} · ${amount}`;
  return { key: 'start', event: 'started', at: run.createdAt, sentence };
}

const exact = (count: number): string => count.toLocaleString('en-US');

type Entry<T extends LogEntryView['type']> = Extract<LogEntryView, { type: T }>;

function proposed(
  { seq, at, proposals, continues = [], search }: Entry<'asked'>,
  trials: readonly (Trial | undefined)[],
  words: LogWords,
): LogLine[] {
  if (proposals.length === 0 && continues.length === 0 && search === undefined) {
    const sentence = 'The strategy has no more students within the limits.';
    return [{ key: String(seq), event: 'exhausted', at, sentence }];
  }
  const placeOf = (trial: number, index: number): Pick<LogLine, 'key' | 'at' | 'trial' | 'trialId'> => ({
    ...{ key: `${seq}.${index}`, at, trial, ...idOf(trials[index]) },
  });
  return [
    ...(search ? [searching(search, { key: `${seq}.search`, at }, words)] : []),
    ...proposals.map(({ trial, family, why, leg, from }, index): LogLine => ({
      ...{ ...placeOf(trial, index), event: 'proposed' },
      sentence: [
        words.family(family),
        whyShort(why),
        ...legShort(leg),
        ...fromShort(from),
        ...expected(why, words),
      ].join(' · '),
    })),
    ...continues.map(({ trial, why, leg }, index): LogLine => ({
      ...{ ...placeOf(trial, proposals.length + index), event: 'continued' },
      sentence: [whyShort(why), ...(leg ? legShort(leg) : ['to its end']), ...expected(why, words)].join(' · '),
    })),
  ];
}

/** `rests after epoch 3`, `a short training of 3 epochs` */
function legShort(leg: Leg | undefined): readonly string[] {
  if (leg === undefined) return [];
  return [leg.schedule === 'own' ? `a short training of ${epochs(leg.until)}` : `rests after epoch ${leg.until}`];
}

const epochs = (count: number): string => `${exact(count)} ${count === 1 ? 'epoch' : 'epochs'}`;

/** `from the weights of #3 and the teacher`, `from combined filters of #3` */
function fromShort(from: WarmStart | undefined): readonly string[] {
  if (from === undefined) return [];
  const parents = from.parents.map((parent) => (parent === 'teacher' ? 'the teacher' : `#${parent + 1}`));
  const what = from.map === 'expand' ? 'combined filters' : 'the weights';
  return [`from ${what} of ${parents.join(' and ')}`];
}

/** `resnet · one network of all its students, 10 epochs by darts` */
function searching(
  { family, method, epochs: count }: Search,
  place: Pick<LogLine, 'key' | 'at'>,
  words: LogWords,
): LogLine {
  const sentence = `${words.family(family)} · one network of all its students, ${epochs(count)} by ${method}`;
  return { ...place, event: 'searching', sentence };
}

function searched({ seq, at, reason, cpuSeconds }: Entry<'searched'>): LogLine {
  const place = { key: String(seq), at };
  if (reason !== undefined) return { ...place, event: 'searchFailed', ...told(reason) };
  const sentence = `What each path counts is known, after ${Math.round(cpuSeconds)} s of all processors.`;
  return { ...place, event: 'searched', sentence };
}

/** `expected 80.1 % ± 1.2 points` */
function expected({ predicted }: Why, { percent }: LogWords): readonly string[] {
  if (!predicted || !Number.isFinite(predicted.mean)) return [];
  const { mean, deviation } = predicted;
  const spread = Number.isFinite(deviation) ? ` ± ${(100 * deviation).toFixed(1)} points` : '';
  return [`expected ${percent(mean)}${spread}`];
}

/** The log says alike of failed and stopped students that no result will come; the record tells
 * them apart. */
function failed({ seq, at, trial: number, reason }: Entry<'failed'>, trial: Trial | undefined): LogLine {
  const isLeft = trial !== undefined && trialEnd(trial) === 'rested';
  const event = isLeft ? 'leftResting' : trial?.state === 'stopped' ? 'stopped' : 'failed';
  return { key: String(seq), at, trial: number, ...idOf(trial), event, ...told(reason) };
}

function rested(entry: Entry<'rested'>, trial: Trial | undefined, words: LogWords): LogLine {
  const family = trial ? `${words.family(trial.candidate.family)} · ` : '';
  const accuracy = words.percent(entry.metrics['accuracy']);
  const sentence = `${family}validation accuracy ${accuracy} after ${epochs(entry.epoch)}`;
  return { key: String(entry.seq), at: entry.at, trial: entry.trial, ...idOf(trial), event: 'rested', sentence };
}

function finished(entry: Entry<'told'>, trial: Trial | undefined, words: LogWords): LogLine {
  const place = { key: String(entry.seq), at: entry.at, trial: entry.trial, ...idOf(trial) };
  const { accuracy, [LATENCY_METRIC]: latencyMs } = entry.metrics;
  if (accuracy === undefined) {
    return { ...place, event: 'tooSlow', ...told(trial?.reason ?? 'It was too slow, and was not trained.') };
  }
  const time = trial ? ` in ${words.duration(trial.seconds)}` : '';
  const pass = latencyMs === undefined ? '' : `, ${Number(latencyMs.toPrecision(3))} ms a pass`;
  const family = trial ? `${words.family(trial.candidate.family)} · ` : '';
  const sentence = `${family}validation accuracy ${words.percent(accuracy)}${time}${pass}`;
  return { ...place, event: 'finished', sentence };
}

const idOf = (trial: Trial | undefined): Pick<LogLine, 'trialId'> => (trial ? { trialId: trial.id } : {});

/** Where the run stands, when it does not go on; it keeps no more than its last state. */
function endOf({ state, reason, finishedAt, config, seconds }: Run, words: LogWords): readonly LogLine[] {
  const at = finishedAt === undefined ? {} : { at: finishedAt };
  switch (state) {
    case 'running':
      return reason === undefined ? [] : [{ key: 'resumed', event: 'resumed', ...told(reason) }];
    case 'paused':
    case 'interrupted':
      return [{ key: 'end', event: state, ...told(reason ?? 'It goes on from here when it is resumed.') }];
    case 'finished': {
      const { budget } = config;
      const done =
        'trials' in budget
          ? `${exact(budget.trials)} trainings were done`
          : `${exact(budget.epochs)} epochs were trained`;
      const all = `All ${done} in ${words.duration(seconds)}.`;
      return [{ key: 'end', event: 'runFinished', ...at, ...told(reason ?? all) }];
    }
    case 'failed':
      return [{ key: 'end', event: 'runFailed', ...at, ...told(reason ?? 'No reason was kept.') }];
  }
}

/** A reason is a sentence, and where a process died, its last words below. */
function told(reason: string): Pick<LogLine, 'sentence' | 'lastWords'> {
  const at = reason.indexOf('\n');
  if (at < 0) return { sentence: reason };
  return { sentence: reason.slice(0, at), lastWords: reason.slice(at + 1) };
}

/** `2026-11-24 09:14:05`, on the clock of this machine. */
export function localTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

const TIME_WIDTH = '2026-11-24 09:14:05'.length;
const LABEL_WIDTH = Math.max(...Object.values(LOG_EVENTS).map(({ label }) => label.length));

/** `2026-11-24 09:14:05  Finished     #3     resnet · validation accuracy 81.2 % in 12 s` */
export function lineText({ at, event, trial, sentence }: LogLine): string {
  const time = (at === undefined ? '' : localTime(at)).padEnd(TIME_WIDTH);
  const subject = (trial === undefined ? 'run' : `#${trial + 1}`).padEnd(5);
  return `${time}  ${LOG_EVENTS[event].label.padEnd(LABEL_WIDTH)}  ${subject}  ${sentence}`;
}
