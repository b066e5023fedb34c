/**
 * `npm test [-- --isa x86-64-v3] [FILTER ...]`: sets up, runs every test under Node 24, and ends
 * with the line `N passed, N failed, N skipped`. Fails when a test failed or when none was
 * executed. `--isa` holds everything that computes to an instruction set, as a machine that has no
 * more would.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './setup/files.mjs';
import { runAsChild } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { heldTo, ISA_VARIABLE } from './setup/instruction-sets.mjs';
import { setUpOrExit } from './setup.mjs';
import { summarise, tallyPath } from './testing/summary.mjs';

const [first, isa, ...rest] = process.argv.slice(2);
const filters = first === '--isa' ? rest : process.argv.slice(2);
if (first === '--isa') process.env[ISA_VARIABLE] = isa ?? '';
try {
  heldTo();
} catch (error) {
  process.stderr.write(`npm test: ${error.message}\n`);
  process.exit(2);
}
await setUpOrExit();
const tally = tallyPath(root);
rmSync(tally, { force: true });
const { code, signal } = await runAsChild(
  node24Path(root),
  [
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default'],
    ...['--reporter', join(root, 'scripts/testing/tally-reporter.mjs'), ...filters],
  ],
  { cwd: root, env: { ...process.env, TRADE_TEST_TALLY: tally } },
);
const { lines, ok } = summarise(readJson(tally), signal ?? code);
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(ok ? 0 : 1);
