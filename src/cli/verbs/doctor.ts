/** `trade doctor`: checks database, files, hashes and orphans; exit code 1 where something is wrong. */
import { printJson, printLines, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../program.ts';

export const doctorVerb: Verb = (program, context) => {
  withCommonOptions(program.command('doctor'))
    .description('check the workspace: database, checkpoint files and their hashes')
    .action(async (options: CommonOptions) => {
      const found = await withHost(context, options, ({ client }) => client.system.doctor());
      const { ok, integrity, trials, checkpoints, problems } = found;
      const verdict = ok ? 'Everything is sound' : 'Something is wrong';
      if (options.json) printJson(found);
      else
        printLines([`${verdict}: database ${integrity}, ${trials} trials, ${checkpoints} checkpoints.`, ...problems]);
      context.end(ok ? 0 : 1);
    });
};
