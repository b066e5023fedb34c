/** The last line of `npm test`, which other programs read. */
import { expect, it } from 'vitest';
import { addTallies, skippedTest, summarise } from '../../scripts/testing/summary.mjs';

const tally = { passed: 3, failed: 0, skipped: [], broken: [] };

it('ends with the counts and lists what was skipped with its reason', () => {
  const skipped = [{ name: 'electron.test.ts > opens', reason: 'no Electron binary here' }];
  const { lines, ok } = summarise({ ...tally, skipped }, 0);
  expect(lines.at(-1)).toBe('3 passed, 0 failed, 1 skipped');
  expect(lines).toContain('  electron.test.ts > opens: no Electron binary here');
  expect(ok).toBe(true);
});

it('fails when no test was executed, as when a filter fits no file', () => {
  expect(summarise({ ...tally, passed: 0 }, 0).ok).toBe(false);
});

it('counts a file that could not be loaded as a failure', () => {
  const { lines, ok } = summarise({ ...tally, broken: ['a.test.ts: Cannot find module'] }, 1);
  expect(lines.at(-1)).toBe('3 passed, 1 failed, 0 skipped');
  expect(ok).toBe(false);
});

it('fails when the run was killed before it could count', () => {
  const { lines, ok } = summarise(undefined, 'SIGKILL');
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  expect(ok).toBe(false);
});

it('fails when the run ended badly though every test passed', () => {
  expect(summarise(tally, 1).ok).toBe(false);
});

it('takes the reason from the note, else from a title, and says it once', () => {
  expect(skippedTest('a.test.ts > opens SKIP: no display', undefined)).toEqual({
    name: 'a.test.ts > opens',
    reason: 'no display',
  });
  expect(skippedTest('a.test.ts > on Ray SKIP: not asked for > ends', undefined)).toEqual({
    name: 'a.test.ts > on Ray > ends',
    reason: 'not asked for',
  });
  expect(skippedTest('opens SKIP: none', 'no Electron binary')).toEqual({
    name: 'opens',
    reason: 'no Electron binary',
  });
});

it('adds up runs, and a run without a result is a failure of the whole', () => {
  const skipped = [{ name: 'electron', reason: 'no display' }];
  const runs = [
    { tally, end: 0 },
    { tally: { ...tally, failed: 2, skipped }, end: 1 },
    { tally: undefined, end: 'SIGKILL' },
  ];
  const { lines, ok } = summarise(addTallies(runs), 1);
  expect(lines.at(-1)).toBe('6 passed, 3 failed, 1 skipped');
  expect(ok).toBe(false);
});
