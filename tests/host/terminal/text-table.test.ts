import { describe, expect, it } from 'vitest';
import { countText, durationText, percentText, textTable } from '../../../src/host/terminal/text-table.ts';

describe('tables', () => {
  it('puts numbers to the right and words to the left, and leaves no blanks at a line’s end', () => {
    expect(
      textTable(
        ['name', '>n', 'note'],
        [
          ['a', '1', 'short'],
          ['longer', '1000', 'x'],
        ],
      ),
    ).toEqual(['name       n  note', 'a          1  short', 'longer  1000  x']);
  });

  it('shows its titles even without rows', () => {
    expect(textTable(['name'], [])).toEqual(['name']);
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [950, '950'],
    [1000, '1.00 k'],
    [12_340, '12.3 k'],
    [999_400, '999 k'],
    [999_999, '1.00 M'],
    [1_400_000, '1.40 M'],
    [2e9, '2.00 G'],
    [NaN, 'NaN'],
  ])('counts %d as %s', (count, text) => {
    expect(countText(count)).toBe(text);
  });

  it.each([
    [0.8934, '89.3 %'],
    [1, '100.0 %'],
    [undefined, '-'],
    [NaN, 'NaN'],
  ])('shares %s as %s', (share, text) => {
    expect(percentText(share)).toBe(text);
  });

  it.each([
    [0.4, '0 s'],
    [89, '89 s'],
    [90, '2 min'],
    [150, '3 min'],
    [5370, '1 h 30 min'],
    [7800, '2 h 10 min'],
    [7199, '2 h 0 min'],
    [NaN, 'unknown'],
  ])('lasts %d s as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
