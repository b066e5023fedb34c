/** The figures of a benchmark as lines for people. */
import type { Goal } from '../../src/core/objective.ts';
import { provenances } from './plan.ts';
import type { Provenance } from './plan.ts';
import type { MatchRecord } from './records.ts';
import { anytime, askTimes, byStrategy, byTask, trialsUntil } from './summary.ts';

/** Regularised evolution's last median is what the trials of others are counted until. */
const GOAL = 'evolution';

export interface TaskTitle {
  readonly summary: string;
  readonly direction: Goal;
}

export interface Report {
  readonly lines: readonly string[];
  /** By task and strategy: median of the trials until evolution's last median, infinite where it is
   * not reached. */
  readonly trials: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** `20 seeds played now`, `5 seeds recorded`, or both. */
function seedsLine(records: readonly MatchRecord[], isNow: (record: MatchRecord) => boolean): string {
  const now = records.filter(isNow).length;
  const recorded = records.length - now;
  return [now > 0 ? `${now} seeds played now` : '', recorded > 0 ? `${recorded} seeds recorded` : '']
    .filter((part) => part !== '')
    .join(', ');
}

export function provenanceLine({ how, games, machine, version, clock, dates: [first, last] }: Provenance): string {
  const day = first === last ? first : `${first} to ${last}`;
  const came = how === 'now' ? 'played now' : `recorded ${day}`;
  return `${games} games ${came} on ${machine}; ${version}; asks by ${clock === 'cpu' ? 'processor' : 'wall'} time`;
}

export function report(
  records: readonly MatchRecord[],
  titleOf: (task: string) => TaskTitle | undefined,
  isNow: (record: MatchRecord) => boolean,
): Report {
  const lines: string[] = [];
  const trials: Record<string, Record<string, number>> = {};
  for (const [name, ofTask] of byTask(records.filter(({ curve }) => curve.length > 0))) {
    const { summary = '', direction = 'maximize' } = titleOf(name) ?? {};
    const goal = anytime(ofTask.filter(({ strategy }) => strategy === GOAL)).at(-1);
    const untilGoal: Record<string, number> = {};
    lines.push('', `${name}: ${summary}; median (quartiles)`);
    for (const [strategy, own] of byStrategy(ofTask)) {
      const columns = anytime(own).map(
        ({ count, median, band }) => `${count}: ${median.toFixed(4)} (${band.map((end) => end.toFixed(3)).join(' ')})`,
      );
      if (goal) {
        const until = trialsUntil(own, goal.median, direction);
        untilGoal[strategy] = until;
        columns.push(`${GOAL}'s at ${goal.count} after ${Number.isFinite(until) ? until : 'more'}`);
      }
      const longest = own.reduce((most, { askMs }) => Math.max(most, askMs.length), 0);
      const [middle, late] = askTimes(own, longest);
      columns.push(`ask at ${longest}: ${middle.toFixed(0)}/${late.toFixed(0)} ms`);
      lines.push(`  ${strategy.padEnd(18)} ${columns.join('  ')}, ${seedsLine(own, isNow)}`);
    }
    if (goal) trials[name] = untilGoal;
  }
  const first = new Map(records.map((record) => [`${record.task} ${record.strategy}`, record.skipped]));
  for (const [name, skipped] of first) if (skipped !== undefined) lines.push(`${name}: not played: ${skipped}`);
  const came = Object.entries(provenances(records, isNow));
  if (came.length > 0) lines.push('', 'How the games came:');
  for (const [strategy, groups] of came) {
    for (const group of groups) lines.push(`  ${strategy.padEnd(18)} ${provenanceLine(group)}`);
  }
  return { lines, trials };
}
