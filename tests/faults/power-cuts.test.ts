/**
 * A power cut at any step: nothing acknowledged is lost, no row is without its file, and what was
 * under way is whole or not there. Each flush of the store that is left out loses something here.
 */
import { expect, test } from 'vitest';
import { cutPower } from './power/cuts.ts';

/** All moments at their worst, some 800; `npm run faults -- --power-cuts 1000` makes as many as one
 * likes. */
const CUTS = 810;

test.skipIf(process.platform === 'win32')(
  `${CUTS} power cuts lose nothing${process.platform === 'win32' ? ' SKIP: folders cannot be flushed here' : ''}`,
  async () => {
    const { cuts, operations, words } = await cutPower({ cuts: CUTS, seed: 1 });
    expect(words).toEqual([]);
    expect(cuts).toBe(CUTS);
    // Fewer steps than files and rows take: then nothing was watched.
    for (const [name, { steps }] of Object.entries(operations)) expect([name, steps > 10]).toEqual([name, true]);
  },
);
