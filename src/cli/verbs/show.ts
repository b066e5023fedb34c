/** `trade show RUN`: one run with its students and its front, or its log; also while another
 * process searches in it. */
import { Option } from 'commander';
import { lineText, logLines } from '../../bridge/words/log-lines.ts';
import { csvText } from '../../bridge/words/csv-text.ts';
import type { LogLine } from '../../bridge/words/log-lines.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { latencyMetrics } from '../../core/latency.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';
import {
  durationText,
  explainRecorded,
  logEntries,
  percentText,
  resultText,
  searchesRecorded,
  searchesText,
  setupRecorded,
  trialName,
  trialText,
  whyText,
} from '../../host/for-shells.ts';
import type { ReadableWorkspace, RunEnd } from '../../host/for-shells.ts';
import { printJson, printLines, printResult, withCommonOptions, withWorkspace, workspaceOf } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { studentTable } from './student-table.ts';
import { setupLines, setupRecord } from './show-setup.ts';
import { frontRecords, givenRecords, isByAccuracy, logRecord, trialRecord } from '../records.ts';

export const showVerb: Verb = (program, context) => {
  withCommonOptions(program.command('show'))
    .description('show a run: its students and its front')
    .argument('<run>', 'id of the run, as "trade runs" shows it')
    .option(
      '--why',
      'also why it went as it did: families, trust regions, predictions against outcomes, one-shot searches',
    )
    .addOption(
      new Option('--log', 'instead what happened in it, a line for each proposal, result and failure').conflicts('why'),
    )
    .addOption(
      new Option('--setup', 'instead what it is: data, teacher, space, recipe, strategy, machine').conflicts([
        'why',
        'log',
      ]),
    )
    .addOption(
      new Option('--format <form>', 'csv: a row a student, for a spreadsheet')
        .choices(['csv'])
        .conflicts(['why', 'log', 'setup', 'json']),
    )
    .action(async (id: string, options: ShowOptions) => {
      if (options.format === 'csv') {
        const table = studentTable(withWorkspace(options, (workspace) => read(workspace, id)));
        printLines(csvText(table).trimEnd().split('\r\n'));
        return;
      }
      if (options.setup) {
        const places = { workspace: workspaceOf(options), resources: context.hostOptions.resources };
        const setup = await setupRecorded(places, id);
        printResult(options, { setup: setupRecord(setup) }, setupLines(setup));
        return;
      }
      if (options.log) {
        const log = withWorkspace(options, (workspace) => readLog(workspace, id));
        if (options.json) for (const line of log) printJson(logRecord(line));
        else printLines(log.map(wholeText));
        return;
      }
      const { shown, sources } = withWorkspace(options, (workspace) => {
        return { shown: read(workspace, id), sources: workspace.store.sources(id) };
      });
      const places = { workspace: workspaceOf(options), resources: context.hostOptions.resources };
      const why = options.why ? await explainRecorded(places, id) : undefined;
      const searches = options.why ? await searchesRecorded(places, id) : [];
      const explained = why ? ['', ...whyText(why, isByAccuracy(shown)), ...searchesText(searches, shown.trials)] : [];
      const told = why && { ...why, ...(searches.length > 0 && { searches }) };
      const run = { ...record(shown), sources, ...(told && { why: told }) };
      printResult(options, { run }, [...lines(shown), ...explained]);
    });
};

interface ShowOptions extends CommonOptions {
  readonly why?: boolean;
  readonly log?: boolean;
  readonly setup?: boolean;
  readonly format?: 'csv';
}

/** Throws `run.missing`. */
function read({ store, directory }: ReadableWorkspace, id: string): RunEnd {
  const summary = store.summary(id);
  if (summary !== undefined)
    return { summary, trials: store.trials(id).map((trial) => withLatency(store, trial, summary.run.config)) };
  throw new WorkbenchError(
    'run.missing',
    `There is no run "${id}" in ${directory}: "trade runs" lists those there are.`,
  );
}

/** Throws `run.missing`. */
function readLog(workspace: ReadableWorkspace, id: string): readonly LogLine[] {
  const { summary, trials } = read(workspace, id);
  const build = logLines({
    percent: percentText,
    duration: durationText,
    family: (name) => name,
    strategy: ({ config, strategyVersion }) => `${config.strategy.id}, version ${strategyVersion}`,
  });
  return build(summary.run, logEntries(workspace.store, id), (number) => trials[number]);
}

/** On one line, a trainer's last words too: a line is what other programs look for. */
function wholeText(line: LogLine): string {
  const words = line.lastWords?.split('\n').map((one) => one.trim()) ?? [];
  return [lineText(line), ...words].join(' | ');
}

/** Students that were timed outside their run's flow have no metric of it: it is shown as the run,
 * or deployment, means it. */
function withLatency(store: ReadableWorkspace['store'], trial: Trial, { latency }: SearchConfig): Trial {
  const { engine, batch } = latency ?? { engine: 'onnxruntime', batch: 1 };
  return { ...trial, metrics: { ...latencyMetrics(store.latencies(trial.id), { engine, batch }), ...trial.metrics } };
}

function record(shown: RunEnd) {
  const { run, score } = shown.summary;
  const { id, state, name, reason, seconds } = run;
  const trials = shown.trials.map(trialRecord);
  const students = givenRecords(shown);
  return {
    id,
    state,
    name,
    trials,
    front: frontRecords(shown),
    students,
    hypervolume: score.hypervolume,
    seconds,
    reason,
  };
}

function lines(shown: RunEnd): readonly string[] {
  const { run } = shown.summary;
  const heading = `Run ${run.id} "${run.name}" is ${run.state}.`;
  const students = shown.trials.filter((trial) => trial.state !== 'queued').map(trialText);
  const [first] = shown.trials;
  const names = first && [
    `"trade export" and "trade latency" take a student by run and number: ${trialName(first)} is the first.`,
  ];
  return [
    heading,
    ...(run.reason === undefined ? [] : [run.reason]),
    '',
    ...students,
    '',
    ...resultText(shown),
    ...(names ? ['', ...names] : []),
  ];
}
