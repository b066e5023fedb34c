/** `trade tag RUN...`: puts tags on runs and takes them off. */
import { printResult, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';

interface TagOptions extends CommonOptions {
  readonly add: string[];
  readonly remove: string[];
}

export const tagVerb: Verb = (program, context) => {
  withCommonOptions(program.command('tag'))
    .description('put tags on runs, take them off, or show them')
    .argument('<runs...>', 'ids of runs, as "trade runs" shows them')
    .option('--add <tags...>', 'tags to put on', [])
    .option('--remove <tags...>', 'tags to take off', [])
    .action(async (ids: string[], { add, remove, ...options }: TagOptions) => {
      const changed = await withHost(context, options, ({ client }) => client.runs.tag({ ids, add, remove }));
      const tagged = changed.map(({ run, tags }) => ({ id: run.id, tags }));
      const lines = tagged.map(({ id, tags }) => `${id}: ${tags.length === 0 ? 'no tags' : tags.join(', ')}`);
      printResult(options, { runs: tagged }, lines);
    });
};
