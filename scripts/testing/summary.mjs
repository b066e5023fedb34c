/** The last lines of a run of tests: what was skipped and why, what broke outside a test, and the
 * counts. Where the runs leave them. */
import { join } from 'node:path';
import { checkoutCache } from '../setup/paths.mjs';

/** Of `npm test`, of `npm run e2e:electron`, and of `npm run e2e:ray`. */
export const tallyPath = (root) => join(checkoutCache(root), 'test-tally.json');
export const electronTallyPath = (root) => join(checkoutCache(root), 'electron-tally.json');
export const rayTallyPath = (root) => join(checkoutCache(root), 'ray-tally.json');

/**
 * @typedef {{ passed: number, failed: number, skipped: { name: string, reason: string }[], broken:
 * string[] }} Tally
 * @param {Tally | undefined} tally undefined when the run died before it could write one
 * @param {number | string | null} end exit code of the test run, or the signal that ended it
 * @returns {{ lines: string[], ok: boolean }}
 */
export function summarise(tally, end) {
  const { passed, failed, skipped, broken } = tally ?? {
    passed: 0,
    failed: 0,
    skipped: [],
    broken: [`The test run ended without a result (${end}).`],
  };
  const failures = failed + broken.length;
  const executed = passed + failures > 0;
  return {
    lines: [
      ...(skipped.length > 0 ? ['', 'Skipped:', ...skipped.map(({ name, reason }) => `  ${name}: ${reason}`)] : []),
      ...(broken.length > 0 ? ['', 'Broken outside a test:', ...broken.map((text) => `  ${text}`)] : []),
      ...(executed ? [] : ['', 'No test was executed.']),
      '',
      `${passed} passed, ${failures} failed, ${skipped.length} skipped`,
    ],
    ok: executed && failures === 0 && end === 0,
  };
}

/**
 * Of runs one after the other.
 * @param {readonly { tally: Tally | undefined, end: number | string | null }[]} runs
 * @returns {Tally}
 */
export function addTallies(runs) {
  const tallies = runs.map(
    ({ tally, end }) =>
      tally ?? { passed: 0, failed: 0, skipped: [], broken: [`A test run ended without a result (${end}).`] },
  );
  const sum = (count) => tallies.reduce((total, tally) => total + count(tally), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    broken: tallies.flatMap(({ broken }) => broken),
  };
}

/** A skipped test with its reason: its note, or what follows "SKIP:" in its title or in that of a
 * group that it is in. `fullName`: all titles. */
export function skippedTest(fullName, note) {
  const [said = '', reason] = /\s*SKIP:\s*(.*?)(?= > |$)/.exec(fullName) ?? [];
  return { name: fullName.replace(said, ''), reason: note || reason || 'no reason given' };
}
