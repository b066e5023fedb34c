/** How far the recording is, and what is left of it. */
import { table } from '../study/markdown.ts';
import { STAGES } from './plan.ts';
import type { TableTraining } from './plan.ts';
import type { Rows, TrainingRow } from './rows.ts';

const SECONDS_AN_HOUR = 3600;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What a recorder of these stages has yet to train, in the plan's order. */
export function waitingTrainings(
  plan: readonly TableTraining[],
  rows: Rows,
  stages: readonly string[] = STAGES,
): readonly TableTraining[] {
  return plan.filter(({ id, stage }) => stages.includes(stage) && !rows.trainings.has(id));
}

/** CPU seconds of an epoch, looks at the validation images included; of a family without any, the
 * mean of all. */
export function secondsAnEpoch(rows: Iterable<TrainingRow>): (family: string) => number {
  const byFamily = new Map<string, number[]>();
  for (const { family, epochs, cpuSeconds } of rows) {
    if (cpuSeconds !== undefined) byFamily.set(family, [...(byFamily.get(family) ?? []), cpuSeconds / epochs]);
  }
  const known = new Map([...byFamily].map(([family, values]) => [family, mean(values)]));
  return (family) => known.get(family) ?? mean([...known.values()]);
}

/** A table of stages: trainings done, trainings left, CPU hours spent and expected. */
export function progressText(rows: Rows, plan: readonly TableTraining[]): string {
  const rate = secondsAnEpoch(rows.trainings.values());
  const lines = STAGES.map((stage) => {
    const all = plan.filter((one) => one.stage === stage);
    const done = all.map(({ id }) => rows.trainings.get(id)).filter((row) => row !== undefined);
    const left = waitingTrainings(all, rows);
    const spent = done.reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0);
    const expected = left.reduce((sum, { student, epochs }) => sum + epochs * rate(student.family), 0);
    return { name: stage, done: done.length, left: left.length, spent, expected };
  });
  const sum = (key: 'done' | 'left' | 'spent' | 'expected'): number =>
    lines.reduce((total, line) => total + line[key], 0);
  const total = { name: 'all', done: sum('done'), left: sum('left'), spent: sum('spent'), expected: sum('expected') };
  return table(
    ['stage', 'trained', 'left', 'CPU hours spent', 'CPU hours left'],
    [...lines, total].map(({ name, done, left, spent, expected }) => {
      return [name, String(done), String(left), hours(spent), hours(expected)];
    }),
  );
}

function hours(seconds: number): string {
  return Number.isFinite(seconds) ? (seconds / SECONDS_AN_HOUR).toFixed(2) : 'unknown';
}
