/** `trade import-runs FILE`: takes in what `trade export-run` or `trade export-workspace` wrote;
 * all of it or nothing. */
import { basename, resolve } from 'node:path';
import { createProgressPrinter, takenText } from '../../host/for-shells.ts';
import { INTERRUPTED, printAside, printJson, printLines, stoppable, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../verb.ts';

export const importRunsVerb: Verb = (program, context) => {
  withCommonOptions(program.command('import-runs'))
    .description('take in runs from a file that another workspace exported')
    .argument('<file>', 'file to read; a run whose id is taken gets another one')
    .action(async (path: string, options: CommonOptions) => {
      const file = resolve(path);
      const printer = createProgressPrinter(process.stderr);
      try {
        const taken = await stoppable((signal) =>
          withHost(context, options, (host) =>
            host.takeInArchive(file, basename(file), ({ stage }) => printer.status(stage), signal),
          ),
        );
        printer.clear();
        if (taken === undefined) {
          printAside('The import was stopped; nothing was kept.');
          return context.end(INTERRUPTED);
        }
        if (options.json) printJson({ event: 'runs.imported', ...taken });
        else printLines([takenText(taken), ...taken.runs.map(({ id, name }) => `${id}  ${name}`)]);
        context.end(0);
      } finally {
        printer.clear();
      }
    });
};
