/** `trade doctor`: checks database, files, hashes and orphans; exit code 1 where something is wrong. */
import type { DoctorView } from '../../bridge/schemas.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { examineFolder, isLocked } from '../../host/create-host.ts';
import { printJson, printLines, withCommonOptions, withHost, workspaceOf } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb, VerbContext } from '../program.ts';

export const doctorVerb: Verb = (program, context) => {
  withCommonOptions(program.command('doctor'))
    .description('check the workspace: database, checkpoint files and their hashes')
    .action(async (options: CommonOptions) => {
      const found = await examine(context, options);
      const { ok, integrity, trials, checkpoints, problems } = found;
      const verdict = ok ? 'Everything is sound' : 'Something is wrong';
      if (options.json) printJson(found);
      else
        printLines([`${verdict}: database ${integrity}, ${trials} trials, ${checkpoints} checkpoints.`, ...problems]);
      context.end(ok ? 0 : 1);
    });
};

/** As it stands beside a program that has the workspace, and where the database is too damaged to be opened. */
async function examine(context: VerbContext, options: CommonOptions): Promise<DoctorView> {
  const workspace = workspaceOf(options);
  if (isLocked(workspace)) return examineFolder(workspace);
  try {
    return await withHost(context, options, ({ client }) => client.system.doctor());
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'workspace.corrupt') return examineFolder(workspace);
    throw error;
  }
}
