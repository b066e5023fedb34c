import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDuration,
  formatMilliseconds,
  formatPercent,
  formatPoints,
  formatRatio,
  formatTimeLeft,
} from '../../src/renderer/format.ts';

describe('numbers as people read them', () => {
  test('counts round up into the next unit instead of showing "1000 k"', () => {
    expect([0, 87, 999, 1000, 12_345, 999_949, 999_950, 1_200_000, 3.4e9].map(formatCount)).toEqual([
      '0',
      '87',
      '999',
      '1 k',
      '12.3 k',
      '1 M',
      '1 M',
      '1.2 M',
      '3.4 G',
    ]);
  });

  test('durations never show 60 s or 60 min', () => {
    expect([0, 0.34, 9.94, 9.96, 59.4, 59.6, 200, 3599.6, 3900, 90_000].map(formatDuration)).toEqual([
      '0 s',
      '340 ms',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min',
      '3 min 20 s',
      '1 h',
      '1 h 5 min',
      '1 d 1 h',
    ]);
  });

  test('NaN, infinities and absent values have words, not blanks', () => {
    expect(formatPercent(NaN)).toBe('NaN');
    expect(formatCount(Infinity)).toBe('∞');
    expect(formatBytes(-Infinity)).toBe('−∞');
    expect(formatDuration(undefined)).toBe('–');
    expect(formatTimeLeft(NaN)).toBe('estimating…');
  });

  test('a difference that rounds to nothing has no sign', () => {
    expect([0.0123, -0.0123, 0, 0.0001, -0.0001].map(formatPoints)).toEqual([
      '+1.2 points',
      '−1.2 points',
      '0.0 points',
      '0.0 points',
      '0.0 points',
    ]);
  });

  test('ratios say more or less, as percent below twice and as a factor from there', () => {
    expect([
      formatRatio(112, 100),
      formatRatio(95, 100),
      formatRatio(340, 100),
      formatRatio(25, 100),
      formatRatio(100, 100),
      formatRatio(0, 100),
      formatRatio(5, 0),
    ]).toEqual(['12 % more', '5 % less', '3.4 times more', '4 times less', 'same', 'none', '–']);
  });

  test('bytes count in binary units', () => {
    expect([512, 1024, 40_755, 2_936_012].map(formatBytes)).toEqual(['512 B', '1 KiB', '39.8 KiB', '2.8 MiB']);
  });

  test('a date of another year says its year', () => {
    const now = new Date('2026-11-24T12:00:00');
    expect(formatDate('2026-11-24T09:14:00', now)).toBe('24 Nov, 09:14');
    expect(formatDate('2025-02-03T09:14:00', now)).toBe('3 Feb 2025, 09:14');
    expect(formatDate('nonsense', now)).toBe('–');
  });
});

test('milliseconds keep three digits, from microseconds on: a pass of 52 us is not 0 ms', () => {
  expect(formatMilliseconds(0.05213)).toBe('0.0521 ms');
  expect(formatMilliseconds(16.768)).toBe('16.8 ms');
  expect(formatMilliseconds(undefined)).toBe('–');
  expect(formatMilliseconds(NaN)).toBe('NaN');
});
