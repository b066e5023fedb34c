/** A table that nobody trained, for the tests of the claim: two families whose accuracies follow a
 * simple rule. */
import type { RecordedTable, TableFamily, TableRow } from '../../src/core/strategies/recorded-table.ts';

export type Cells = Readonly<Record<string, number>>;

/** A family of one dimension: a row a level, in the order of the levels. */
export function family(name: string, rows: readonly Cells[]): TableFamily {
  const values = rows.map((_, index) => index);
  return {
    name,
    parameters: [{ name: 'width', type: 'ordinal', values }],
    rows: rows.map((metrics, index): TableRow => ({ levels: [index], metrics })),
  };
}

export function claimTable(families: readonly TableFamily[]): RecordedTable {
  return {
    ...{ name: 'made-up', source: 'a test', licence: 'MIT', complete: false, families },
    metrics: [...new Set(families.flatMap(({ rows }) => rows.flatMap(({ metrics }) => Object.keys(metrics))))],
    objectives: [
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { accuracy: 0.5, params: 100 },
  };
}

/** Larger is better, with a deviation between validation and test that falls with neither: `count`
 * students. */
export function students(count: number, best: number, hasSecondSeed = true): readonly Cells[] {
  return Array.from({ length: count }, (_, index) => {
    const accuracy = best - 0.3 / (index + 1) + 0.01 * ((index * 7) % 3);
    return {
      ...{ accuracy, params: 2 + index, testAccuracy: accuracy - 0.01, cpuSeconds: 1 + index },
      ...(hasSecondSeed
        ? { accuracySeed2: accuracy - 0.004 * (index % 2), testAccuracySeed2: accuracy - 0.02 + 0.005 * (index % 2) }
        : { accuracySeed2: NaN, testAccuracySeed2: NaN }),
      ...{ plainAccuracy: accuracy - 0.03, plainTestAccuracy: accuracy - 0.035, referenceScale: index === 3 ? 1 : NaN },
    };
  });
}

/** 80 students of two families. */
export const sampleTable = (hasSecondSeed = true): RecordedTable =>
  claimTable([family('conv', students(40, 0.92, hasSecondSeed)), family('mixer', students(40, 0.88, hasSecondSeed))]);
