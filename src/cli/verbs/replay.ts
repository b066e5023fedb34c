/** `trade replay TABLE.json`: plays strategies against a recorded table. It computes alone: no workspace is opened. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { ranOutWords } from '../../bridge/replay-words.ts';
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
} from '../../host/create-host.ts';
import type { GameTime, PlayedGame, ReplayPlayer } from '../../host/create-host.ts';
import { INTERRUPTED, printJson, printLines, wholeNumber, withCommonOptions } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../program.ts';

interface ReplayOptions extends CommonOptions {
  readonly strategy: readonly string[];
  readonly budget: number;
  readonly batch: number;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly single?: boolean;
  readonly limit?: readonly Limit[];
  readonly reach?: string;
}

export const replayVerb: Verb = (program, context) => {
  withCommonOptions(program.command('replay'))
    .description('play strategies against trials that were recorded, as if each were trained on the spot')
    .argument('<table>', 'JSON file of the form trade-replay/1')
    .requiredOption('--strategy <id>', 'who plays; several by commas, or given again: they are compared', addStrategies)
    .requiredOption('--budget <n>', 'rows it may have trained, a seed', wholeNumber(1, 100_000))
    .option('--batch <q>', 'proposals an ask', wholeNumber(1, 256), 1)
    .option('--seeds <k>', 'games of each strategy, with the seeds 1 to K', wholeNumber(1, 1000), 1)
    .option('--first-seed <s>', 'begin with this seed: to go on where one stopped', wholeNumber(1, 1_000_000), 1)
    .option('--single', 'the first objective alone')
    .option('--limit <metric=max>', 'keep a known metric to a most; may be given again', addLimit)
    .option(
      '--reach <goal>',
      'count trainings until this share of the hypervolume, or that of this strategy at the end',
    )
    .action(async (file: string, options: ReplayOptions) => {
      checkStrategies(options.strategy);
      checkReach(options);
      const player = await openReplay(readTableFile(file), file, options.limit);
      context.end(await playSeeds(player, options).finally(() => player.close()));
    });
};

/** Gives the exit code. Ctrl+C ends the game in hand; what was played until then is told. */
async function playSeeds(player: ReplayPlayer, options: ReplayOptions): Promise<number> {
  const { strategy: strategies, seeds, firstSeed, batch, budget, json, limit: limits = [], single = false } = options;
  const printer = createProgressPrinter(process.stderr);
  const games = new Map(strategies.map((strategy) => [strategy, new Map<number, PlayedGame>()]));
  const times: GameTime[] = [];
  const isSeveral = strategies.length > 1;
  const leftText = (now: readonly GameTime[]): string => {
    const left = secondsLeft(strategies, seeds, now);
    return left === undefined ? '' : `, about ${durationText(left)} left`;
  };

  async function playOne(strategy: string, round: number): Promise<boolean> {
    const start = performance.now();
    const timeOf = (share: number): GameTime => ({ strategy, share, seconds: (performance.now() - start) / 1000 });
    const seed = firstSeed + round - 1;
    const place = firstSeed === 1 ? `seed ${seed} of ${seeds}` : `seed ${seed} (${round} of ${seeds})`;
    const game = await player.play({ strategy, seed, budget, batch, limits, single }, (share) =>
      printer.status(`${strategy}: ${place}, ${Math.round(100 * share)} %${leftText([...times, timeOf(share)])}`),
    );
    if (game === undefined) return false;
    games.get(strategy)?.set(seed, game);
    times.push(timeOf(1));
    // Beside the line that is rewritten in place, one of stdout would be no line of its own.
    printer.clear();
    const ranOut = ranOutWords(game.rows.length, budget);
    if (ranOut !== undefined && times.length === 1) printer.line(ranOut);
    const isLast = times.length === seeds * strategies.length;
    printer.line(`${isSeveral ? `${strategy}: ` : ''}${place}: ${gameText(game)}${isLast ? '' : leftText(times)}`);
    if (json) printJson({ ...(isSeveral && { strategy }), seed, ...game });
    return true;
  }

  /** All strategies play a seed before any plays the next: what there is at any time is paired. Gives the seeds played. */
  async function playAll(): Promise<number> {
    for (let round = 1; round <= seeds; round += 1) {
      for (const strategy of strategies) if (!(await playOne(strategy, round))) return round - 1;
    }
    return seeds;
  }

  if (player.table.note !== undefined) printer.line(player.table.note);
  const stop = (): void => void player.close();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const played = await playAll().finally(() => {
    printer.clear();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  });
  if (!json && times.length > 0) printLines(tableText(player.table, games, { batch, reach: reachOf(options) }));
  if (played === seeds) return 0;
  const rest = `--first-seed ${firstSeed + played} --seeds ${seeds - played}`;
  process.stderr.write(`Stopped after ${played} of ${seeds} seeds; ${rest} plays the others.\n`);
  return INTERRUPTED;
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
  const problem = `--reach ${options.reach}: give a share above 0 and up to 1, or a strategy that plays (${options.strategy.join(', ')}).`;
  throw new WorkbenchError('usage.invalid', problem, { field: 'reach' });
}

function addStrategies(text: string, before: readonly string[] = []): readonly string[] {
  const named = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  if (named.length === 0) throw new InvalidArgumentError('Name a strategy.');
  return [...new Set([...before, ...named])];
}

/** Throws `config.unreadable`. */
function readTableFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const known: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'this is a folder' };
    const why = known[String(code)] ?? String(error);
    throw new WorkbenchError('config.unreadable', `${file}: ${why}. Give the path of a recorded table.`, { file });
  }
}

function addLimit(text: string, before: readonly Limit[] = []): readonly Limit[] {
  const [, metric = '', most = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const max = most.trim() === '' ? NaN : Number(most);
  if (metric !== '' && Number.isFinite(max)) return [...before, { metric, max }];
  throw new InvalidArgumentError('Give a metric and its most, such as params=2000000.');
}
