/** Worker processes that take matches from one list. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MatchRecord } from './records.ts';
import type { Order } from './worker.ts';

const program = fileURLToPath(new URL('./worker.ts', import.meta.url));

type Answer = { readonly record: MatchRecord } | { readonly error: string };

function carryOut(worker: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null): void =>
      reject(new Error(`a worker ended (${code}) in ${JSON.stringify(order.match)}`));
    worker.once('exit', fail);
    worker.once('message', (answer) => {
      worker.off('exit', fail);
      resolve(answer as Answer); // from our own program
    });
    worker.send(order);
  });
}

/** Plays all orders in `jobs` processes; `done` hears of each as it ends. */
export async function playAll(
  orders: readonly Order[],
  jobs: number,
  done: (order: Order, answer: Answer) => void,
): Promise<void> {
  const waiting = [...orders];
  const work = async (): Promise<void> => {
    const worker = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
      done(order, await carryOut(worker, order));
    }
    worker.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, work));
}
