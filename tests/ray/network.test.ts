/** The network between this machine and the cluster is cut while students train: for less than
 * Ray's client forgives (30 s), and for a minute. Nothing is lost and nothing told twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCutLine } from '../support/cut-line.ts';
import type { CutLine } from '../support/cut-line.ts';
import { freePort } from '../support/free-port.ts';
import { askedForRay, startRayCluster } from '../support/ray-cluster.ts';
import type { RayCluster } from '../support/ray-cluster.ts';
import { createSearches } from '../support/ray-search.ts';

const EPOCHS = 100;
const driver = askedForRay();
const missing = typeof driver === 'string' ? driver : undefined;
const searches = createSearches();
let cluster: RayCluster | undefined;
let line: CutLine | undefined;

beforeAll(async () => {
  if (typeof driver === 'string') return;
  const clientPort = await freePort();
  cluster = await startRayCluster(driver, { clientPort });
  line = await openCutLine(clientPort);
}, 180_000);
afterAll(async () => {
  await line?.close();
  await cluster?.close();
  searches.remove();
});

describe.skipIf(missing !== undefined)(`a network that is cut${missing ? ` SKIP: ${missing}` : ''}`, () => {
  it.each([
    [10, 'held'],
    [60, 'held'],
    [60, 'closed'],
  ] as const)(
    'for %i s (%s) costs no student',
    async (seconds, how) => {
      process.env['TF_NUM_INTRAOP_THREADS'] = '1';
      const { port } = line!;
      let isCut = false;
      const ended = await searches.search(`${how}-${seconds}`, {
        executor: { kind: 'ray', address: `ray://127.0.0.1:${port}`, cpus: 1, gpus: 0 },
        epochs: EPOCHS,
        watch: ({ trials }) => {
          // One is told, and two are in training.
          if (isCut || trials.finished < 1) return;
          isCut = true;
          line!.cut(how);
          setTimeout(() => line!.mend(), 1000 * seconds);
        },
      });
      expect(isCut).toBe(true);
      expect(ended.map(({ epochsDone }) => epochsDone)).toEqual(ended.map(() => EPOCHS));
    },
    400_000,
  );
});
