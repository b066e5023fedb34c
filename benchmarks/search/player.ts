/** Plays one match: a strategy of ours in this process, a peer in a process of its own. */
import { STRATEGIES, isStrategyId, strategyInfo } from '../../src/core/strategies/registry.ts';
import { playGame } from '../../src/core/strategies/replay.ts';
import { codeHash } from './hashes.ts';
import { PEERS, peerHash, playPeer } from './peers.ts';
import { gameHash } from './records.ts';
import type { Clock, Match, MatchRecord } from './records.ts';
import type { Task } from './tasks/task.ts';

/** A strategy with options is written `trade:regions=false:seeds=3`. */
interface Spelled {
  readonly id: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

const valueOf = (text: string): string | number | boolean =>
  text === 'true' ? true : text === 'false' ? false : Number.isNaN(Number(text)) ? text : Number(text);

export function spelled(strategy: string): Spelled {
  const [id = '', ...parts] = strategy.split(':');
  const options = parts.map((part) => {
    const [name = '', value = 'true'] = part.split('=');
    return [name, valueOf(value)] as const;
  });
  return { id, options: Object.fromEntries(options) };
}

export const isPeer = (strategy: string): boolean => Object.hasOwn(PEERS, strategy);

/** What is wrong with a name, where nobody bears it. */
export function unknownStrategy(strategy: string): string | undefined {
  const { id } = spelled(strategy);
  if (isPeer(strategy) || isStrategyId(id)) return undefined;
  const names = [...Object.keys(STRATEGIES), ...Object.keys(PEERS)].join(', ');
  return `There is no strategy or peer '${id}': choose from ${names}.`;
}

const hashes = new Map<string, string>();

/** What the player is computed by, now. */
export function playerHash(strategy: string): string {
  const { id } = spelled(strategy);
  const known = hashes.get(id) ?? (isStrategyId(id) ? codeHash([id]) : peerHash(strategy));
  hashes.set(id, known);
  return known;
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export async function playMatch(task: Task, match: Match, clock: Clock): Promise<MatchRecord> {
  const { strategy, seed, budget, batch } = match;
  const game = task.open(seed, budget);
  const marks = { player: playerHash(strategy), game: gameHash(game), clock };
  if (isPeer(strategy)) {
    const { version, curve, askMs, skipped } = await playPeer(game, { peer: strategy, seed, batch, clock });
    return { ...match, version, ...marks, curve, askMs, ...(skipped !== undefined && { skipped }) };
  }
  const { id, options } = spelled(strategy);
  const now = clock === 'cpu' ? cpu : () => performance.now();
  const { curve, askMs } = playGame(game, { strategy: id, options, seed, batch, now });
  return { ...match, version: `${strategyInfo(id).version}`, ...marks, curve, askMs };
}
