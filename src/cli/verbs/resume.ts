/** `trade resume RUN`: goes on with an interrupted or paused run. */
import { withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { withExecutor, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { follow } from '../follow.ts';

export const resumeVerb: Verb = (program, context) => {
  withExecutorOptions(withCommonOptions(program.command('resume')))
    .description('go on with an interrupted or paused run')
    .argument('<run>', 'id of the run, as "trade runs" shows it')
    .action(async (id: string, options: CommonOptions & ExecutorOptions) => {
      context.end(
        await withHost(withExecutor(context, options), options, async (host) => {
          const { client } = host;
          const before = await client.runs.trials({ id });
          return follow(host, options, () => client.runs.resume({ id }), before);
        }),
      );
    });
};
