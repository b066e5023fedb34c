/** One run of Vitest whose counts are the last line. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../setup/files.mjs';
import { runAsChild } from '../setup/launch.mjs';
import { node24Path, packageRoot as root } from '../setup/paths.mjs';
import { summarise } from './summary.mjs';

/**
 * Resolves to the exit code: 0 where tests were executed and none failed.
 * @param {{ tally: string, args: readonly string[], before?: readonly string[],
 *   reporter?: string, env?: Readonly<Record<string, string>>, lead?: readonly string[] }} run
 * `tally`: the file that it leaves its counts in. `before`: the program that starts it, with its
 * words. `lead`: lines before the counts.
 */
export async function runTallied({ tally, args, before = [], reporter = 'default', env = {}, lead = [] }) {
  rmSync(tally, { force: true });
  const [program, ...words] = [
    ...[...before, node24Path(root), join(root, 'node_modules/vitest/vitest.mjs'), 'run'],
    ...[`--reporter=${reporter}`, '--reporter', join(root, 'scripts/testing/tally-reporter.mjs'), ...args],
  ];
  const { code, signal } = await runAsChild(program, words, {
    cwd: root,
    env: { ...process.env, ...env, TRADE_TEST_TALLY: tally },
  });
  const { lines, ok } = summarise(readJson(tally), signal ?? code);
  process.stdout.write(`${[...lead, ...lines].join('\n')}\n`);
  return ok ? 0 : 1;
}
