/** NAS-Bench-201 as a table in replay form: what the benchmark says of a cell of our family. */
import { CELL_EDGES } from '../../../src/core/arch/families/cells/code.ts';
import type { Configuration } from '../../../src/core/space/space.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';

/** Our names of ops, and the benchmark's. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ none: 'none', skip: 'skip_connect', pool3x3: 'avg_pool_3x3' },
  ...{ conv1x1: 'nor_conv_1x1', conv3x3: 'nor_conv_3x3' },
};

export interface Benchmark {
  /** Test accuracy in percent, and the share of all cells that it leaves behind, in percent. */
  readonly testOf: (config: Configuration) => { readonly test: number; readonly percentile: number } | undefined;
  /** CIFAR-10 test accuracies that the papers give, by method. */
  readonly published: Readonly<Record<string, string>>;
}

/** DrNAS and DARTS: README of DrNAS; iDARTS: its page at paperswithcode. */
const PUBLISHED: Benchmark['published'] = { 'dr-nas': '94.36 ± .00', darts: '54.30', idarts: '93.58' };

/** `json`: the table of `shared/tables`. Throws what `parseTable` throws. */
export function benchmarkOf(json: unknown, file: string): Benchmark {
  const [family] = parseTable(json, file).families;
  const names = family?.parameters.map(({ name }) => name) ?? [];
  const tests = new Map(
    family?.rows.map(({ levels, metrics }) => [
      CELL_EDGES.map(({ name }) => levels[names.indexOf(name)]).join(),
      metrics['testAccuracy'] ?? NaN,
    ]),
  );
  const sorted = [...tests.values()].sort((a, b) => a - b);
  return {
    published: PUBLISHED,
    testOf: (config) => {
      const test = tests.get(CELL_EDGES.map(({ name }) => NAMES[String(config[name])]).join());
      if (test === undefined) return undefined;
      const below = sorted.filter((one) => one < test).length;
      return { test, percentile: (100 * below) / sorted.length };
    },
  };
}
