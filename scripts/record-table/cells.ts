/**
 * The table of all cells: every network of the compact family `cells`, distilled as the students of
 * `plan.ts` are, with two seeds. Stage kd is seed 1, second is seed 2; any beginning of a stage is
 * a sample by chance.
 */
import { createRng } from '../../src/core/math/rng.ts';
import { enumerateFamily } from '../../src/core/space/lattice.ts';
import { quantile } from '../../src/core/math/quantile.ts';
import { fraction, table } from '../study/markdown.ts';
import { column, pairsOf, seedDeviation, tauOf, variance } from './figures.ts';
import { FULL_EPOCHS, trainingId } from './plan.ts';
import type { TableTraining } from './plan.ts';
import { progressText } from './progress.ts';
import type { Rows } from './rows.ts';
import { studentOf, tableFamily } from './students.ts';
import type { TableStudent } from './students.ts';

const ORDER_SEED = 22;

export const cellStudents = (): readonly TableStudent[] =>
  createRng(ORDER_SEED).shuffle(
    [...enumerateFamily(tableFamily('cells'))].map((config) => studentOf('cells', config, 'lattice')),
  );

export function cellPlan(): readonly TableTraining[] {
  const students = cellStudents();
  return ([1, 2] as const).flatMap((seed) =>
    students.map((student): TableTraining => {
      const stage = seed === 1 ? 'kd' : 'second';
      return {
        id: trainingId('kd', seed, FULL_EPOCHS, student.id),
        stage,
        signal: 'kd',
        student,
        seed,
        epochs: FULL_EPOCHS,
      };
    }),
  );
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];
const SEEDS = [1, 2];

/** The card's figures as Markdown. */
export function summariseCells(rows: Rows, students: readonly TableStudent[], plan: readonly TableTraining[]): string {
  const tests = SEEDS.map((seed) => column(rows, 'kd', 'testAccuracy', seed));
  const spread = tests.map((test, index) => {
    const known = students.map(test).filter((value) => value !== undefined);
    const cells = known.length > 0 ? SHARES.map((share) => fraction(quantile(known, share))) : SHARES.map(() => '');
    return [String(index + 1), String(known.length), ...cells, points(Math.sqrt(variance(known)))];
  });
  const both = students.filter((student) => tests.every((test) => test(student) !== undefined));
  const validation = SEEDS.map((seed) => column(rows, 'kd', 'validationAccuracy', seed));
  const noise = both.length > 1 ? noiseOf() : '';
  const header = ['seed', 'cells', 'worst', 'a quarter below', 'median', 'three quarters below', 'best', 'deviation'];
  return [
    `### Recorded so far\n\n${progressText(rows, plan)}`,
    `### Test accuracy\n\n${table(header, spread)}`,
    ...(noise === '' ? [] : [noise]),
  ].join('\n\n');

  function noiseOf(): string {
    const [first = () => undefined, second = () => undefined] = tests;
    const params = ({ params: count }: TableStudent): number => count;
    const told = validation[0] ?? first;
    const { deviation } = seedDeviation(both, tests);
    const taus = [
      ['test, seed 1', tauOf(both, first, second).tau],
      ['validation, seed 1', tauOf(both, told, second).tau],
      ['params', tauOf(both, params, second).tau],
    ] as const;
    const body = taus.map(([name, tau]) => [name, tau.toFixed(3)]);
    return (
      `### Noise between seeds\n\nOf ${pairsOf(both, first, second).length} cells with two seeds, test accuracies of ` +
      `one deviate by ${points(deviation)} points.\n\n${table(['a ranking by', "tau with seed 2's test"], body)}`
    );
  }
}

const points = (share: number): string => (Number.isFinite(share) ? (100 * share).toFixed(2) : '');
