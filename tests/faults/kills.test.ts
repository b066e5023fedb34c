/** SIGKILL at random moments: nothing acknowledged is lost, nothing is there by half, nothing is
 * left running. */
import { expect, it } from 'vitest';
import { LOSSES, runCampaign } from './campaign.ts';

/** `npm run faults -- --kills 300` makes as many as one likes. */
const KILLS = 30;

it(`${KILLS} kills of the whole group, of main and of trainers alone lose nothing, and every run ends`, async () => {
  const { kills, losses, words } = await runCampaign({ kills: KILLS, seed: 11 });
  expect(words).toEqual([]);
  expect(losses).toEqual(Object.fromEntries(LOSSES.map((loss) => [loss, 0])));
  expect(kills).toBe(KILLS);
}, 900_000);
