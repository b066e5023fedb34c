/** `trade datasets simulate pupils`: pupils of whom all is known become a data set. */
import type { Command } from 'commander';
import { parseInput } from '../../../bridge/config/parse-input.ts';
import { simulateInputSchema } from '../../../bridge/schemas/import.ts';
import type { ParsedSimulateInput } from '../../../bridge/schemas/import.ts';
import { printResult, wholeNumber, withCommonOptions, withHost, withProgress } from '../../common.ts';
import type { CommonOptions, VerbContext } from '../../common.ts';
import { importTeller, summaryOf } from './import.ts';

type SimulateOptions = CommonOptions & ParsedSimulateInput;

export function addSimulate(datasets: Command, context: VerbContext): void {
  const simulate = datasets.command('simulate').description('make one of a model of which all is known');
  withCommonOptions(simulate.command('pupils'))
    .description('pupils who learn skills, guess and slip: who was right, in what time, on which seat (which is noise)')
    .requiredOption('--name <name>', 'what a search calls it')
    .option('--title <title>', 'its title, for people')
    .option('--pupils <n>', 'how many, 10 to 20000', wholeNumber(10, 20_000), 400)
    .option('--skills <n>', 'that they learn, 1 to 200', wholeNumber(1, 200), 10)
    .option('--answers <n>', 'of each pupil, 2 to 500', wholeNumber(2, 500), 50)
    .option('--steps <n>', 'answers in a window', wholeNumber(2, 256), 32)
    .option('--seed <s>', 'seed of skills, pupils and splits', wholeNumber(0, 0xffffffff), 1)
    .action((options: SimulateOptions) => makePupils(context, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function makePupils(context: VerbContext, options: SimulateOptions): Promise<void> {
  const { workspace: _workspace, json: _json, ...order } = options;
  const input = parseInput(simulateInputSchema, order);
  const dataset = await withProgress(context, 'The simulation was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, (host) => host.simulateDataset(input, importTeller(printer), signal)),
  );
  if (dataset !== undefined) printResult(options, { event: 'dataset.simulated', dataset }, summaryOf(dataset));
}
