/** Words of lists that are the same on every machine, and what is told of a note. */
import { describe, expect, test } from 'vitest';
import { byLetters, noteSnippet } from '../../src/store/summaries.ts';

describe('a note in which something was found', () => {
  const [before, behind] = ['b'.repeat(40), 'c'.repeat(80)];

  test('is told with 40 letters before it and 80 behind, and a mark where more was left out', () => {
    expect(noteSnippet(`${before}found${behind}`, 'found')).toBe(`${before}found${behind}`);
    expect(noteSnippet(`x${before}found${behind}y`, 'found')).toBe(`…${before}found${behind}…`);
    expect(noteSnippet('found', 'found')).toBe('found');
  });

  test('is one line: what breaks it, or stands around it, would tear a list apart', () => {
    expect(noteSnippet('\n\t a\r\n\n  Found \u2028 it \n ', 'FOUND')).toBe('a Found it');
  });

  test('is told from where it says it, also behind letters that grow longer in lower case', () => {
    // In lower case each is of two code units (Unicode, SpecialCasing).
    const turkish = 'İ'.repeat(200);
    expect(noteSnippet(`${turkish} found here`, 'found')).toBe(`…${'İ'.repeat(39)} found here`);
    expect(noteSnippet(`${turkish}${behind}`, 'İ')).toBe(`${'İ'.repeat(81)}…`);
    expect(noteSnippet(`😀 found ${behind}`, 'found')).toBe(`😀 found ${'c'.repeat(79)}…`);
  });

  test('is not told where nothing is looked for, nor where it is not said', () => {
    expect([noteSnippet('some', ''), noteSnippet('some', 'x'), noteSnippet('', 'x')]).toEqual([...Array(3)]);
  });
});

test('names stand in the order of their letters, whatever their case: two that differ in it alone are equal', () => {
  expect([byLetters('a', 'B'), byLetters('B', 'a'), byLetters('b', 'A')]).toEqual([-1, 1, 1]);
  expect([byLetters('Éa', 'éA'), byLetters('', '')]).toEqual([0, 0]);
  // Sorting is stable: equal ones stay as they came.
  expect(['b', 'É', 'B', 'a', 'é'].toSorted(byLetters)).toEqual(['a', 'b', 'B', 'É', 'é']);
});
