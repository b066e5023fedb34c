/** The study's record: a line a game, and a line a space and direction for its taus. */
import { strategyInfo } from '../../../src/core/strategies/registry.ts';
import type { Line } from '../record.ts';
import { recorded } from '../record.ts';
import { playAll, playersOf } from './play.ts';
import type { Found } from './play.ts';
import type { StudySpace } from './spaces.ts';
import { neighbourTaus } from './taus.ts';
import type { NeighbourTaus } from './taus.ts';

export interface GameRow extends Line, Found {
  readonly kind: 'game';
  readonly space: string;
  readonly player: string;
  readonly seed: number;
  readonly seconds: number;
}

export interface TauRow extends Line, NeighbourTaus {
  readonly kind: 'tau';
  readonly space: string;
  readonly told: string;
  readonly score: string;
}

export type Row = GameRow | TauRow;

export interface WorkOptions {
  readonly spaces: readonly StudySpace[];
  readonly seeds: number;
  readonly file: string;
  readonly say: (line: string) => void;
}

interface Piece {
  readonly id: string;
  readonly work: () => Row;
}

/** Seed by seed, so that what is there at any time is paired. */
function piecesOf({ spaces, seeds }: Pick<WorkOptions, 'spaces' | 'seeds'>): readonly Piece[] {
  const taus = spaces.flatMap((space) =>
    space.directions.map((direction): Piece => {
      const { told, score } = direction;
      const id = `tau/${space.name}/${told}`;
      const named = { id, kind: 'tau', space: space.name, told, score } as const;
      return { id, work: () => ({ ...named, ...neighbourTaus(space, direction) }) };
    }),
  );
  const games = Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    spaces.flatMap((space) =>
      playersOf(space).map((player): Piece => {
        const version = player.strategy === undefined ? 1 : strategyInfo(player.strategy).version;
        const id = `game/${space.name}/${player.key}/${seed}/v${version}`;
        const work = (): Row => {
          const { user: before } = process.cpuUsage();
          const found = playAll(space, player, seed);
          const seconds = Number(((process.cpuUsage().user - before) / 1e6).toFixed(1));
          return { id, kind: 'game', space: space.name, player: player.key, seed, ...found, seconds };
        };
        return { id, work };
      }),
    ),
  );
  return [...taus, ...games];
}

/** Does what the file lacks. Killed at any moment it loses the piece it was at; several processes
 * may share the file. */
export async function workOn(options: WorkOptions): Promise<void> {
  const all = piecesOf(options);
  let done = 0;
  for (const { id, work } of all) {
    const row = await recorded<Row>(options.file, id, () => Promise.resolve(work()));
    done += 1;
    if (row) options.say(`${done}/${all.length} ${id}`);
  }
}
