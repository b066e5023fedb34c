/** `trade retrain RUN`: trains the winners of a search again, for longer and with several seeds. */
import { InvalidArgumentError, Option } from 'commander';
import { proposedAgain, TRAIN_AGAIN, trainAgainInput, trainAgainSchema } from '../../bridge/config/train-again.ts';
import type { TrainAgain } from '../../bridge/config/train-again.ts';
import { MOST_SEEDS } from '../../bridge/config/expand-config.ts';
import { MOST_EPOCHS } from '../../core/records/recipe.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { winnersOf } from '../../core/front.ts';
import type { Trial } from '../../core/records/trial.ts';
import { wholeNumber, withCommonOptions, withHost } from '../common.ts';
import type { CommonOptions, Verb } from '../common.ts';
import { withExecutor, withExecutorOptions } from '../executor-options.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { follow } from '../follow.ts';

interface RetrainOptions extends CommonOptions, ExecutorOptions {
  readonly top: number;
  readonly students?: readonly number[];
  readonly seeds: number;
  readonly epochs?: number;
  readonly from: TrainAgain['from'];
  readonly name?: string;
}

export const retrainVerb: Verb = (program, context) => {
  const { students, seeds, schedule } = TRAIN_AGAIN;
  withExecutorOptions(withCommonOptions(program.command('retrain')))
    .description('train the best students of a run again, for longer and with several seeds')
    .argument('<run>', 'id of the run, as "trade runs" shows it')
    .option('--top <k>', 'so many of its best students', wholeNumber(1, 1000), students)
    .option('--students <numbers>', 'these students instead, as "4,7"', numberList)
    .option('--seeds <n>', 'trainings of each', wholeNumber(1, MOST_SEEDS), seeds)
    .option('--epochs <n>', `epochs of each (default: ${schedule} times the run's)`, wholeNumber(1, MOST_EPOCHS))
    .addOption(
      new Option('--from <weights>', 'begin with weights drawn anew, or with those that the search left them')
        .choices(trainAgainSchema.shape.from.unwrap().options)
        .default('chance'),
    )
    .option('--name <name>', 'name of the new run')
    .action(async (id: string, options: RetrainOptions) => {
      context.end(
        await withHost(withExecutor(context, options), options, async (host) => {
          const { run } = await host.client.runs.get({ id });
          const trials = await host.client.runs.trials({ id });
          const chosen =
            options.students?.map((number) => numbered(trials, number)) ?? winnersOf(run.config, trials, options.top);
          if (chosen.length === 0) {
            throw new WorkbenchError('run.state', `"${run.name}" has no finished student that could be trained again.`);
          }
          const proposed = proposedAgain(run);
          const { seeds, epochs = proposed.epochs, name = proposed.name, from } = options;
          const input = trainAgainInput(run, chosen, { name, seeds, epochs, from });
          return follow(host, options, () => host.client.runs.start(input), []);
        }),
      );
    });
};

function numberList(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => Number.isInteger(number) && number > 0)) return numbers;
  throw new InvalidArgumentError('Give the numbers of students with commas between them, as 4,7.');
}

function numbered(trials: readonly Trial[], number: number): Trial {
  const trial = trials[number - 1];
  if (trial) return trial;
  throw new WorkbenchError('trial.missing', `There is no student #${number}: the run has ${trials.length}.`);
}
