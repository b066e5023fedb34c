/** `trade queue`: the runs that wait for the machine; with `--run` they are trained in their
 * order. */
import { printResult, withCommonOptions, withHost, withWorkspace } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { withExecutor, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { playQueue } from '../play-queue.ts';

type QueueOptions = CommonOptions & ExecutorOptions & { readonly run?: boolean };

export const queueVerb: Verb = (program, context) => {
  withExecutorOptions(withCommonOptions(program.command('queue')))
    .description('list the runs that wait for the machine, or train them one after the other')
    .option('--run', 'train them, in their order, to the last')
    .action(async (options: QueueOptions) => {
      if (options.run === true) {
        context.end(await withHost(withExecutor(context, options), options, (host) => playQueue(host, options)));
        return;
      }
      const waiting = withWorkspace(options, ({ store }) => store.queue());
      const lines = waiting.map(({ id, name }, index) => `${index + 1}. ${id}  ${name}`);
      printResult(options, { queue: waiting }, lines.length > 0 ? lines : ['Nothing waits in the queue.']);
    });
};
