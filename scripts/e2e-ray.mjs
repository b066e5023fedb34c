/**
 * `npm run e2e:ray [-- FILTER ...]`: the tests of a cluster of Ray, on two nodes of one core each
 * on loopback; ends with the line `N passed, N failed, N skipped`. Ray is installed in the user's
 * cache where it is not; where it cannot be, the reason is printed and nothing is tried.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { underOwnNode } from './setup/launch.mjs';
import { node24Path, packageRoot as root } from './setup/paths.mjs';
import { setUpOrExit } from './setup.mjs';
import { runTallied } from './testing/run-tallied.mjs';
import { rayTallyPath } from './testing/summary.mjs';

await setUpOrExit();
await underOwnNode(root);
const node = node24Path(root);

if (!(await isThere()) && !installed()) {
  process.stdout.write('SKIP: Ray cannot be installed here (see above).\n0 passed, 0 failed, 1 skipped\n');
  process.exit(0);
}
const filters = process.argv.slice(2);
process.exit(
  await runTallied({
    ...{ tally: rayTallyPath(root), reporter: 'verbose', env: { TRADE_TEST_RAY: '1' } },
    args: filters.length > 0 ? filters : ['tests/ray', 'tests/contract/executor.test.ts'],
  }),
);

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
