/** `trade export-run RUN...` and `trade export-workspace`: runs with all they have as one file;
 * also beside a running search. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { packToFile } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withProgress, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb, VerbContext } from '../common.ts';

interface PackOptions extends CommonOptions {
  readonly out: string;
}

const OUT = 'file to write, usually NAME.trade; one that is there is replaced';

export const exportRunVerb: Verb = (program, context) => {
  withOut(program.command('export-run'))
    .description('write runs with their students, curves, notes and weights as one file')
    .argument('<run...>', 'ids of the runs, as "trade runs" shows them')
    .action((runs: readonly string[], options: PackOptions) => pack(context, options, runs));
  withOut(program.command('export-workspace'))
    .description('write every run, and the teachers and data sets of the workspace, as one file')
    .action((options: PackOptions) => pack(context, options));
};

function withOut(command: Command): Command {
  return withCommonOptions(command).requiredOption('--out <file>', OUT);
}

/** Ctrl+C leaves no file behind. */
async function pack(context: VerbContext, options: PackOptions, runs?: readonly string[]): Promise<void> {
  const file = resolve(options.out);
  const order = { workspace: workspaceOf(options), file, ...(runs && { runs }) };
  const done = await withProgress(context, 'The export was stopped; no file was written.', (printer, signal) =>
    packToFile(order, ({ stage }) => printer.status(stage), signal),
  );
  if (done === undefined) return;
  const { bytes, runs: count, notes } = done;
  const size = `${count === 1 ? 'one run' : `${count} runs`}, ${bytes.toLocaleString('en')} bytes`;
  printResult(options, { file, bytes, runs: count, notes }, [`${file}: ${size}.`, ...notes]);
}
