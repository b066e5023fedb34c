/** `trade trash`, `restore`, `purge`: runs into the trash, back, and gone for good. */
import type { HostClient } from '../../host/for-shells.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { printResult, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';

const RUNS = 'ids of runs, as "trade runs" shows them';

interface PurgeOptions extends CommonOptions {
  readonly all?: boolean;
}

export const trashVerb: Verb = (program, context) => {
  const tell = (options: CommonOptions, word: string, ids: readonly string[]): void => {
    const lines = ids.length === 0 ? ['There was nothing to do.'] : ids.map((id) => `${id}: ${word}`);
    printResult(options, { [word]: ids }, lines);
  };

  withCommonOptions(program.command('trash'))
    .description('move runs to the trash, with all they have')
    .argument('<runs...>', RUNS)
    .action(async (ids: string[], options: CommonOptions) => {
      await withHost(context, options, ({ client }) => client.runs.trash({ ids }));
      tell(options, 'trashed', ids);
    });

  withCommonOptions(program.command('restore'))
    .description('bring runs back from the trash')
    .argument('<runs...>', `${RUNS} --trash`)
    .action(async (ids: string[], options: CommonOptions) => {
      await withHost(context, options, ({ client }) => client.runs.restore({ ids }));
      tell(options, 'restored', ids);
    });

  withCommonOptions(program.command('purge'))
    .description('delete runs in the trash for good')
    .argument('[runs...]', `${RUNS} --trash`)
    .option('--all', 'everything in the trash')
    .action(async (ids: string[], options: PurgeOptions) => {
      if ((ids.length === 0) === (options.all !== true)) {
        throw new WorkbenchError('usage.invalid', 'Name the runs to delete for good, or say --all.');
      }
      const gone = await withHost(context, options, async ({ client }) => {
        const chosen = options.all === true ? await inTrash(client) : ids;
        if (chosen.length > 0) await client.runs.purge({ ids: [...chosen] });
        return chosen;
      });
      tell(options, 'purged', gone);
    });
};

async function inTrash(client: HostClient): Promise<readonly string[]> {
  const { rows } = await client.runs.list({ trash: 'only', limit: 1000 });
  return rows.map(({ run }) => run.id);
}
