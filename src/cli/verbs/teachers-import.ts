/** `trade teachers import FILE.onnx`: somebody's network becomes a teacher of the workspace. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { parseInput } from '../../bridge/config/parse-input.ts';
import { MOMENT_WORDS, parseMoment, parseNames, teacherImportSchema } from '../../bridge/schemas/teacher-import.ts';
import type { TeacherImport } from '../../bridge/schemas/teacher-import.ts';
import { countText, percentText, textTable } from '../../host/for-shells.ts';
import type { ImportedTeacher, JobProgress, ProgressPrinter } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost, withProgress } from '../common.ts';
import type { CommonOptions, VerbContext } from '../common.ts';

type ImportOptions = CommonOptions & Omit<TeacherImport, 'path'>;

const COLUMNS = ['layout', 'order', 'scale', 'mean', 'deviation', 'classes', '>right', '>images'];

export function addImport(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('import <file>'))
    .description('make one of an ONNX file; how it reads images is guessed where nothing is said, and told')
    .requiredOption('--name <name>', 'what a search calls it')
    .requiredOption('--dataset <name>', 'data set that it knows')
    .option('--title <title>', 'its title, for people')
    .addOption(new Option('--layout <layout>', 'order of the axes of its input').choices(['nchw', 'nhwc']))
    .addOption(new Option('--scale <range>', 'what pixels are at first').choices(['0-1', '0-255', '-1-1']))
    .option('--mean <mean>', `what is taken off, in units of the scale: ${MOMENT_WORDS}`, moment)
    .option('--deviation <deviation>', 'what is divided by, in the same words', moment)
    .addOption(new Option('--order <order>', 'order of three channels').choices(['rgb', 'bgr']))
    .option('--output <name>', 'output with its answers, where it has several')
    .addOption(new Option('--gives <what>', 'what its answers are').choices(['logits', 'probabilities']))
    .option(
      '--classes <list>',
      'names of its outputs in their order, or for each class the number of its output',
      parseNames,
    )
    .action((file: string, options: ImportOptions) => importTeacher(context, file, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function importTeacher(context: VerbContext, file: string, options: ImportOptions): Promise<void> {
  const { workspace: _workspace, json: _json, ...order } = options;
  const input = parseInput(teacherImportSchema, { ...order, path: resolve(file) });
  let stage = '';
  const tell = (printer: ProgressPrinter, { done, total, ...progress }: JobProgress): void => {
    if (progress.stage !== stage && !process.stderr.isTTY) printer.line(`${progress.stage} …`);
    stage = progress.stage;
    printer.status(total === undefined ? stage : `${stage}: ${done} of ${total}`);
  };
  const made = await withProgress(context, 'The import was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, (host) => host.importTeacher(input, (progress) => tell(printer, progress), signal)),
  );
  if (made !== undefined) printResult(options, { teacher: recordOf(made) }, summaryOf(made));
}

function recordOf({ card, notes }: ImportedTeacher) {
  const { name, accuracy, params, reading, guesses } = card;
  return { name, accuracy: accuracy.validation, testAccuracy: accuracy.test, params, reading, guesses, notes };
}

function summaryOf({ card, directory, notes }: ImportedTeacher): readonly string[] {
  const { name, accuracy, params, guesses, reading } = card;
  const rows = guesses.map(({ layout, order, scale, mean, deviation, classes, accuracy: right, images }) => [
    ...[layout, order, scale, mean, deviation, classes],
    ...[percentText(right), String(images)],
  ]);
  return [
    ...textTable(COLUMNS, rows),
    '',
    `${name}: validation ${percentText(accuracy.validation)}, test ${percentText(accuracy.test)}, ` +
      `${countText(params)} params, gives ${reading.gives}, in ${directory}`,
    'The first line is how it is shown images; give options to correct it.',
    ...notes.map((note) => `Note: ${note}`),
  ];
}

function moment(text: string): TeacherImport['mean'] {
  const typed = parseMoment(text);
  if (typed !== undefined) return typed;
  throw new InvalidArgumentError(`Give ${MOMENT_WORDS}.`);
}
