/** A process that plays the matches it is sent, one after the other, until it is told to stop. */
import { closePeer } from './peers.ts';
import { playMatch } from './player.ts';
import type { Clock, Match } from './records.ts';
import { listTasks } from './tasks/registry.ts';
import type { Task } from './tasks/task.ts';

export interface Order {
  readonly match: Match;
  readonly tables: readonly string[];
  readonly clock: Clock;
}

let tasks: readonly Task[] | undefined;

/** Answers an order with its record, or with what went wrong. */
async function carryOut({ match, tables, clock }: Order): Promise<unknown> {
  tasks ??= listTasks(tables, () => {}); // the same tables in every order of a benchmark
  const task = tasks.find(({ name }) => name === match.task);
  if (!task) return { error: `there is no task ${match.task}` };
  try {
    return { record: await playMatch(task, match, clock) };
  } catch (error) {
    closePeer();
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (order: Order) => void carryOut(order).then((answer) => process.send?.(answer)));
process.on('disconnect', () => {
  closePeer();
  process.exit(0);
});
