/** `search` and `resume` from start to end: progress on stderr, results on stdout, Ctrl+C as a
 * pause. */
import type { RunSummaryView } from '../bridge/schemas/records.ts';
import { LEARNS_FROM_TABLE } from '../bridge/words/prior-words.ts';
import { limitsText } from '../bridge/words/setup-words.ts';
import type { Trial } from '../core/records/trial.ts';
import type { Explanation } from '../core/strategies/explain.ts';
import { strategyInfo } from '../core/strategies/registry.ts';
import { answerText, createProgressPrinter, followRun, resultText } from '../host/for-shells.ts';
import type { Host, RunEnd, RunNews } from '../host/for-shells.ts';
import { INTERRUPTED, heedingSignals, printAside, printJson, printResult } from './common.ts';
import type { CommonOptions } from './common.ts';
import { endRecord, isByAccuracy, newsRecord } from './records.ts';

/** Gives the exit code. `before`: the run's trials until now. */
export async function follow(
  { client }: Host,
  options: CommonOptions,
  start: () => Promise<RunSummaryView>,
  before: readonly Trial[],
): Promise<number> {
  const printer = createProgressPrinter(process.stderr);
  let runId: string | undefined;
  let interrupted = false;

  const pause = (): void => {
    // A second Ctrl+C: at once. The next resume goes on from the last epoch.
    if (interrupted) process.exit(INTERRUPTED);
    interrupted = true;
    printer.line('Pausing: the students in training write a checkpoint. Ctrl+C once more ends at once.');
    if (runId !== undefined) void client.runs.pause({ id: runId }).catch(() => undefined); // it may just have ended
  };
  const begin = ({ run }: RunSummaryView): void => {
    runId = run.id;
    printer.line(`Run ${run.id} "${run.name}"`);
    const limits = limitsText(run.config);
    if (limits !== '') printer.line(`Limits: ${limits}.`);
    if (run.config.priorFrom) printer.line(`Learns from ${LEARNS_FROM_TABLE}.`);
    // Ctrl+C may have come while the search was being checked.
    if (interrupted) void client.runs.pause({ id: run.id }).catch(() => undefined);
  };
  const tell = (news: RunNews): void => {
    const record = options.json ? newsRecord(news) : undefined;
    if (record !== undefined) printJson(record);
    if (news.type === 'run.started') begin(news.summary);
    if (news.type === 'run.progress') printer.progress(news.summary);
    if (news.type === 'trial.ended') printer.ended(news.trial);
  };

  const end = await heedingSignals(pause, () => followRun(client, start, before, tell));
  printer.clear();
  return end === undefined ? 1 : finish(end, await answered(client, end), options, interrupted);
}

/** What the search found by its strategy's own measure; `undefined` where single students are all
 * there is. */
async function answered({ runs }: Host['client'], { summary: { run } }: RunEnd): Promise<Explanation | undefined> {
  const shows = strategyInfo(run.config.strategy.id).shows ?? [];
  return run.state === 'finished' && shows.includes('answer') ? runs.explain({ id: run.id }) : undefined;
}

function finish(end: RunEnd, found: Explanation | undefined, options: CommonOptions, interrupted: boolean): number {
  const { run } = end.summary;
  const answer = found ? ['', ...answerText(found, isByAccuracy(end))] : [];
  printResult(options, endRecord(end, found?.answer), [...resultText(end), ...answer]);
  if (run.reason !== undefined) printAside(run.reason);
  if (run.state === 'finished') return 0;
  if (run.state === 'failed') return 1;
  const where = options.workspace === undefined ? '' : ` --workspace ${options.workspace}`;
  printAside(`The run is ${run.state}; go on with: trade resume ${run.id}${where}`);
  return interrupted ? INTERRUPTED : 1;
}
