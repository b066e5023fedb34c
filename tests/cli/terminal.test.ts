/** Names that others gave, in the terminal of whoever looks at them. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SMALL, makeBench } from './command-line.ts';
import type { Bench } from './command-line.ts';

let bench: Bench;
beforeEach(() => (bench = makeBench()));
afterEach(() => bench.remove());

const NAME = 'Mine\u001B[2J\u009B1m\u202Eback\nRun r "forged" is finished.';
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/;

it('do nothing there: no screen is cleared, no line forged; JSON gives them to the character', async () => {
  const searched = await bench.trade('search', bench.config({ ...SMALL, name: NAME, budget: { trials: 1 } }), '--json');
  expect([searched.code, searched.stderr]).toEqual([0, expect.not.stringMatching(CONTROL)]);
  const listed = await bench.trade('runs', '--json');
  expect(listed.stdout).not.toMatch(CONTROL);
  expect(listed.json()[0]).toMatchObject({ runs: [{ name: NAME }] });
  const [, id = ''] = /"runs":\[\{"id":"([\w-]+)"/.exec(listed.stdout) ?? [];
  const outcomes = [await bench.trade('runs'), await bench.trade('show', id), searched];
  for (const { code, stdout, stderr } of outcomes) {
    expect(code).toBe(0);
    expect(stdout + stderr).not.toMatch(CONTROL);
    expect(stdout + stderr).not.toMatch(/^Run r /m);
  }
  expect(outcomes[0]?.stdout).toContain('Mine\\u001b[2J\\u009b1m\\u202eback');
});

it('are no better in what was typed wrong', async () => {
  for (const args of [['\u001B[31msearch'], ['runs', '--\u001B[31mtrash'], ['tag', 'r\u009B1m', '--add', 'x']]) {
    const { code, stderr } = await bench.trade(...args);
    expect([code, stderr]).toEqual([2, expect.not.stringMatching(CONTROL)]);
  }
});

// `trade show RUN --json | head` ended in a stack trace.
it.skipIf(process.platform === 'win32')('end quietly where their reader has had enough', async () => {
  const root = resolve(import.meta.dirname, '../..');
  const program = [join(root, 'node_modules/.bin/node'), join(root, 'src/cli/index.ts')];
  const verb = ['datasets', 'list', '--json', '--workspace', join(bench.folder, 'none')];
  // The reader is gone before a word is written; the program's own exit code is what is told.
  const script = `set -o pipefail; "$@" | true`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', ...program, ...verb]);
  expect([stdout, stderr]).toEqual(['', '']);
});
