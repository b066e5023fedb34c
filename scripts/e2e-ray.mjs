/**
 * `npm run e2e:ray [-- FILTER ...]`: the tests of a cluster of Ray, on two nodes of one core each
 * on loopback; ends with the line `N passed, N failed, N skipped`. Ray is installed in the user's
 * cache where it is not; where it cannot be, the reason is printed and nothing is tried.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './setup/files.mjs';
import { runAsChild, underOwnNode } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';
import { rayTallyPath, summarise } from './testing/summary.mjs';

await setUpOrExit();
await underOwnNode(root);
const node = node24Path(root);
const tally = rayTallyPath(root);
rmSync(tally, { force: true });

if (!(await isThere()) && !installed()) {
  process.stdout.write('SKIP: Ray cannot be installed here (see above).\n0 passed, 0 failed, 1 skipped\n');
  process.exit(0);
}
const filters = process.argv.slice(2);
const { code, signal } = await runAsChild(
  node,
  [
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=verbose'],
    ...['--reporter', join(root, 'scripts/testing/tally-reporter.mjs')],
    ...(filters.length > 0 ? filters : ['tests/ray', 'tests/contract/executor.test.ts']),
  ],
  { cwd: root, env: { ...process.env, TRADE_TEST_RAY: '1', TRADE_TEST_TALLY: tally } },
);
const { lines, ok } = summarise(readJson(tally), signal ?? code);
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(ok ? 0 : 1);

function installed() {
  const args = [join(root, 'src/cli/index.ts'), 'ray', 'install'];
  return spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Where the program would look for it; what is there is not installed again. */
async function isThere() {
  const { pythonForRay, rayFiles } = await import('../src/host/executors/ray/python.ts');
  try {
    return spawnSync(pythonForRay(rayFiles(join(root, 'resources'))), ['-c', 'import ray']).status === 0;
  } catch {
    return false;
  }
}
