/** `trade show RUN`: one run with its students and its front; also while another process searches in it. */
import { WorkbenchError } from '../../core/errors.ts';
import { latencyMetrics } from '../../core/latency.ts';
import type { SearchConfig } from '../../core/run.ts';
import type { Trial } from '../../core/trial.ts';
import { explainRecorded, resultText, trialText, whyText } from '../../host/create-host.ts';
import type { ReadableWorkspace, RunEnd } from '../../host/create-host.ts';
import { printJson, printLines, withCommonOptions, withWorkspace, workspaceOf } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../program.ts';
import { frontRecords, givenRecords, trialRecord } from '../records.ts';

export const showVerb: Verb = (program, context) => {
  withCommonOptions(program.command('show'))
    .description('show a run: its students and its front')
    .argument('<run>', 'id of the run, as "trade runs" shows it')
    .option('--why', 'also why it went as it did: families, trust regions, predictions against outcomes')
    .action(async (id: string, options: ShowOptions) => {
      const shown = withWorkspace(options, (workspace) => read(workspace, id));
      const places = { workspace: workspaceOf(options), resources: context.hostOptions.resources };
      const why = options.why ? await explainRecorded(places, id) : undefined;
      if (options.json) printJson({ run: { ...record(shown), ...(why && { why }) } });
      else printLines([...lines(shown), ...(why ? ['', ...whyText(why, isByAccuracy(shown))] : [])]);
      context.end(0);
    });
};

interface ShowOptions extends CommonOptions {
  readonly why?: boolean;
}

const isByAccuracy = ({ summary }: RunEnd): boolean => summary.run.config.objectives[0]?.metric === 'accuracy';

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

/** Students that were timed outside their run's flow have no metric of it: it is shown as the run, or deployment, means it. */
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
  return [heading, ...(run.reason === undefined ? [] : [run.reason]), '', ...students, '', ...resultText(shown)];
}
