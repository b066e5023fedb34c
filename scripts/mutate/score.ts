/** What a mutation run comes to: how many of a room's mutants a test noticed. */
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

/** Of a room, in mutants. */
export interface Score {
  readonly killed: number;
  /** They made the tests run for ever. */
  readonly timedOut: number;
  readonly survived: number;
  /** No test so much as runs their line. */
  readonly uncovered: number;
  /** Left out by a rule, each with its reason. */
  readonly ignored: number;
  /** Broke the runner itself: neither noticed nor missed. */
  readonly errors: number;
  /** Of those that could be noticed, the share that was, in percent. */
  readonly percent: number;
  readonly minutes: number;
}

/** What a room must reach, in percent. */
export const ENOUGH_PERCENT = 80;

export const isEnough = ({ percent }: Score): boolean => percent >= ENOUGH_PERCENT;

type Outcome = Pick<MutantResult, 'status' | 'fileName' | 'location' | 'mutatorName' | 'replacement'>;

export function tally(results: readonly Outcome[], minutes: number): Score {
  const count = (...wanted: readonly Outcome['status'][]): number =>
    results.filter(({ status }) => wanted.includes(status)).length;
  const killed = count('Killed');
  const timedOut = count('Timeout');
  const survived = count('Survived');
  const uncovered = count('NoCoverage');
  return {
    ...{ killed, timedOut, survived, uncovered },
    ignored: count('Ignored'),
    errors: count('RuntimeError', 'CompileError', 'Pending'),
    percent: percentOf(killed + timedOut, killed + timedOut + survived + uncovered),
    minutes: Math.round(minutes * 10) / 10,
  };
}

/** To one place, downwards: what is not reached is not told as reached. Of nothing, all. */
function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 1000) / 10;
}

/** A line for each mutant that no test noticed: where, and what stood there instead. */
export function survivors(results: readonly Outcome[], root: string): readonly string[] {
  return results
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location: { start, end }, mutatorName, replacement, status }) => {
      const where = `${relative(root, fileName)}:${start.line}:${start.column + 1}-${end.line}:${end.column + 1}`;
      const what = replacement.replaceAll(/\s+/g, ' ').slice(0, 80);
      return `${where} ${mutatorName} -> ${what}${status === 'NoCoverage' ? ' (no test runs it)' : ''}`;
    });
}

/** A row for each room and one for all. */
export function tableOf(scores: Readonly<Record<string, Score>>): string {
  const rows = Object.entries(scores);
  const all = rows.map(([, score]) => score);
  const sum = (key: keyof Score): number => all.reduce((total, score) => total + score[key], 0);
  const noticed = sum('killed') + sum('timedOut');
  const total: Score = {
    ...{ killed: sum('killed'), timedOut: sum('timedOut'), survived: sum('survived'), uncovered: sum('uncovered') },
    ...{ ignored: sum('ignored'), errors: sum('errors'), minutes: Math.round(sum('minutes') * 10) / 10 },
    percent: percentOf(noticed, noticed + sum('survived') + sum('uncovered')),
  };
  const lines = [...rows, ['all', total] as const].map(([name, score]) => {
    const counted = score.killed + score.timedOut + score.survived + score.uncovered;
    const missed = `${score.survived} survived, ${score.uncovered} in lines that no test runs`;
    return (
      `${name.padEnd(8)} ${score.percent.toFixed(1).padStart(5)} % of ${counted} mutants; ${missed}; ` +
      `${score.minutes} min`
    );
  });
  return `${lines.join('\n')}\n`;
}
