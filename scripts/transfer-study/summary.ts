/**
 * The study's figures as Markdown.
 *
 * symbol   meaning
 * gain     test accuracy of an arm minus that of `scratch`, the same images and seed
 * s.e.     of a gain's mean over seeds: deviation / sqrt(seeds)
 */
import { fraction, table } from '../study/markdown.ts';
import { meanOf } from '../study/statistics.ts';
import { ARMS, PER_CLASS } from './plan.ts';
import type { Arm, Transfer } from './plan.ts';

export interface Result extends Transfer {
  /** Of all validation images of the chosen student, and of all test images. */
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  readonly params: number;
  /** Of all trainings of the run. */
  readonly epochs: number;
  readonly seconds: number;
}

/** Over `scratch`, seed by seed. */
export function gainsOf(results: readonly Result[], arm: Arm, perClass: number): readonly number[] {
  const of = (one: Arm, seed: number): number | undefined =>
    results.find((row) => row.arm === one && row.perClass === perClass && row.seed === seed)?.testAccuracy;
  return [...new Set(results.map(({ seed }) => seed))].flatMap((seed) => {
    const [own, plain] = [of(arm, seed), of('scratch', seed)];
    return own === undefined || plain === undefined ? [] : [own - plain];
  });
}

export function summarise(results: readonly Result[]): string {
  if (results.length === 0) return 'There is nothing to summarise yet.';
  const rows = PER_CLASS.flatMap((perClass) =>
    ARMS.map((arm) => {
      const own = results.filter((row) => row.arm === arm && row.perClass === perClass);
      const mean = (of: (row: Result) => number): number => meanOf(own.map(of));
      const gains = gainsOf(results, arm, perClass);
      return [
        ...[String(perClass), arm, fraction(mean(({ testAccuracy }) => testAccuracy))],
        arm === 'scratch' ? '' : gainText(gains),
        Math.round(mean(({ params }) => params)).toLocaleString('en'),
        ...[String(Math.round(mean(({ epochs }) => epochs))), String(own.length)],
      ];
    }),
  );
  const header = ['a class', 'arm', 'test accuracy', 'over scratch (points)', 'params', 'epochs', 'seeds'];
  return `Means over seeds; gains paired over seeds, ± s.e.\n\n${table(header, rows)}`;
}

function gainText(gains: readonly number[]): string {
  if (gains.length === 0) return '';
  const mean = meanOf(gains);
  const points = `${mean < 0 ? '' : '+'}${(100 * mean).toFixed(2)}`;
  if (gains.length < 2) return points;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  return `${points} ± ${(100 * Math.sqrt(squares / (gains.length - 1) / gains.length)).toFixed(2)}`;
}
