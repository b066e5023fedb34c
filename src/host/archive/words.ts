/** What came of an archive, in the words of window and terminal. */
import type { Companions, StagedRun } from './orders.ts';

export interface TakenIn extends Companions {
  readonly runs: readonly StagedRun[];
  /** What was left out and why, in sentences. */
  readonly notes: readonly string[];
}

/** `“Small” and 2 teachers were taken in; 1 run got another id, since its own was taken.` */
export function takenText({ runs, teachers, datasets, replays, notes }: TakenIn): string {
  const [first] = runs;
  const parts = [
    ...(first === undefined ? [] : [runs.length === 1 ? `“${first.name}”` : plural(runs.length, 'run')]),
    ...named(teachers, 'teacher'),
    ...named(datasets, 'data set'),
    ...(replays === 0 ? [] : [plural(replays, 'replay')]),
  ];
  const last = parts.pop();
  const verb = parts.length === 0 && (runs.length === 1 || /^(?:the|1) /.test(last ?? '')) ? 'was' : 'were';
  const came =
    last === undefined
      ? 'Nothing of it was taken in'
      : `${[...(parts.length > 0 ? [parts.join(', ')] : []), last].join(' and ')} ${verb} taken in`;
  const renamed = runs.filter(({ formerId }) => formerId !== undefined).length;
  const other = renamed === 0 ? '' : `; ${renamed} got another id, since theirs was taken`;
  return [`${came.charAt(0).toUpperCase()}${came.slice(1)}${other}.`, ...notes].join(' ');
}

function named(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  return [names.length === 1 ? `the ${what} "${names[0]}"` : plural(names.length, what)];
}

export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
