/** What inherited weights are worth after a short training: points over scratch, and how well the
 * children rank as fully trained ones do with another seed. */
import { createRng } from '../../src/core/math/rng.ts';
import { kendallTau } from '../record-table/kendall-tau.ts';
import { meanOf } from '../study/statistics.ts';
import { table } from '../study/markdown.ts';
import { ARMS } from './plan.ts';
import type { Arm } from './plan.ts';

export interface ChildRow {
  readonly id: string;
  readonly kind: 'child';
  readonly arm: Arm;
  readonly child: string;
  readonly parent: string;
  readonly seed: number;
  readonly epochs: number;
  readonly accuracy: number;
  readonly cpuSeconds: number;
}

/** Of a child in the recorded table. */
export interface Recorded {
  /** After two epochs from scratch, the same seed. */
  readonly scratch: number;
  /** Test accuracy of a whole training with another seed. */
  readonly test: number;
}

/** A gate of the issue: TRADE inherits where children rank so well. */
export const GATE = 0.8;
const RESAMPLES = 2000;

export interface ArmFigures {
  readonly arm: Arm | 'scratch';
  readonly children: number;
  /** Points over scratch, mean and its standard error; 0 of scratch. */
  readonly gain: number;
  readonly gainError: number;
  readonly tau: number;
  /** Standard deviation of tau over resampled children. */
  readonly tauError: number;
}

/** Of an arm's own children; those of scratch are all. */
export function figuresOf(rows: readonly ChildRow[], recorded: ReadonlyMap<string, Recorded>): readonly ArmFigures[] {
  const figures = (arm: ArmFigures['arm'], own: ReadonlyMap<string, number>): ArmFigures => {
    const known = [...recorded].flatMap(([child, { scratch, test }]) => {
      const accuracy = own.get(child);
      return accuracy === undefined ? [] : [{ accuracy, scratch, test }];
    });
    const gains = known.map(({ accuracy, scratch }) => 100 * (accuracy - scratch));
    const accuracies = known.map(({ accuracy }) => accuracy);
    const tests = known.map(({ test }) => test);
    return {
      ...{ arm, children: known.length, gain: meanOf(gains) },
      gainError: deviation(gains) / Math.sqrt(gains.length),
      tau: kendallTau(accuracies, tests),
      tauError: deviation(resampled(accuracies, tests)),
    };
  };
  const scratch = new Map([...recorded].map(([child, { scratch: accuracy }]) => [child, accuracy]));
  const arms = ARMS.filter((arm) => rows.some((row) => row.arm === arm));
  return [
    figures('scratch', scratch),
    ...arms.map((arm) =>
      figures(arm, new Map(rows.filter((row) => row.arm === arm).map(({ child, accuracy }) => [child, accuracy]))),
    ),
  ];
}

function resampled(own: readonly number[], tests: readonly number[]): readonly number[] {
  const rng = createRng(1);
  return Array.from({ length: RESAMPLES }, () => {
    const drawn = own.map(() => rng.int(own.length));
    return kendallTau(
      drawn.map((index) => own[index] ?? NaN),
      drawn.map((index) => tests[index] ?? NaN),
    );
  });
}

function deviation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

export function summarise(figures: readonly ArmFigures[]): string {
  const rows = figures.map(({ arm, children, gain, gainError, tau, tauError }) => [
    ...[arm, String(children)],
    arm === 'scratch' ? '' : `${gain.toFixed(2)} ± ${gainError.toFixed(2)}`,
    `${tau.toFixed(3)} ± ${tauError.toFixed(3)}`,
  ]);
  const own = figures.find(({ arm }) => arm === 'inherit');
  const verdict = own === undefined ? '' : `\n\nThe gate of ${GATE}: ${own.tau >= GATE ? 'passed' : 'not passed'}.`;
  return `${table(['begins with', 'children', 'points over scratch', 'tau'], rows)}${verdict}`;
}
