/** `trade replay TABLE.json`: plays a strategy against a recorded table. It computes alone: no workspace is opened. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { WorkbenchError } from '../../core/errors.ts';
import type { Limit } from '../../core/objective.ts';
import {
  checkStrategies,
  createProgressPrinter,
  durationText,
  gameText,
  openReplay,
  replayText,
  secondsLeft,
} from '../../host/create-host.ts';
import type { GameTime, PlayedGame, ReplayPlayer } from '../../host/create-host.ts';
import { INTERRUPTED, printJson, printLines, wholeNumber, withCommonOptions } from '../common.ts';
import type { CommonOptions } from '../common.ts';
import type { Verb } from '../program.ts';

interface ReplayOptions extends CommonOptions {
  readonly strategy: string;
  readonly budget: number;
  readonly batch: number;
  readonly seeds: number;
  readonly single: boolean;
  readonly limit: readonly Limit[];
}

export const replayVerb: Verb = (program, context) => {
  withCommonOptions(program.command('replay'))
    .description('play a strategy against trials that were recorded, as if each were trained on the spot')
    .argument('<table>', 'JSON file of the form trade-replay/1')
    .requiredOption('--strategy <id>', 'the strategy that plays')
    .requiredOption('--budget <n>', 'rows it may have trained, a seed', wholeNumber(1, 100_000))
    .option('--batch <q>', 'proposals an ask', wholeNumber(1, 256), 1)
    .option('--seeds <k>', 'games, with the seeds 1 to K', wholeNumber(1, 1000), 1)
    .option('--single', 'the first objective alone', false)
    .option('--limit <metric=max>', 'keep a known metric to a most; may be given again', addLimit, [])
    .action(async (file: string, options: ReplayOptions) => {
      checkStrategies([options.strategy]);
      const player = await openReplay(readTableFile(file), file, options.limit);
      context.end(await playSeeds(player, options).finally(() => player.close()));
    });
};

/** Gives the exit code. Ctrl+C ends the game in hand; what was played until then is told. */
async function playSeeds(player: ReplayPlayer, options: ReplayOptions): Promise<number> {
  const { strategy, seeds, json } = options;
  const printer = createProgressPrinter(process.stderr);
  const games: PlayedGame[] = [];
  const times: GameTime[] = [];
  const stop = (): void => void player.close();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const start = performance.now();
      const timeOf = (share: number): GameTime => ({ strategy, share, seconds: (performance.now() - start) / 1000 });
      const leftText = (now: readonly GameTime[]): string => {
        const left = secondsLeft([strategy], seeds, now);
        return left === undefined ? '' : `, about ${durationText(left)} left`;
      };
      const game = await player.play({ ...options, limits: options.limit, seed }, (share) =>
        printer.status(
          `${strategy}: seed ${seed} of ${seeds}, ${Math.round(100 * share)} %${leftText([...times, timeOf(share)])}`,
        ),
      );
      if (game === undefined) break;
      games.push(game);
      times.push(timeOf(1));
      printer.line(`seed ${seed} of ${seeds}: ${gameText(game)}${seed < seeds ? leftText(times) : ''}`);
      if (json) printJson({ seed, ...game });
    }
  } finally {
    printer.clear();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
  if (!json && games.length > 0) printLines(tableOf(games, player));
  if (games.length === seeds) return 0;
  process.stderr.write(`Stopped after ${games.length} of ${seeds} seeds.\n`);
  return INTERRUPTED;
}

function tableOf(games: readonly PlayedGame[], { table }: ReplayPlayer): readonly string[] {
  const [first] = table.objectives;
  if (first === undefined) return [];
  return [
    `${table.name}: medians of ${games.length === 1 ? '1 seed' : `${games.length} seeds`}`,
    ...replayText(games, first),
  ];
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

function addLimit(text: string, before: readonly Limit[]): readonly Limit[] {
  const [, metric = '', most = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const max = most.trim() === '' ? NaN : Number(most);
  if (metric !== '' && Number.isFinite(max)) return [...before, { metric, max }];
  throw new InvalidArgumentError('Give a metric and its most, such as params=2000000.');
}
