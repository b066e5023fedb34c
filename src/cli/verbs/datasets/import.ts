/** `trade datasets import PATH`: somebody's files become a data set of the workspace. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { importOrderSchema } from '../../../bridge/schemas/import.ts';
import type { ImportOrder } from '../../../bridge/schemas/import.ts';
import { parseInput } from '../../../bridge/config/parse-input.ts';
import type { DatasetView } from '../../../bridge/schemas/records.ts';
import { durationText, stageLeft } from '../../../host/for-shells.ts';
import type { JobProgress, ProgressPrinter } from '../../../host/for-shells.ts';
import { dataKindOf } from '../../../core/data-kinds.ts';
import { printResult, wholeNumber, withCommonOptions, withHost, withProgress } from '../../common.ts';
import type { CommonOptions, VerbContext } from '../../common.ts';

type SequenceOptions = NonNullable<ImportOrder['sequence']>;
type ImportOptions = CommonOptions &
  Omit<ImportOrder, 'path' | 'sequence'> &
  Omit<SequenceOptions, 'modalities'> & { readonly modality?: string };

export function addImport(datasets: Command, context: VerbContext): void {
  withCommonOptions(datasets.command('import <path>'))
    .description(
      'make one of IDX files, CIFAR batches, a folder per class of images or WAV files, such files that a CSV names, ' +
        "or a CSV file of pupils' answers",
    )
    .option('--name <name>', "what a search calls it (default: the folder's name)")
    .option('--title <title>', 'its title, for people')
    .option('--licence <text>', 'its licence')
    .addOption(
      new Option('--kind <kind>', 'what the files are (default: told by their names)').choices([
        ...['idx', 'cifar10', 'cifar100', 'folder', 'csv', 'sound', 'sequence'],
      ]),
    )
    .option('--csv <file>', 'of columns file, label and, if there, split and group; with or without a header')
    .option('--skip-broken', 'leave broken files out, and list them', false)
    .option('--size <pixels>', 'side of the images, 8 to 224 (default: their own; 32 for files)', wholeNumber(8, 224))
    .addOption(
      new Option('--fit <way>', 'how an image is made square')
        .choices(['letterbox', 'crop', 'stretch'])
        .default('letterbox'),
    )
    .option('--gray', 'one channel, whatever the images have', false)
    .option('--coarse', 'the 20 coarse classes of CIFAR-100, not its 100 fine ones', false)
    .option('--bands <n>', 'sound: bands of a spectrogram, 8 to 128 (default: 40)', wholeNumber(8, 128))
    .option('--seconds <s>', 'sound: length of an example, 0.1 to 20 (default: the longest, up to 3)', between(0.1, 20))
    .option(
      '--rate <hz>',
      "sound: samples a second (default: the set's lowest, up to 16000)",
      wholeNumber(2000, 48_000),
    )
    .option('--hop <ms>', 'sound: from frame to frame, 5 to 50 (default: 10)', between(5, 50))
    .addOption(
      new Option('--long <way>', 'sound: of a longer recording, its beginning or all windows of that length')
        .choices(['cut', 'windows'])
        .default('cut'),
    )
    .option('--no-recordings', 'sound: keep spectrograms alone, and nothing to play')
    .option('--group <pattern>', "finds a file's group in its name: ^(\\d\\d) for a speaker's two digits; never torn")
    .option('--val <share>', 'of the training examples, for validation where there is none', share, 0.1)
    .option('--test <share>', 'of the training examples, for the test where there is none', share, 0.1)
    .option('--seed <s>', 'seed of the cut', wholeNumber(0, 0xffffffff), 1)
    .option('--pupil <column>', 'of answers: their pupil (default: user_id, student_id, ...)')
    .option('--correct <column>', 'of answers: 0 or 1 (default: correct)')
    .option('--skill <column>', 'of answers: their skill (default: skill_id, skill_name, ...)')
    .option('--problem <column>', 'of answers: their problem (default: problem_id, where there is one)')
    .option(
      '--order <column>',
      'of answers: how they follow each other (default: order_id, timestamp, or as they stand)',
    )
    .option('--known <columns>', 'of answers: more that is known before one; commas between them')
    .option('--modality <columns>', 'of answers: more that is known with one, as its time; commas between them')
    .option('--steps <n>', 'of answers: how many a window has (default: 32)', wholeNumber(2, 256))
    .action((path: string, options: ImportOptions) => importDataset(context, path, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function importDataset(context: VerbContext, path: string, options: ImportOptions): Promise<void> {
  const { workspace: _workspace, json: _json, csv, ...rest } = options;
  const { pupil, correct, skill, problem, order: by, known, modality, steps, ...order } = rest;
  const columns = { pupil, correct, skill, problem, order: by, steps };
  const said = Object.entries({ ...columns, known, modalities: modality });
  const sequence = said.filter(([, value]) => value !== undefined);
  const place = csv === undefined ? {} : { csv: existsSync(csv) ? resolve(csv) : resolve(path, csv) };
  const input = parseInput(importOrderSchema, {
    ...{ ...order, ...place, path: resolve(path) },
    ...(sequence.length > 0 && { sequence: Object.fromEntries(sequence) }),
  });
  const dataset = await withProgress(context, 'The import was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, (host) => host.importDataset(input, importTeller(printer), signal)),
  );
  if (dataset !== undefined) printResult(options, { event: 'dataset.imported', dataset }, summaryOf(dataset));
}

/** Its stages, with what is left of each. */
export function importTeller(printer: ProgressPrinter): (progress: JobProgress) => void {
  let stage = { name: '', start: 0 };
  return ({ stage: name, done, total }) => {
    if (name !== stage.name) {
      stage = { name, start: performance.now() };
      if (!process.stderr.isTTY) printer.line(`${name} …`);
    }
    const left = stageLeft({ done, total }, done, performance.now() - stage.start);
    const words = left === undefined ? '' : `, ${durationText(left)} left`;
    printer.status(`${name}: ${done} of ${total}${words}`);
  };
}

export function summaryOf({ name, shape, classes, splits, example, warnings = [] }: DatasetView): readonly string[] {
  const { train, validation, test } = splits;
  const { many } = dataKindOf({ example }).noun;
  const examples = `${train} training, ${validation} validation and ${test} test ${many} of ${shape.join(' x ')}`;
  return [`${name}: ${examples}, ${classes.length} classes`, ...warnings.map((warning) => `Note: ${warning}`)];
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
  };
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('Give a share between 0 and 1, such as 0.1.');
}
