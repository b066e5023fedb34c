/** Vitest reporter that counts for `npm test`; vitest's own JSON leaves out the notes of skipped
 * tests. */
import { relative } from 'node:path';
import { writeJson } from '../setup/files.mjs';
import { skippedTest } from './summary.mjs';

export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message?: string, name?: string }[]} unhandled errors outside any test
   */
  onTestRunEnd(modules, unhandled) {
    const tally = { passed: 0, failed: 0, skipped: [], broken: unhandled.map((error) => firstLine(error.message)) };
    for (const testModule of modules) count(testModule, tally);
    writeJson(process.env.TRADE_TEST_TALLY, tally);
  }
}

function count(testModule, tally) {
  const file = relative(process.cwd(), testModule.moduleId);
  let failedHere = 0;
  for (const test of testModule.children.allTests()) {
    const { state, note } = test.result();
    const name = `${file} > ${test.fullName}`;
    if (state === 'passed') tally.passed++;
    else if (state === 'failed') failedHere++;
    else if (state === 'skipped') tally.skipped.push(skippedTest(name, note));
    else tally.broken.push(`${name} never ended`);
  }
  tally.failed += failedHere;
  // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
  if (failedHere === 0 && testModule.state() === 'failed') {
    tally.broken.push(`${file}: ${firstLine(testModule.errors()[0]?.message ?? 'a suite or hook failed')}`);
  }
}

const firstLine = (text) => String(text).split('\n')[0];
