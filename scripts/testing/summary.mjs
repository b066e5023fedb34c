/** The last lines of `npm test`: what was skipped and why, what broke outside a test, and the
 * counts. */

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

/** The reason of a skipped test: its note, or what follows "SKIP:" in its name. */
export function skipReason(name, note) {
  return note || /SKIP:\s*(.+)$/.exec(name)?.[1] || 'no reason given';
}
