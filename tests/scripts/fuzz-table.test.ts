/** The table of hostile inputs counts what tests have noted, and what they could not note any
 * more. */
import { expect, test } from 'vitest';
import { tabulate } from '../../scripts/fuzz/table.ts';

const lines = (...notes: readonly object[]): string => notes.map((note) => `${JSON.stringify(note)}\n`).join('');

test('inputs of a kind are summed over its tests, and a test that failed counts once', () => {
  const notes = lines(
    { kind: 'bridge', begun: 10 },
    { kind: 'bridge', done: 10, failed: false },
    { kind: 'bridge', begun: 10 },
    { kind: 'bridge', done: 4, failed: true },
    { kind: 'archives', begun: 7 },
    { kind: 'archives', done: 7, failed: false },
  );
  expect(tabulate(notes, '')).toEqual([
    { kind: 'bridge', inputs: 14, untyped: 1, crashes: 0, hangs: 0 },
    { kind: 'archives', inputs: 7, untyped: 0, crashes: 0, hangs: 0 },
  ]);
});

test('a test that began and never ended hung where the runner says so, and died else', () => {
  const notes = lines({ kind: 'IDX', begun: 10 });
  const none = { kind: 'IDX', inputs: 0, untyped: 0 };
  expect(tabulate(notes, 'Error: Test timed out in 500ms.')).toEqual([{ ...none, crashes: 0, hangs: 1 }]);
  expect(tabulate(notes, 'Worker exited unexpectedly')).toEqual([{ ...none, crashes: 1, hangs: 0 }]);
});
