/** `trade runs`: the runs of the workspace, newest first; also while another process searches in
 * it. */
import { countText, percentText, textTable } from '../../host/for-shells.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { printResult, withCommonOptions, withWorkspace } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { runRecord } from '../records.ts';

const COLUMNS = ['run', 'state', '>students', '>failed', '>front', '>best', 'started', 'name'];

export const runsVerb: Verb = (program) => {
  withCommonOptions(program.command('runs'))
    .description('list the runs, newest first')
    .option('--trash', 'those in the trash')
    .action((options: CommonOptions & { readonly trash?: boolean }) => {
      const trash = options.trash === true ? 'only' : 'without';
      const runs = withWorkspace(options, ({ store }) => store.runs({ trash }).rows);
      const nothing = options.trash === true ? 'The trash is empty.' : 'There are no runs in this workspace yet.';
      const lines = runs.length === 0 ? [nothing] : textTable(COLUMNS, runs.map(row));
      printResult(options, { runs: runs.map(runRecord) }, lines);
    });
};

function row(summary: RunSummary): readonly string[] {
  const { id, state, trials, failed, name } = runRecord(summary);
  const { frontSize, bestAccuracy } = summary.score;
  const started = summary.run.createdAt.slice(0, 16).replace('T', ' ');
  return [id, state, countText(trials), String(failed), String(frontSize), percentText(bestAccuracy), started, name];
}
