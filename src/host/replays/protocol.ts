/** What host and replay worker say to each other. A table crosses as text: it is parsed where it is
 * played. */
import type { TableView } from '../../bridge/schemas/replay.ts';
import type { ErrorCode, ErrorPlace } from '../../core/errors.ts';
import type { Limit } from '../../core/objective.ts';

/** One strategy with one seed. */
export interface GameOrder {
  readonly strategy: string;
  readonly seed: number;
  readonly budget: number;
  readonly batch: number;
  readonly single: boolean;
  readonly limits: readonly Limit[];
}

export type ReplayRequest =
  /** The first one: the table that is played from then on. */
  | { readonly type: 'open'; readonly text: string; readonly file: string; readonly limits: readonly Limit[] }
  | { readonly type: 'play'; readonly order: GameOrder };

export interface PlayedGame {
  readonly hypervolume: readonly number[];
  readonly best: readonly number[];
  readonly askMs: readonly number[];
  readonly rows: readonly number[];
}

/** An answer a request; before that of `play`, any number of `progress`. */
export type ReplayAnswer =
  | { readonly type: 'opened'; readonly table: TableView }
  /** Part of the budget that has been spent. */
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'played'; readonly game: PlayedGame }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string; readonly place: ErrorPlace };
