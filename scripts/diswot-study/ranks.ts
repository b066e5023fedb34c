/**
 * Do scores rank students as another seed's test does, beyond what is known without a look?
 *
 * symbol  meaning                                                               shape
 * X       1 for its family; logarithms of costs, in deviations, and their squares  [n][k]
 * tau     Kendall's tau-b of score and accuracy; partial: of what X leaves of both
 */
import { cholesky, packedLength, solve } from '../../src/core/math/linear-algebra.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { kendallTau } from '../record-table/kendall-tau.ts';
import { table } from '../study/markdown.ts';

/** A student with all that is asked of it. */
export interface Scored {
  readonly family: string;
  readonly params: number;
  readonly macs: number;
  /** Of the full training of another seed. */
  readonly testAccuracy: number;
  /** By title; more is better. */
  readonly scores: Readonly<Record<string, number>>;
}

export function rankTable(students: readonly Scored[]): string {
  const accuracy = students.map(({ testAccuracy }) => testAccuracy);
  const params = columnsOf(students, [students.map((one) => one.params)]);
  const both = columnsOf(students, [students.map((one) => one.params), students.map(({ macs }) => macs)]);
  const body = Object.keys(students[0]?.scores ?? {}).map((title) => {
    const values = students.map(({ scores }) => scores[title] ?? NaN);
    const taus = [
      kendallTau(values, accuracy),
      partialTau(values, accuracy, params),
      partialTau(values, accuracy, both),
    ];
    return [title, ...taus.map((tau) => (Number.isFinite(tau) ? tau.toFixed(2) : ''))];
  });
  return table(['score', 'alone', 'given family and params', 'and MACs'], body);
}

/** X, by column. */
function columnsOf(students: readonly Scored[], costs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const families = [...new Set(students.map(({ family }) => family))];
  return [
    ...families.map((name) => students.map(({ family }) => Number(family === name))),
    ...costs.flatMap((cost) => {
      const logs = standardised(cost.map(Math.log));
      return [logs, logs.map((value) => value ** 2)];
    }),
  ];
}

export function standardised(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / deviation);
}

/** Of a and b `[n]` after the least squares on `columns`, each `[n]`; NaN where one is nothing but
 * a sum of them. */
export function partialTau(
  a: readonly number[],
  b: readonly number[],
  columns: readonly (readonly number[])[],
): number {
  return kendallTau(residuals(a, columns), residuals(b, columns));
}

/** What rounding leaves of a list that the columns explain, as a share of it. */
const NOTHING = 1e-9;

function residuals(y: readonly number[], columns: readonly (readonly number[])[]): readonly number[] {
  const products = new Float64Array(packedLength(columns.length));
  columns.forEach((left, i) =>
    columns.slice(0, i + 1).forEach((right, j) => (products[packedLength(i) + j] = dot(left, right))),
  );
  const factor = cholesky(products, columns.length);
  if (factor === undefined) throw new WorkbenchError('internal', 'The columns say the same twice.');
  const weights = solve(
    factor,
    Float64Array.from(columns, (column) => dot(column, y)),
  );
  const left = y.map((value, row) => columns.reduce((rest, column, i) => rest - weights[i]! * column[row]!, value));
  return dot(left, left) <= NOTHING ** 2 * dot(y, y) ? left.map(() => 0) : left;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
