import { describe, expect, it } from 'vitest';
import { seedsOf } from '../../src/cli/seed-range.ts';

describe('seeds', () => {
  it('are the first so many, or a range with both its ends', () => {
    expect(seedsOf('3')).toEqual([1, 2, 3]);
    expect(seedsOf('101-103')).toEqual([101, 102, 103]);
    expect(seedsOf('7-7')).toEqual([7]);
    expect(seedsOf('999999000-999999999')).toHaveLength(1000);
  });

  it.each(['', '0', '-3', '5-3', '1.5', '1-', 'all', '1-2-3', '1e3', '12345678901', '1001', '1-999999999'])(
    'are not taken from %j',
    (text) => {
      expect(seedsOf(text)).toBeUndefined();
    },
  );
});
