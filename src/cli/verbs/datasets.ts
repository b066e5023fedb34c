/** `trade datasets`: the data sets that a search can use. */
import type { DatasetView } from '../../bridge/schemas/records.ts';
import { listDatasets, textTable } from '../../host/for-shells.ts';
import { printJson, printLines, withCommonOptions, workspaceOf } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../verb.ts';
import { addImport } from './datasets-import.ts';

const COLUMNS = [
  { title: 'data set', align: 'left' },
  { title: 'classes', align: 'right' },
  { title: 'images', align: 'left' },
  { title: 'train', align: 'right' },
  { title: 'a class', align: 'right' },
  { title: 'validation', align: 'right' },
  { title: 'test', align: 'right' },
  { title: 'licence', align: 'left' },
  { title: 'title', align: 'left' },
] as const;

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
      if (options.json) printJson({ datasets: found });
      else printLines(textTable(COLUMNS, rows));
      context.end(0);
    });
  addImport(datasets, context);
};

/** Training images of the smallest and of the largest class, where they are known. */
function perClass({ balance }: DatasetView): string {
  if (balance === undefined) return '-';
  const [least, most] = [Math.min(...balance.train), Math.max(...balance.train)];
  return least === most ? String(least) : `${least}–${most}`;
}
