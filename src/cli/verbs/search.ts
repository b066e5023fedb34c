/** `trade search CONFIG.json`: runs a search to its end. */
import { existsSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { Option } from 'commander';
import { parseSearchText } from '../../bridge/config/parse-config.ts';
import type { ParsedSearchInput } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { checkSearch } from '../../host/for-shells.ts';
import { readInput, wholeNumber, withCommonOptions, withHost, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { withExecutor, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { follow } from '../follow.ts';

interface SearchOptions extends CommonOptions, ExecutorOptions {
  readonly trials?: number;
  readonly epochs?: number;
  readonly seed?: number;
}

export const searchVerb: Verb = (program, context) => {
  withExecutorOptions(withCommonOptions(program.command('search')))
    .description('run a search to its end, and print its front')
    .argument('<config>', 'JSON file of the search, as examples/fashion-quick.json; - for standard input')
    .option('--trials <n>', 'students to train, instead of the number in the file', wholeNumber(1, 100_000))
    .addOption(
      new Option('--epochs <n>', 'epochs of all trainings, instead of the budget in the file')
        .argParser(wholeNumber(1, 1e8))
        .conflicts('trials'),
    )
    .option('--seed <s>', 'seed of the whole run, instead of the one in the file', wholeNumber(0, 0xffffffff))
    .action(async (config: string, options: SearchOptions) => {
      const { file, text } = await readSearch(config);
      const search = withOverrides(parseSearchText(text, file), options);
      const workspace = workspaceOf(options);
      // A search that cannot start leaves nothing behind: no empty workspace either.
      if (!existsSync(workspace))
        await checkSearch({ ...context.hostOptions, workspace }, search).catch(nameFile(file));
      context.end(
        await withHost(withExecutor(context, options), options, (host) =>
          follow(host, options, () => host.client.runs.start(search).catch(nameFile(file)), []),
        ),
      );
    });
};

/** `-` is standard input: a command line can then hold its search. */
async function readSearch(file: string): Promise<{ readonly file: string; readonly text: string }> {
  if (file !== '-') return { file, text: readInput(file, "a search's JSON file") };
  return { file: 'standard input', text: await readText(process.stdin) };
}

function withOverrides(search: ParsedSearchInput, { trials, epochs, seed }: SearchOptions): ParsedSearchInput {
  return {
    ...search,
    ...(trials !== undefined && { budget: { trials } }),
    ...(epochs !== undefined && { budget: { ...search.budget, epochs } }),
    ...(seed !== undefined && { seed }),
  };
}

/** What the host finds wrong with a field stands in this file. */
function nameFile(file: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof WorkbenchError && error.place.field !== undefined && error.place.file === undefined) {
      const { field } = error.place;
      const message = error.message.includes(field) ? error.message : `${field}: ${error.message}`;
      throw new WorkbenchError(error.code, `${file}: ${message}`, { file, field }, { cause: error });
    }
    throw error;
  };
}
