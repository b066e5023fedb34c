/** `trade teachers list|train|import|from`: the teachers that a search can learn from. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { teacherInputSchema } from '../../bridge/schemas/library.ts';
import type { ParsedTeacherInput } from '../../bridge/schemas/library.ts';
import { parseInput } from '../../bridge/config/parse-input.ts';
import { countText, createProgressPrinter, listTeachers, percentText, textTable } from '../../host/for-shells.ts';
import type { Host, TeacherReport } from '../../host/for-shells.ts';
import {
  INTERRUPTED,
  endStopped,
  heedingSignals,
  printJson,
  printResult,
  wholeNumber,
  withCommonOptions,
  withHost,
  workspaceOf,
} from '../common.ts';
import type { CommonOptions, Verb, VerbContext } from '../common.ts';
import { addFrom } from './teachers-from.ts';
import { addImport } from './teachers-import.ts';

const knownText = (count: number | undefined): string => (count === undefined ? '-' : countText(count));

type TrainOptions = CommonOptions & ParsedTeacherInput;

const COLUMNS = ['teacher', 'kind', 'data set', '>params', '>MACs', '>validation', '>test', 'title'];

export const teachersVerb: Verb = (program, context) => {
  const teachers = program.command('teachers').description('teachers that a search can learn from');
  addList(teachers, context);
  addTrain(teachers, context);
  addImport(teachers, context);
  addFrom(teachers, context);
};

function addList(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('list'))
    .description('list them')
    .action(async (options: CommonOptions) => {
      const found = await listTeachers({ ...context.hostOptions, workspace: workspaceOf(options) });
      const rows = found.map(({ name, kind, dataset, params, macs, validationAccuracy, testAccuracy, title }) => {
        const accuracies = [percentText(validationAccuracy), percentText(testAccuracy)];
        return [name, kind, dataset, ...[params, macs].map(knownText), ...accuracies, title];
      });
      // The graph is long, and of no use to a script that lists.
      const teachers = found.map(({ graph: _graph, ...teacher }) => teacher);
      printResult(options, { teachers }, textTable(COLUMNS, rows));
    });
}

function addTrain(teachers: Command, context: VerbContext): void {
  withCommonOptions(teachers.command('train'))
    .description("train one on a data set's training examples, and keep it in the workspace")
    .requiredOption('--name <name>', 'what a search calls it')
    .option('--title <title>', 'its title, for people')
    .option('--dataset <name>', 'data set to learn from', 'fashion-mnist')
    .option('--epochs <n>', 'passes over the training examples', wholeNumber(1, 500), 16)
    .option('--learning-rate <rate>', 'highest rate of SGD, after one epoch of warm-up', positive, 0.1)
    .option('--no-flip', 'do not mirror images: for digits, letters and signs')
    .option('--seed <s>', 'seed of weights, batches and augmentation', wholeNumber(0, 0xffffffff), 1)
    .action((options: TrainOptions) => withHost(context, options, (host) => train(context, host, options)));
}

/** Ctrl+C stops it between two steps; the same command goes on from the last epoch. */
async function train(context: VerbContext, host: Host, options: TrainOptions): Promise<void> {
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
  const { workspace: _workspace, json: _json, ...order } = options;
  const input = parseInput(teacherInputSchema, order);
  const teacher = await heedingSignals(stop, () => host.trainTeacher(input, tell, stopping.signal));
  if (teacher === undefined) {
    return endStopped(context, 'The training was stopped; the same command goes on from its last epoch.');
  }
  const { name, directory, accuracy } = teacher;
  const [validation, test] = [accuracy.validation, accuracy.test].map(percentText);
  const line = `${name}: validation ${validation}, test ${test}, in ${directory}`;
  printResult(options, { event: 'teacher.trained', teacher }, [line]);
}

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 10) return number;
  throw new InvalidArgumentError('Give a number above 0, at most 10.');
}
