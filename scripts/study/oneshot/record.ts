/** Plays what is missing: one search after the other in a workspace of the folder, each
 * resumable. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { prepare } from '../../claim/second/record.ts';
import { beginOrResume, INTERRUPTED, runOf, runTrade, workspaceArgs } from '../by-product.ts';
import type { RunTrade } from '../by-product.ts';
import { recorded } from '../record.ts';
import { configOf } from './plan.ts';
import type { Order, Task } from './plan.ts';
import { rowOf } from './rows.ts';

export interface RecordOptions {
  readonly file: string;
  /** Of the workspace and the configurations. */
  readonly out: string;
  /** Folder of CIFAR-10's binary batches. */
  readonly data: string;
  readonly epochs: number;
  readonly say: (line: string) => void;
  readonly run?: RunTrade;
}

/** Whether all of them are there; false where a person stopped it. Throws `internal` for a search
 * that does not end well. */
export async function recordSearches(orders: readonly Order[], options: RecordOptions): Promise<boolean> {
  const { file, out, epochs, say, run = runTrade } = options;
  mkdirSync(dirname(file), { recursive: true });
  mkdirSync(out, { recursive: true });
  const data = new Map<Task, { readonly dataset: string; readonly teacher: string } | undefined>();
  let isStopped = false;
  for (const [index, order] of orders.entries()) {
    if (!data.has(order.task)) data.set(order.task, await dataOf(order.task, options));
    const own = data.get(order.task);
    if (own === undefined || isStopped) continue;
    await recorded(file, order.id, async () => {
      say(`${index + 1}/${orders.length} ${order.id}`);
      const told = await beginOrResume(out, configOf(order, own, epochs), run);
      if (told.code === INTERRUPTED) isStopped = true;
      if (told.code !== 0) throw new WorkbenchError('internal', `The search ${order.id} ended with ${told.code}.`);
      return rowOf((await run(['show', runOf(told.last), '--why', '--json', ...workspaceArgs(out)])).last, order);
    }).catch((error: unknown) => {
      if (!isStopped) throw error;
    });
  }
  return !isStopped;
}

/** `undefined`, and a word, where its images are not there. */
async function dataOf(task: Task, { data, out, say, run = runTrade }: RecordOptions) {
  if (task === 'fashion') return { dataset: 'fashion-mnist', teacher: 'fashion-resnet' };
  if (!existsSync(data)) {
    say(`SKIP ${task}: there is no CIFAR-10 at ${data}; name its folder with --data DIR`);
    return undefined;
  }
  await prepare(data, join(out, 'workspace'), run);
  return { dataset: 'cifar10-subset', teacher: 'cifar10-resnet' };
}
