/**
 * `npm test [-- FILTER ...]`: sets up, runs every test under Node 24, and ends with the line `N passed, N failed, N skipped`.
 * Fails when a test failed or when none was executed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './setup/files.mjs';
import { runAsChild } from './setup/launch.mjs';
import { checkoutCache, node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';
import { summarise } from './testing/summary.mjs';

await setUpOrExit();
const tallyPath = join(checkoutCache(root), 'test-tally.json');
rmSync(tallyPath, { force: true });
const { code, signal } = await runAsChild(
  node24Path(root),
  [
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default'],
    ...['--reporter', join(root, 'scripts/testing/tally-reporter.mjs'), ...process.argv.slice(2)],
  ],
  { cwd: root, env: { ...process.env, TRADE_TEST_TALLY: tallyPath } },
);
const { lines, ok } = summarise(readJson(tallyPath), signal ?? code);
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(ok ? 0 : 1);
