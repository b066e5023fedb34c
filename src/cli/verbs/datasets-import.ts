/** `trade datasets import PATH`: somebody's files become a data set of the workspace. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { importOrderSchema } from '../../bridge/schemas/import.ts';
import type { ImportOrder } from '../../bridge/schemas/import.ts';
import { parseInput } from '../../bridge/config/parse-input.ts';
import type { DatasetView } from '../../bridge/schemas/records.ts';
import { createProgressPrinter } from '../../host/for-shells.ts';
import type { Host, JobProgress } from '../../host/for-shells.ts';
import { INTERRUPTED, printAside, printJson, printLines, wholeNumber, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { VerbContext } from '../verb.ts';

type ImportOptions = CommonOptions & Omit<ImportOrder, 'path'>;

export function addImport(datasets: Command, context: VerbContext): void {
  withCommonOptions(datasets.command('import <path>'))
    .description('make one of IDX files, CIFAR batches, or a folder per class of PNG and JPEG files')
    .option('--name <name>', "what a search calls it (default: the folder's name)")
    .option('--title <title>', 'its title, for people')
    .option('--licence <text>', 'its licence')
    .addOption(
      new Option('--kind <kind>', 'what the files are (default: told by their names)').choices([
        ...['idx', 'cifar10', 'cifar100', 'folder'],
      ]),
    )
    .option('--size <pixels>', 'side of the images, 8 to 64 (default: their own; 32 for a folder)', wholeNumber(8, 64))
    .addOption(
      new Option('--fit <way>', 'how an image is made square')
        .choices(['letterbox', 'crop', 'stretch'])
        .default('letterbox'),
    )
    .option('--gray', 'one channel, whatever the images have', false)
    .option('--coarse', 'the 20 coarse classes of CIFAR-100, not its 100 fine ones', false)
    .option('--val <share>', 'of the training images, for validation where there is none', share, 0.1)
    .option('--test <share>', 'of the training images, for the test where there is none', share, 0.1)
    .option('--seed <s>', 'seed of the cut', wholeNumber(0, 0xffffffff), 1)
    .action(async (path: string, options: ImportOptions) =>
      context.end(await withHost(context, options, (host) => importDataset(host, path, options))),
    );
}

/** Gives the exit code. Ctrl+C stops it, and nothing is kept. */
async function importDataset(host: Host, path: string, options: ImportOptions): Promise<number> {
  const { workspace: _workspace, json, ...order } = options;
  const printer = createProgressPrinter(process.stderr);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let stage = '';
  try {
    const input = parseInput(importOrderSchema, { ...order, path: resolve(path) });
    const tell = (progress: JobProgress): void => {
      if (progress.stage !== stage && !process.stderr.isTTY) printer.line(`${progress.stage} …`);
      stage = progress.stage;
      printer.status(`${stage}: ${progress.done} of ${progress.total}`);
    };
    const dataset = await host.importDataset(input, tell, stopping.signal).finally(() => printer.clear());
    if (dataset === undefined) {
      printAside('The import was stopped; nothing was kept.');
      return INTERRUPTED;
    }
    if (json) printJson({ event: 'dataset.imported', dataset });
    else printLines(summaryOf(dataset));
    return 0;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function summaryOf({ name, shape, classes, splits, warnings = [] }: DatasetView): readonly string[] {
  const { train, validation, test } = splits;
  const images = `${train} training, ${validation} validation and ${test} test images of ${shape.join(' x ')}`;
  return [`${name}: ${images}, ${classes.length} classes`, ...warnings.map((warning) => `Note: ${warning}`)];
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('Give a share between 0 and 1, such as 0.1.');
}
