/** `trade datasets subset NAME`: some classes of a data set, with fewer images, become another
 * one. */
import type { Command } from 'commander';
import { subsetInputSchema } from '../../../bridge/schemas/import.ts';
import { parseInput } from '../../../bridge/config/parse-input.ts';
import { printResult, wholeNumber, withCommonOptions, withHost, withProgress } from '../../common.ts';
import type { CommonOptions, VerbContext } from '../../common.ts';
import { importTeller, summaryOf } from './import.ts';

type SubsetOptions = CommonOptions & {
  readonly classes: string;
  readonly perClass?: number;
  readonly seed: number;
  readonly name: string;
  readonly title?: string;
};

export function addSubset(datasets: Command, context: VerbContext): void {
  withCommonOptions(datasets.command('subset <from>'))
    .description('make one of some classes of another; the test keeps all their examples')
    .requiredOption('--classes <list>', 'names, numbers from 0 on or ranges, with commas: 7-9 or Bag,Sneaker')
    .requiredOption('--name <name>', 'what a search calls it')
    .option('--title <title>', 'its title, for people')
    .option('--per-class <n>', 'training examples of each class (default: all)', wholeNumber(1, 1e9))
    .option('--seed <s>', 'seed of the draw', wholeNumber(0, 0xffffffff), 1)
    .action((from: string, options: SubsetOptions) => cut(context, from, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function cut(context: VerbContext, from: string, options: SubsetOptions): Promise<void> {
  const { workspace: _workspace, json: _json, classes, ...order } = options;
  const named = classes
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const input = parseInput(subsetInputSchema, { ...order, from, classes: named });
  const dataset = await withProgress(context, 'The cut was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, (host) => host.cutDataset(input, importTeller(printer), signal)),
  );
  if (dataset !== undefined) printResult(options, { event: 'dataset.cut', dataset }, summaryOf(dataset));
}
