/** `trade teachers import FILE`: somebody's network, or what it answered elsewhere, becomes a
 * teacher of the workspace. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { parseInput } from '../../bridge/config/parse-input.ts';
import {
  MOMENT_WORDS,
  parseMoment,
  parseNames,
  teacherEnsembleSchema,
  teacherImportSchema,
} from '../../bridge/schemas/teacher-import.ts';
import type { ParsedTeacherEnsemble, ParsedTeacherImport, TeacherImport } from '../../bridge/schemas/teacher-import.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { OnnxCard } from '../../core/records/teacher-card.ts';
import { accuracyOf, headline, kindOf, paramsOf } from '../../core/teacher.ts';
import { countText, percentText, textTable } from '../../host/for-shells.ts';
import type { ImportedTeacher, JobProgress, ProgressPrinter } from '../../host/for-shells.ts';
import { printResult, withCommonOptions, withHost, withProgress } from '../common.ts';
import type { CommonOptions, VerbContext } from '../common.ts';

type ImportOptions = CommonOptions &
  Omit<TeacherImport, 'path' | 'mean' | 'deviation'> & {
    readonly mean?: string;
    readonly deviation?: string;
    readonly ensemble?: readonly string[];
  };

const MEAN_WORDS = 'logits (as it is where nothing is said) or probabilities';
const COLUMNS = ['layout', 'order', 'scale', 'mean', 'deviation', 'classes', '>right', '>images'];

export function addImport(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('import [file]'))
    .description(
      'make one of an ONNX file, of logits (.npy, .npz, .safetensors) or of others; what is not said is guessed',
    )
    .requiredOption('--name <name>', 'what a search calls it')
    .requiredOption('--dataset <name>', 'data set that it knows')
    .option('--title <title>', 'its title, for people')
    .addOption(new Option('--layout <layout>', 'order of the axes of its input').choices(['nchw', 'nhwc']))
    .addOption(new Option('--scale <range>', 'what numbers are at first').choices(['0-1', '0-255', '-1-1']))
    .option('--mean <mean>', `what is taken off, in units of the scale: ${MOMENT_WORDS}; of an ensemble: ${MEAN_WORDS}`)
    .option('--deviation <deviation>', 'what is divided by, in the same words')
    .addOption(new Option('--order <order>', 'order of three channels').choices(['rgb', 'bgr']))
    .option('--output <name>', 'output with its answers, where it has several')
    .addOption(new Option('--gives <what>', 'what its answers are').choices(['logits', 'probabilities']))
    .option(
      '--classes <list>',
      'names of its outputs in their order, or for each class the number of its output',
      parseNames,
    )
    .option('--ensemble <list>', 'names of teachers, instead of a file: their mean becomes a teacher', parseNames)
    .action((file: string | undefined, options: ImportOptions) => importTeacher(context, file, options));
}

/** Ctrl+C stops it, and nothing is kept. */
async function importTeacher(context: VerbContext, file: string | undefined, options: ImportOptions): Promise<void> {
  const input = orderOf(file, options);
  const made = await withProgress(context, 'The import was stopped; nothing was kept.', (printer, signal) =>
    withHost(context, options, (host) => host.importTeacher(input, teacherTeller(printer), signal)),
  );
  if (made !== undefined) printResult(options, { teacher: recordOf(made) }, summaryOf(made));
}

/** Its stages. */
export function teacherTeller(printer: ProgressPrinter): (progress: JobProgress) => void {
  let stage = '';
  return ({ done, total, ...progress }) => {
    if (progress.stage !== stage && !process.stderr.isTTY) printer.line(`${progress.stage} …`);
    stage = progress.stage;
    printer.status(total === undefined ? stage : `${stage}: ${done} of ${total}`);
  };
}

/** `accuracy` is of the split that `accuracyOf` names: validation, where it has answers for it. */
export function recordOf({ card, notes }: ImportedTeacher) {
  const judged = accuracyOf(card);
  const { accuracy, split } = headline(judged);
  return {
    ...{ name: card.name, kind: kindOf(card), accuracy, accuracyOf: split, testAccuracy: judged.test },
    params: paramsOf(card),
    ...(card.kind === 'onnx' && { reading: card.reading, guesses: card.guesses }),
    ...(card.kind === 'logits' && { gives: card.gives, rows: card.rows, trainAccuracy: judged.train }),
    ...(card.kind === 'ensemble' && { mean: card.mean, members: card.members.map((member) => member.name) }),
    notes,
  };
}

export function summaryOf({ card, directory, notes }: ImportedTeacher): readonly string[] {
  const params = paramsOf(card);
  const judged = Object.entries(accuracyOf(card)).map(([split, share]) => `${split} ${percentText(share)}`);
  const facts = [
    ...judged,
    ...(params === undefined ? [] : [`${countText(params)} params`]),
    ...('reading' in card ? [`gives ${card.reading.gives}`] : []),
    ...('gives' in card ? [`gave ${card.gives}`] : []),
    ...(card.kind === 'ensemble' ? [`the mean of the ${card.mean} of ${card.members.length}`] : []),
  ];
  return [
    ...(card.kind === 'onnx' ? guessLines(card) : []),
    `${card.name}: ${facts.join(', ')}, in ${directory}`,
    ...(card.kind === 'onnx' ? ['The first line is how it is shown examples; give options to correct it.'] : []),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

function guessLines({ guesses }: OnnxCard): readonly string[] {
  const rows = guesses.map(({ layout, order, scale, mean, deviation, classes, accuracy: right, images }) => [
    ...[layout, order, scale, mean, deviation, classes],
    ...[percentText(right), String(images)],
  ]);
  return [...textTable(COLUMNS, rows), ''];
}

/** Throws `usage.invalid`. */
function orderOf(
  file: string | undefined,
  { workspace: _workspace, json: _json, mean, deviation, ensemble, ...order }: ImportOptions,
): ParsedTeacherImport | ParsedTeacherEnsemble {
  if (ensemble !== undefined && file === undefined) {
    const means = { ...(mean !== undefined && { mean }), ...(deviation !== undefined && { deviation }) };
    return parseInput(teacherEnsembleSchema, { ...order, ...means, members: ensemble });
  }
  if (file !== undefined && ensemble === undefined) {
    const said = {
      ...(mean !== undefined && { mean: moment('mean', mean) }),
      ...(deviation !== undefined && { deviation: moment('deviation', deviation) }),
    };
    return parseInput(teacherImportSchema, { ...order, ...said, path: resolve(file) });
  }
  const problem = 'file: give either a file or the teachers of an ensemble (--ensemble T1,T2).';
  throw new WorkbenchError('usage.invalid', problem, { field: 'file' });
}

function moment(field: string, text: string): TeacherImport['mean'] {
  const typed = parseMoment(text);
  if (typed !== undefined) return typed;
  throw new WorkbenchError('usage.invalid', `${field}: give ${MOMENT_WORDS}.`, { field });
}
