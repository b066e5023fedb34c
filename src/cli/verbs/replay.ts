/** `trade replay TABLE.json`: plays strategies against a recorded table. It computes alone: no
 * workspace is opened. */
import { InvalidArgumentError, Option } from 'commander';
import { ranOutWords } from '../../bridge/words/replay-words.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Limit } from '../../core/objective.ts';
import {
  checkStrategies,
  createProgressPrinter,
  durationText,
  gameText,
  openReplay,
  secondsLeft,
  tableText,
} from '../../host/for-shells.ts';
import type { GameTime, PlayedGame, ReplayPlayer } from '../../host/for-shells.ts';
import type { TableBudget } from '../../core/strategies/replay.ts';
import {
  endStopped,
  heedingSignals,
  printJson,
  printLines,
  readInput,
  wholeNumber,
  withCommonOptions,
} from '../common.ts';
import type { CommonOptions, Verb, VerbContext } from '../common.ts';
import { MOST_SEEDS, seedsOf } from '../seed-range.ts';

interface ReplayOptions extends CommonOptions {
  readonly strategy: readonly string[];
  readonly budget?: number;
  readonly budgetEpochs?: number;
  readonly legs: boolean;
  readonly batch: number;
  readonly seeds: readonly number[];
  readonly single?: boolean;
  readonly limit?: readonly Limit[];
  readonly reach?: string;
}

export const replayVerb: Verb = (program, context) => {
  withCommonOptions(program.command('replay'))
    .description('play strategies against trials that were recorded, as if each were trained on the spot')
    .argument('<table>', 'JSON file of the form trade-replay/1')
    .requiredOption('--strategy <id>', 'who plays; several by commas, or given again: they are compared', addStrategies)
    .option('--budget <n>', 'rows it may have trained, a seed', wholeNumber(1, 100_000))
    .option('--budget-epochs <n>', 'epochs of all its trainings together, a seed', wholeNumber(1, 100_000_000))
    .option('--no-legs', 'without the short trainings that the table has')
    .option('--batch <q>', 'proposals an ask', wholeNumber(1, 256), 1)
    .addOption(
      new Option('--seeds <k>', 'games of each strategy: with the seeds 1 to K, or from one to another, as 21-40')
        .argParser(seedList)
        .default([1], '1'),
    )
    .option('--single', 'the first objective alone')
    .option('--limit <metric=max>', 'keep a known metric to a most; may be given again', addLimit)
    .option(
      '--reach <goal>',
      'count trainings until this share of the hypervolume, or that of this strategy at the end',
    )
    .action(async (file: string, options: ReplayOptions) => {
      checkStrategies(options.strategy);
      checkReach(options);
      budgetOf(options);
      const text = readInput(file, 'a recorded table');
      const player = await openReplay({ text, file }, context.hostOptions.resources, options.limit);
      const play = () => player.check(options.strategy).then(() => playSeeds(context, player, options));
      await play().finally(() => player.close());
    });
};

/** Ctrl+C ends the game in hand; what was played until then is told. */
async function playSeeds(context: VerbContext, player: ReplayPlayer, options: ReplayOptions): Promise<void> {
  const { strategy: strategies, seeds, batch, json, legs, limit: limits = [], single = false } = options;
  const budget = budgetOf(options);
  const printer = createProgressPrinter(process.stderr);
  const games = new Map(strategies.map((strategy) => [strategy, new Map<number, PlayedGame>()]));
  const times: GameTime[] = [];
  const isSeveral = strategies.length > 1;
  const leftText = (now: readonly GameTime[]): string => {
    const left = secondsLeft(strategies, seeds.length, now);
    return left === undefined ? '' : `, about ${durationText(left)} left`;
  };

  async function playOne(strategy: string, seed: number, round: number): Promise<boolean> {
    const start = performance.now();
    const timeOf = (share: number): GameTime => ({ strategy, share, seconds: (performance.now() - start) / 1000 });
    const place = seed === round ? `seed ${seed} of ${seeds.length}` : `seed ${seed} (${round} of ${seeds.length})`;
    const game = await player.play({ strategy, seed, ...budget, batch, limits, single, noLegs: !legs }, (share) =>
      printer.status(`${strategy}: ${place}, ${Math.round(100 * share)} %${leftText([...times, timeOf(share)])}`),
    );
    if (game === undefined) return false;
    games.get(strategy)?.set(seed, game);
    times.push(timeOf(1));
    // Beside the line that is rewritten in place, one of stdout would be no line of its own.
    printer.clear();
    const ranOut = 'budget' in budget && game.epochs === undefined && ranOutWords(game.rows.length, budget.budget);
    if (ranOut && times.length === 1) printer.line(ranOut);
    const isLast = times.length === seeds.length * strategies.length;
    printer.line(`${isSeveral ? `${strategy}: ` : ''}${place}: ${gameText(game)}${isLast ? '' : leftText(times)}`);
    if (json) printJson({ ...(isSeveral && { strategy }), seed, ...game });
    return true;
  }

  /** All strategies play a seed before any plays the next: what there is at any time is paired.
   * Gives the seeds played. */
  async function playAll(): Promise<number> {
    for (const [before, seed] of seeds.entries()) {
      for (const strategy of strategies) if (!(await playOne(strategy, seed, before + 1))) return before;
    }
    return seeds.length;
  }

  if (player.table.note !== undefined) printer.line(player.table.note);
  const stop = (): void => void player.close();
  const played = await heedingSignals(stop, playAll).finally(() => printer.clear());
  if (!json && times.length > 0)
    printLines(tableText(player.table, games, { batch, reach: reachOf(options), epochs: options.budgetEpochs }));
  if (played === seeds.length) return;
  const rest = `--seeds ${seeds[played]}-${seeds.at(-1)}`;
  endStopped(context, `Stopped after ${played} of ${seeds.length} seeds; ${rest} plays the others.`);
}

function seedList(text: string): readonly number[] {
  const seeds = seedsOf(text);
  if (seeds) return seeds;
  throw new InvalidArgumentError(
    `Give how many there are, or the first and the last, as 21-40: at most ${MOST_SEEDS}.`,
  );
}

/** In rows or in epochs. Throws `usage.invalid` where both are said, or neither. */
function budgetOf({ budget, budgetEpochs }: ReplayOptions): TableBudget {
  if (budget !== undefined && budgetEpochs === undefined) return { budget };
  if (budgetEpochs !== undefined && budget === undefined) return { budgetEpochs };
  throw new WorkbenchError('usage.invalid', 'Give --budget, in rows, or --budget-epochs: one of the two.', {
    field: 'budget',
  });
}

/** The share, or whose it is. */
function reachOf({ reach }: ReplayOptions): number | string | undefined {
  const share = Number(reach);
  return reach === undefined || Number.isNaN(share) ? reach : share;
}

/** Throws `usage.invalid`. */
function checkReach(options: ReplayOptions): void {
  const reach = reachOf(options);
  const isGood =
    typeof reach === 'number' ? reach > 0 && reach <= 1 : reach === undefined || options.strategy.includes(reach);
  if (isGood) return;
  const problem =
    `--reach ${options.reach}: give a share above 0 and up to 1, or a strategy that plays ` +
    `(${options.strategy.join(', ')}).`;
  throw new WorkbenchError('usage.invalid', problem, { field: 'reach' });
}

function addStrategies(text: string, before: readonly string[] = []): readonly string[] {
  const named = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  if (named.length === 0) throw new InvalidArgumentError('Name a strategy.');
  return [...new Set([...before, ...named])];
}

function addLimit(text: string, before: readonly Limit[] = []): readonly Limit[] {
  const [, metric = '', most = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const max = most.trim() === '' ? NaN : Number(most);
  if (metric !== '' && Number.isFinite(max)) return [...before, { metric, max }];
  throw new InvalidArgumentError('Give a metric and its most, such as params=2000000.');
}
