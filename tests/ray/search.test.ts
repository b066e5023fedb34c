/** A search with real trainers on two nodes of a cluster asks, tells and stores what the same
 * search with two trainers on this machine does; also where one of the nodes is slow. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasMark, processes, procText } from '../support/proc.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';
import { createSearches } from '../support/ray-search.ts';

const driver = askedForRay();
const missing = typeof driver === 'string' ? driver : undefined;
const searches = createSearches();
let cluster: RayCluster | undefined;

beforeAll(async () => {
  if (typeof driver !== 'string') cluster = await startRayCluster(driver);
}, 180_000);
afterAll(async () => {
  await cluster?.close();
  searches.remove();
});

const leftOut = missing === undefined ? '' : ` SKIP: ${missing}`;

it(`a search on two nodes leads to what it leads to here${leftOut}`, async ({ skip }) => {
  if (cluster === undefined) return skip(missing);
  process.env['TF_NUM_INTRAOP_THREADS'] = '1';
  const here = await searches.search('here', { executor: { kind: 'local' } });
  const places = new Set<string>();
  const there = await searches.search('there', {
    executor: { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 },
    watch: (_, client) =>
      void client.executor.status().then(({ trainers }) => {
        for (const trainer of trainers) if (trainer.state === 'working') places.add(String(trainer.id));
      }),
  });
  expect(there).toEqual(here);
  expect(there[0]?.weights).toMatch(/^[0-9a-f]{64}$/);
  expect(places.size).toBe(2);
}, 600_000);

const SLOW_EPOCHS = 30;

it(`a node that is ten times as slow costs time and no student${leftOut}`, async ({ skip }) => {
  if (cluster === undefined) return skip(missing);
  process.env['TF_NUM_INTRAOP_THREADS'] = '1';
  const here = await searches.search('quick', { executor: { kind: 'local' }, epochs: SLOW_EPOCHS });
  const { address, cache } = cluster;
  const trainers = (): readonly number[] =>
    processes((pid) => procText(pid, 'cmdline').includes('trainer') && hasMark(pid, `TRADE_WORKER_CACHE=${cache}`));
  let slowed: number | undefined;
  let stops = 0;
  const tick = setInterval(() => {
    slowed ??= trainers().at(0);
    if (slowed === undefined) return;
    stops += Number(signal(slowed, 'SIGSTOP'));
    setTimeout(() => void signal(slowed!, 'SIGCONT'), 270);
  }, 300);
  try {
    const there = await searches.search('slow', {
      executor: { kind: 'ray', address, cpus: 1, gpus: 0 },
      epochs: SLOW_EPOCHS,
    });
    expect(there).toEqual(here);
    expect(stops).toBeGreaterThan(5);
  } finally {
    clearInterval(tick);
  }
}, 600_000);

/** Whether it was there. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
