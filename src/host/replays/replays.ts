/** Replays of the workspace: one is played at a time, in the replay worker; the others wait. What
 * was played is kept. */
import { randomBytes } from 'node:crypto';
import type { ParsedReplayInput, ReplaySummaryView, ReplayView } from '../../bridge/schemas/replay.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { wholeEpochs } from '../../core/strategies/replay.ts';
import type { LiveEvents } from '../live-events.ts';
import type { Log } from '../log.ts';
import type { ReplayFiles } from './files.ts';
import { playGames } from './play-games.ts';
import type { ActiveReplay, Ending } from './play-games.ts';
import type { ReplaySources } from './sources.ts';
import { checkStrategies } from './table.ts';

export interface ReplayParts {
  readonly sources: ReplaySources;
  readonly files: ReplayFiles;
  readonly live: LiveEvents;
  readonly log: Log;
  readonly now: () => Date;
  /** Milliseconds from any fixed origin. */
  readonly clock: () => number;
}

export function createReplays(parts: ReplayParts) {
  const { files, live } = parts;
  const { active, change, start, finish, close } = createQueue(parts, async (summary) => {
    (await kept()).set(summary.id, summary);
  });
  /** Of what has ended. */
  let ended: Promise<Map<string, ReplaySummaryView>> | undefined;

  /** One that the file calls running belonged to a session that died. */
  const kept = (): Promise<Map<string, ReplaySummaryView>> =>
    (ended ??= files.readAll().then((all) => new Map(all.map(({ summary }) => [summary.id, settled(summary)]))));

  async function summaryOf(id: string): Promise<ReplaySummaryView> {
    const summary = active.get(id)?.summary ?? (await kept()).get(id);
    if (summary !== undefined) return summary;
    throw missing(id);
  }

  async function setName(id: string, name: string): Promise<ReplaySummaryView> {
    const one = active.get(id);
    if (one) {
      change(one, { name });
      return one.summary;
    }
    const replay = await files.read((await summaryOf(id)).id);
    if (replay === undefined) throw missing(id);
    const summary = { ...(await summaryOf(id)), name };
    files.write({ summary, results: replay.results });
    (await kept()).set(id, summary);
    live.publish({ type: 'replay.changed', replay: summary });
    return summary;
  }

  return {
    list: async () =>
      [...(await kept()).values(), ...[...active.values()].map(({ summary }) => summary)].sort((left, right) =>
        right.createdAt.localeCompare(left.createdAt),
      ),
    /** Throws `run.missing`, as `stop`, `setName` and `discard` do. */
    get: async (id: string): Promise<ReplayView> => {
      const one = active.get(id);
      if (one) return { summary: one.summary, results: one.results };
      const summary = await summaryOf(id);
      return { summary, results: (await files.read(id))?.results ?? [] };
    },
    start,
    stop: async (id: string) => {
      const one = active.get(id);
      if (one) await finish(one, 'stopped');
      return summaryOf(id);
    },
    setName,
    discard: async (id: string) => {
      await summaryOf(id);
      const one = active.get(id);
      if (one) await finish(one, 'discarded');
      else files.remove(id);
      (await kept()).delete(id);
      live.publish({ type: 'replay.removed', id });
    },
    close,
  };
}

/** Those that play or wait for their turn; `hasEnded` hears of each that is kept. */
function createQueue(
  { sources, files, live, log, now, clock }: ReplayParts,
  hasEnded: (summary: ReplaySummaryView) => Promise<void>,
) {
  const active = new Map<string, ActiveReplay>();
  let last: Promise<void> = Promise.resolve();
  let isClosing = false;

  function change(one: ActiveReplay, next: Partial<ReplaySummaryView>): void {
    one.summary = { ...one.summary, ...next };
    live.publish({ type: 'replay.changed', replay: one.summary });
  }

  /** Its turn: it ends as it was told to, or by itself. One that was told to end while it waited is
   * gone already. */
  async function run(one: ActiveReplay): Promise<void> {
    if (one.ending !== undefined) return;
    one.isPlaying = true;
    let reason: string | undefined;
    try {
      await playGames(one, { change: (next) => change(one, next), keep: files.write, clock });
    } catch (error) {
      log.error({ replay: one.summary.id, error: String(error) }, 'replay failed');
      reason = messageOf(error);
    }
    await end(one, reason === undefined ? (one.ending ?? 'finished') : 'failed', reason);
  }

  async function end(one: ActiveReplay, how: Ending, reason?: string): Promise<void> {
    await one.player.close();
    const { live: _, ...rest } = one.summary;
    const { id } = rest;
    active.delete(id);
    if (how === 'discarded') return files.remove(id);
    const summary: ReplaySummaryView = { ...rest, state: how, ...(reason !== undefined && { reason }) };
    await hasEnded(summary);
    live.publish({ type: 'replay.changed', replay: summary });
    try {
      files.write({ summary, results: one.results });
    } catch (error) {
      log.error({ replay: id, error: String(error) }, 'replay not written');
    }
  }

  /** Throws what is wrong with table, strategies or limits; then nothing is begun. */
  async function start(input: ParsedReplayInput): Promise<ReplaySummaryView> {
    const { table, name, ...game } = input;
    const strategies = [...new Set(game.strategies)];
    checkStrategies(strategies);
    const player = await sources.open(table, game.limits);
    if (isClosing) {
      await player.close();
      throw new WorkbenchError('run.state', 'The workbench is closing.');
    }
    try {
      await player.check(strategies);
      if (game.budgetEpochs !== undefined) wholeEpochs(player.table, game.budgetEpochs);
    } catch (error) {
      await player.close();
      throw error;
    }
    const summary: ReplaySummaryView = {
      ...{ ...game, strategies, name: name ?? player.table.name, state: 'queued', table: player.table },
      ...{ ...bornAt(now()), played: 0, scores: [], seconds: 0 },
    };
    const one: ActiveReplay = { summary, results: [], player, isPlaying: false, turn: Promise.resolve() };
    active.set(summary.id, one);
    live.publish({ type: 'replay.changed', replay: summary });
    one.turn = last.then(() => run(one));
    last = one.turn.catch(() => undefined);
    return summary;
  }

  /** The end of the player is the end of the game in hand. */
  async function finish(one: ActiveReplay, ending: NonNullable<ActiveReplay['ending']>): Promise<void> {
    const isFirst = one.ending === undefined;
    one.ending ??= ending;
    if (one.isPlaying) {
      await one.player.close();
      await one.turn;
    } else if (isFirst) await end(one, ending);
  }

  /** Keeps what was played, and that the others were asked for. */
  async function close(): Promise<void> {
    isClosing = true;
    await Promise.all([...active.values()].map((one) => finish(one, 'interrupted')));
  }

  return { active, change, start, finish, close };
}

function bornAt(date: Date): Pick<ReplaySummaryView, 'id' | 'createdAt'> {
  const createdAt = date.toISOString();
  return { id: `${createdAt.slice(0, 19).replaceAll(/\D/g, '')}_${randomBytes(3).toString('hex')}`, createdAt };
}

const missing = (id: string): WorkbenchError =>
  new WorkbenchError('run.missing', `There is no replay "${id}" in this workspace.`);

function settled(summary: ReplaySummaryView): ReplaySummaryView {
  const { live: _, ...rest } = summary;
  return rest.state === 'running' || rest.state === 'queued' ? { ...rest, state: 'interrupted' } : rest;
}
