/** What is shipped has its licence with it: a dependency that was added, or changed its licence,
 * must not go out unseen. */
import { expect, it } from 'vitest';
import { collectLicences, licenceProblems } from '../../scripts/licences.mjs';

it('are collected for every part of the lock file, and are of those that may be shipped', () => {
  expect(licenceProblems()).toEqual([]);
});

it('that are unknown, missing, or one of a sum that is neither, are named', () => {
  const { parts, texts } = collectLicences();
  expect(parts.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['vue', 'better-sqlite3', 'Electron', 'TensorFlow']),
  );
  const problems = licenceProblems({
    parts: [...parts, { name: 'new', version: '1', license: 'none' }],
    texts,
    faults: ['new 1: none'],
  });
  expect(problems).toEqual([expect.stringMatching(/new 1: none/), expect.stringMatching(/npm run licences/)]);
});
