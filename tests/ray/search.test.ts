/** A search with real trainers on two nodes of a cluster asks, tells and stores what the same
 * search with two trainers on this machine does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
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
