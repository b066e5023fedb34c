/** `trade teachers list`: the teachers that a search can learn from. */
import { countText, percentText, textTable } from '../../host/create-host.ts';
import { printJson, printLines, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../program.ts';

const COLUMNS = [
  { title: 'teacher', align: 'left' },
  { title: 'data set', align: 'left' },
  { title: 'params', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: 'validation', align: 'right' },
  { title: 'test', align: 'right' },
  { title: 'title', align: 'left' },
] as const;

export const teachersVerb: Verb = (program, context) => {
  const teachers = program.command('teachers').description('teachers that a search can learn from');
  withCommonOptions(teachers.command('list'))
    .description('list them')
    .action(async (options: CommonOptions) => {
      const found = await withHost(context, options, ({ client }) => client.catalog.teachers());
      const rows = found.map(({ name, dataset, params, macs, validationAccuracy, testAccuracy, title }) => {
        const accuracies = [percentText(validationAccuracy), percentText(testAccuracy)];
        return [name, dataset, countText(params), countText(macs), ...accuracies, title];
      });
      // The graph is long, and of no use to a script that lists.
      if (options.json) printJson({ teachers: found.map(({ graph: _graph, ...teacher }) => teacher) });
      else printLines(textTable(COLUMNS, rows));
      context.end(0);
    });
};
