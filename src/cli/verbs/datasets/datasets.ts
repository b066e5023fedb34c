/** `trade datasets list|check|import|subset|simulate`: the data sets that a search can use. */
import type { DatasetView } from '../../../bridge/schemas/records.ts';
import { checkDataset, listDatasets, textTable } from '../../../host/for-shells.ts';
import { printResult, withCommonOptions, workspaceOf } from '../../common.ts';
import type { CommonOptions, Verb } from '../../common.ts';
import { addImport } from './import.ts';
import { addSimulate } from './simulate.ts';
import { addSubset } from './subset.ts';

const COLUMNS = ['data set', '>classes', 'shape', '>train', '>a class', '>validation', '>test', 'licence', 'title'];

export const datasetsVerb: Verb = (program, context) => {
  const datasets = program.command('datasets').description('data sets that a search can use');
  withCommonOptions(datasets.command('list'))
    .description('list them')
    .action(async (options: CommonOptions) => {
      const found = await listDatasets({ ...context.hostOptions, workspace: workspaceOf(options) });
      const rows = found.map((dataset) => {
        const { name, classes, shape, splits, licence, title } = dataset;
        const counts = [splits.train, perClass(dataset), splits.validation, splits.test].map(String);
        return [name, String(classes.length), shape.join(' x '), ...counts, licence, title];
      });
      printResult(options, { datasets: found }, textTable(COLUMNS, rows));
    });
  withCommonOptions(datasets.command('check <name>'))
    .description('look into every file of one: hashes, labels, and that no speaker or pupil is in two splits')
    .action(async (name: string, options: CommonOptions) => {
      const dataset = await checkDataset({ ...context.hostOptions, workspace: workspaceOf(options) }, name);
      const { groups } = dataset;
      const whole = groups === undefined ? '' : ` None of its ${groups} groups is in two splits.`;
      printResult(options, { event: 'dataset.checked', dataset }, [`${name} is what its card says.${whole}`]);
    });
  addImport(datasets, context);
  addSubset(datasets, context);
  addSimulate(datasets, context);
};

/** Training examples of the smallest and of the largest class, where they are known. */
function perClass({ balance }: DatasetView): string {
  if (balance === undefined) return '-';
  const [least, most] = [Math.min(...balance.train), Math.max(...balance.train)];
  return least === most ? String(least) : `${least}–${most}`;
}
