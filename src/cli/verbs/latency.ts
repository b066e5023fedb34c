/** `trade latency TRIAL`: times a finished student on every engine, with the machine to itself as
 * far as the workbench goes. */
import { latencyText } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { latencyRecord } from '../records.ts';
import { TRIAL_ARGUMENT, trialIdOf } from '../trial-name.ts';

export const latencyVerb: Verb = (program, context) => {
  withCommonOptions(program.command('latency'))
    .description('time the forward passes of a finished student on one thread, and keep the timings')
    .argument('<trial>', TRIAL_ARGUMENT)
    .action(async (name: string, options: CommonOptions) => {
      const { id, rows } = await withHost(context, options, async ({ client }) => {
        const id = await trialIdOf(name, (run, page) => client.runs.trials({ id: run, ...page }));
        return { id, rows: await client.trials.measureLatency({ id }) };
      });
      const newest = rows.filter(
        (row, index) =>
          !rows.slice(index + 1).some(({ engine, batch }) => engine === row.engine && batch === row.batch),
      );
      printResult(options, { trial: id, latencies: newest.map(latencyRecord) }, latencyText(newest));
    });
};
