/** SIGKILL at random moments of host, driver, actors and trainers on a cluster: nothing is lost,
 * nothing is told twice, nothing is left running, and every run ends. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOSSES, runCampaign } from '../faults/campaign.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';

const KILLS = Number(process.env['RAY_KILLS'] ?? 30);
const driver = askedForRay();
const missing = typeof driver === 'string' ? driver : undefined;
let cluster: RayCluster | undefined;

beforeAll(async () => {
  if (typeof driver !== 'string') cluster = await startRayCluster(driver);
}, 180_000);
afterAll(() => cluster?.close());

const leftOut = missing === undefined ? '' : ` SKIP: ${missing}`;

it(`${KILLS} kills of host, driver, actors and trainers lose nothing${leftOut}`, async ({ skip }) => {
  if (cluster === undefined) return skip(missing);
  const executor = { kind: 'ray', address: cluster.address, cpus: 1, gpus: 0 } as const;
  const report = (kills: number): void => void process.stderr.write(`kill ${kills} of ${KILLS}\n`);
  const { kills, losses, words } = await runCampaign({
    kills: KILLS,
    seed: 23,
    cluster: { executor, cache: cluster.cache },
    report,
  });
  expect(words).toEqual([]);
  expect(losses).toEqual(Object.fromEntries(LOSSES.map((loss) => [loss, 0])));
  expect(kills).toBe(KILLS);
}, 3_600_000);
