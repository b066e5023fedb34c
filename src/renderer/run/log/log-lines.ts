/** The lines of the log as its tab narrows them, dates them and hands them out as text. */
import type { LogEvent, LogKind, LogLine } from '../../../bridge/words/log-lines.ts';
import { LOG_EVENTS, lineText } from '../../../bridge/words/log-lines.ts';
import type { IconName } from '../../components/icons.ts';
import { formatDay } from '../../format.ts';
import type { Tone } from '../../words.ts';

export type LogChoice = 'all' | Exclude<LogKind, 'run'>;

/** With what stands where there are none. */
export const LOG_CHOICES = {
  all: {
    title: 'All',
    none: 'Nothing has happened yet',
    coming: 'Each proposal, each result and each failure gets a line here as it comes.',
  },
  proposals: {
    title: 'Proposals',
    none: 'No student has been proposed yet',
    coming: 'Each proposal appears here with where it comes from and what was expected of it.',
  },
  results: {
    title: 'Results',
    none: 'No student has ended yet',
    coming: 'Each student appears here when it has been trained, with its accuracy and its time.',
  },
  failures: {
    title: 'Failures',
    none: 'Nothing has failed',
    coming: 'A student that fails appears here with its reason and the last words of its trainer.',
  },
} as const satisfies Readonly<
  Record<LogChoice, { readonly title: string; readonly none: string; readonly coming: string }>
>;

export const LOG_LOOKS = {
  started: { icon: 'play', tone: 'neutral' },
  resumed: { icon: 'play', tone: 'neutral' },
  proposed: { icon: 'plus', tone: 'neutral' },
  continued: { icon: 'play', tone: 'neutral' },
  rested: { icon: 'pause', tone: 'neutral' },
  searching: { icon: 'play', tone: 'neutral' },
  searched: { icon: 'check', tone: 'good' },
  searchFailed: { icon: 'warning', tone: 'bad' },
  exhausted: { icon: 'close', tone: 'neutral' },
  finished: { icon: 'check', tone: 'good' },
  tooSlow: { icon: 'close', tone: 'warn' },
  stopped: { icon: 'stop', tone: 'neutral' },
  leftResting: { icon: 'pause', tone: 'neutral' },
  failed: { icon: 'warning', tone: 'bad' },
  paused: { icon: 'pause', tone: 'warn' },
  interrupted: { icon: 'pause', tone: 'warn' },
  runFinished: { icon: 'check', tone: 'good' },
  runFailed: { icon: 'warning', tone: 'bad' },
} as const satisfies Readonly<Record<LogEvent, { readonly icon: IconName; readonly tone: Tone }>>;

/** Those of a kind that say every word of `search`, in any case. */
export function chosenLines(lines: readonly LogLine[], choice: LogChoice, search: string): readonly LogLine[] {
  const kept = choice === 'all' ? lines : lines.filter(({ event }) => LOG_EVENTS[event].kind === choice);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? kept : kept.filter((line) => words.every((word) => textOf(line).includes(word)));
}

/** What a line says, in lower case: written once, since a search looks through all of them at every
 * key. */
const texts = new WeakMap<LogLine, string>();

function textOf(line: LogLine): string {
  const text = texts.get(line) ?? logText([line]).toLowerCase();
  texts.set(line, text);
  return text;
}

/** A line each, what a process said at last indented below its own. */
export function logText(lines: readonly LogLine[]): string {
  return lines
    .flatMap((line) => [lineText(line), ...(line.lastWords?.split('\n').map((words) => `    ${words}`) ?? [])])
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
}

/** `24 Nov` where a line is of another day than the one before it, and at the first. */
export function newDay(line: LogLine, before: LogLine | undefined, now?: Date): string | undefined {
  if (line.at === undefined) return undefined;
  const day = formatDay(line.at, now);
  return before?.at !== undefined && formatDay(before.at, now) === day ? undefined : day;
}
