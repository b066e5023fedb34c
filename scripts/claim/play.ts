/** Plays the games that a protocol wants and a book lacks. */
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import { playOrder, processorMs } from './games.ts';
import type { GameBook, GameOrder } from './games.ts';

export interface PlayOptions {
  readonly book: GameBook;
  /** Hash of the present code. */
  readonly code: string;
  readonly say: (line: string) => void;
}

/** Those of the present code are not played again. Killed at any moment it loses the game it was
 * at. */
export function playMissing(orders: readonly GameOrder[], { book, code, say }: PlayOptions): void {
  const waiting = orders.filter((order) => {
    const known = book.find(order);
    return known === undefined || !book.isFresh(known);
  });
  say(`${orders.length - waiting.length} of ${orders.length} games are recorded, ${waiting.length} are to be played`);
  for (const [index, order] of waiting.entries()) {
    const record = playOrder(order, code, processorMs);
    book.add(record);
    const name = `${strategyInfo(order.player).title}, seed ${order.seed}, pool ${order.pool.fingerprint}`;
    say(`${index + 1}/${waiting.length} ${name}: ${record.trained.length} trainings`);
  }
  if (waiting.length > 0) book.keepOnly(orders);
}
