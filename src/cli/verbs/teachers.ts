/** `trade teachers list|train`: the teachers that a search can learn from. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { teacherInputSchema } from '../../bridge/schemas/library.ts';
import type { ParsedTeacherInput } from '../../bridge/schemas/library.ts';
import { parseInput } from '../../bridge/config/parse-input.ts';
import { countText, createProgressPrinter, listTeachers, percentText, textTable } from '../../host/for-shells.ts';
import type { Host, TeacherReport } from '../../host/for-shells.ts';
import {
  INTERRUPTED,
  printAside,
  printJson,
  printLines,
  wholeNumber,
  withCommonOptions,
  withHost,
  workspaceOf,
} from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb, VerbContext } from '../verb.ts';

type TrainOptions = CommonOptions & ParsedTeacherInput;

const COLUMNS = [
  { title: 'teacher', align: 'left' },
  { title: 'data set', align: 'left' },
  { title: 'params', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: 'validation', align: 'right' },
  { title: 'test', align: 'right' },
  { title: 'title', align: 'left' },
] as const;

export const teachersVerb: Verb = (program, context) => {
  const teachers = program.command('teachers').description('teachers that a search can learn from');
  addList(teachers, context);
  addTrain(teachers, context);
};

function addList(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('list'))
    .description('list them')
    .action(async (options: CommonOptions) => {
      const found = await listTeachers({ ...context.hostOptions, workspace: workspaceOf(options) });
      const rows = found.map(({ name, dataset, params, macs, validationAccuracy, testAccuracy, title }) => {
        const accuracies = [percentText(validationAccuracy), percentText(testAccuracy)];
        return [name, dataset, countText(params), countText(macs), ...accuracies, title];
      });
      // The graph is long, and of no use to a script that lists.
      if (options.json) printJson({ teachers: found.map(({ graph: _graph, ...teacher }) => teacher) });
      else printLines(textTable(COLUMNS, rows));
    });
}

function addTrain(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('train'))
    .description("train one on a data set's training images, and keep it in the workspace")
    .requiredOption('--name <name>', 'what a search calls it')
    .option('--title <title>', 'its title, for people')
    .option('--dataset <name>', 'data set to learn from', 'fashion-mnist')
    .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 500), 16)
    .option('--learning-rate <rate>', 'highest rate of SGD, after one epoch of warm-up', positive, 0.1)
    .option('--no-flip', 'do not mirror images: for digits, letters and signs')
    .option('--seed <s>', 'seed of weights, batches and augmentation', wholeNumber(0, 0xffffffff), 1)
    .action(async (options: TrainOptions) =>
      context.end(await withHost(context, options, (host) => train(host, options))),
    );
}

/** Gives the exit code. Ctrl+C stops it between two steps; the same command goes on from the last
 * epoch. */
async function train(host: Host, options: TrainOptions): Promise<number> {
  const printer = createProgressPrinter(process.stderr);
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED);
    printer.line('Stopping; Ctrl+C once more ends at once.');
    stopping.abort();
  };
  const tell = (news: TeacherReport): void => {
    if (news.type === 'note') printer.line(news.words);
    if (news.type !== 'epoch') return;
    const { epoch, trainLoss, validationAccuracy, seconds } = news.point;
    if (options.json) printJson({ event: 'epoch.finished', ...news.point });
    const accuracy = percentText(validationAccuracy);
    printer.line(`Epoch ${epoch}: loss ${trainLoss.toFixed(3)}, validation ${accuracy}, ${seconds.toFixed(0)} s`);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const { workspace: _workspace, json: _json, ...order } = options;
    const teacher = await host.trainTeacher(parseInput(teacherInputSchema, order), tell, stopping.signal);
    if (teacher === undefined) {
      printAside('The training was stopped; the same command goes on from its last epoch.');
      return INTERRUPTED;
    }
    const { name, directory, accuracy } = teacher;
    if (options.json) printJson({ event: 'teacher.trained', teacher });
    else {
      const { validation, test } = accuracy;
      printLines([`${name}: validation ${percentText(validation)}, test ${percentText(test)}, in ${directory}`]);
    }
    return 0;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 10) return number;
  throw new InvalidArgumentError('Give a number above 0, at most 10.');
}
