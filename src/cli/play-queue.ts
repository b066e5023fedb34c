/** The queue of a workspace from its next run to its last, one followed after the other. */
import { WorkbenchError } from '../core/errors.ts';
import { countText, percentText, textTable } from '../host/for-shells.ts';
import type { Host } from '../host/for-shells.ts';
import { INTERRUPTED, printAside, printResult } from './common.ts';
import type { CommonOptions } from './common.ts';
import { follow } from './follow.ts';
import { runRecord } from './records.ts';

/** Gives the exit code: of what ended worst. The queue is held, so that nothing begins unfollowed.
 * What Ctrl+C pauses is the next one again. */
export async function playQueue(host: Host, options: CommonOptions): Promise<number> {
  const { client } = host;
  const { runs } = await client.queue.hold();
  let worst = 0;
  for (const [index, { id, name }] of runs.entries()) {
    printAside(`${index + 1} of ${runs.length}: "${name}"`);
    const before = await client.runs.trials({ id });
    const code = await follow(host, options, () => client.queue.jump({ id }), before).catch((error: unknown) => {
      if (!(error instanceof WorkbenchError)) throw error;
      printAside(`"${name}" could not begin, and stays in the queue: ${error.message}`);
      return 1;
    });
    worst = Math.max(worst, code);
    if (code !== INTERRUPTED) continue;
    await client.queue.add({ ids: [id] });
    await client.queue.move({ id, place: 0 });
    printAside('The queue waits; go on with: trade queue --run');
    break;
  }
  await tellRuns(host, options, runs);
  return worst;
}

const COLUMNS = ['run', 'state', '>students', '>front', '>best', 'name'];

async function tellRuns({ client }: Host, options: CommonOptions, runs: readonly { readonly id: string }[]) {
  const summaries = await Promise.all(runs.map(({ id }) => client.runs.get({ id })));
  const rows = summaries.map(({ run, trials, score }) => [
    ...[
      run.id,
      run.state,
      countText(runRecord({ run, trials }).trials),
      String(score.frontSize),
      percentText(score.bestAccuracy),
      run.name,
    ],
  ]);
  const lines = runs.length === 0 ? ['Nothing waits in the queue.'] : textTable(COLUMNS, rows);
  printResult(options, { runs: summaries.map(runRecord) }, lines);
}
