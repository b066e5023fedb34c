/** Trainers side by side where nobody says how many. */
import { describe, expect, it } from 'vitest';
import { testing } from '../../src/host/executors/trainer-slots.ts';

const { parseMemory, slotsFor } = testing;

describe('slots of a machine', () => {
  it('without a GPU are the two that were measured, however many cores', () => {
    expect(slotsFor(undefined, 2)).toBe(2);
    expect(slotsFor(undefined, 64)).toBe(2);
  });

  it('on a GPU are as many as its memory holds, a core for each, one at least', () => {
    expect(slotsFor(8_192, 16)).toBe(3); // (8 - 1) / 2 GiB
    expect(slotsFor(8_192, 2)).toBe(2);
    expect(slotsFor(81_920, 16)).toBe(8);
    expect(slotsFor(1_024, 16)).toBe(1);
  });
});

describe('the memory that nvidia-smi prints', () => {
  it('is that of the first GPU', () => expect(parseMemory('24564\n81559\n')).toBe(24_564));
  it('is unknown where the driver has none to tell', () => {
    expect(parseMemory('[N/A]\n')).toBeUndefined();
    expect(parseMemory('')).toBeUndefined();
  });
});
