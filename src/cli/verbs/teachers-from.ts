/** `trade teachers from STUDENT`: a finished student becomes a teacher of the workspace. */
import type { Command } from 'commander';
import { parseInput } from '../../bridge/config/parse-input.ts';
import { teacherStudentSchema } from '../../bridge/schemas/teacher-import.ts';
import { printResult, withCommonOptions, withHost, withProgress } from '../common.ts';
import type { CommonOptions, VerbContext } from '../common.ts';
import { TRIAL_ARGUMENT, trialIdOf } from '../trial-name.ts';
import { recordOf, summaryOf, teacherTeller } from './teachers-import.ts';

type FromOptions = CommonOptions & { readonly name: string; readonly title?: string };

export function addFrom(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('from'))
    .description('make one of a finished student, with its weights: to teach others, or to begin with')
    .argument('<student>', TRIAL_ARGUMENT)
    .requiredOption('--name <name>', 'what a search calls it')
    .option('--title <title>', 'its title, for people')
    .action((student: string, options: FromOptions) => makeOf(context, student, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function makeOf(context: VerbContext, text: string, options: FromOptions): Promise<void> {
  const { workspace: _workspace, json: _json, ...order } = options;
  const made = await withProgress(context, 'It was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, async (host) => {
      const student = await trialIdOf(text, (id, page) => host.client.runs.trials({ id, ...page }));
      const input = parseInput(teacherStudentSchema, { ...order, student });
      return host.importTeacher(input, teacherTeller(printer), signal);
    }),
  );
  if (made !== undefined) printResult(options, { teacher: recordOf(made) }, summaryOf(made));
}
