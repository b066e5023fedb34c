/** `trade runs`: the runs of the workspace, newest first; also while another process searches in
 * it. */
import { countText, percentText, textTable } from '../../host/for-shells.ts';
import type { RunSummary } from '../../host/for-shells.ts';
import { printJson, printLines, withCommonOptions, withWorkspace } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../verb.ts';
import { runRecord } from '../records.ts';

const COLUMNS = [
  { title: 'run', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'students', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'front', align: 'right' },
  { title: 'best', align: 'right' },
  { title: 'started', align: 'left' },
  { title: 'name', align: 'left' },
] as const;

export const runsVerb: Verb = (program, context) => {
  withCommonOptions(program.command('runs'))
    .description('list the runs, newest first')
    .option('--trash', 'those in the trash')
    .action((options: CommonOptions & { readonly trash?: boolean }) => {
      const trash = options.trash === true ? 'only' : 'without';
      const runs = withWorkspace(options, ({ store }) => store.runs({ trash }).rows);
      if (options.json) printJson({ runs: runs.map(runRecord) });
      else
        printLines(
          runs.length === 0
            ? [options.trash === true ? 'The trash is empty.' : 'There are no runs in this workspace yet.']
            : textTable(COLUMNS, runs.map(row)),
        );
      context.end(0);
    });
};

function row(summary: RunSummary): readonly string[] {
  const { id, state, trials, failed, name } = runRecord(summary);
  const { frontSize, bestAccuracy } = summary.score;
  const started = summary.run.createdAt.slice(0, 16).replace('T', ' ');
  return [id, state, countText(trials), String(failed), String(frontSize), percentText(bestAccuracy), started, name];
}
