/** `trade import-runs FILE`: takes in what `trade export-run` or `trade export-workspace` wrote;
 * all of it or nothing. */
import { basename, resolve } from 'node:path';
import { takenText } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost, withProgress } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';

export const importRunsVerb: Verb = (program, context) => {
  withCommonOptions(program.command('import-runs'))
    .description('take in runs from a file that another workspace exported')
    .argument('<file>', 'file to read; a run whose id is taken gets another one')
    .action(async (path: string, options: CommonOptions) => {
      const file = resolve(path);
      const taken = await withProgress(context, 'The import was stopped; nothing was kept.', (printer, signal) =>
        withHost(context, options, (host) =>
          host.takeInArchive(file, basename(file), ({ stage }) => printer.status(stage), signal),
        ),
      );
      if (taken === undefined) return;
      const lines = [takenText(taken), ...taken.runs.map(({ id, name }) => `${id}  ${name}`)];
      printResult(options, { event: 'runs.imported', ...taken }, lines);
    });
};
